import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../src/db/open.ts'
import type { Customer, Mail, MailWorld } from '../src/sandbox/mail/types.ts'
import { startMail } from '../src/sandbox/mail/world.ts'
import { startSlack } from '../src/sandbox/slack/server.ts'
import type { SlackSandbox } from '../src/sandbox/slack/types.ts'
import { newDatabase } from './support/database.ts'
import { endLeases } from './support/leases.ts'
import { freePort, type Running, startProcess } from './support/process.ts'

/**
 * A real process is killed without a word at each step of one ticket's way, started again, and then it is counted: every
 * message once in the database, at least once at the far side, a second copy of a mail under the same Message-ID.
 */
let slack: SlackSandbox
let mail: MailWorld
let database: Awaited<ReturnType<typeof newDatabase>>
let env: Record<string, string>
let running: Running | undefined
let succession: Promise<void> = Promise.resolve()
let deaths = 0
let isHeirPatient = true // waits for the leases of the dead until they run out by themselves

beforeAll(async () => {
  slack = await startSlack({
    manifest: readFileSync('manifest.yml', 'utf8'),
    limits: false,
    retryDelaysMs: [100, 500, 1_000, 2_000, 4_000, 8_000],
  })
  const port = await freePort()
  mail = await startMail({ desk: { host: '127.0.0.1', port } })
  database = await newDatabase()
  env = {
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DESK_CHANNEL: slack.channel('support').id,
    SMTP_URL: mail.smtpUrl,
    MAIL_FROM: 'Tulip <support@tulip.test>',
    MAIL_LISTEN: `127.0.0.1:${port}`,
    DATABASE_URL: database.url,
    PORT: '0',
    HOLD_SECONDS: '0',
    REPLY_MODE: 'direct',
  }
})

afterEach(end)

afterAll(async () => {
  await slack.close()
  await mail.close()
  await database.drop()
})

interface Death {
  point: string
  reached: boolean
  lost: string[]
  doubled: string[]
}

/** One that runs; when it dies, another is started in its place. */
async function alive(): Promise<Running> {
  if (running?.isOver()) await succession
  return running ?? follow(await startProcess(env, { isMortal: true }))
}

function follow(current: Running): Running {
  running = current
  succession = current.ended.then(async () => {
    if (running !== current) return
    deaths++
    if (!isHeirPatient) await endAllLeases()
    follow(await startProcess(env, { isMortal: true }))
  })
  return current
}

async function endAllLeases(): Promise<void> {
  const store = await openStore(database.url)
  await endLeases(store)
  await store.close()
}

/** Ends whatever runs, also one that is just being started in place of a dead one. */
async function end(): Promise<void> {
  if (running?.isOver()) await succession
  const last = running
  running = undefined
  last?.kill('SIGKILL')
  await last?.ended
}

/** Does again what a person would do again when nothing happened. */
async function insist<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act()
    } catch (error) {
      if (tries === 40) throw error
      await new Promise(resolve => setTimeout(resolve, 250))
    }
  }
}

/** One ticket's whole way. Returns what is missing or twice once all has come to rest. */
async function live(point: string, n: number): Promise<Pick<Death, 'lost' | 'doubled'>> {
  const ann = slack.as('Ann')
  const jane = mail.customer(`jane${n}@acme.test`)
  const channel = slack.channel('support')
  const subject = `Order ${n} ${point}`

  await insist(async () => {
    if (!ann.modals().length) await ann.command(`/ticket jane${n}@acme.test`, { channel: 'support' })
    await slack.until(() => ann.modals().length > 0, { timeoutMs: 1_000 })
    const answer = await ann.submit({ subject, message: `Opening ${n}` })
    if (answer.became === 'errors') throw new Error(JSON.stringify(answer.errors))
  })
  const card = await slack.until(() => channel.messages().find(m => m.text.includes(subject)), { timeoutMs: 30_000 })
  const first = await slack.until(() => found(jane, `Opening ${n}`)[0], { timeoutMs: 30_000 })
  await insist(() => jane.reply(first, { text: `Answer ${n}`, quote: 'gmail' }))
  await slack.until(() => channel.thread(card.ts).some(m => m.text.includes(`Answer ${n}`)), { timeoutMs: 30_000 })
  const said = await ann.say({ channel: 'support', thread_ts: card.ts, text: `Follow-up ${n}` })
  await slack.until(() => found(jane, `Follow-up ${n}`)[0], { timeoutMs: 30_000 })
  await slack.until(() => channel.message(said.ts).reactions?.some(r => r.name === 'white_check_mark'), {
    timeoutMs: 30_000,
  })
  return count(subject, jane, n)
}

const found = (jane: Customer, text: string): Mail[] =>
  jane.inbox.filter(m => m.text?.includes(text) && !m.text.includes(`> ${text}`))

async function count(subject: string, jane: Customer, n: number): Promise<Pick<Death, 'lost' | 'doubled'>> {
  const lost: string[] = []
  const doubled: string[] = []
  const store = await openStore(database.url)
  try {
    const tickets = await store.read(q => q.selectFrom('tickets').selectAll().where('subject', '=', subject).execute())
    if (tickets.length !== 1) doubled.push(`${tickets.length} tickets`)
    const texts = await store.read(q =>
      q
        .selectFrom('messages')
        .select('text')
        .where('ticket_id', '=', tickets[0]?.id ?? '')
        .orderBy('id')
        .execute(),
    )
    for (const text of [`Opening ${n}`, `Answer ${n}`, `Follow-up ${n}`]) {
      const times = texts.filter(t => t.text === text).length
      if (times === 0) lost.push(`"${text}" in the database`)
      if (times > 1) doubled.push(`"${text}" in the database`)
    }
    for (const text of [`Opening ${n}`, `Follow-up ${n}`]) {
      const ids = new Set(found(jane, text).map(m => m.messageId))
      if (ids.size === 0) lost.push(`mail "${text}"`)
      if (ids.size > 1) doubled.push(`mail "${text}" under two Message-IDs`)
    }
  } finally {
    await store.close()
  }
  const cards = slack
    .channel('support')
    .messages()
    .filter(m => m.text.includes(subject))
  if (cards.length > 1) doubled.push('card')
  const answers = slack
    .channel('support')
    .thread(cards[0]?.ts ?? '')
    .filter(m => m.text.includes(`Answer ${n}`))
  if (answers.length > 1) doubled.push('answer in the thread')
  return { lost, doubled }
}

/** What a failure has to be looked at with. */
async function unsettled(): Promise<string> {
  const store = await openStore(database.url)
  try {
    const rows = await store.read(q => q.selectFrom('deliveries').selectAll().orderBy('id', 'desc').limit(12).execute())
    return `now ${Date.now()}\n${rows.map(r => JSON.stringify(r)).join('\n')}\n${running?.said().slice(-3_000)}`
  } finally {
    await store.close()
  }
}

function table(deaths: Death[]): string {
  const row = (d: Death) =>
    `${d.point.padEnd(34)} ${(d.reached ? 'killed' : 'not reached').padEnd(12)} ${(d.lost.join(', ') || '0').padEnd(8)} ${d.doubled.join(', ') || '0'}`
  return [`${'kill point'.padEnd(34)} ${'process'.padEnd(12)} ${'lost'.padEnd(8)} doubled`, ...deaths.map(row)].join(
    '\n',
  )
}

describe('a process that is killed', () => {
  it("before or after any commit of a ticket's way loses nothing and doubles nothing", {
    timeout: 400_000,
  }, async () => {
    isHeirPatient = false
    const tried: Death[] = []
    let n = 0
    for (const point of pointsToTry()) {
      const before = deaths
      ;(await alive()).killAt(point.replace(' commit ', ':'))
      const result = await live(point, ++n).catch(async error => {
        throw new Error(`${point}: ${error.message}\n${await unsettled()}`)
      })
      tried.push({ point, reached: deaths > before, ...result })
      if (tried.slice(-2).filter(d => !d.reached).length === 2) break // the way is shorter than that
    }
    console.log(table(tried))
    expect(tried.flatMap(d => d.lost)).toEqual([])
    expect(tried.flatMap(d => d.doubled)).toEqual([])
    const killed = tried.filter(d => d.reached).length
    expect(killed).toBeGreaterThanOrEqual(process.env.TEST_ENGINE === 'postgres' ? 3 : 7)
  })

  it("between the far side's yes and our note of it sends a copy under the same Message-ID, and finds its own post", {
    timeout: 60_000,
  }, async () => {
    const tried: Death[] = []
    for (const [i, far] of (
      ['the mail server accepted', 'Slack posted the card', 'Slack posted in the thread'] as const
    ).entries()) {
      const before = deaths
      isHeirPatient = i === 0
      const victim = await alive()
      let armed = true
      const strike = () => {
        if (armed) victim.kill('SIGKILL')
        armed = false
      }
      const subject = `Order ${1000 + i} ${far}`
      const jane = mail.customer(`jane${1000 + i}@acme.test`)
      const stops = [
        far === 'the mail server accepted' ? mail.onChange(() => jane.inbox.length && strike()) : () => {},
        far === 'Slack posted the card'
          ? slack.onChange(
              () =>
                slack
                  .channel('support')
                  .messages()
                  .some(m => m.text.includes(subject)) && strike(),
            )
          : () => {},
        far === 'Slack posted in the thread'
          ? slack.onChange(c => {
              if (c.kind !== 'message') return
              const root = slack
                .channel('support')
                .messages()
                .find(m => m.text.includes(subject))
              if (root && slack.channel('support').thread(root.ts).length > 1) strike()
            })
          : () => {},
      ]
      const result = await live(far, 1000 + i)
      for (const stop of stops) stop()
      tried.push({ point: `after ${far}`, reached: deaths > before, ...result })
    }
    console.log(table(tried))
    expect(tried.every(d => d.reached)).toBe(true)
    expect(tried.flatMap(d => [...d.lost, ...d.doubled])).toEqual([])
  })
})

/** Every second commit, before it or after it in turn; with CRASH_TEST=full each one, both before and after. On PostgreSQL a few stand for all. */
function pointsToTry(): string[] {
  const ks = Array.from({ length: 40 }, (_, i) => i + 1)
  if (process.env.CRASH_TEST === 'full') return ks.flatMap(k => [`before commit ${k}`, `after commit ${k}`])
  if (process.env.TEST_ENGINE === 'postgres')
    return ['before commit 2', 'after commit 3', 'after commit 7', 'before commit 12']
  return ks.filter(k => k % 2).map((k, i) => `${i % 2 ? 'after' : 'before'} commit ${k}`)
}
