import addressparser from 'nodemailer/lib/addressparser'
import type { ImapMail } from './imap-box.ts'
import { inSet, type Token } from './imap-parse.ts'

/** The answer to FETCH for one mail, without the parentheses; throws for an item that this server does not know. */
export function fetched(mail: ImapMail, items: string[]): Buffer {
  const parts = items.map(item => Buffer.concat([Buffer.from(`${labelOf(item)} `), itemValue(mail, item)]))
  return Buffer.concat(parts.flatMap((part, index) => (index ? [Buffer.from(' '), part] : [part])))
}

/** The items as asked for, in upper case and with the macros spelt out. */
export function itemsOf(tokens: Token[], byUid: boolean): string[] {
  const asked = tokens.flat(2).map(item => String(item).toUpperCase())
  const items = asked.flatMap(item => MACROS[item] ?? [item])
  return byUid && !items.includes('UID') ? ['UID', ...items] : items
}

const MACROS: Record<string, string[]> = {
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
}

/** Whether fetching this item sets \Seen. */
export function marksSeen(item: string): boolean {
  return /^BODY\[/.test(item) || item === 'RFC822'
}

function labelOf(item: string): string {
  return item.replace('BODY.PEEK[', 'BODY[').replace(/<(\d+)\.\d+>$/, '<$1>')
}

function itemValue(mail: ImapMail, item: string): Buffer {
  if (item === 'UID') return Buffer.from(String(mail.uid))
  if (item === 'FLAGS') return Buffer.from(`(${[...mail.flags].join(' ')})`)
  if (item === 'RFC822.SIZE') return Buffer.from(String(mail.raw.length))
  if (item === 'INTERNALDATE') return Buffer.from(`"${internalDate(mail.receivedAt)}"`)
  if (item === 'ENVELOPE') return envelope(mail)
  const section = /^BODY(?:\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?$/.exec(item)
  if (!section) throw new SyntaxError(`This server does not know ${item}`)
  const whole = sectionOf(mail.raw, section[1] ?? '')
  const start = Number(section[2] ?? 0)
  return literal(section[2] === undefined ? whole : whole.subarray(start, start + Number(section[3])))
}

function sectionOf(raw: Buffer, section: string): Buffer {
  const end = raw.indexOf('\r\n\r\n')
  const split = end < 0 ? raw.length : end + 4
  if (section === '') return raw
  if (section === 'TEXT') return raw.subarray(split)
  if (section === 'HEADER') return raw.subarray(0, split)
  const fields = /^HEADER\.FIELDS \(([^)]*)\)$/.exec(section)
  if (!fields) throw new SyntaxError(`This server does not know the section ${section}`)
  const wanted = new Set((fields[1] ?? '').replace(/"/g, '').split(' '))
  const kept = headerLines(raw).filter(line => wanted.has(line.slice(0, line.indexOf(':')).toUpperCase()))
  return Buffer.from([...kept, '', ''].join('\r\n'), 'latin1')
}

function headerLines(raw: Buffer): string[] {
  const end = raw.indexOf('\r\n\r\n')
  return raw.toString('latin1', 0, end < 0 ? raw.length : end).split(/\r\n(?![ \t])/)
}

/** The value of a header, unfolded; empty when there is none. */
export function headerOf(raw: Buffer, name: string): string {
  const line = headerLines(raw).find(one => one.toLowerCase().startsWith(`${name.toLowerCase()}:`))
  return line
    ? line
        .slice(line.indexOf(':') + 1)
        .replace(/\r\n/g, '')
        .trim()
    : ''
}

function envelope({ raw }: ImapMail): Buffer {
  const text = (name: string) => quoted(headerOf(raw, name))
  const people = (name: string) => addresses(headerOf(raw, name) || headerOf(raw, 'From'))
  const others = (name: string) => addresses(headerOf(raw, name))
  const fields = [text('Date'), text('Subject'), others('From'), people('Sender'), people('Reply-To')]
  const rest = [others('To'), others('Cc'), others('Bcc'), text('In-Reply-To'), text('Message-ID')]
  return Buffer.from(`(${[...fields, ...rest].join(' ')})`, 'latin1')
}

function addresses(header: string): string {
  const found = addressparser(header, { flatten: true })
  if (found.length === 0) return 'NIL'
  const each = found.map(({ name, address }) => {
    const at = address.lastIndexOf('@')
    return `(${quoted(name)} NIL ${quoted(address.slice(0, at))} ${quoted(address.slice(at + 1))})`
  })
  return `(${each.join('')})`
}

function quoted(text: string): string {
  return text === '' ? 'NIL' : `"${text.replace(/["\\]/g, '\\$&')}"`
}

function literal(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`{${bytes.length}}\r\n`), bytes])
}

function internalDate(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(' ')
  return `${day}-${month}-${year} ${time} +0000`
}

/** Reads the terms of SEARCH, all of which a mail must meet; throws for a term that this server does not know. */
export function searchOf(terms: Token[], mails: ImapMail[]): (mail: ImapMail, sequence: number) => boolean {
  const queue = terms.flat(3).map(String)
  const tests: ((mail: ImapMail, sequence: number) => boolean)[] = []
  while (queue.length) tests.push(readTerm(queue, mails))
  return (mail, sequence) => tests.every(test => test(mail, sequence))
}

function readTerm(queue: string[], mails: ImapMail[]): (mail: ImapMail, sequence: number) => boolean {
  const next = () => queue.shift() ?? ''
  const term = next().toUpperCase()
  const flag = /^(UN)?(SEEN|DELETED|ANSWERED|FLAGGED|DRAFT)$/.exec(term)
  if (flag) return mail => hasFlag(mail, flag[2] ?? '') === (flag[1] === undefined)
  if (term === 'ALL') return () => true
  if (term === 'NOT') {
    const inner = readTerm(queue, mails)
    return (mail, sequence) => !inner(mail, sequence)
  }
  if (term === 'UID') {
    const wanted = inSet(next(), mails.at(-1)?.uid ?? 0)
    return mail => wanted(mail.uid)
  }
  if (term === 'SINCE' || term === 'BEFORE') {
    const day = Date.parse(`${next()} UTC`)
    return mail => mail.receivedAt.getTime() >= day === (term === 'SINCE')
  }
  if (term === 'HEADER' || term === 'SUBJECT' || term === 'FROM') {
    const name = term === 'HEADER' ? next() : term
    const part = next().toLowerCase()
    return mail => headerOf(mail.raw, name).toLowerCase().includes(part)
  }
  if (!/^[\d:,*]+$/.test(term)) throw new SyntaxError(`This server does not know the search term ${term}`)
  const wanted = inSet(term, mails.length)
  return (_mail, sequence) => wanted(sequence)
}

function hasFlag(mail: ImapMail, name: string): boolean {
  return [...mail.flags].some(flag => flag.toUpperCase() === `\\${name}`)
}
