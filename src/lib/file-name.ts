import { clean } from './clean.ts'

const LONGEST_NAME = 200

/** A file name without path, control characters or tricks with the direction of writing, its extension kept; '' for none. */
export function cleanName(name: string): string {
  const last = clean(name).replace(/\s+/g, ' ').split(/[\\/]/).at(-1)
  const plain = (last ?? '').trim().replace(/^\.+$/, '')
  if (plain.length <= LONGEST_NAME) return plain
  const extension = extensionOf(plain)
  return plain.slice(0, LONGEST_NAME - extension.length).toWellFormed() + extension
}

/** How a name ends, with its dot, such as `.png`; '' for none. */
export function extensionOf(name: string): string {
  return /\.[^.\s]{1,12}$/.exec(name)?.[0] ?? ''
}
