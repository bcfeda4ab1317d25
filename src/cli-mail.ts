import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import type { Explained } from './channels/email/explain.ts'
import type { Reader } from './channels/email/read/reader.ts'
import type { InboundState } from './db/schema.ts'
import { Problem } from './lib/problem.ts'
import { withStore } from './with-store.ts'

export const MAIL_USAGE = `overture mail explain [--jsonl] FILE...
                          what is made of each raw mail and why; "-" reads the names from standard input, --jsonl
                          prints one line of JSON for each
  overture mail list [--state STATE] [--limit N]
                          the mails that came in last, with the ids that replay takes (needs DATABASE_URL)
  overture mail replay [--apply] ID
                          what is made today of a mail that came in; --apply has it understood again
                          (needs DATABASE_URL)`

const STATES: InboundState[] = ['pending', 'recorded', 'unmatched', 'ignored', 'quarantined', 'held']

/** `overture mail`: what operators ask about mails. Sets the exit code: 1 when something failed, 2 for wrong usage. */
export async function mail([verb, ...args]: string[]): Promise<void> {
  endWithReader()
  try {
    if (verb === 'explain') await explainFiles(args)
    else if (verb === 'list') await list(args)
    else if (verb === 'replay') await replay(args)
    else throw new Problem('invalid', verb ? `There is no command "mail ${verb}".` : 'Say what to do with mail.')
  } catch (error) {
    if (!(error instanceof Problem) && !isUsage(error)) throw error
    const { message } = error as Error
    console.error(error instanceof Problem && error.code !== 'invalid' ? message : `${message}\n\n  ${MAIL_USAGE}`)
    process.exitCode = error instanceof Problem && error.code !== 'invalid' ? 1 : 2
  }
}

function isUsage(error: unknown): boolean {
  return String((error as { code?: unknown }).code ?? '').startsWith('ERR_PARSE_ARGS')
}

/** Whoever reads our lines may have had enough, as `head` does; that is no fault. */
function endWithReader(): void {
  process.stdout.on('error', (error: Error & { code?: string }) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0)
    throw error
  })
}

const AT_ONCE = 8 // files on their way while the first of them is awaited

async function explainFiles(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: args.map(a => (a === '-' ? './-' : a)), // by itself a dash would be taken for an option that has no name
    allowPositionals: true,
    options: { jsonl: { type: 'boolean', default: false } },
  })
  if (!positionals.length) throw new Problem('invalid', 'Name the files with raw mails, or - for a list of names.')
  const { explainFile, inWords } = await import('./channels/email/explain.ts')
  await withReader(async reader => {
    const begun: { file: string; work: Promise<Explained | Error> }[] = []
    const tellFirst = async () => {
      const { file, work } = begun.shift() as (typeof begun)[number]
      const result = await work
      if (result instanceof Error) return tellUnread(file, result)
      await print(values.jsonl ? JSON.stringify(result.explanation) : inWords(result))
    }
    for await (const file of filesNamed(positionals)) {
      begun.push({ file, work: explainFile(file, reader).catch((error: Error) => error) })
      if (begun.length >= AT_ONCE) await tellFirst()
    }
    while (begun.length) await tellFirst()
  })
}

/** Names from the arguments; `-` stands for those on standard input, one a line. */
async function* filesNamed(args: string[]): AsyncGenerator<string> {
  for (const arg of args)
    if (arg === './-')
      for await (const line of createInterface({ input: process.stdin })) line.trim() && (yield line.trim())
    else yield arg
}

async function tellUnread(file: string, error: Error): Promise<void> {
  const { code } = error as { code?: string }
  const isFolder = await stat(file).then(
    found => found.isDirectory(),
    () => false,
  )
  const why = isFolder
    ? 'it is a folder'
    : ({ ENOENT: 'there is no such file', EACCES: 'it may not be read by you' }[code ?? ''] ?? error.message)
  console.error(`${file} cannot be read: ${why}.`)
  process.exitCode = 1
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain')
}

async function withReader<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
  const { createReader } = await import('./channels/email/read/reader.ts')
  const reader = createReader()
  try {
    return await work(reader)
  } finally {
    await reader.close()
  }
}

async function list(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { state: { type: 'string' }, limit: { type: 'string', default: '20' } },
  })
  const limit = Number(values.limit)
  if (positionals.length) throw new Problem('invalid', `"${positionals[0]}" is not asked for here.`)
  if (!Number.isInteger(limit) || limit < 1)
    throw new Problem('invalid', '--limit takes a number of mails, such as 20.')
  if (values.state && !STATES.includes(values.state as InboundState))
    throw new Problem('invalid', `--state takes one of ${STATES.join(', ')}.`)
  const { recentMails } = await import('./core/replay.ts')
  await withStore(async store => {
    const mails = await store.read(q => recentMails(q, limit, values.state as InboundState | undefined))
    if (!mails.length) return print(values.state ? `No mail is ${values.state}.` : 'No mail has come in.')
    for (const m of mails) {
      const when = new Date(m.receivedAt).toISOString().slice(0, 16).replace('T', ' ')
      const what = m.kind ? `${m.kind}, "${m.rule}"` : '-'
      await print([m.id, when, m.state.padEnd(11), m.ticket ?? '-', what, m.reason ?? ''].join('  ').trimEnd())
    }
  })
}

async function replay(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { apply: { type: 'boolean', default: false } },
  })
  const [id, more] = positionals
  if (!id || more) throw new Problem('invalid', 'Name the id of one mail; "overture mail list" shows them.')
  const { replayMail } = await import('./channels/email/replay.ts')
  await withStore(store =>
    withReader(async reader => {
      for (const text of await replayMail(store, reader, id, values.apply)) await print(text)
    }),
  )
}
