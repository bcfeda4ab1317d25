import { simpleParser } from 'mailparser'
import { createReader } from '../src/channels/email/read/reader.ts'
import { answer } from './answers.ts'
import { someMails } from './mails.ts'
import type { SideName } from './side.ts'

// Reads mails: ours all the way to what is shown of them, in its thread; the bare parser to the text of their parts.

const AT_ONCE = 8

answer(async () => {
  const reader = createReader()
  const context = { key: Buffer.alloc(32) }
  const sides: Record<SideName, (raw: Buffer) => Promise<boolean>> = {
    ours: async raw => (await reader.read(raw, {}, context)).kind !== 'unreadable',
    raw: async raw => Boolean((await simpleParser(raw, PARSER)).headers.get('subject')),
  }

  /** Milliseconds that each mail took, on the clock. */
  async function read({ side, count }: { side: SideName; count: number }): Promise<{ ms: number; read: number }> {
    const mails = someMails(count)
    let next = 0
    let done = 0
    const work = async () => {
      for (let raw = mails[next++]; raw; raw = mails[next++]) if (await sides[side](raw)) done++
    }
    const begin = performance.now()
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    return { ms: (performance.now() - begin) / count, read: done }
  }

  return { read, stop: () => reader.close() }
})

/** What the parser need not do for a program that reads the parts itself. */
const PARSER = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  keepCidLinks: true,
}
