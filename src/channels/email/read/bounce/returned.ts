import { messageIds } from '../../identity.ts'
import type { Headers, Mail } from '../decode/parse.ts'
import type { MailPart } from '../decode/part.ts'

type Source = Pick<Mail, 'raw' | 'headers' | 'parts' | 'text'>

const RETURNED_TYPE = /^(?:message\/(?:rfc822|partial|global|global-headers)|text\/rfc822-headers?)$/
const RETURNED_HEADER =
  /^content-type:[ \t]{0,8}(?:\r?\n[ \t]{1,8})?"?(?:message\/(?:rfc822|partial|global|global-headers)|text\/rfc822-headers?)\b/im

/** How much of a mail is searched for the one that it returns. */
const SEARCHED = 512 * 1024
const LONGEST_HEADER = 64 * 1024
const MOST_LINES = 5_000
const LONGEST_BLOCK = 20 // lines

/** The header of the mail that a report returns: from a part of its own, or from below the report's words. Empty if it returns none. */
export function returnedHeaders(mail: Source): Headers {
  const part = mail.parts.find(isReturned)
  if (part) {
    const headers = headersAt(part.bytes.toString('utf8', 0, LONGEST_HEADER))
    if (headers.size) return headers
  }
  return headersAt(inlinePart(mail.raw) || belowReport(mail.text))
}

function isReturned(part: MailPart): boolean {
  return RETURNED_TYPE.test(part.type)
}

/** What stands below the header of a part that holds a mail, where the parser took that mail for the report's own text. */
function inlinePart(raw: Buffer): string {
  const text = raw.toString('latin1', 0, SEARCHED)
  const bodyAt = text.search(/\r?\n\r?\n/)
  const at = bodyAt < 0 ? null : RETURNED_HEADER.exec(text.slice(bodyAt))
  if (!at) return ''
  const rest = text.slice(bodyAt + at.index, bodyAt + at.index + LONGEST_HEADER)
  const blank = /\r?\n[ \t]*\r?\n/.exec(rest)
  return blank ? rest.slice(blank.index + blank[0].length) : ''
}

/** What stands below a mail's header, as it came: for mails whose parts no parser finds. */
export function bodyOf(raw: Buffer): string {
  const text = raw.toString('latin1', 0, SEARCHED)
  const blank = /\r?\n[ \t]{0,8}\r?\n/.exec(text)
  return blank ? text.slice(blank.index + blank[0].length) : ''
}

/** The Message-IDs of the mail that a report returns, however it returns it, and those it names as the original's. */
export function returnedIds(mail: Source): string[] {
  const own = new Set((mail.headers.get('message-id') ?? []).flatMap(messageIds))
  const searched = [
    mail.raw.toString('latin1', 0, SEARCHED),
    ...mail.parts.filter(isReturned).map(p => p.bytes.toString('latin1', 0, LONGEST_HEADER)),
    mail.text.slice(0, SEARCHED),
  ]
  const ids = searched.flatMap(text => [...text.matchAll(ID_LINE)].flatMap(m => messageIds(m[1] as string)))
  return [...new Set(ids)].filter(id => !own.has(id))
}

const ID_LINE =
  /^[> \t]{0,8}(?:X-|Original-|X-Original-|X-MS-Exchange-Parent-|X-SES-)?Message-ID:[ \t]{0,8}(?:\r?\n[> \t]{1,8})?(<[^<>\s]{1,500}>)/gim

/** Sentences that stand between a report's own words and the mail that it returns. */
const DIVIDER =
  /^[>\s*#-]{0,80}(?:this is a copy of the (?:message|headers)|below this line is a copy|included is a copy|(?:the )?(?:header|text|body) of the original message|(?:a )?copy of (?:the|your) (?:original |undelivered )?message|original message (?:follows|header|headers|headers follow|attached)|(?:your )?original message\b|message headers? follow|headers? of (?:your|the original) message|(?:the )?(?:undelivered|unsent|returned|rejected) message (?:follows|is|below|attached|header)|unsent message below|your message (?:follows|is attached)|returned (?:message|mail) (?:follows|below)|message header:|(?:start|begin) of (?:returned|original) (?:message|mail)|forwarded message|below is a copy|message contents follow|the original message (?:was|is|follows|headers?) (?:attached|below|included|follows?)|full message follows|start of message|received header|ursprüngliche nachricht|(?:es folgt )?(?:der |die )?(?:kopf(?:zeilen)?|originalnachricht|kopie)\b)/i

const HEADER_LINE = /^[>\s]{0,6}([A-Za-z][A-Za-z0-9-]{1,60})[ \t]?:/
const TRACE = /^(?:received|return-path|message-id|mime-version|x-mailer|dkim-signature|content-type|x-[a-z-]+)$/i
const COMMON =
  /^(?:from|to|cc|date|subject|reply-to|sender|delivered-to|in-reply-to|references|content-transfer-encoding|user-agent)$/i

/** A report's words, without the mail that follows them. */
export function aboveReturned(text: string): string {
  const lines = text.split('\n', MOST_LINES)
  const at = dividerOf(lines)
  return at < 0 ? lines.join('\n') : lines.slice(0, at).join('\n')
}

function belowReport(text: string): string {
  const lines = text.split('\n', MOST_LINES)
  const at = dividerOf(lines)
  if (at < 0) return ''
  const first = lines.findIndex((l, i) => i >= at && HEADER_LINE.test(l) && !/^\s*diagnostic/i.test(l))
  return first < 0 ? '' : lines.slice(first).join('\n')
}

/** Where the returned mail begins: at a sentence that says so and has something below it, or at lines that only a mail's header has. */
function dividerOf(lines: string[]): number {
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] as string
    if (line.length < 200 && DIVIDER.test(line)) return i
    if (isHeaderBlock(lines, i)) return i
  }
  return -1
}

function isHeaderBlock(lines: string[], from: number): boolean {
  if (!HEADER_LINE.test(lines[from] as string)) return false
  let traces = 0
  let commons = 0
  for (let i = from; i < lines.length && i < from + LONGEST_BLOCK; i++) {
    const line = lines[i] as string
    const name = HEADER_LINE.exec(line)?.[1]
    if (name && TRACE.test(name)) traces++
    else if (name && COMMON.test(name)) commons++
    else if (!/^[>\s]{0,6}[ \t]\S/.test(line)) break
    if (traces >= 1 && traces + commons >= 3) return true
  }
  return false
}

/** The header at the top of a text, unfolded; what is no header line before its first is passed over. */
function headersAt(text: string): Headers {
  const headers: Headers = new Map()
  let last: string[] | null = null
  let seen = false
  for (const raw of text.slice(0, LONGEST_HEADER).split(/\r\n|[\r\n]/)) {
    const line = raw.replace(/^(?:> ?){1,4}/, '')
    if (line.trim() === '') {
      if (seen) break
      continue
    }
    const field = /^[ \t]{0,4}([A-Za-z][A-Za-z0-9-]{0,60})[ \t]?:(.*)$/.exec(line)
    if (field && (!/^[ \t]/.test(line) || !last || COMMON.test(field[1] as string))) {
      seen = true
      const name = (field[1] as string).toLowerCase()
      last = headers.get(name) ?? []
      last.push((field[2] as string).trim())
      headers.set(name, last)
    } else if (last) last[last.length - 1] += ` ${line.trim()}`
  }
  return headers
}
