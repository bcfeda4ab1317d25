import { readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seeAgent } from '../src/core/agents.ts'
import { fillFromCsv } from '../src/core/chats/audience.ts'
import { USUAL_EXCLUSIONS } from '../src/core/chats/blocks.ts'
import { pauseChat, resumeChat, startChat, stopChat } from '../src/core/chats/change.ts'
import { createChat } from '../src/core/chats/draft.ts'
import { dryRun } from '../src/core/chats/dry-run.ts'
import { chatById } from '../src/core/chats/find.ts'
import { chatRulesOf, setChatRules } from '../src/core/chats/rules.ts'
import { fromText } from '../src/core/document.ts'
import { teams } from '../src/core/teams.ts'
import { welcome } from '../src/core/welcome.ts'
import { openStore } from '../src/db/open.ts'
import type { AgentRow, ChatRecipientRow, ChatState } from '../src/db/schema.ts'
import type { Store } from '../src/db/store.ts'
import { startSlack } from '../src/sandbox/slack/server.ts'
import type { SlackSandbox } from '../src/sandbox/slack/types.ts'
import { newDatabase } from './support/database.ts'
import { endLeases } from './support/leases.ts'
import { type MailSink, startMailSink } from './support/mail-sink.ts'
import { type Running, startProcess } from './support/process.ts'

/**
 * A real process sends a chat to thousands and is killed without a word on the way, again and again, whenever the far
 * side has seen so many mails; the next one goes on. Then it is counted: everybody's mail, and nobody's twice.
 */
let slack: SlackSandbox
let sink: MailSink
let database: Awaited<ReturnType<typeof newDatabase>>
let store: Store
let ann: AgentRow
let running: Running | undefined

beforeAll(async () => {
  slack = await startSlack({ manifest: readFileSync('manifest.yml', 'utf8'), limits: false })
})

beforeEach(async () => {
  sink = await startMailSink()
  database = await newDatabase()
  store = await openStore(database.url, 'the secret of the crash')
  store.files = { ...store.files, publicUrl: 'https://overture.test' }
  await store.write(tx =>
    welcome(tx, {
      desk: { place: slack.channel('support').id, holdMs: 0, replyMode: 'direct' },
      from: { address: 'support@tulip.test', name: 'Tulip' },
    }),
  )
  ann = await store.write(tx => seeAgent(tx, { handle: 'U0ANN', name: 'Ann', email: 'ann@tulip.test' }))
  return async () => {
    running?.kill('SIGKILL')
    await running?.ended
    await store.close()
    await sink.close()
    await database.drop()
  }
})

afterAll(() => slack.close())

function startOverture(): Promise<Running> {
  return startProcess({
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DESK_CHANNEL: slack.channel('support').id,
    SMTP_URL: sink.smtpUrl,
    MAIL_FROM: 'Tulip <support@tulip.test>',
    MAIL_PER_MINUTE: '1000000',
    DATABASE_URL: database.url,
    PUBLIC_URL: 'https://overture.test',
    APP_SECRET: 'the secret of the crash',
    PORT: '0',
    HOLD_SECONDS: '0',
  })
}

const addressOf = (n: number) => `customer${n}@company${n % 50}.test`

/** A chat to so many customers, being sent as soon as somebody is there to send it; two more lines of its list are blocked. */
async function startChatTo(count: number, perSecond = 10_000): Promise<string> {
  const [team] = await store.read(teams)
  if (!team) throw new Error('There is no team.')
  const rules = { ...chatRulesOf(team), perSecond, quietHours: null, approvalOver: null }
  await store.write(tx => setChatRules(tx, team.id, rules))
  const { id } = await store.write(tx =>
    createChat(tx, {
      teamId: team.id,
      senderId: null,
      agentId: ann.id,
      subject: 'News for {{ customer.first_name }}',
      body: fromText('Hello {{ customer.first_name }}, your number is {{ row.number }}.'),
      kind: 'news',
      priority: 'medium',
      audience: { kind: 'file', name: 'list.csv' },
      exclusions: USUAL_EXCLUSIONS,
      files: [],
      dueAt: null,
      createdBy: ann,
    }),
  )
  const lines = Array.from({ length: count }, (_, i) => `${addressOf(i)},Customer ${i},${i}`)
  const list = ['email,name,number', ...lines, `${addressOf(0)},Customer 0,0`, 'nobody,Nobody,-1']
  await fillFromCsv(store, id, Readable.from([list.join('\n')]))
  expect((await dryRun(store, id)).willGet).toBe(count)
  await store.write(tx => startChat(tx, id, ann))
  return id
}

/** Resolves once so many customers have had a mail, or throws with what there is to see. */
async function untilReached(count: number, timeoutMs = 120_000): Promise<void> {
  await until(
    () => sink.received.size >= count,
    timeoutMs,
    async () => `${sink.received.size} of ${count} mails came.`,
  )
}

async function untilState(id: string, state: ChatState, timeoutMs = 120_000): Promise<void> {
  const now = async () => (await store.read(q => chatById(q, id))).state
  await until(
    async () => (await now()) === state,
    timeoutMs,
    async () => `The chat is ${await now()}.`,
  )
}

async function until(
  isSo: () => boolean | Promise<boolean>,
  timeoutMs: number,
  what: () => Promise<string>,
): Promise<void> {
  const late = Date.now() + timeoutMs
  while (!(await isSo())) {
    if (Date.now() > late || running?.isOver()) throw new Error(`${await what()}\n${running?.said().slice(-3_000)}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

function recipientsOf(id: string): Promise<ChatRecipientRow[]> {
  return store.read(q =>
    q.selectFrom('chat_recipients').selectAll().where('chat_id', '=', id).orderBy('line').execute(),
  )
}

async function keysByTicket(): Promise<Map<string, string>> {
  const rows = await store.read(q =>
    q.selectFrom('deliveries').select(['ticket_id', 'key']).where('key', 'is not', null).execute(),
  )
  expect(new Set(rows.map(r => r.ticket_id)).size).toBe(rows.length)
  return new Map(rows.map(r => [r.ticket_id, r.key as string]))
}

/** Who got what they should not, or did not get what they should; empty when all is well. */
async function faultsOf(id: string): Promise<string[]> {
  const keys = await keysByTicket()
  const faults: string[] = []
  const due = (await recipientsOf(id)).filter(r => r.state !== 'blocked')
  for (const r of due) {
    const ids = new Set(sink.received.get(r.address))
    if (r.state !== 'sent') faults.push(`${r.address} is ${r.state}`)
    if (ids.size === 0) faults.push(`${r.address} was forgotten`)
    if (ids.size > 1) faults.push(`${r.address} got ${ids.size} different mails`)
    if (ids.size === 1 && !ids.has(keys.get(r.ticket_id ?? '') ?? '')) faults.push(`${r.address} got another's mail`)
  }
  const wanted = new Set(due.map(r => r.address))
  for (const address of sink.received.keys()) if (!wanted.has(address)) faults.push(`${address} got a mail`)
  if (new Set(due.map(r => r.ticket_id)).size !== due.length) faults.push('recipients share tickets')
  const { n } = await store.read(q =>
    q
      .selectFrom('tickets')
      .select(e => e.fn.countAll().as('n'))
      .executeTakeFirstOrThrow(),
  )
  if (Number(n) !== due.length) faults.push(`${n} tickets for ${due.length} recipients`)
  return faults
}

const isPostgres = process.env.TEST_ENGINE === 'postgres'

/** After how many mails it is killed. On PostgreSQL a few stand for all. */
function deathsIn(count: number): number[] {
  if (isPostgres) return [count * 0.2, count * 0.6].map(Math.round)
  const deaths = process.env.CRASH_TEST === 'full' ? 40 : 6
  return Array.from({ length: deaths }, (_, i) => Math.round((count * (i + 0.5)) / deaths))
}

describe('a chat whose process is killed', () => {
  it('goes on where it was: nobody is forgotten, and nobody gets two mails', { timeout: 400_000 }, async () => {
    const count = isPostgres ? 400 : 2_000
    const id = await startChatTo(count)
    let killed = 0
    for (const point of deathsIn(count)) {
      const doomed = await startOverture()
      running = doomed
      const strike = () => sink.received.size >= point && doomed.kill('SIGKILL')
      const end = sink.onMail(strike)
      strike()
      await doomed.ended // when that many have come, or for a reason of its own
      end()
      await endLeases(store)
      expect(sink.received.size, doomed.said()).toBeGreaterThanOrEqual(point)
      killed++
    }
    running = await startOverture()
    await untilState(id, 'finished')
    expect(await faultsOf(id)).toEqual([])
    const copies = [...sink.received.values()].reduce((sum, ids) => sum + ids.length - 1, 0)
    console.log(`killed ${killed} times; ${count} customers, ${copies} second copies, each under the same Message-ID`)
    expect(killed).toBe(deathsIn(count).length)
  })
})

/** Those whose mails were being handed over at the moment of the press may still get them, as it is said to people. */
const IN_HAND = 20

describe.each([['at full speed', 10_000], ...(isPostgres ? [] : [['slowly', 40] as const])] as const)(
  'a chat that is sent %s',
  (_, perSecond) => {
    const count = perSecond < 1_000 ? 150 : isPostgres ? 400 : 1_000

    it('sends no more from the moment of Pause, and the rest once it is resumed', { timeout: 200_000 }, async () => {
      const id = await startChatTo(count, perSecond)
      running = await startOverture()
      await untilReached(count / 10)
      await store.write(tx => pauseChat(tx, id, ann))
      const atPress = sink.received.size
      await untilStill(id)
      expect(sink.received.size - atPress).toBeLessThanOrEqual(IN_HAND)
      expect(sink.received.size).toBeLessThan(count)

      await store.write(tx => resumeChat(tx, id, ann))
      await untilState(id, 'finished')
      expect(await faultsOf(id)).toEqual([])
      expect([...sink.received.values()].every(ids => ids.length === 1)).toBe(true)
    })

    it('sends no more from the moment of Stop, ever', { timeout: 200_000 }, async () => {
      const id = await startChatTo(count, perSecond)
      running = await startOverture()
      await untilReached(count / 10)
      await store.write(tx => stopChat(tx, id, ann))
      const atPress = sink.received.size
      await untilStill(id)
      const out = sink.received.size
      expect(out - atPress).toBeLessThanOrEqual(IN_HAND)
      expect(out).toBeLessThan(count)

      running.kill('SIGKILL') // not even after a crash
      await running.ended
      running = await startOverture()
      await rounds()
      expect(sink.received.size).toBe(out)
      const states = (await recipientsOf(id)).map(r => r.state)
      expect(states.filter(s => s === 'queued')).toEqual([])
      expect(states.filter(s => s === 'sent').length).toBe(out)
    })
  },
)

/** Resolves once nobody has a mail in hand any more. */
async function untilStill(id: string): Promise<void> {
  const inHand = async () =>
    store.read(q =>
      q
        .selectFrom('deliveries')
        .select(e => e.fn.countAll().as('n'))
        .where(
          'ticket_id',
          'in',
          q
            .selectFrom('chat_recipients')
            .select('ticket_id')
            .where('chat_id', '=', id)
            .$castTo<{ ticket_id: string }>(),
        )
        .where('key', 'is not', null)
        .where('state', '=', 'queued')
        .executeTakeFirstOrThrow(),
    )
  await until(
    async () => Number((await inHand()).n) === 0,
    60_000,
    async () => 'Some mails are still in hand.',
  )
  await rounds()
}

/** Long enough for several looks of whoever would send more. */
async function rounds(): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, 2_000))
}
