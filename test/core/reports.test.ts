import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { alertsUp } from '../../src/core/alerts.ts'
import type { Bounce } from '../../src/core/arrival.ts'
import { fromText } from '../../src/core/document.ts'
import { resendMessage } from '../../src/core/messages/resend.ts'
import { messageView } from '../../src/core/messages/view.ts'
import { liftSuppression, suppressionOf } from '../../src/core/suppressions.ts'
import { bounceToken } from '../../src/core/tokens.ts'
import type { DeliveryRow, TicketRow } from '../../src/db/schema.ts'
import { accepted, startTown, type Town } from '../support/town.ts'

let town: Town
let ticket: TicketRow
beforeEach(async () => {
  town = await startTown()
  ticket = await town.open()
})
afterEach(() => town.close())

const DAY = 24 * 3_600_000
const daemon = { address: 'mailer-daemon@mx.acme.test', name: 'Mail Delivery System' }
const gone: Bounce = {
  recipients: ['jane@acme.test'],
  permanent: true,
  hard: true,
  class: 'no_such_address',
  status: '5.1.1',
  reason: 'There is no such mailbox.',
  words: '550 5.1.1 unknown user',
}
const full: Bounce = { ...gone, hard: false, permanent: false, class: 'mailbox_full', status: '4.2.2', reason: 'Full.' }

async function sent(ticketId = ticket.id, outcome = accepted): Promise<DeliveryRow> {
  town.clock.now += 10_000
  await town.carry(outcome)
  await town.carry(outcome)
  return delivery(ticketId)
}
const delivery = (ticketId = ticket.id) =>
  town.store.read(q =>
    q
      .selectFrom('deliveries')
      .selectAll()
      .where('ticket_id', '=', ticketId)
      .where('key', 'is not', null)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow(),
  )
let bounces = 0
const bounce = (more: object) =>
  town.arrive({
    key: `<bounce${++bounces}@mx.acme.test>`,
    from: daemon,
    kind: 'bounce',
    rule: 'multipart/report',
    subject: 'Undelivered Mail Returned to Sender',
    body: fromText('I am sorry to have to inform you.'),
    bounce: gone,
    ...more,
  })
const suppressed = (address = 'jane@acme.test') => town.store.read(q => suppressionOf(q, address))
const messages = () => town.messages(ticket.id)
const events = () =>
  town.store.read(q => q.selectFrom('events').select('kind').where('ticket_id', '=', ticket.id).execute())
const alerts = () => town.store.read(q => alertsUp(q, 9))
const view = () => town.view(ticket.id)
const inbound = (key: string) => town.inbound(key)

describe('a mail that came back', () => {
  it('is known by the address that it came back to, and is marked with why', async () => {
    const { id } = await sent()
    await bounce({ tokens: ['support', bounceToken(town.store.key, id).toUpperCase()] })
    expect(await delivery()).toMatchObject({
      state: 'bounced',
      bounce_class: 'no_such_address',
      bounce_status: '5.1.1',
      reason: 'There is no such mailbox. The mail server said: 550 5.1.1 unknown user',
    })
    expect((await messages())[1]).toMatchObject({
      kind: 'bounce',
      automatic: 'multipart/report',
      matched_by: 'Matched by the address that it came back to.',
    })
    expect((await view()).counts.bounced).toBe(1)
    expect((await events()).map(e => e.kind)).toContain('mail_bounced')
  })

  it('is known by our Message-ID within, and by the one that the server gave it', async () => {
    const { key } = await sent(ticket.id, letter =>
      letter.thread.side === 'customer' ? { sent: { id: '<theirs@relay.test>' } } : accepted(letter),
    )
    await bounce({ answers: ['<theirs@relay.test>'] })
    expect(await delivery()).toMatchObject({ state: 'bounced', key })
    expect((await messages())[1]?.matched_by).toBe('Matched by the mail that it returns.')
  })

  it('is known by its recipient when just one mail went there in the last days', async () => {
    await sent()
    await bounce({})
    expect(await delivery()).toMatchObject({ state: 'bounced' })
  })

  it('is not guessed among two, nor after a week', async () => {
    await sent()
    const other = await town.open({ subject: 'Another' })
    await sent(other.id)
    await bounce({})
    expect([(await delivery()).state, (await delivery(other.id)).state]).toEqual(['sent', 'sent'])
    town.clock.now += 8 * DAY
    const late = await town.open({ customer: { typed: 'late@acme.test' } })
    await sent(late.id)
    town.clock.now += 8 * DAY
    await bounce({ bounce: { ...gone, recipients: ['late@acme.test'] } })
    expect((await delivery(late.id)).state).toBe('sent')
  })

  it('for good stops all mail to that address, shown on its cards, until an agent says otherwise', async () => {
    const { key } = await sent()
    await bounce({ answers: [key] })
    expect(await suppressed()).toMatchObject({ source: 'bounce' })
    expect((await view()).suppressed).toContain('There is no such mailbox.')
    await expect(town.open()).rejects.toThrow('must not be written to')
    await town.store.write(tx => liftSuppression(tx, 'jane@acme.test', actorOf(town.ann), 'It works.'))
    expect((await view()).suppressed).toBeNull()
    expect((await town.open()).identifier).toBe('SUP-2')
  })

  it('only for now does so on the third day, and what was before a lift counts no more', async () => {
    const tries = async (days: number) => {
      for (let i = 0; i < days; i++) {
        const t = await town.open({ subject: `Try ${i}` })
        const { key } = await sent(t.id)
        await bounce({ answers: [key], bounce: full })
        await bounce({ answers: [key], bounce: full }) // again on the same day
        town.clock.now += DAY
      }
    }
    await tries(2)
    expect(await suppressed()).toBeUndefined()
    await tries(1)
    expect((await suppressed())?.reason).toContain('on three days')
    await town.store.write(tx => liftSuppression(tx, 'jane@acme.test', actorOf(town.ann), 'It works.'))
    await tries(1)
    expect(await suppressed()).toBeUndefined()
  })

  it.each(['spam_or_policy', 'auth_failure'] as const)(
    'because of us (%s) is told to operators once, and suppresses nobody',
    async kind => {
      for (const subject of ['One', 'Two']) {
        const t = await town.open({ subject })
        const { key } = await sent(t.id)
        await bounce({ answers: [key], bounce: { ...gone, class: kind, hard: true, reason: 'They do not like us.' } })
      }
      expect(await suppressed()).toBeUndefined()
      expect(await alerts()).toHaveLength(1)
      expect((await alerts())[0]?.text).toContain('support@tulip.test')
    },
  )

  it('from where the customer forwards to says so, and neither address is written to', async () => {
    const { key } = await sent()
    await bounce({ answers: [key], bounce: { ...gone, recipients: ['jd@home.test'] } })
    expect((await delivery()).reason).toContain('It was forwarded to jd@home.test')
    expect(await suppressed('jane@acme.test')).toBeDefined()
    expect(await suppressed('jd@home.test')).toBeDefined()
  })

  it('from an older address of the customer does not silence the one in use', async () => {
    const { key } = await sent()
    await town.store.write(async tx => {
      const { customer_id } = ticket
      await tx.q.insertInto('addresses').values({ address: 'jane@new.test', customer_id, created_at: tx.now }).execute()
      await tx.q.updateTable('threads').set({ place: 'jane@new.test' }).where('side', '=', 'customer').execute()
    })
    await bounce({ answers: [key] })
    expect(await suppressed('jane@acme.test')).toBeDefined()
    expect(await suppressed('jane@new.test')).toBeUndefined()
  })

  it('of a copy is said, and the mail itself is not marked', async () => {
    const other = await town.open({ subject: 'With a copy', copyTo: ['bob@acme.test'] })
    ticket = other
    const { key } = await sent(other.id)
    await bounce({ answers: [key], bounce: { ...gone, recipients: ['bob@acme.test'] } })
    expect((await delivery()).state).toBe('sent')
    expect((await messages()).at(-1)?.text).toContain('The copy to bob@acme.test came back. There is no such mailbox.')
    expect(await suppressed('jane@acme.test')).toBeUndefined()
    expect(await suppressed('bob@acme.test')).toBeDefined()
  })

  it('that we never sent is set aside quietly; a report that names no mail waits in the tray', async () => {
    await bounce({ key: '<scatter@mx.test>', bounce: { ...gone, recipients: ['nobody@else.test'] } })
    expect(await inbound('<scatter@mx.test>')).toMatchObject({ state: 'ignored', kind: 'bounce' })
    await bounce({ key: '<odd@mx.test>', bounce: null })
    expect(await inbound('<odd@mx.test>')).toMatchObject({ state: 'unmatched' })
    expect(await messages()).toHaveLength(1)
  })

  it('forged with a token that is not ours marks nothing', async () => {
    const { id } = await sent()
    const forged = bounceToken(Buffer.alloc(32, 9), id)
    await bounce({ tokens: [forged], bounce: { ...gone, recipients: [] } })
    expect((await delivery()).state).toBe('sent')
  })

  it('after it was sent again elsewhere does not mark the new one', async () => {
    const { key } = await sent()
    await bounce({ answers: [key] })
    const [first] = await messages()
    await town.store.write(tx => resendMessage(tx, first!.id, 'jane@new.test', actorOf(town.ann)))
    const second = await sent()
    await bounce({ answers: [key] })
    expect((await delivery()).id).toBe(second.id)
    expect((await delivery()).state).toBe('sent')
  })

  it('twice is told once', async () => {
    const { key } = await sent()
    await bounce({ answers: [key] })
    await bounce({ answers: [key] })
    expect((await events()).filter(e => e.kind === 'mail_bounced')).toHaveLength(1)
  })
})

describe('other words of mail systems', () => {
  const report = (kind: 'delayed' | 'complaint' | 'receipt', more: object = {}) =>
    bounce({ kind, rule: `a rule for ${kind}`, bounce: kind === 'delayed' ? full : null, ...more })

  it('“not delivered yet” is a note on the mail, no bounce, and ends when it arrives', async () => {
    const { key } = await sent()
    await report('delayed', { answers: [key] })
    expect(await delivery()).toMatchObject({ state: 'sent', late_at: town.clock.now })
    expect((await delivery()).reason).toContain('Not delivered yet. Full.')
    const [opening] = await messages()
    const shown = await town.store.read(q => messageView(q, town.store, opening!.id))
    expect(shown?.deliveries[0]).toMatchObject({ state: 'sent', reason: expect.stringContaining('Not delivered yet') })
    await report('receipt', { answers: [key] })
    expect(await delivery()).toMatchObject({ state: 'sent', late_at: null, reason: null })
    expect(await suppressed()).toBeUndefined()
  })

  it('a complaint stops all mail there, and is told in the thread and to operators', async () => {
    const { key } = await sent()
    await report('complaint', { answers: [key] })
    expect(await suppressed()).toMatchObject({ source: 'complaint' })
    expect((await messages()).at(-1)).toMatchObject({ author_kind: 'system', calls_id: town.ann.id })
    expect((await alerts())[0]?.text).toContain('jane@acme.test reported a mail of SUP-1 as spam.')
    expect((await delivery()).state).toBe('sent')
  })

  it('a complaint that proves nothing silences nobody, but operators hear of it', async () => {
    await sent()
    await report('complaint', { bounce: { ...gone, hard: false } })
    expect(await suppressed()).toBeUndefined()
    await report('complaint', { key: '<whose@fbl.test>' })
    expect((await inbound('<whose@fbl.test>')).state).toBe('unmatched')
    expect(await alerts()).toHaveLength(1)
  })

  it('change no status', async () => {
    const { key } = await sent()
    for (const kind of ['delayed', 'complaint', 'receipt'] as const) await report(kind, { answers: [key] })
    expect((await view()).status).toBe('awaiting_customer')
    expect((await view()).answeredAt).toBeNull()
  })
})
