import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { storeInbound } from '../src/core/inbound/store.ts'
import { openStore } from '../src/db/open.ts'
import { builtCli } from './support/process.ts'

let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'overture-mail-'))
  file = join(folder, 'a.eml')
  writeFileSync(
    file,
    'From: Jane <jane@acme.test>\nSubject: Your order\n\nThank you!\n\nOn Tue, 3 Mar 2026 at 09:00, Ann wrote:\n> Hello Jane\n',
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Ended {
  code: number | null
  out: string
  err: string
}

/** Runs `overture mail`; with `lines` its output is closed after so many. */
function mail(args: string[], given: { input?: string; lines?: number } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [builtCli(), 'mail', ...args], {
    env: { ...process.env, DATABASE_URL: join(folder, 'mail.db') },
  })
  const ended: Ended = { code: null, out: '', err: '' }
  child.stdout.on('data', data => {
    ended.out += data
    if (given.lines && ended.out.split('\n').length > given.lines) child.stdout.destroy()
  })
  child.stderr.on('data', data => {
    ended.err += data
  })
  child.stdin.on('error', () => {}) // it may end before it has read all
  child.stdin.end(given.input ?? '')
  return new Promise(resolve => child.on('close', code => resolve({ ...ended, code })))
}

describe('overture mail explain', () => {
  test('prints a line of JSON for each file, in their order, also of names on standard input', async () => {
    const names = Array.from({ length: 200 }, () => file)
    const { code, out } = await mail(['explain', '--jsonl', file, '-'], { input: `${names.join('\n')}\n\n` })
    const lines = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect([code, lines.length]).toEqual([0, 201])
    expect(Object.keys(lines[0])).toEqual(
      'file kind rule subject from to text html visible trimmed bounce attachments forwarded ms'.split(' '),
    )
    expect(lines[0]).toMatchObject({
      file,
      kind: 'human',
      subject: 'Your order',
      from: { address: 'jane@acme.test', name: 'Jane' },
      to: [],
      visible: 'Thank you!',
      bounce: null,
      attachments: [],
      forwarded: null,
    })
    expect(lines[0].ms).toBeGreaterThan(0)
  })

  test('says in words what is made of a mail, and by which rule', async () => {
    const { out } = await mail(['explain', file])
    expect(out).toContain('written by a person, by the rule "no sign of a machine"')
    expect(out).toContain('  | Thank you!')
  })

  test('goes on after a file that it cannot read, and says so', async () => {
    const { code, out, err } = await mail(['explain', '--jsonl', join(folder, 'none'), folder, file])
    expect(code).toBe(1)
    expect(err).toBe(
      `${join(folder, 'none')} cannot be read: there is no such file.\n${folder} cannot be read: it is a folder.\n`,
    )
    expect(JSON.parse(out).subject).toBe('Your order')
  })

  test('ends well when whoever reads its lines has had enough', async () => {
    const names = Array.from({ length: 3_000 }, () => file).join('\n')
    const { code, err } = await mail(['explain', '--jsonl', '-'], { input: names, lines: 2 })
    expect([code, err]).toEqual([0, ''])
  })

  test.each([
    [['explain'], 'Name the files with raw mails'],
    [['explain', '--json', 'x'], "Unknown option '--json'"],
    [['explode'], 'There is no command "mail explode".'],
    [['list', '--state', 'lost'], '--state takes one of pending'],
  ])('%j is answered with how to use it', async (args, words) => {
    const { code, err } = await mail(args)
    expect(code).toBe(2)
    expect(err).toContain(words)
    expect(err).toContain('overture mail explain [--jsonl] FILE...')
  })
})

describe('overture mail list and replay', () => {
  test('find a mail that came in and read it again', async () => {
    const store = await openStore(join(folder, 'mail.db'))
    const raw = Buffer.from('From: jane@acme.test\nSubject: Your order\n\nThank you!')
    await store.write(tx => storeInbound(tx, { channel: 'email', key: 'a', raw }))
    await store.close()

    const listed = (await mail(['list', '--state', 'pending'])).out
    expect(listed).toMatch(/^[\w-]{36} {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}pending/)
    const { code, out } = await mail(['replay', listed.slice(0, 36)])
    expect([code, out.includes('  | Thank you!'), out.includes('With --apply it is understood again')]).toEqual([
      0,
      true,
      true,
    ])
    expect(await mail(['list', '--state', 'held'])).toEqual({ code: 0, out: 'No mail is held.\n', err: '' })
    const unknown = await mail(['replay', 'none'])
    expect(unknown).toEqual({ code: 1, out: '', err: 'There is no mail with this id.\n' })
  })
})
