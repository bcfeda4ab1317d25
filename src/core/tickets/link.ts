import type { FileRules } from '../../db/store.ts'

/** Where a ticket can be linked to, `https://overture.example.com/t/SUP-41`; null when we cannot be reached from outside. */
export function ticketUrl({ publicUrl }: Pick<FileRules, 'publicUrl'>, identifier: string): string | null {
  return publicUrl && `${publicUrl.replace(/\/+$/, '')}/t/${identifier}`
}

/** The ticket that a link of ours names; null for every other link. */
export function identifierIn({ publicUrl }: Pick<FileRules, 'publicUrl'>, url: string): string | null {
  if (!publicUrl || !URL.canParse(url)) return null
  const [ours, given] = [new URL(`${publicUrl.replace(/\/+$/, '')}/t/`), new URL(url)]
  if (given.host !== ours.host || !given.pathname.startsWith(ours.pathname)) return null
  const [, identifier] = /^([a-z][a-z0-9]{1,9}-\d{1,15})\/?$/i.exec(given.pathname.slice(ours.pathname.length)) ?? []
  return identifier?.toUpperCase() ?? null
}
