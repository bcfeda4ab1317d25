import type { MailPart } from '../decode/part.ts'

/** What a delivery report says of one recipient (RFC 3464, 2.3). */
export interface RecipientReport {
  addresses: string[] // as it was written to first, then where it went in the end
  action: string // failed, delayed, delivered, relayed, expanded, or empty
  status: string // 5.1.1, or empty
  diagnosis: string // the far side's words, without their type
}

const LONGEST_REPORT = 300_000
const LONGEST_VALUE = 4_000
const MOST_REPORTED = 2_000

const FIELD =
  /^[>\s]{0,8}(original-recipient|final-recipient|x-actual-recipient|x-original-to-recipient|action|status|diagnostic-code|x-supplementary-info)[ \t]{0,8}:(.*)$/i

const NAMES_RECIPIENT = /^[>\s]{0,8}(?:final|original)-recipient[ \t]{0,8}:/im

/** Systems label the fields of a report as they like; these are the types that are meant to hold them. */
const REPORT_TYPE = /^message\/(?:global-)?delivery-status$/

/** Reads the fields of a delivery report for each recipient, wherever the mail has them: as a part, or as lines of its text. */
export function reportedRecipients(mail: { parts: MailPart[]; text: string; raw: Buffer }): RecipientReport[] {
  const part = mail.parts.find(p => REPORT_TYPE.test(p.type))
  const within = part ? recipientsIn(part.bytes.toString('utf8', 0, LONGEST_REPORT)) : []
  if (within.length) return within
  const text = mail.text.slice(0, LONGEST_REPORT)
  if (NAMES_RECIPIENT.test(text)) return recipientsIn(text)
  // Where a broken mail has no part that a parser finds; most mails are not searched line by line.
  return mail.raw.includes('inal-Recipient:') ? recipientsIn(mail.raw.toString('latin1', 0, LONGEST_REPORT)) : []
}

/** The recipients that lines of `Name: value` tell of; lines that are no field of a recipient are passed over. */
export function recipientsIn(text: string): RecipientReport[] {
  const groups: Map<string, string>[] = []
  let group = new Map<string, string>()
  let blank = false
  const close = () => {
    if (group.size) groups.push(group)
    group = new Map()
  }
  for (const line of unfolded(text)) {
    if (groups.length > MOST_REPORTED) break
    const field = FIELD.exec(line)
    const name = field?.[1]?.toLowerCase() ?? ''
    const value = (field?.[2] ?? '').trim().slice(0, LONGEST_VALUE)
    if (name) {
      if (begins(group, name, blank)) close()
      group.set(name, name === 'diagnostic-code' && group.has(name) ? `${group.get(name)} ${value}` : value)
      blank = false
    } else if (line.trim() === '') blank = true
  }
  close()
  return groups.map(recipientOf).filter(r => r.addresses.length > 0 || r.action !== '' || r.diagnosis !== '')
}

/** Whether a field is the first of the next recipient: it comes again, or names one after a blank line. */
function begins(group: Map<string, string>, name: string, blank: boolean): boolean {
  const hasRecipient = group.has('final-recipient') || group.has('original-recipient')
  if (name === 'diagnostic-code') return blank && group.has(name) && hasRecipient
  return group.has(name) || (blank && hasRecipient && name.endsWith('-recipient') && group.size > 1)
}

function recipientOf(group: Map<string, string>): RecipientReport {
  const value = (name: string) => group.get(name) ?? ''
  const addresses = ['original-recipient', 'final-recipient', 'x-actual-recipient'].flatMap(n => {
    const address = typedAddress(value(n))
    return address ? [address] : []
  })
  return {
    addresses: [...new Set(addresses)],
    action: /^[a-z]*/i.exec(value('action'))?.[0]?.toLowerCase() ?? '',
    status: /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(value('status'))?.[0] ?? '',
    diagnosis: [value('diagnostic-code').replace(/^[ \t]*[\w-]{1,20}[ \t]*;[ \t]*/, ''), value('x-supplementary-info')]
      .filter(v => v)
      .join(' '),
  }
}

/** The address in `rfc822; jane@acme.test`; the characters of an original recipient may be in hex behind a plus. */
function typedAddress(value: string): string | null {
  const typed = /^[ \t]*[\w-]{1,20}[ \t]*;(.*)$/.exec(value)?.[1] ?? value
  const plain = typed.includes('@')
    ? typed
    : typed.replace(/\+([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return addressIn(plain)
}

// A local part as mail systems write it, quoted or not; the domain may be one that does not exist outside.
const ADDRESS =
  /(?:"[^"\r\n]{1,64}"|[^\s<>()[\]",;:@|]{1,128})@(?:[\p{L}\p{N}_-][\p{L}\p{N}._-]{0,252}|\[[\d.a-f:]{3,45}\])/giu

/** The first address in a piece of text, lower-cased and without source route, or null. */
function addressIn(text: string): string | null {
  return addressesIn(text)[0] ?? null
}

/** The addresses in a piece of text in their order. */
export function addressesIn(text: string): string[] {
  if (!text.includes('@')) return []
  const found = text.slice(0, LONGEST_VALUE).match(ADDRESS) ?? []
  return found.map(a =>
    a
      .replace(/^(?:mailto|smtp|rfc822|to)=/i, '')
      .replace(/^['`*=_.]+(?=[^'`*=_.])/, '')
      .replace(/[.\-_']+$/, '')
      .toLowerCase(),
  )
}

function* unfolded(text: string): Generator<string> {
  let held = ''
  let begun = false
  for (const line of text.split(/\r\n|[\r\n]/)) {
    if (begun && /^[ \t]+\S/.test(line) && held.trim() !== '' && held.length < LONGEST_VALUE && !FIELD.test(line)) {
      held += ` ${line.trim()}`
      continue
    }
    if (begun) yield held
    held = line
    begun = true
  }
  if (begun) yield held
}

/** Whether it is a complaint (RFC 5965), or in a form of the years before it. */
export function isComplaint(mail: { parts: MailPart[]; text: string }): boolean {
  return (
    mail.parts.some(p => p.type === 'message/feedback-report') ||
    /^feedback-type:[ \t]*(?:abuse|fraud|virus|other|not-spam|opt-out|auth-failure|dmarc)/im.test(
      mail.text.slice(0, 20_000),
    )
  )
}
