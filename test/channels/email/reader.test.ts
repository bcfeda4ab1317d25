import { afterEach, describe, expect, test } from 'vitest'
import { NOBODY } from '../../../src/channels/email/address.ts'
import { createReader, type Reader, type ReaderOptions } from '../../../src/channels/email/read/reader.ts'
import { plainText } from '../../../src/core/document.ts'
import { until } from '../../support/until.ts'
import { KEY } from './letters.ts'
import { mail } from './mails.ts'

const MISBEHAVING = new URL('./threads/misbehaving.ts', import.meta.url)

let reader: Reader
afterEach(() => reader.close())

function start(options: ReaderOptions = {}): (raw: Buffer) => ReturnType<Reader['read']> {
  reader = createReader(options)
  return raw => reader.read(raw, { from: 'jane@acme.test', to: ['help@support.test'] }, { key: KEY })
}

describe('the reader', () => {
  test('reads many mails at once, each with its own files', async () => {
    const read = start()
    const withFile = (n: number) =>
      mail(
        `--b\n\nNumber ${n}\n--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n${Buffer.from(`file ${n}`).toString('base64')}\n--b--`,
        { 'Content-Type': 'multipart/mixed; boundary=b' },
      )
    const readings = await Promise.all(Array.from({ length: 30 }, (_, n) => read(withFile(n))))
    expect(readings.map(r => plainText(r.body))).toEqual(readings.map((_, n) => `Number ${n}`))
    expect(readings.map(r => r.files[0]?.bytes.toString())).toEqual(readings.map((_, n) => `file ${n}`))
  })

  test.each([
    ['hang', 'took longer than 0.3 s'],
    ['fill', 'the reader ran out of memory'],
    ['end', 'the reader broke off'],
    ['throw', 'the reader broke off'],
  ])('a mail that makes it %s is unreadable, and the next one is read', async (subject, rule) => {
    const read = start({ file: MISBEHAVING, heapMb: 64, deadlineMs: subject === 'hang' ? 300 : 20_000 })
    const raw = mail('Hi', { Subject: subject, 'In-Reply-To': '<ours@support.test>' })
    const [before, bad, after] = await Promise.all([read(mail('one')), read(raw), read(mail('two'))])
    expect(bad).toMatchObject({
      kind: 'unreadable',
      rule,
      subject: 'A mail that could not be read',
      from: { address: 'jane@acme.test' },
      answers: ['<ours@support.test>'],
      recipients: ['help@support.test'],
    })
    expect(bad.files).toMatchObject([{ name: 'mail.eml', type: 'message/rfc822', bytes: raw }])
    expect(plainText(bad.body)).toContain(rule)
    expect([before, after].map(r => r.text)).toEqual(['one', 'two'])
  })

  test('ends its thread when there is nothing to do, and starts another', async () => {
    const read = start({ file: MISBEHAVING, idleMs: 1 })
    const thread = async () => (await read(mail('Hi', { Subject: 'tell' }))).text
    const first = await thread()
    expect(await until(thread, other => other !== first)).toMatch(/^thread \d+$/)
  })

  test('rejects when no thread can be had, so that the mail is read later', async () => {
    const read = start({ file: new URL('./threads/nothing.js', import.meta.url) })
    await expect(read(mail('Hi'))).rejects.toThrow('does not start')
  })

  test('rejects once it is closed', async () => {
    const read = start()
    await read(mail('Hi'))
    const left = read(mail('Hi'))
    await Promise.all([reader.close(), expect(left).rejects.toThrow('closed')])
    await expect(read(mail('Hi'))).rejects.toThrow('closed')
  })

  test('reads the beginning of a mail that is longer than any should be', async () => {
    const read = start()
    const raw = Buffer.concat([mail('Hi\n'), Buffer.alloc(41 * 1024 * 1024, `${'x'.repeat(77)}\n`)])
    const r = await read(raw)
    expect(r.kind).toBe('human')
    expect(plainText(r.body)).toMatch(/^This mail has 43 MB/)
  })

  test('says that nobody wrote a mail that says nothing', async () => {
    const r = await start()(Buffer.from([0, 1, 255, 254]))
    expect(r.from.address).toBe('jane@acme.test')
    expect((await reader.read(Buffer.alloc(0), {}, { key: KEY })).from.address).toBe(NOBODY)
  })
})
