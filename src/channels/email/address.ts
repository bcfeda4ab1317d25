import addressparser from 'nodemailer/lib/addressparser'
import { asciiDomain } from '../../core/addresses.ts'

export interface Mailbox {
  address: string // normalised
  name: string
}

/** Nobody's address, for a mail that names none: nothing can be sent there. */
export const NOBODY = 'nobody@unknown.invalid'

const MOST_ADDRESSES = 2_000
const MOST_LIST_LENGTH = 200_000

/**
 * The one spelling of an address that is stored and compared: lower-case, without display name or angle brackets, the
 * domain in ASCII. Null when it is no address that mail can be sent to.
 */
export function normaliseAddress(text: string): string | null {
  const bare = /<([^<>]*)>\s*$/.exec(text)?.[1] ?? text
  const trimmed = bare.trim().replace(/^mailto:/i, '')
  const at = trimmed.lastIndexOf('@')
  if (at < 1 || trimmed.length > 254) return null
  const local = trimmed.slice(0, at).toLowerCase()
  const domain = asciiDomain(trimmed.slice(at + 1).replace(/\.$/, ''))
  return Buffer.byteLength(local) <= 64 && isLocalPart(local) && isDomain(domain) ? `${local}@${domain}` : null
}

function isLocalPart(local: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  return !/[\s"(),:;<>@[\\\]\u0000-\u001f\u007f-\u009f]/.test(local) && !/^\.|\.\.|\.$/.test(local)
}

function isDomain(domain: string): boolean {
  if (domain === 'localhost') return true
  const labels = domain.split('.')
  return labels.length > 1 && labels.every(l => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(l))
}

// Most headers hold one plain address; the whole grammar costs twenty times as much.
const ONE_ADDRESS = /^\s*(?:([\w .-]*)<([\w.+-]+@[\w.-]+)>|([\w.+-]+@[\w.-]+))\s*$/

/** The mailboxes of an address header, in their order; what is no address is left out. */
export function readAddressList(value: string): Mailbox[] {
  const one = ONE_ADDRESS.exec(value)
  if (one) {
    const address = normaliseAddress((one[2] ?? one[3]) as string)
    return address ? [{ address, name: (one[1] ?? '').trim() }] : []
  }
  return addressparser(value.slice(0, MOST_LIST_LENGTH), { flatten: true })
    .slice(0, MOST_ADDRESSES)
    .flatMap(({ address, name }) => {
      const normal = normaliseAddress(address)
      return normal ? [{ address: normal, name }] : []
    })
}

/** What a plus part may hide: the addresses it may belong to, shortest first, and what stood behind each plus. */
export interface PlusParts {
  bases: string[]
  tokens: string[]
}

/** Takes a normalised address apart at its plus signs: a sender's own address may have one, too. */
export function splitPlus(address: string): PlusParts {
  const at = address.lastIndexOf('@')
  const [first = '', ...parts] = address.slice(0, at).split('+')
  const domain = address.slice(at)
  if (!first || !parts.length) return { bases: [address], tokens: [] }
  const last = parts.at(-1) as string
  const short = first + domain
  const long = [first, ...parts.slice(0, -1)].join('+') + domain
  return { bases: long === short ? [short] : [short, long], tokens: last ? [last] : [] }
}

/** The address with a plus part put behind its local part, where replies find their way back by. */
export function withPlus(address: string, token: string): string {
  const at = address.lastIndexOf('@')
  return `${address.slice(0, at)}+${token}${address.slice(at)}`
}
