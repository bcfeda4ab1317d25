import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { alertsUp } from '../../src/core/alerts.ts'
import { ban } from '../../src/core/bans.ts'
import { listTickets } from '../../src/core/lists.ts'
import { takeTicket } from '../../src/core/tickets/assign.ts'
import { archiveTicket, closeTicket, markSpam, reopenTicket, setStatus } from '../../src/core/tickets/status.ts'
import { countTray, heldMails, letThrough, throwAway, throwOneAway, tray } from '../../src/core/tray.ts'
import type { TicketRow } from '../../src/db/schema.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
let ticket: TicketRow
beforeEach(async () => {
  town = await startTown()
  ticket = await town.open()
})
afterEach(() => town.close())

const DAY = 24 * 3_600_000
const messages = (ticketId = ticket.id) => town.messages(ticketId)
const view = (ticketId = ticket.id) => town.view(ticketId)
const byIdentifier = (identifier: string) =>
  town.store.read(q => q.selectFrom('tickets').selectAll().where('identifier', '=', identifier).executeTakeFirst())
const inbound = (key: string) => town.inbound(key)
const token = (ticketId = ticket.id) => town.token(ticketId)
let arrived = 0
const answer = async (more: object = {}) => {
  const key = `<answer${++arrived}@acme.test>`
  await town.arrive({ key, tokens: [await token()], ...more })
  return key
}
const posts = () =>
  town.store.read(q =>
    q
      .selectFrom('deliveries')
      .select('message_id')
      .where('ticket_id', '=', ticket.id)
      .where('channel', '=', 'slack')
      .where('kind', '=', 'message')
      .execute(),
  )
const act = (work: (tx: Parameters<Parameters<Town['store']['write']>[0]>[0]) => Promise<unknown>) =>
  town.store.write(work)

describe('an answer to a closed ticket', () => {
  beforeEach(async () => {
    await act(tx => takeTicket(tx, ticket.id, town.ben))
    await act(tx => closeTicket(tx, ticket.id, 'Solved', actorOf(town.ben)))
  })

  it('within the days that the team says opens it again, and calls who had it', async () => {
    town.clock.now += 14 * DAY
    await answer()
    expect(await view()).toMatchObject({ status: 'in_progress', closedAt: null })
    expect((await messages()).at(-1)).toMatchObject({
      text: 'Jane Doe answered, so SUP-1 is open again.',
      calls_id: town.ben.id,
    })
  })

  it('later is a new ticket that goes on from it; both say so', async () => {
    town.clock.now += 14 * DAY + 1
    const key = await answer({ subject: 'Something else' })
    const next = (await byIdentifier('SUP-2'))!
    expect(next).toMatchObject({ subject: 'Your order', status: 'open', customer_id: ticket.customer_id })
    expect((await view(next.id)).continues).toEqual({ id: ticket.id, identifier: 'SUP-1' })
    expect(await view()).toMatchObject({ status: 'closed', continuedBy: { id: next.id, identifier: 'SUP-2' } })
    expect((await messages(next.id))[0]).toMatchObject({
      opening: 1,
      text: 'Thank you! When can I fetch it?',
      author_kind: 'customer',
    })
    expect((await inbound(key)).reason).toContain('SUP-1 was closed 14 days ago, so this is a new ticket.')
    expect((await messages()).at(-1)?.text).toContain('it goes on in SUP-2')
  })

  it('later still finds the one that goes on from it', async () => {
    town.clock.now += 20 * DAY
    await answer()
    const next = (await byIdentifier('SUP-2'))!
    const key = await answer()
    expect(await messages(next.id)).toHaveLength(3)
    expect((await inbound(key)).reason).toContain('SUP-1 goes on as SUP-2.')
    expect(await byIdentifier('SUP-3')).toBeUndefined()
  })

  it('later begins another where the one that went on from it was deleted, and that one is named', async () => {
    town.clock.now += 20 * DAY
    await answer()
    const deleted = (await byIdentifier('SUP-2'))!
    await act(tx => tx.q.updateTable('tickets').set({ deleted_at: tx.now }).where('id', '=', deleted.id).execute())
    expect((await view()).continuedBy).toBeNull()
    await answer()
    expect((await view()).continuedBy).toMatchObject({ identifier: 'SUP-3' })
  })

  it('by a machine, a stranger or somebody doubtful begins nothing', async () => {
    town.clock.now += 20 * DAY
    await answer({ kind: 'ooo', rule: 'away' })
    await answer({ from: { address: 'eve@x.test', name: 'Eve' } })
    await answer({ trust: { verdict: 'fail', says: 'No.' } })
    expect(await byIdentifier('SUP-2')).toBeUndefined()
    expect((await view()).status).toBe('closed')
  })

  it('always is a new one where the team says none', async () => {
    await act(tx => tx.q.updateTable('teams').set({ reopen_days: 0 }).execute())
    town.clock.now += 1
    await answer()
    expect((await byIdentifier('SUP-2'))?.continues_id).toBe(ticket.id)
  })
})

describe('an answer to a ticket that was put away', () => {
  it('merged goes to the one that it was merged into', async () => {
    const other = await town.open({ subject: 'The one that stays' })
    await act(tx => tx.q.updateTable('tickets').set({ merged_into_id: other.id }).where('id', '=', ticket.id).execute())
    const key = await answer()
    expect((await messages(other.id)).at(-1)).toMatchObject({ author_kind: 'customer' })
    expect((await view(other.id)).status).toBe('open')
    expect((await inbound(key)).reason).toContain('SUP-1 was merged into SUP-2.')
  })

  it('merged in a circle still ends somewhere', async () => {
    const other = await town.open()
    const merge = (id: string, into: string) =>
      act(tx => tx.q.updateTable('tickets').set({ merged_into_id: into }).where('id', '=', id).execute())
    await merge(ticket.id, other.id)
    await merge(other.id, ticket.id)
    const key = await answer()
    expect((await inbound(key)).state).toBe('recorded')
  })

  it('archived brings it back', async () => {
    await act(tx => archiveTicket(tx, ticket.id, actorOf(town.ann)))
    expect((await town.store.read(q => listTickets(q, 'all', null, 10))).ids).toEqual([])
    expect(await view()).toMatchObject({ status: 'closed' })
    await answer()
    expect(await view()).toMatchObject({ status: 'open', archivedAt: null })
    expect((await town.store.read(q => listTickets(q, 'all', null, 10))).ids).toEqual([ticket.id])
  })

  it('that is spam is kept and shown to nobody, until it is none', async () => {
    await act(tx => markSpam(tx, ticket.id, actorOf(town.ann)))
    const key = await answer()
    expect((await inbound(key)).state).toBe('recorded')
    expect(await view()).toMatchObject({ status: 'closed' })
    expect(await posts()).toHaveLength(0)
    await act(tx => reopenTicket(tx, ticket.id, actorOf(town.ann)))
    expect((await posts()).map(p => p.message_id)).toEqual([(await messages())[1]?.id])
    expect(await view()).toMatchObject({ status: 'open', spamAt: null })
  })

  it('is written down as events, also when it is taken back by a status', async () => {
    await act(tx => markSpam(tx, ticket.id, actorOf(town.ann)))
    await act(tx => setStatus(tx, ticket.id, 'open', actorOf(town.ann)))
    await act(tx => archiveTicket(tx, ticket.id, actorOf(town.ann)))
    const events = await town.store.read(q => q.selectFrom('events').select('kind').orderBy('id').execute())
    expect(events.map(e => e.kind).slice(-3)).toEqual(['ticket_marked_spam', 'ticket_reopened', 'ticket_archived'])
  })
})

describe('too many mails', () => {
  const machine = { address: 'robot@acme.test', name: 'Robot' }
  const alerts = () => town.store.read(q => alertsUp(q, 9))

  it('on one ticket are held after the tenth within ten minutes, told once, and let through by hand', async () => {
    const keys: string[] = []
    for (let i = 0; i < 13; i++) keys.push(await answer())
    expect((await messages()).filter(m => m.author_kind === 'customer')).toHaveLength(10)
    expect((await inbound(keys[10]!)).state).toBe('held')
    expect(await alerts()).toHaveLength(1)
    expect(await town.store.read(countTray)).toBe(3)
    expect(await town.store.read(q => heldMails(q, 5))).toMatchObject([{ address: 'jane@acme.test', count: 3 }])
    expect(await act(tx => letThrough(tx, 'jane@acme.test', actorOf(town.ann)))).toBe(3)
    expect(await alerts()).toHaveLength(0)
    for (const key of keys.slice(10)) await town.arriveAgain({ key, tokens: [await token()] })
    expect((await messages()).filter(m => m.author_kind === 'customer')).toHaveLength(13)
    await expect(act(tx => letThrough(tx, 'jane@acme.test', actorOf(town.ann)))).rejects.toThrow('held any more')
  })

  it('go on as before once ten minutes are over', async () => {
    for (let i = 0; i < 10; i++) await answer()
    town.clock.now += 10 * 60_000
    const key = await answer()
    expect((await inbound(key)).state).toBe('recorded')
  })

  it('of one author, over all tickets, are held after the thirtieth within an hour', async () => {
    const write = (i: number) =>
      town.arrive({ key: `<r${i}@acme.test>`, from: machine, to: ['support@tulip.test'], subject: `Alarm ${i}` })
    for (let i = 1; i <= 31; i++) await write(i)
    expect((await inbound('<r30@acme.test>')).state).toBe('recorded')
    expect(await inbound('<r31@acme.test>')).toMatchObject({
      state: 'held',
      reason: 'robot@acme.test sent more than 30 mails within an hour.',
    })
    expect(await act(tx => throwAway(tx, machine.address, actorOf(town.ann)))).toBe(1)
    expect((await inbound('<r31@acme.test>')).state).toBe('ignored')
    town.clock.now += 3_600_001
    await write(32)
    expect((await inbound('<r32@acme.test>')).state).toBe('recorded')
  })

  it('that are reports of a mail system are all read, and ten of them shown', async () => {
    const from = { address: 'mailer-daemon@big.test', name: '' }
    for (let i = 0; i < 40; i++) await answer({ from, kind: 'bounce', rule: 'report' })
    const rows = await town.store.read(q => q.selectFrom('inbound').select('state').execute())
    expect(new Set(rows.map(r => r.state))).toEqual(new Set(['recorded']))
    expect(await posts()).toHaveLength(10)
  })
})

describe('a mail that is not taken in', () => {
  it('is one from a banned address, whatever it answers', async () => {
    await act(tx => ban(tx, { address: 'jane@acme.test', reason: 'Only insults.', by: town.ann }))
    expect(await inbound(await answer())).toMatchObject({
      state: 'ignored',
      reason: 'Mail from jane@acme.test is not taken in: Only insults.',
    })
  })

  it('as junk waits in the tray with the reason, unless it answers something', async () => {
    const junk = 'The mail server put it into Junk.'
    await town.arrive({ key: '<j@x.test>', to: ['support@tulip.test'], junk })
    expect((await town.store.read(q => tray(q, 5)))[0]?.reason).toBe(junk)
    const key = await answer({ junk })
    expect((await inbound(key)).state).toBe('recorded')
  })

  it('and that nobody wants is thrown away by hand: kept, and shown nowhere', async () => {
    await town.arrive({ key: '<j@x.test>', to: ['support@tulip.test'], junk: 'The mail server put it into Junk.' })
    const { id } = (await town.store.read(q => tray(q, 5)))[0]!
    await act(tx => throwOneAway(tx, id, actorOf(town.ann)))
    expect(await town.store.read(countTray)).toBe(0)
    expect(await inbound('<j@x.test>')).toMatchObject({ state: 'ignored', reason: 'Ann threw it away.' })
    await expect(act(tx => throwOneAway(tx, id, actorOf(town.ann)))).rejects.toThrow('no longer in the tray')
  })
})

describe('a new mail of somebody who has an open ticket of that subject', () => {
  const write = (key: string, subject: string, more: object = {}) =>
    town.arrive({ key, to: ['support@tulip.test'], subject, ...more })

  it.each(['AW: [EXTERNAL] Re[2]: your  order', 'Your order'])(
    '(%s) is a ticket of its own that names it',
    async subject => {
      await write('<again@acme.test>', subject)
      const next = (await byIdentifier('SUP-2'))!
      expect((await view(next.id)).looksLike).toEqual({ id: ticket.id, identifier: 'SUP-1' })
      expect(await messages()).toHaveLength(1)
    },
  )

  it.each([
    ['another subject', 'A question', {}],
    ['another author', 'Your order', { from: { address: 'bob@acme.test', name: 'Bob' } }],
    ['no subject', '', {}],
  ])('with %s names none', async (_, subject, more) => {
    await write('<other@acme.test>', subject, more)
    expect((await view((await byIdentifier('SUP-2'))!.id)).looksLike).toBeNull()
  })
})
