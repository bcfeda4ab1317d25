import { readFile } from 'node:fs/promises'
import { plainText } from '../../core/document.ts'
import { type Reading, readMail } from './read/mail.ts'

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

/** By no instance's key any mail is our own. */
const NO_KEY = Buffer.alloc(32)

/** What the pipeline makes of a file with a raw mail. Rejects only when the file cannot be read. */
export async function explain(file: string): Promise<Explanation> {
  const raw = await readFile(file)
  const begin = performance.now()
  const r = await readMail(raw, {}, { key: NO_KEY })
  const ms = Math.round((performance.now() - begin) * 10) / 10
  return {
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
    ms,
  }
}

/** An explanation for people to read. */
export function inWords(e: Explanation): string {
  const lines: [string, string][] = [
    ['Kind', `${e.kind} (${e.rule})`],
    ['From', e.from.name ? `${e.from.name} <${e.from.address}>` : e.from.address],
    ['To', e.to.map(t => t.address).join(', ')],
    ['Subject', e.subject],
    ['Bounce', e.bounce ? `${e.bounce.reason} ${e.bounce.recipients.join(', ')}` : ''],
    ['Files', e.attachments.map(a => `${a.name} (${a.type}, ${a.size} bytes)`).join(', ')],
    ['Forwards', e.forwarded ? `a mail of ${e.forwarded.from}` : ''],
    ['Left out', e.trimmed ? `${e.trimmed.length - e.visible.length} characters` : ''],
    ['Took', `${e.ms} ms`],
  ]
  const told = lines.filter(([, value]) => value).map(([name, value]) => `  ${name.padEnd(9)}${value}`)
  return [e.file, ...told, '', ...e.visible.split('\n').map(line => `  | ${line}`), ''].join('\n')
}
