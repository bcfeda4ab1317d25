import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actorOf, joinTeam, seeAgent } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { historyOf } from '../../src/core/events.ts'
import { searching } from '../../src/core/find/entry.ts'
import { readFilter } from '../../src/core/find/filter.ts'
import { askerOf, findTickets } from '../../src/core/find/find.ts'
import { removeFind, renameFind, savedFinds, saveFind } from '../../src/core/find/saved.ts'
import { visibleTo } from '../../src/core/find/visible.ts'
import type { Scope } from '../../src/core/permissions/may.ts'
import { setTeamRole } from '../../src/core/permissions/roles.ts'
import { tagsOf } from '../../src/core/tags/tags.ts'
import { type Deed, doWithAll } from '../../src/core/tickets/bulk.ts'
import { beginDeed, type DeedForm, goOn, resumeDeeds } from '../../src/core/tickets/deeds.ts'
import { deleteTicket } from '../../src/core/tickets/delete.ts'
import { ticketById } from '../../src/core/tickets/find.ts'
import { closeTicket } from '../../src/core/tickets/status.ts'
import type { DeedRow, TicketRow } from '../../src/db/schema.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeAll(async () => {
  town = await startTown()
})
afterAll(() => town.close())

const ann = () => actorOf(town.ann)
const row = (id: string): Promise<TicketRow> =>
  town.store.read(q => q.selectFrom('tickets').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
const withAll = (ids: string[], deed: Deed, tell?: (n: number) => void) =>
  doWithAll(town.store, [ids], deed, { actor: ann(), visible: [] }, tell && { tell })

describe('a ticket that is deleted', () => {
  it('is found and opened no more, nothing of it is sent, and a line stands for its card', async () => {
    const t = await town.open({ subject: 'Gone tomorrow' })
    await town.carry() // the card; the mail is held
    await town.store.write(tx => deleteTicket(tx, t.id, ann()))
    await town.store.write(tx => deleteTicket(tx, t.id, ann()))
    await expect(town.store.read(q => ticketById(q, t.id))).rejects.toThrow('This ticket is no more.')
    town.clock.now += 60_000
    const letters = await town.carry()
    expect(letters.map(l => [l.kind, l.ticket.deletedBy !== null])).toEqual([['card', true]])
    const states = await town.store.read(q =>
      q.selectFrom('deliveries').select(['kind', 'state']).where('ticket_id', '=', t.id).orderBy('id').execute(),
    )
    expect(states).toEqual([
      { kind: 'card', state: 'sent' },
      { kind: 'message', state: 'cancelled' },
    ])
    const events = await town.store.read(q => historyOf(q, t.id))
    expect(events.filter(e => e.kind === 'ticket_deleted')).toHaveLength(1)
  })

  it('never comes back by an answer, nor by a mail of its own that is fetched again', async () => {
    const count = async () => (await town.store.read(q => q.selectFrom('tickets').select('id').execute())).length
    await town.arrive({
      key: '<first@acme.test>',
      to: ['support@tulip.test'],
      subject: 'A question',
      body: fromText('Hello?'),
    })
    const t = await town.store.read(q =>
      q.selectFrom('tickets').selectAll().where('subject', '=', 'A question').executeTakeFirstOrThrow(),
    )
    await town.store.write(tx => deleteTicket(tx, t.id, ann()))
    const before = await count()
    await town.arrive({ key: '<second@acme.test>', answers: ['<first@acme.test>'] })
    expect(await town.inbound('<second@acme.test>')).toMatchObject({
      state: 'ignored',
      reason: `It answers ${t.identifier}, which was deleted.`,
    })
    // as after an import from another mailbox: we know nothing of it but what is kept with the ticket
    await town.store.write(tx => tx.q.deleteFrom('inbound').where('key', '=', '<first@acme.test>').execute())
    await town.arrive({ key: '<first@acme.test>', to: ['support@tulip.test'], subject: 'A question' })
    expect((await town.inbound('<first@acme.test>')).state).toBe('ignored')
    expect(await count()).toBe(before)
  })
})

describe('many tickets at once', () => {
  it('are changed, and what stays as it was is named with the reason', async () => {
    const all = [await town.open(), await town.open(), await town.open()]
    const [first, second, third] = all as [TicketRow, TicketRow, TicketRow]
    await town.store.write(tx => closeTicket(tx, second.id, '', ann()))
    await town.store.write(tx => deleteTicket(tx, third.id, ann()))
    const looked: number[] = []
    const result = await withAll(
      all.map(t => t.id),
      { do: 'close', reason: 'Solved' },
      n => looked.push(n),
    )
    expect(result).toEqual({
      done: 1,
      skipped: [
        { why: 'It is closed already.', count: 1, tickets: [second.identifier] },
        { why: 'This ticket is no more.', count: 1, tickets: [] },
      ],
    })
    expect(looked).toEqual([3])
    expect(await row(first.id)).toMatchObject({ status: 'closed', close_reason: 'Solved', closed_by: town.ann.id })
    expect((await withAll([first.id], { do: 'close', reason: '' })).done).toBe(0)
  })

  it('are assigned, given a status, archived and deleted', async () => {
    const t = await town.open()
    const internal = await town.open({ email: false })
    expect(await withAll([t.id], { do: 'assign', agentId: town.ben.id })).toMatchObject({ done: 1, skipped: [] })
    expect((await row(t.id)).assignee_id).toBe(town.ben.id)
    const waiting = await withAll([t.id, internal.id], { do: 'status', status: 'awaiting_customer' })
    expect(waiting.skipped.map(s => [s.why, s.count])).toEqual([
      ['It has this status already.', 1],
      ['It is internal; no customer is asked anything.', 1],
    ])
    expect(await withAll([t.id], { do: 'archive' })).toMatchObject({ done: 1 })
    expect(await withAll([t.id, internal.id], { do: 'delete' })).toMatchObject({ done: 2 })
    expect((await row(internal.id)).deleted_at).not.toBeNull()
  })

  it('are tagged, and those that are so already are named', async () => {
    const [one, two] = [await town.open(), await town.open()]
    expect(await withAll([one.id], { do: 'tag', add: ['vip', 'late'], takeOff: [] })).toMatchObject({ done: 1 })
    const result = await withAll([one.id, two.id], { do: 'tag', add: ['VIP'], takeOff: ['Late'] })
    expect(result).toEqual({ done: 2, skipped: [] })
    expect((await town.store.read(q => tagsOf(q, [one.id, two.id]))).get(one.id)).toEqual(['vip'])
    expect(await withAll([two.id], { do: 'tag', add: ['vip'], takeOff: ['late'] })).toEqual({
      done: 0,
      skipped: [{ why: 'Its tags are so already.', count: 1, tickets: [two.identifier] }],
    })
  })

  it('sleep until a date or an answer', async () => {
    const [t, internal] = [await town.open(), await town.open({ email: false })]
    const snooze = { until: null, untilAnswer: true }
    expect(await withAll([t.id, internal.id], { do: 'snooze', snooze })).toEqual({
      done: 1,
      skipped: [
        {
          why: 'It is internal, so no answer will come. Choose a date.',
          count: 1,
          tickets: [internal.identifier],
        },
      ],
    })
    expect(await row(t.id)).toMatchObject({ status: 'snoozed', snoozed_for: 'answer' })
  })

  it('stay as they are where whoever asks may only look, with whom to ask', async () => {
    const t = await town.open()
    const vera = await town.store.write(tx => seeAgent(tx, { handle: 'U0VERA', name: 'Vera', email: null }))
    await town.store.write(tx => setTeamRole(tx, vera.id, town.team.id, 'viewer', town.ann))
    const by = { actor: actorOf(vera), visible: await town.store.read(q => visibleTo(q, vera)) }
    const deeds: Deed[] = [
      { do: 'status', status: 'open' },
      { do: 'close', reason: '' },
      { do: 'tag', add: ['vip'], takeOff: [] },
      { do: 'snooze', snooze: { until: null, untilAnswer: true } },
      { do: 'archive' },
      { do: 'delete' },
    ]
    for (const deed of deeds)
      expect(await doWithAll(town.store, [[t.id]], deed, by)).toEqual({
        done: 0,
        skipped: [{ why: 'You may look at, but not change, this ticket.', count: 1, tickets: [t.identifier] }],
      })
    const given = await doWithAll(town.store, [[t.id]], { do: 'assign', agentId: town.ben.id }, by)
    expect(given.skipped[0]?.why).toBe('You may not give to others this ticket.')
    expect(await row(t.id)).toMatchObject({ status: 'awaiting_customer', assignee_id: null, deleted_at: null })
  })

  it('leave alone what whoever asks may not see', async () => {
    const t = await town.open()
    const bens: Scope = { agentId: town.ben.id, everywhere: 'own', teams: new Map() }
    const by = { actor: ann(), visible: [bens] }
    const result = await doWithAll(town.store, [[t.id]], { do: 'archive' }, by)
    expect(result).toMatchObject({ done: 0, skipped: [{ why: 'You may not see it.', count: 1 }] })
    expect((await row(t.id)).archived_at).toBeNull()
    const asker = { ...(await town.store.read(q => askerOf(q, town.ann, town.clock.now))), visible: by.visible }
    expect((await searching(town.store, q => findTickets(q, {}, asker, { limit: 10 }))).tickets).toEqual([])
    await withAll([t.id], { do: 'assign', agentId: town.ben.id })
    expect((await searching(town.store, q => findTickets(q, {}, asker, { limit: 10 }))).tickets).toHaveLength(1)
  })
})

describe('a deed that was cut off', () => {
  it('goes on where it was, once, and whose it was is told', async () => {
    for (let i = 0; i < 45; i++) await town.open({ subject: 'Zeppelin parts' })
    const form: DeedForm = {
      ...{ key: 'V1', agent: town.ann, deed: { do: 'close', reason: 'Solved' } },
      meant: { filter: { text: 'zeppelin' } },
    }
    const begun = await town.store.write(tx => beginDeed(tx, form))
    expect(await town.store.write(tx => beginDeed(tx, form))).toBeUndefined()
    const dying = goOn(town.store, begun as DeedRow, looked => {
      if (looked === 40) throw new Error('killed')
    })
    await expect(dying).rejects.toThrow('killed')
    const closed = () =>
      town.store.read(q => q.selectFrom('events').selectAll().where('kind', '=', 'ticket_closed').execute())
    const before = (await closed()).length
    await resumeDeeds(town.store)
    expect(await closed()).toHaveLength(before) // somebody may be at it still
    await town.open({ subject: 'Zeppelin that came in meanwhile' })
    town.clock.now += 61_000
    for (let twice = 0; twice < 2; twice++) await resumeDeeds(town.store)
    expect(await closed()).toHaveLength(before + 5)
    const told = await town.store.read(q =>
      q.selectFrom('desk_posts').select(['text', 'agent_id']).where('key', 'like', 'deed:%').execute(),
    )
    expect(told).toEqual([
      { agent_id: town.ann.id, text: 'What you began with many tickets was cut off and is done now: 45 changed.' },
    ])
    expect(await town.store.read(q => q.selectFrom('deeds').selectAll().execute())).toEqual([])
  })
})

describe('a view that is kept', () => {
  const names = async (agent = town.ann) => (await town.store.read(q => savedFinds(q, agent))).map(s => s.name)
  const keep = (name: string, teamId: string | null = null, agent = town.ann) =>
    town.store.write(tx => saveFind(tx, { name, filter: { status: ['open'], assignee: ['me'] }, teamId, agent }))

  it('is its owner’s, or their team’s; the same name again is the same view', async () => {
    const outsider = await town.store.write(tx => seeAgent(tx, { handle: 'U0OUT', name: 'Out', email: null }))
    for (const agent of [town.ann, town.ben]) await town.store.write(tx => joinTeam(tx, agent.id, town.team.id))
    const own = await keep(' My  open ones ')
    expect(await keep('My open ones')).toBe(own)
    await keep('Ours', town.team.id)
    expect(await names()).toEqual(['My open ones', 'Ours'])
    expect(await names(town.ben)).toEqual(['Ours'])
    expect(await names(outsider)).toEqual([])
    await expect(keep('Theirs', town.team.id, outsider)).rejects.toThrow('Only members of the team keep views for it.')
    await expect(keep(' ')).rejects.toThrow('Give the view a name.')
  })

  it('is renamed and removed by those whose it is', async () => {
    const [own, ours] = await town.store.read(q => savedFinds(q, town.ann))
    await town.store.write(tx => renameFind(tx, ours!.id, 'All of ours', town.ben))
    await expect(town.store.write(tx => renameFind(tx, own!.id, 'x', town.ben))).rejects.toThrow(
      'This view is no more.',
    )
    await keep('Another')
    await expect(town.store.write(tx => renameFind(tx, own!.id, 'Another', town.ann))).rejects.toThrow(
      'There is a view of this name.',
    )
    await town.store.write(tx => removeFind(tx, own!.id, town.ben))
    expect(await names()).toEqual(['All of ours', 'Another', 'My open ones'])
    for (let twice = 0; twice < 2; twice++) await town.store.write(tx => removeFind(tx, own!.id, town.ann))
    expect(await names()).toEqual(['All of ours', 'Another'])
  })

  it('forgets what a later version wrote and nobody here knows', () => {
    expect(readFilter('{"status":["open"],"mood":["sad"],"priority":["purple"],"text":"acme"}')).toEqual({
      status: ['open'],
      text: 'acme',
    })
  })
})
