import { domainToASCII } from 'node:url'
import { Problem } from '../lib/problem.ts'

/**
 * Reads an address that a person typed or pasted: `jane@acme.test`, `mailto:jane@acme.test`, or `Jane Doe <jane@acme.test>`.
 * The address comes back as it is stored; throws a Problem under the field when it is none.
 */
export function readAddress(typed: string, field = 'customer'): { address: string; name: string } {
  const text = typed.trim()
  const bracketed = /^(.*)<([^<>]+)>$/s.exec(text)
  const address = (bracketed?.[2] ?? text)
    .trim()
    .replace(/^mailto:/i, '')
    .toLowerCase()
  const name = (bracketed?.[1] ?? '').trim().replace(/^["']|["']$/g, '')
  if (!isAddress(address)) throw new Problem('invalid', 'That is not an email address.', field)
  return { address: asStored(address), name }
}

/** The address, when a whole one was typed. */
export function addressIn(typed: string): string | null {
  try {
    return readAddress(typed).address
  } catch {
    return null
  }
}

const ADDRESS =
  /^[^\s@<>(),;:"[\]\\\p{Cc}]{1,64}@(?=.{4,253}$)[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)+$/u

/** Whether mail can be sent there as people write addresses: without quotes, a domain with a dot, in any letters. */
export function isAddress(text: string): boolean {
  return text.length <= 320 && ADDRESS.test(text) && !text.includes('..')
}

/** In lower case, the domain in ASCII, which is how mail names it: the same spelling for all who compare. */
export function asStored(address: string): string {
  const at = address.lastIndexOf('@') + 1
  return address.slice(0, at).toLowerCase() + asciiDomain(address.slice(at))
}

/** A domain in lower case and in ASCII (RFC 5891); empty when it cannot be written so. */
export function asciiDomain(domain: string): string {
  const lower = domain.toLowerCase()
  return /^[a-z0-9.-]+$/.test(lower) ? lower : domainToASCII(lower)
}

/** What stands behind the @, as it is written. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

/** What stands for all of the address's domain where addresses are listed: `*@acme.test`. */
export function catchAllOf(address: string): string {
  return `*@${domainOf(asStored(address))}`
}

/** An address as it is stored, without its last plus part, and without any: a sender's own may have one. */
export type Spellings = [exact: string, shorter: string, bare: string]

/** The spellings under which an address may be ours, the longest first. */
export function spellingsOf(address: string): Spellings {
  const exact = asStored(address)
  return [exact, exact.replace(/\+[^+@]*@/, '@'), withoutPlus(exact)]
}

/** As it is stored, as whose mail it is whatever stands behind a plus. */
export function withoutPlus(address: string): string {
  return asStored(address).replace(/\+[^@]*@/, '@')
}

const FREE_MAIL = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'msn.com',
  'yahoo.com',
  'icloud.com',
  'me.com',
  'aol.com',
  'gmx.de',
  'gmx.net',
  'gmx.com',
  'web.de',
  'mail.ru',
  'yandex.ru',
  'proton.me',
  'protonmail.com',
  'qq.com',
  '163.com',
  't-online.de',
  'orange.fr',
  'free.fr',
  'libero.it',
  'zoho.com',
  'fastmail.com',
  'hey.com',
])

/** Whether anybody can have an address at this domain: who is there is no company of its own. */
export function isFreeMail(domain: string): boolean {
  return FREE_MAIL.has(domain)
}
