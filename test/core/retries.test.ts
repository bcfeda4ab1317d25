import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { alertsUp } from '../../src/core/alerts.ts'
import { tellOfLate } from '../../src/core/deliveries/late.ts'
import { fromText } from '../../src/core/document.ts'
import type { Letter, Outcome, Retry } from '../../src/core/letter.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { resendMessage } from '../../src/core/messages/resend.ts'
import { markSenderBroken, markSenderWorking } from '../../src/core/senders/health.ts'
import { suppress, suppressionOf } from '../../src/core/suppressions.ts'
import { threadOf } from '../../src/core/threads.ts'
import { moveThread } from '../../src/core/tickets/address.ts'
import { bounceToken } from '../../src/core/tokens.ts'
import type { DeliveryRow, TicketRow } from '../../src/db/schema.ts'
import { accepted, startTown, type Town } from '../support/town.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let town: Town
let ticket: TicketRow
beforeEach(async () => {
  town = await startTown()
  ticket = await town.open()
  await town.carry()
  town.clock.now += 10_000
})
afterEach(() => town.close())

const later: Retry = { reason: 'The mail server cannot take the mail at the moment.', tries: 'later' }
const toCustomer = (outcome: Outcome) => (l: Letter) => (l.thread.side === 'customer' ? outcome : accepted(l))
const mails = (letters: Letter[]) => letters.filter(l => l.thread.side === 'customer')

async function mail(): Promise<DeliveryRow> {
  const rows = await town.store.read(q =>
    q.selectFrom('deliveries').selectAll().where('channel', '=', 'email').orderBy('id').execute(),
  )
  return rows[0] as DeliveryRow
}
const notices = async () =>
  (
    await town.store.read(q =>
      q.selectFrom('messages').select('text').where('author_kind', '=', 'system').orderBy('id').execute(),
    )
  ).map(m => m.text)

/** Carries with this outcome whenever the mail is due, until it is not queued any more; when that was, from now on. */
async function tries(outcome: (l: Letter) => Outcome, most = 60): Promise<number[]> {
  const begin = town.clock.now
  const times: number[] = []
  while (times.length < most) {
    const due = await mail()
    if (due.state !== 'queued' && due.state !== 'held') break
    town.clock.now = Math.max(town.clock.now, due.due_at)
    times.push(town.clock.now - begin)
    while ((await town.carry(outcome)).length);
  }
  return times
}

describe('a mail that the far side takes later', () => {
  it('is tried by a ladder of minutes and hours for two days, and then given up with a word', async () => {
    const times = await tries(toCustomer({ retry: later }))
    const waits = times.slice(1).map((at, i) => (at - times[i]!) / MINUTE)
    for (const [i, minutes] of [5, 15, 30, 60, 120, 240, 240].entries()) {
      expect(waits[i]).toBeGreaterThanOrEqual(minutes)
      expect(waits[i]).toBeLessThanOrEqual(minutes * 1.1)
    }
    expect(times.at(-1)).toBeGreaterThan(48 * HOUR)
    expect(times.at(-1)).toBeLessThan(53 * HOUR)
    expect(await mail()).toMatchObject({ state: 'failed', reason: expect.stringContaining('for two days') })
  })

  it('is tried within seconds when it is our own mail server that is away', async () => {
    const times = await tries(toCustomer({ retry: { reason: 'It cannot be reached.', tries: 'soon' } }), 6)
    expect(times).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000])
  })

  it('is tried a day apart, three times, when the mailbox is full, and is nobody’s fault', async () => {
    const times = await tries(toCustomer({ retry: { reason: 'The mailbox is full.', tries: 'daily' } }))
    expect(times.map(at => Math.floor(at / (24 * HOUR)))).toEqual([0, 1, 2, 3])
    expect(await mail()).toMatchObject({ state: 'failed', reason: expect.stringContaining('for three days') })
    expect(await town.store.read(q => suppressionOf(q, 'jane@acme.test'))).toBeUndefined()
  })

  it('begins at the first rung once the far side answers, however long our own server was away', async () => {
    await tries(toCustomer({ retry: { reason: 'Away.', tries: 'soon' } }), 12)
    town.clock.now = (await mail()).due_at
    await town.carry(toCustomer({ retry: later }))
    expect((await mail()).due_at - town.clock.now).toBeLessThan(6 * MINUTE)
  })

  it('is told of under the address that it was sent to, wherever the ticket goes on', async () => {
    await town.carry(toCustomer({ retry: later }))
    const thread = await town.store.read(q => threadOf(q, ticket.id, 'customer'))
    await town.store.write(tx => moveThread(tx, thread, 'jane@home.test', actorOf(town.ann)))
    town.clock.now += HOUR
    await town.store.write(tellOfLate)
    expect(await notices()).toMatchObject([expect.stringContaining('The mail to jane@acme.test is not delivered yet')])
  })

  it('is told of once, after an hour, and shown until it is out', async () => {
    await town.carry(toCustomer({ retry: later }))
    town.clock.now += HOUR - 1
    expect(await town.store.write(tellOfLate)).toBe(0)
    town.clock.now += 1
    expect(await town.store.write(tellOfLate)).toBe(1)
    expect(await town.store.write(tellOfLate)).toBe(0)
    expect(await notices()).toEqual([
      'The mail to jane@acme.test is not delivered yet; it is tried again and again. The mail server cannot take the mail at the moment.',
    ])
    expect((await mail()).late_at).not.toBeNull()
    while ((await town.carry()).length);
    expect(await mail()).toMatchObject({ state: 'sent', late_at: null, deferred_at: null, reason: null })
  })
})

describe('a mail that was not tried', () => {
  const turn: Outcome = { retry: { reason: '', tries: 'uncounted', afterMs: 30_000 } }

  it('waits for its turn as if nobody had looked at it', async () => {
    await town.carry(toCustomer(turn))
    expect(await mail()).toMatchObject({
      attempts: 0,
      reason: null,
      deferred_at: null,
      due_at: town.clock.now + 30_000,
    })
  })

  it('waits for its sender as long as it takes, and has its two days afterwards', async () => {
    const broken: Outcome = { retry: { reason: 'No log-in.', tries: 'uncounted', afterMs: HOUR } }
    await tries(toCustomer(broken), 60)
    expect(await mail()).toMatchObject({ state: 'queued', reason: 'No log-in.' })
    await town.store.write(tellOfLate)
    expect(await notices()).toEqual([])
    town.clock.now = (await mail()).due_at
    await town.carry(toCustomer({ retry: later }))
    expect((await mail()).state).toBe('queued')
  })
})

describe('a mail whose connection was lost at its end', () => {
  const lost: Outcome = { retry: { reason: 'It may have arrived.', tries: 'later', uncertain: true } }

  it('is sent once more, under the same id, and not a third time', async () => {
    const keys: (string | null)[] = []
    const times = await tries(l => {
      if (l.thread.side === 'customer') keys.push(l.key)
      return toCustomer(lost)(l)
    })
    expect(times).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
    expect(await mail()).toMatchObject({ state: 'failed', reason: expect.stringContaining('It may have arrived: ask') })
  })

  it('is sent when the second try says so, and may be put off in between', async () => {
    await town.carry(toCustomer(lost))
    expect((await mail()).uncertain_at).toBe(town.clock.now)
    town.clock.now = (await mail()).due_at
    await town.carry(toCustomer({ retry: later }))
    town.clock.now = (await mail()).due_at
    while ((await town.carry()).length);
    expect((await mail()).state).toBe('sent')
  })
})

describe('a mail with copies', () => {
  const missed = [{ address: 'bob@acme.test', reason: 'It does not exist.', broken: 'address' as const }]
  beforeEach(() =>
    town.store.write(tx =>
      tx.q
        .updateTable('deliveries')
        .set({ copies: JSON.stringify(['bob@acme.test', 'carol@globex.test']) })
        .where('channel', '=', 'email')
        .execute(),
    ),
  )

  it('is sent, and the desk is told once who did not get it; who does not exist is not written to again', async () => {
    const recipients = { taken: ['jane@acme.test', 'carol@globex.test'], missed }
    await town.carry(l => (l.thread.side === 'customer' ? { sent: { id: l.key as string }, recipients } : accepted(l)))
    expect(await mail()).toMatchObject({ state: 'sent' })
    expect(await notices()).toEqual(['bob@acme.test did not get a copy. It does not exist.'])
    expect(await town.store.read(q => suppressionOf(q, 'bob@acme.test'))).toBeDefined()
    expect(await town.store.read(q => suppressionOf(q, 'jane@acme.test'))).toBeUndefined()
  })

  it('keeps nothing waiting that comes after it, once the customer has it', async () => {
    const waiting: Outcome = { retry: later, recipients: { taken: ['jane@acme.test'], missed } }
    await town.carry(toCustomer(waiting))
    expect(await mail()).toMatchObject({ state: 'queued', sent_at: town.clock.now })
    await town.store.write(tx =>
      postMessage(tx, {
        ticketId: ticket.id,
        author: actorOf(town.ann),
        body: fromText('And one more thing.'),
        visibility: 'public',
      }),
    )
    town.clock.now += 10_000
    expect(mails(await town.carry()).map(l => l.message?.text)).toEqual(['And one more thing.'])
    town.clock.now = (await mail()).due_at
    const [again] = mails(await town.carry())
    expect(again?.handed).toEqual(['jane@acme.test', 'bob@acme.test'])
  })

  it('is sent in the end also when a copy never could be', async () => {
    let first = true
    await tries(l => {
      if (l.thread.side !== 'customer') return accepted(l)
      const taken = first ? ['jane@acme.test'] : []
      first = false
      return { retry: later, recipients: { taken, missed: [] } }
    })
    expect((await mail()).state).toBe('sent')
    const said = await notices()
    expect(said.at(-1)).toContain('carol@globex.test did not get a copy. It could not be delivered for two days')
  })

  it('sent again to a better address goes only to those copies that nobody has yet', async () => {
    const recipients = { taken: ['carol@globex.test'], missed: [] }
    await town.carry(toCustomer({ refused: { reason: 'There is no such mailbox.' }, recipients }))
    const { message_id } = await mail()
    await town.store.write(tx => resendMessage(tx, message_id as string, 'jane.doe@acme.test', actorOf(town.ann)))
    town.clock.now += 10_000
    const [again] = mails(await town.carry())
    expect([again?.thread.place, again?.copies]).toEqual(['jane.doe@acme.test', ['bob@acme.test']])
  })

  it('leaves out who must not be written to', async () => {
    await town.store.write(tx => suppress(tx, 'bob@acme.test', 'It does not exist.', 'smtp'))
    const [letter] = mails(await town.carry())
    expect(letter?.copies).toEqual(['carol@globex.test'])
    expect(letter?.barred).toEqual([{ address: 'bob@acme.test', reason: 'It does not exist.' }])
  })
})

it('a customer who must not be written to any more by the time a mail is due is known as such', async () => {
  await town.store.write(tx => suppress(tx, 'jane@acme.test', 'They complained.', 'complaint'))
  const [letter] = mails(await town.carry())
  expect(letter?.barred).toEqual([{ address: 'jane@acme.test', reason: 'They complained.' }])
})

it('an answer that names the mail server’s own id for a mail finds its ticket, and what follows refers to both', async () => {
  const [first] = mails(
    await town.carry(l => (l.thread.side === 'customer' ? { sent: { id: '<77.abc@relay.test>' } } : accepted(l))),
  )
  await town.arrive({ key: '<jane-1@acme.test>', answers: ['<77.abc@relay.test>'] })
  const [answer] = await town.store.read(q =>
    q.selectFrom('messages').selectAll().where('author_kind', '=', 'customer').execute(),
  )
  expect(answer?.ticket_id).toBe(ticket.id)
  await town.store.write(tx =>
    postMessage(tx, { ticketId: ticket.id, author: actorOf(town.ann), body: fromText('Yes.'), visibility: 'public' }),
  )
  town.clock.now += 10_000
  const second = mails(await town.carry()).find(l => l.message?.text === 'Yes.')
  expect(second?.references).toEqual([first?.key, '<77.abc@relay.test>', '<jane-1@acme.test>'])
})

it('an absence told to where our mail came from, with no word of the mail, finds its ticket', async () => {
  const [first] = mails(await town.carry())
  const tokens = [bounceToken(town.store.key, first?.id as string)]
  await town.arrive({ key: '<away@acme.test>', tokens, kind: 'ooo', rule: 'absence' })
  const [absence] = await town.store.read(q =>
    q.selectFrom('messages').selectAll().where('author_kind', '=', 'customer').execute(),
  )
  expect(absence).toMatchObject({ ticket_id: ticket.id, automatic: 'absence' })
  expect(absence?.matched_by).toContain('the address that our mail was sent from')
})

describe('operators', () => {
  const up = async () => (await town.store.read(q => alertsUp(q, 10))).map(a => a.text)

  it('are told once that a domain refuses us, and the address is not suppressed', async () => {
    const refused: Outcome = { refused: { reason: 'It is on a blocklist.', alert: 'policy' } }
    await town.carry(toCustomer(refused))
    await town.open({ customer: { typed: 'bob@acme.test' } })
    town.clock.now += 10_000
    while ((await town.carry(toCustomer(refused))).length);
    expect(await up()).toEqual([
      'Mail from support@tulip.test to acme.test is refused for what it is or where it comes from. It is on a blocklist. See whether SPF, DKIM and DMARC are right (overture doctor) and whether the mail server is on a blocklist.',
    ])
    expect(await town.store.read(q => suppressionOf(q, 'jane@acme.test'))).toBeUndefined()
  })

  it('are told once that a sender cannot send, until it can', async () => {
    for (let i = 0; i < 3; i++) await town.store.write(tx => markSenderBroken(tx, town.senderId, 'Wrong password.'))
    expect(await up()).toEqual([
      expect.stringContaining('Nothing can be sent from support@tulip.test. Wrong password.'),
    ])
    await town.store.write(tx => markSenderWorking(tx, town.senderId))
    expect(await up()).toEqual([])
  })
})
