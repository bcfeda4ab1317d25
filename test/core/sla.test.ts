import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf, joinTeam } from '../../src/core/agents.ts'
import { claimDeskPosts } from '../../src/core/desk-posts.ts'
import { fromText } from '../../src/core/document.ts'
import { hoursOf, setTeamHours } from '../../src/core/hours/settings.ts'
import { undoSend } from '../../src/core/messages/decide.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import type { Condition } from '../../src/core/routing/conditions.ts'
import { changeRouting, routingOf } from '../../src/core/routing/settings.ts'
import {
  addPolicy,
  changePolicy,
  movePolicyUp,
  type PolicyForm,
  policiesOf,
  policyFor,
  removePolicy,
} from '../../src/core/sla/policies.ts'
import { tendClocks } from '../../src/core/sla/tend.ts'
import { isOverdue } from '../../src/core/sla/view.ts'
import { assignTicket } from '../../src/core/tickets/assign.ts'
import { setPriority } from '../../src/core/tickets/change.ts'
import { closeTicket, reopenTicket, setStatus } from '../../src/core/tickets/status.ts'
import { startTown, type Town } from '../support/town.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let town: Town
beforeEach(async () => {
  town = await startTown() // Monday, 5 January 2026, 9:00 UTC, when the team begins to work
})
afterEach(() => town.close())

const promise = (targets: Partial<PolicyForm['targets']>, more: Partial<PolicyForm> = {}) =>
  town.store.write(tx =>
    addPolicy(tx, {
      teamId: town.team.id,
      name: 'Usual',
      meets: 'all',
      conditions: [],
      targets: { next_response: null, update: null, resolution: null, ...targets },
      ...more,
    }),
  )
const openTicket = async () => {
  const ticket = await town.open()
  await town.carry()
  return ticket.id
}
let mails = 0
const answer = async (id: string, text = 'Where is it?') =>
  town.arrive({ key: `<a${++mails}@acme.test>`, tokens: [await town.token(id)], body: fromText(text) })
const reply = (id: string) =>
  town.store.write(tx =>
    postMessage(tx, { ticketId: id, author: actorOf(town.ann), body: fromText('It is here.'), visibility: 'public' }),
  )
const tend = () => town.store.write(tendClocks)
const clocks = (id: string) =>
  town.store.read(q => q.selectFrom('sla_clocks').selectAll().where('ticket_id', '=', id).orderBy('id').execute())
const said = async () => (await town.store.write(tx => claimDeskPosts(tx, 20))).map(p => [p.handle ?? p.place, p.text])
const notices = async (id: string) => (await town.messages(id)).filter(m => m.author_kind === 'system').map(m => m.text)

describe('what a team promises', () => {
  it('is not begun by what we write first, but by the customer, and is kept by our answer', async () => {
    await promise({ next_response: HOUR })
    const id = await openTicket()
    expect(await clocks(id)).toEqual([])
    await answer(id)
    expect((await town.view(id)).clocks).toMatchObject([{ metric: 'next_response', dueAt: town.clock.now + HOUR }])
    await answer(id, 'Hello? Are you there?')
    expect(await clocks(id)).toHaveLength(1)
    town.clock.now += 20 * MINUTE
    await reply(id)
    expect((await town.view(id)).clocks).toEqual([])
    expect(await clocks(id)).toMatchObject([{ met: 1, spent_ms: 20 * MINUTE, due_at: null }])
    await answer(id, 'And now?')
    expect((await town.view(id)).clocks).toMatchObject([{ dueAt: town.clock.now + HOUR }])
  })

  it('begins with a customer who writes first, too', async () => {
    await promise({ next_response: HOUR })
    await town.arrive({ key: '<first@acme.test>', to: ['support@tulip.test'], subject: 'Daffodils' })
    const rows = await town.store.read(q => q.selectFrom('sla_clocks').selectAll().execute())
    expect(rows).toMatchObject([{ metric: 'next_response', due_at: town.clock.now + HOUR }])
  })

  it('warns in the thread when a quarter is left, and tells of a breach once, however often it is looked at', async () => {
    await promise({ next_response: HOUR })
    const id = await openTicket()
    await answer(id)
    town.clock.now += 44 * MINUTE
    await tend()
    expect(await notices(id)).toEqual([])
    town.clock.now += MINUTE
    for (let n = 0; n < 3; n++) await tend()
    expect(await notices(id)).toEqual([
      '⏱️ Next response: a quarter of the working time is left. It is due Mon 5 Jan 2026, 10:00 (UTC).',
    ])
    expect(isOverdue(await town.view(id), town.clock.now)).toBe(false)
    town.clock.now += 15 * MINUTE
    expect(isOverdue(await town.view(id), town.clock.now)).toBe(true) // before anybody looked
    for (let n = 0; n < 3; n++) await tend()
    expect(await said()).toEqual([
      ['C0SUPPORT', '🔴 Overdue\nSUP-1 · Your order: next response was due Mon 5 Jan 2026, 10:00 (UTC).'],
    ])
    await reply(id)
    expect(isOverdue(await town.view(id), town.clock.now)).toBe(false)
    expect(await clocks(id)).toMatchObject([{ met: 0 }])
    expect(await said()).toEqual([])
  })

  it('is told to the assignee when it is broken, or else to the leads; many at once in one post', async () => {
    await promise({ next_response: HOUR })
    const { store, team, ann, ben } = town
    await store.write(tx => joinTeam(tx, ben.id, team.id))
    await store.write(tx => changeRouting(tx, team.id, routingOf(team), { takers: [], leads: [ben.id] }))
    const ids = []
    for (let n = 0; n < 12; n++) ids.push(await openTicket())
    const mine = ids[0] as string
    await store.write(tx => assignTicket(tx, mine, ann.id, actorOf(ann)))
    for (const id of ids) await answer(id)
    town.clock.now += 2 * HOUR
    await tend()
    const posts = await said()
    expect(posts.map(([place]) => place).toSorted()).toEqual(['C0SUPPORT', 'U0ANN', 'U0BEN'])
    const to = (place: string) => posts.find(([p]) => p === place)?.[1] ?? ''
    expect(to('C0SUPPORT')).toMatch(/^🔴 12 tickets are overdue\n(SUP-.*\n){10}And 2 more\.$/)
    expect(to('U0ANN')).toContain((await town.view(mine)).identifier)
    expect(to('U0BEN')).toContain('11 tickets are overdue')
  })

  it('counts working time alone', async () => {
    await promise({ next_response: 4 * HOUR })
    town.clock.now = Date.UTC(2026, 0, 9, 16) // Friday
    const id = await openTicket()
    await answer(id)
    expect((await town.view(id)).clocks[0]?.dueAt).toBe(Date.UTC(2026, 0, 12, 12))
    const hours = { ...hoursOf(town.team), holidays: [{ on: '12-01-2026', name: 'Outing' }] }
    await town.store.write(tx => setTeamHours(tx, town.team.id, hours))
    await tend()
    expect((await town.view(id)).clocks[0]?.dueAt).toBe(Date.UTC(2026, 0, 13, 12))
  })

  it('rests while we wait for the customer, and goes on with what is left', async () => {
    await promise({ resolution: 6 * HOUR })
    const id = await openTicket()
    await answer(id)
    town.clock.now += HOUR
    await reply(id)
    expect((await town.view(id)).clocks).toMatchObject([{ metric: 'resolution', dueAt: null, leftMs: 5 * HOUR }])
    town.clock.now += 2 * HOUR
    await tend()
    await answer(id)
    expect((await town.view(id)).clocks).toMatchObject([{ dueAt: town.clock.now + 5 * HOUR }])
    await town.store.write(tx => closeTicket(tx, id, 'done', actorOf(town.ann)))
    expect(await clocks(id)).toMatchObject([{ met: 1, spent_ms: HOUR }])
    await town.store.write(tx => reopenTicket(tx, id, actorOf(town.ann)))
    expect((await town.view(id)).clocks).toMatchObject([
      { metric: 'resolution', dueAt: town.clock.now + 6 * HOUR + 16 * HOUR },
    ])
  })

  it('of updates is begun anew by each of our messages, and runs while the ticket is ours', async () => {
    await promise({ update: 2 * HOUR })
    const id = await openTicket()
    await answer(id)
    town.clock.now += HOUR
    await reply(id)
    expect((await clocks(id)).map(c => c.met)).toEqual([1, null])
    expect((await town.view(id)).clocks).toMatchObject([{ metric: 'update', dueAt: null, leftMs: 2 * HOUR }])
    await town.store.write(tx => setStatus(tx, id, 'in_progress', actorOf(town.ann)))
    expect((await town.view(id)).clocks).toMatchObject([{ metric: 'update', dueAt: town.clock.now + 2 * HOUR }])
  })

  it('goes on as it was when our answer is taken back', async () => {
    await promise({ next_response: HOUR, update: 2 * HOUR })
    const id = await openTicket()
    await answer(id)
    const before = (await town.view(id)).clocks
    town.clock.now += MINUTE
    const messageId = await reply(id)
    await town.store.write(tx => undoSend(tx, messageId, actorOf(town.ann)))
    expect((await town.view(id)).clocks).toEqual(before)
  })

  it('comes to nothing when the ticket is closed in time, and stays broken when it was late', async () => {
    await promise({ next_response: HOUR })
    const [inTime, late] = [await openTicket(), await openTicket()]
    await answer(inTime)
    await town.store.write(tx => closeTicket(tx, inTime, '', actorOf(town.ann)))
    await answer(late)
    town.clock.now += 2 * HOUR
    await town.store.write(tx => closeTicket(tx, late, '', actorOf(town.ann)))
    expect(await clocks(inTime)).toMatchObject([{ met: null, breached_at: null }])
    expect(await clocks(late)).toMatchObject([{ met: 0, breached_at: expect.any(Number) }])
    await tend()
    expect(await said()).toEqual([])
  })
})

describe("a team's policies", () => {
  const urgent: Condition[] = [{ on: 'priority', is: 'is', value: 'Urgent' }]

  it('are tried in order, and what a ticket becomes decides anew', async () => {
    await promise({ next_response: 4 * HOUR })
    await promise({ next_response: HOUR }, { name: 'Urgent', conditions: urgent })
    const id = await openTicket()
    await answer(id)
    await town.store.write(tx => setPriority(tx, id, 'urgent', actorOf(town.ann)))
    await tend()
    expect((await town.view(id)).clocks[0]?.dueAt).toBe(town.clock.now + 4 * HOUR)
    const [, second] = await town.store.read(q => policiesOf(q, town.team.id))
    await town.store.write(tx => movePolicyUp(tx, second?.id ?? ''))
    await tend()
    expect((await town.view(id)).clocks[0]?.dueAt).toBe(town.clock.now + HOUR)
    await town.store.write(tx => setPriority(tx, id, 'low', actorOf(town.ann)))
    await tend()
    expect((await town.view(id)).clocks[0]?.dueAt).toBe(town.clock.now + 4 * HOUR)
  })

  it('that are changed or removed change what runs by them', async () => {
    const policyId = await promise({ next_response: HOUR })
    const id = await openTicket()
    await answer(id)
    const ticket = await town.store.read(q =>
      q.selectFrom('tickets').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    )
    const policy = await town.store.read(q => policyFor(q, ticket))
    await town.store.write(tx =>
      changePolicy(tx, policyId, {
        ...(policy as PolicyForm),
        targets: { next_response: 2 * HOUR, update: null, resolution: null },
      }),
    )
    await tend()
    expect((await town.view(id)).clocks[0]?.dueAt).toBe(town.clock.now + 2 * HOUR)
    for (let n = 0; n < 2; n++) await town.store.write(tx => removePolicy(tx, policyId))
    await tend()
    expect((await town.view(id)).clocks).toEqual([])
  })

  it('name what is wrong with them', async () => {
    await expect(
      promise({ resolution: 10 }, { name: ' ', conditions: [{ on: 'field', is: 'is', value: 'gold' }] }),
    ).rejects.toMatchObject({ problems: [{ field: 'name' }, { field: 'condition:1' }, { field: 'resolution' }] })
    await expect(promise({})).rejects.toThrow('Promise at least one of the three.')
    for (let n = 0; n < 20; n++) await promise({ update: HOUR })
    await expect(promise({ update: HOUR })).rejects.toThrow('at most 20 policies')
  })
})
