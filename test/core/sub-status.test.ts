import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statusNamed } from '../../src/api/thena/status.ts'
import { ticketCard } from '../../src/channels/slack/views/tickets/card.ts'
import { actorOf } from '../../src/core/agents.ts'
import { historyOf } from '../../src/core/events.ts'
import { searching } from '../../src/core/find/entry.ts'
import { askerOf, findTickets } from '../../src/core/find/find.ts'
import { findWords, readFind } from '../../src/core/find/language.ts'
import { setBaseRole, setTeamRole } from '../../src/core/permissions/roles.ts'
import { createTeam } from '../../src/core/teams.ts'
import { moveToTeam } from '../../src/core/tickets/move.ts'
import { snoozeTicket } from '../../src/core/tickets/snooze.ts'
import { closeTicket, setStatus } from '../../src/core/tickets/status.ts'
import { dropSubStatus, refuseTooManyToTakeIn, setSubStatus, takeIn } from '../../src/core/tickets/sub-status.ts'
import {
  changeSubStatus,
  createSubStatus,
  type SubStatusForm,
  subStatusById,
} from '../../src/core/tickets/sub-statuses.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeAll(async () => {
  town = await startTown()
})
afterAll(() => town.close())

const ann = () => actorOf(town.ann)
const make = (form: Partial<SubStatusForm> = {}, by = town.ann) =>
  town.store.write(tx =>
    createSubStatus(tx, { teamId: town.team.id, parent: 'in_progress', name: 'Lawyers', description: '', ...form }, by),
  )
const put = (ticketId: string, id: string | null) => town.store.write(tx => setSubStatus(tx, ticketId, id, ann()))
const cardOf = async (ticketId: string) => JSON.stringify(ticketCard(await town.view(ticketId), town.clock.now).blocks)
const latest = async (ticketId: string) => (await town.store.read(q => historyOf(q, ticketId)))[0]!

describe('a sub-status', () => {
  it('stands beside the status that it is below, and goes with it', async () => {
    const ticket = await town.open()
    const id = await make({ name: 'Waiting for the lawyers' })
    await put(ticket.id, id)
    expect(await town.view(ticket.id)).toMatchObject({ status: 'in_progress', subStatus: 'Waiting for the lawyers' })
    expect(await cardOf(ticket.id)).toContain('In progress · Waiting for the lawyers')
    expect(await latest(ticket.id)).toMatchObject({
      kind: 'status_changed',
      actor_name: 'Ann',
      before: '{"sub_status":null}',
      after: '{"sub_status":"Waiting for the lawyers"}',
    })
    const events = (await town.store.read(q => historyOf(q, ticket.id))).length
    await put(ticket.id, id)
    expect((await town.store.read(q => historyOf(q, ticket.id))).length).toBe(events)

    await town.store.write(tx => setStatus(tx, ticket.id, 'awaiting_customer', ann()))
    expect(await town.view(ticket.id)).toMatchObject({ status: 'awaiting_customer', subStatus: null })
    expect(JSON.parse((await latest(ticket.id)).after!)).toEqual({ status: 'awaiting_customer', sub_status: null })
  })

  it('is taken off by hand, and the status stays', async () => {
    const ticket = await town.open()
    await put(ticket.id, await make({ name: 'Off again' }))
    await put(ticket.id, null)
    expect(await town.view(ticket.id)).toMatchObject({ status: 'in_progress', subStatus: null })
  })

  it('below the one that a ticket has loses nothing of it', async () => {
    const ticket = await town.open()
    const until = town.clock.now + 3_600_000
    await town.store.write(tx => snoozeTicket(tx, ticket.id, { until, untilAnswer: true }, ann()))
    await put(ticket.id, await make({ name: 'Parts are ordered', parent: 'on_hold' }))
    expect(await town.view(ticket.id)).toMatchObject({
      status: 'snoozed',
      snoozedUntil: until,
      subStatus: 'Parts are ordered',
    })
  })

  it('on hold ends with the answer of the customer, also for a ticket that was closed', async () => {
    const ticket = await town.open()
    await town.store.write(tx => closeTicket(tx, ticket.id, 'Done', ann()))
    await put(ticket.id, await make({ name: 'With the bank', parent: 'on_hold' }))
    expect(await town.view(ticket.id)).toMatchObject({ status: 'snoozed', closedAt: null, subStatus: 'With the bank' })
    await town.arrive({ key: '<bank@acme.test>', tokens: [await town.token(ticket.id)] })
    expect(await town.view(ticket.id)).toMatchObject({ status: 'open', subStatus: null })
  })

  it('on hold is refused for an internal ticket, which no answer would wake', async () => {
    const ticket = await town.open({ email: false })
    const id = await make({ name: 'In storage', parent: 'on_hold' })
    await expect(put(ticket.id, id)).rejects.toThrow(
      `${ticket.identifier} is internal, so no answer would end its hold.`,
    )
    expect((await town.view(ticket.id)).subStatus).toBe(null)
  })

  it('below closed closes the ticket for that reason', async () => {
    const ticket = await town.open()
    await put(ticket.id, await make({ name: 'Refunded', parent: 'closed' }))
    expect(await town.view(ticket.id)).toMatchObject({
      status: 'closed',
      closeReason: 'Refunded',
      subStatus: 'Refunded',
    })
    expect(await cardOf(ticket.id)).toContain('*Closed: Refunded*')
  })

  it('of one team is not for tickets of another, and stays behind when a ticket moves there', async () => {
    const form = { name: 'Sales', prefix: 'SAL', place: 'C0SALES', replyMode: 'ask' as const, holdMs: 0, signature: '' }
    const teamId = await town.store.write(tx => createTeam(tx, form))
    const theirs = await make({ name: 'Offered', teamId })
    const ticket = await town.open({ email: false })
    await expect(put(ticket.id, theirs)).rejects.toThrow(`The team of ${ticket.identifier} has no status Offered.`)
    const move = (id: string) => town.store.write(tx => moveToTeam(tx, id, { teamId, senderId: null }, ann()))
    await put(ticket.id, await make({ name: 'Ours alone' }))
    await move(ticket.id)
    expect(await town.view(ticket.id)).toMatchObject({ status: 'internal', subStatus: null })
    const other = await town.open({ email: false })
    await put(other.id, await make({ name: 'To be called', teamId: null, parent: 'open' }))
    await move(other.id)
    expect(await town.view(other.id)).toMatchObject({ status: 'open', subStatus: 'To be called' })
  })
})

describe('the set-up of sub-statuses', () => {
  it('has each name once in a team, and says all that is wrong', async () => {
    await make({ name: 'Legal' })
    await expect(make({ name: ' LEGAL ' })).rejects.toThrow('There is a status Legal already.')
    await expect(make({ name: 'legal', teamId: null })).rejects.toThrow('There is a status Legal already.')
    await expect(make({ name: ' ', description: 'x'.repeat(501) })).rejects.toThrow(
      'Give the status a name. A description has at most 500 characters.',
    )
  })

  it('makes one of ten that are made at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => make({ name: 'At once', teamId: null })))
    expect(results.filter(r => r.status === 'fulfilled')).toHaveLength(1)
  })

  it('calls one otherwise on its tickets, too', async () => {
    const ticket = await town.open()
    const id = await make({ name: 'Forme' })
    await put(ticket.id, id)
    await town.store.write(tx => changeSubStatus(tx, id, { name: 'Former' }, town.ann))
    expect((await town.view(ticket.id)).subStatus).toBe('Former')
    expect(await town.store.read(q => subStatusById(q, id))).toMatchObject({ name: 'Former', description: '' })
  })

  it('takes in the tickets that are plainly in its parent', async () => {
    const [plain, other] = [await town.open(), await town.open()]
    await town.store.write(tx => setStatus(tx, plain.id, 'open', ann()))
    const id = await make({ name: 'Newly come', parent: 'open' })
    await town.store.read(q => refuseTooManyToTakeIn(q, { parent: 'open', team_id: town.team.id }))
    await takeIn(town.store, id, ann())
    await takeIn(town.store, id, ann())
    expect((await town.view(plain.id)).subStatus).toBe('Newly come')
    expect((await town.view(other.id)).subStatus).toBe(null)
    expect(JSON.parse((await latest(plain.id)).after!)).toEqual({ sub_status: 'Newly come' })
  })

  it('leaves tickets below the parent when one is removed, and removing it twice is refused', async () => {
    const ticket = await town.open()
    const id = await make({ name: 'Short-lived' })
    await put(ticket.id, id)
    await dropSubStatus(town.store, id, ann())
    expect(await town.view(ticket.id)).toMatchObject({ status: 'in_progress', subStatus: null })
    expect(await latest(ticket.id)).toMatchObject({
      before: '{"sub_status":"Short-lived"}',
      after: '{"sub_status":null}',
    })
    await expect(dropSubStatus(town.store, id, ann())).rejects.toThrow('This status is no more.')
    await expect(put(ticket.id, id)).rejects.toThrow('This status is no more.')
  })

  it('leaves no ticket in one that is removed at the same moment', async () => {
    const tickets = []
    for (let i = 0; i < 8; i++) tickets.push(await town.open())
    const id = await make({ name: 'Soon gone' })
    await Promise.allSettled([...tickets.map(t => put(t.id, id)), dropSubStatus(town.store, id, ann())])
    const left = await town.store.read(q =>
      q.selectFrom('tickets').select('id').where('sub_status_id', '=', id).execute(),
    )
    expect(left).toEqual([])
    await expect(town.store.read(q => subStatusById(q, id))).rejects.toThrow('This status is no more.')
  })

  it('is for leads, once there are some', async () => {
    const id = await make({ name: 'Before the leads' })
    await town.store.write(tx => setTeamRole(tx, town.ann.id, town.team.id, 'lead', town.ann))
    await expect(make({ name: 'Not mine' }, town.ben)).rejects.toThrow('Only a lead may do this. Ask Ann.')
    await expect(town.store.write(tx => changeSubStatus(tx, id, { name: 'Mine' }, town.ben))).rejects.toThrow(
      'Only a lead may do this.',
    )
    await expect(dropSubStatus(town.store, id, actorOf(town.ben))).rejects.toThrow('Only a lead may do this.')
    await town.store.write(tx => setBaseRole(tx, town.ben.id, 'viewer', town.ann))
    const ticket = await town.open()
    await expect(town.store.write(tx => setSubStatus(tx, ticket.id, id, actorOf(town.ben)))).rejects.toThrow(
      'You may look at, but not change',
    )
  })
})

it('tickets are found by what their team calls a part of a status, beside other statuses', async () => {
  const ticket = await town.open({ email: false })
  const other = await town.open({ email: false })
  await put(ticket.id, await make({ name: 'With the notary' }))
  const find = (typed: string) =>
    searching(town.store, async q => {
      const filter = await readFind(q, typed)
      const { tickets } = await findTickets(q, filter, await askerOf(q, town.ann, town.clock.now), { limit: 100 })
      return { words: await findWords(q, filter), found: tickets.map(t => t.identifier) }
    })
  expect(await find('status:"with the NOTARY"')).toEqual({
    words: 'status:"With the notary"',
    found: [ticket.identifier],
  })
  expect((await find('status:internal,"With the notary"')).found).toEqual(
    expect.arrayContaining([ticket.identifier, other.identifier]),
  )
  await put(ticket.id, null)
  expect((await find('status:"With the notary"')).found).toEqual([])
  await expect(find('status:lost')).rejects.toThrow('snoozed, closed, Waiting for the lawyers')
})

it('a status is found by its id, or else by its name in any case', async () => {
  const id = await make({ name: 'Found by name' })
  const find = (by: { id?: string; name?: string }) => town.store.read(q => statusNamed(q, town.team.id, by))
  expect(await find({})).toBeUndefined()
  expect(await find({ id: 'on_hold', name: 'Open' })).toEqual({ status: 'snoozed' })
  expect(await find({ name: 'waiting ON customer' })).toEqual({ status: 'awaiting_customer' })
  expect(await find({ name: 'FOUND by name' })).toEqual({ subStatusId: id })
  expect(await find({ id })).toEqual({ subStatusId: id })
  await expect(find({ name: 'Lost' })).rejects.toThrow('There is no status Lost. There are Open, Scheduled')
})
