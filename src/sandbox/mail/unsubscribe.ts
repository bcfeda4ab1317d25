import { headerOf } from './habits.ts'
import type { Mail } from './types.ts'

/**
 * Posts what a mail program posts when its reader presses Unsubscribe (RFC 8058). Only to this machine: nothing in an
 * imaginary world may reach the real one.
 */
export async function clickUnsubscribe(mail: Mail): Promise<void> {
  const url = oneClickOf(mail)
  if (!url) throw new Error('The mail offers no way to unsubscribe with one click.')
  if (!isHere(url)) throw new Error(`The sandbox does not reach out to ${new URL(url).host}.`)
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  })
  await answer.arrayBuffer()
  if (!answer.ok) throw new Error(`Unsubscribing was answered with ${answer.status}.`)
}

/** Where the one click goes; undefined when a mail program would offer none. */
function oneClickOf(mail: Mail): string | undefined {
  if (!/One-Click/i.test(headerOf(mail, 'list-unsubscribe-post'))) return undefined
  const links = headerOf(mail, 'list-unsubscribe').matchAll(/<([^<>\s]+)>/g)
  return [...links].map(([, link = '']) => link).find(link => /^https?:/i.test(link) && URL.canParse(link))
}

function isHere(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname)
}
