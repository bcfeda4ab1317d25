import { open } from 'node:fs/promises'
import { plainText } from '../../core/document.ts'
import type { Reading } from './read/mail.ts'
import { MOST_RAW, type Reader } from './read/reader.ts'
import type { Envelope } from './receive/recipients.ts'

/** What `overture mail explain --jsonl` prints of each file, one object a line: a contract with those who score it. */
export interface Explanation {
  file: string
  kind: Exclude<Reading['kind'], 'loop'>
  rule: string
  subject: string
  from: { address: string; name: string }
  to: { address: string; name: string }[]
  text: string
  html: string
  visible: string // the writer's own words
  trimmed: string // the whole where visible leaves something out, else empty
  bounce: { recipients: string[]; permanent: boolean; hard: boolean; status: string | null; reason: string } | null
  attachments: { name: string; type: string; size: number; inline: boolean }[]
  forwarded: { from: string; body: string } | null
  ms: number
}

/** What the pipeline makes of a mail, and what was read for it. */
export interface Explained {
  explanation: Explanation
  reading: Reading
}

/** By no instance's key any mail is our own. */
const NO_KEY = Buffer.alloc(32)

/** What the pipeline makes of a file with a raw mail. Rejects only when the file cannot be read. */
export async function explainFile(file: string, reader: Reader): Promise<Explained> {
  const { bytes, envelope } = await beginningOf(file)
  return explain(file, bytes, envelope, NO_KEY, reader)
}

/** What the pipeline makes of a raw mail. */
export async function explain(
  file: string,
  bytes: Buffer,
  envelope: Envelope,
  key: Buffer,
  reader: Reader,
): Promise<Explained> {
  const r = await reader.read(bytes, envelope, { key })
  const explanation: Explanation = {
    file,
    kind: r.kind === 'loop' ? 'auto' : r.kind,
    rule: r.rule,
    subject: r.subject,
    from: r.from,
    to: r.to,
    text: r.text,
    html: r.html,
    visible: plainText(r.body),
    trimmed: r.full ? plainText(r.full) : '',
    bounce: r.bounce && {
      recipients: r.bounce.recipients,
      permanent: r.bounce.permanent,
      hard: r.bounce.hard,
      status: r.bounce.status,
      reason: r.bounce.reason,
    },
    attachments: r.files.map(f => ({ name: f.name, type: f.type, size: f.bytes.length, inline: f.inline ?? false })),
    forwarded: r.forwarded && { from: r.forwarded.from.address, body: plainText(r.forwarded.body) },
    ms: Math.round(r.ms * 10) / 10,
  }
  return { explanation, reading: r }
}

async function beginningOf(file: string): Promise<{ bytes: Buffer; envelope: Envelope }> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    if (size <= MOST_RAW) return { bytes: await handle.readFile(), envelope: {} }
    const bytes = Buffer.alloc(MOST_RAW)
    await handle.read(bytes, 0, MOST_RAW, 0)
    return { bytes, envelope: { bytes: size } }
  } finally {
    await handle.close()
  }
}

/** An explanation for people to read: what was found, and what will be done by it. */
export function inWords({ explanation: e, reading: r }: Explained): string {
  const lines: [string, string][] = [
    ['Kind', `${KINDS[r.kind]}, by the rule "${e.rule}"`],
    ['From', e.from.name ? `${e.from.name} <${e.from.address}>` : e.from.address],
    ['Answer to', r.replyTo ? r.replyTo.address : ''],
    ['To', e.to.map(t => t.address).join(', ')],
    ['Delivered', r.recipients.filter(a => !e.to.some(t => t.address === a)).join(', ')],
    ['Subject', e.subject || '(none)'],
    ['Tokens', r.tokens.length ? `${r.tokens.join(', ')} (behind a plus in its addresses; looked at first)` : ''],
    ['Answers', idsInWords(r.answers)],
    ['Tag', r.tag ? `${r.tag} in the subject; counts if the ticket's customer wrote it` : ''],
    ['Trust', r.trust.says],
    ['Bounce', e.bounce ? `${e.bounce.reason} ${e.bounce.recipients.join(', ')}`.trim() : ''],
    ['Forwards', e.forwarded ? `a mail of ${e.forwarded.from}` : ''],
    [
      'Left out',
      e.trimmed ? `${Math.max(0, e.trimmed.length - e.visible.length)} characters that it quotes or signs with` : '',
    ],
    ['Took', `${e.ms} ms`],
    ...r.files.map((f, i): [string, string] => [i ? '' : 'Files', fileInWords(f)]),
  ]
  const told = lines.filter(([, value]) => value).map(([name, value]) => `  ${name.padEnd(11)}${oneLine(value)}`)
  return [oneLine(e.file), ...told, '', ...e.visible.split('\n').map(line => `  | ${line}`), ''].join('\n')
}

const KINDS: Record<Reading['kind'], string> = {
  human: 'written by a person',
  list: 'written by a person, by way of a mailing list',
  ooo: 'out of office; shown folded, never answered',
  auto: 'automatic; shown folded, never answered',
  bounce: 'a mail that came back',
  delayed: 'a mail that is late',
  complaint: 'a complaint about our mail',
  calendar: 'a calendar invitation',
  receipt: 'a receipt',
  unsubscribe: 'wants no more chats',
  light: 'a person who only says thanks; shown folded',
  loop: 'our own mail coming back',
  unreadable: 'could not be read; shown with the raw mail',
}

function idsInWords(ids: string[]): string {
  if (!ids.length) return ''
  const more = ids.length > 3 ? ` and ${ids.length - 3} more` : ''
  return `${ids.slice(0, 3).join(' ')}${more}, looked up in this order`
}

function fileInWords(f: Reading['files'][number]): string {
  const how = f.minor ? ', folded' : f.inline ? ', shown in the text' : ''
  return `${f.name} (${f.type}, ${f.bytes.length} bytes${how})`
}

/** What is in a mail is not to write over the operator's screen. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
