import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf, deactivateAgent, joinTeam, seeAgent } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { historyOf } from '../../src/core/events.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { routeTicket } from '../../src/core/routing/assign.ts'
import { setAvailability, setCapacity, whoIsFree } from '../../src/core/routing/availability.ts'
import type { Condition } from '../../src/core/routing/conditions.ts'
import { notePresence, presenceDue } from '../../src/core/routing/presence.ts'
import { tendQueue } from '../../src/core/routing/queue.ts'
import {
  addRule,
  changeRule,
  dryRun,
  moveRuleUp,
  type RuleForm,
  removeRule,
  rulesOf,
} from '../../src/core/routing/rules.ts'
import { changeRouting, type Routing, rosterOf, routingOf } from '../../src/core/routing/settings.ts'
import { createTeam, teamById } from '../../src/core/teams.ts'
import { assignTicket, takeTicket } from '../../src/core/tickets/assign.ts'
import { closeTicket } from '../../src/core/tickets/status.ts'
import { ticketView } from '../../src/core/tickets/view.ts'
import type { AgentRow, TicketRow } from '../../src/db/schema.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const MINUTE = 60_000
const usual: Routing = {
  strategy: 'round_robin',
  lastSenderFirst: true,
  capacity: null,
  fallbackTeamId: null,
  fallbackMinutes: 15,
  followPresence: false,
  followHours: false,
}

/** Support gives out its tickets this way, to Ann and Ben unless said otherwise. */
const routed = (changes: Partial<Routing> = {}, takers: AgentRow[] = [town.ann, town.ben], teamId = town.team.id) =>
  town.store.write(tx =>
    changeRouting(tx, teamId, { ...usual, ...changes }, { takers: takers.map(a => a.id), leads: [] }),
  )
const ticket = (id: string) =>
  town.store.read(q => q.selectFrom('tickets').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
const route = async (t: TicketRow, lastSender: AgentRow | null = null) => {
  await town.store.write(tx => routeTicket(tx, t, { lastSenderId: lastSender?.id ?? null }))
  return ticket(t.id)
}
const nameOf = (id: string | null) => (id === town.ann.id ? 'Ann' : id === town.ben.id ? 'Ben' : id)
const opened = async (n: number, form: Parameters<Town['open']>[0] = {}) => {
  const all: TicketRow[] = []
  for (let i = 0; i < n; i++) all.push(await town.open(form))
  return all
}
const away = (agent: AgentRow, until: number | null = null) =>
  town.store.write(tx => setAvailability(tx, agent.id, 'away', until))
const back = (agent: AgentRow) => town.store.write(tx => setAvailability(tx, agent.id, 'online', null))
const tend = () => town.store.write(tendQueue)
const notices = (id: string) =>
  town.store.read(q =>
    q
      .selectFrom('messages')
      .select(['text', 'calls_id'])
      .where('ticket_id', '=', id)
      .where('author_kind', '=', 'system')
      .orderBy('id')
      .execute(),
  )
const takersOf = async (tickets: TicketRow[]) =>
  (await Promise.all(tickets.map(t => ticket(t.id)))).map(t => nameOf(t.assignee_id))

describe('a ticket that nobody has', () => {
  it('goes to those whose turn it is, one after the other', async () => {
    await routed()
    const tickets = await opened(4)
    for (const t of tickets) await route(t)
    expect(await takersOf(tickets)).toEqual(['Ann', 'Ben', 'Ann', 'Ben'])
  })

  it('tells why somebody has it: on the ticket, in its history and in its thread, where they are called', async () => {
    await routed()
    const t = await route(await town.open())
    expect(t).toMatchObject({
      assignee_id: town.ann.id,
      assigned_by: "Round robin: Ann's turn.",
      assigned_at: town.clock.now,
    })
    expect(await notices(t.id)).toEqual([
      { text: "SUP-1 goes to Ann. Round robin: Ann's turn.", calls_id: town.ann.id },
    ])
    const [event] = await town.store.read(q => historyOf(q, t.id))
    expect(event).toMatchObject({ kind: 'ticket_assigned', actor_name: 'Overture' })
    expect(JSON.parse(event?.after ?? '')).toMatchObject({ assigned_by: "Round robin: Ann's turn." })
  })

  it('stays with whoever has it, also when it is routed twice', async () => {
    await routed()
    const t = await town.open()
    await route(t)
    await route(t)
    expect(await notices(t.id)).toHaveLength(1)
    expect(nameOf((await ticket(t.id)).assignee_id)).toBe('Ann')
  })

  it('goes to whoever wrote to the customer last, if they are free and the team wants that', async () => {
    await routed()
    const [first, second, third] = (await opened(3)) as [TicketRow, TicketRow, TicketRow]
    expect(await route(first, town.ben)).toMatchObject({
      assignee_id: town.ben.id,
      assigned_by: 'Ben wrote to the customer last.',
    })
    await away(town.ben)
    expect(nameOf((await route(second, town.ben)).assignee_id)).toBe('Ann')
    await back(town.ben)
    await routed({ lastSenderFirst: false })
    await route(third, town.ann)
    expect(nameOf((await ticket(third.id)).assignee_id)).toBe('Ben')
  })

  it('goes to whoever has the fewest open ones, and among equals to whoever waited longest', async () => {
    await routed({ strategy: 'least_open' })
    const tickets = await opened(5)
    await town.store.write(tx => takeTicket(tx, tickets[0]!.id, town.ann))
    for (const t of tickets.slice(1, 4)) await route(t)
    expect(await takersOf(tickets.slice(1, 4))).toEqual(['Ben', 'Ann', 'Ben'])
    for (const t of tickets.slice(0, 3)) await town.store.write(tx => closeTicket(tx, t.id, '', actorOf(town.ann)))
    expect((await route(tickets[4]!)).assigned_by).toBe('Least open tickets: Ann has 0.')
  })

  it('goes to anybody who is free where chance decides', async () => {
    await routed({ strategy: 'random' })
    const tickets = await opened(24)
    for (const t of tickets) await route(t)
    expect(new Set(await takersOf(tickets))).toEqual(new Set(['Ann', 'Ben']))
  })

  it('waits to be claimed where the team claims by hand, which is said once', async () => {
    const t = await route(await town.open())
    await route(t)
    await tend()
    expect(t).toMatchObject({ assignee_id: null, queued_at: town.clock.now })
    expect(await notices(t.id)).toEqual([
      { text: 'SUP-1 waits for somebody to claim it. Claim on the card takes it.', calls_id: null },
    ])
    await town.store.write(tx => takeTicket(tx, t.id, town.ben))
    expect(await ticket(t.id)).toMatchObject({
      assignee_id: town.ben.id,
      queued_at: null,
      assigned_by: 'Ben took it.',
    })
  })

  it('is given to nobody once it is closed', async () => {
    await routed()
    const t = await town.open()
    await town.store.write(tx => closeTicket(tx, t.id, '', actorOf(town.ann)))
    expect(await route(t)).toMatchObject({ assignee_id: null, queued_at: null })
  })

  it("is one agent's, and nobody gets more than they can take, when several are routed at the same moment", async () => {
    await routed({ strategy: 'least_open', capacity: 3 })
    const tickets = await opened(8)
    await Promise.all([...tickets, ...tickets].map(t => route(t)))
    const takers = await takersOf(tickets)
    expect(takers.filter(n => n === 'Ann')).toHaveLength(3)
    expect(takers.filter(n => n === 'Ben')).toHaveLength(3)
    for (const t of tickets) expect(await notices(t.id)).toHaveLength(1)
    for (const t of tickets) {
      const past = await town.store.read(q => historyOf(q, t.id))
      expect(past.filter(e => e.kind === 'ticket_assigned').length).toBeLessThanOrEqual(1)
    }
  })

  it("is one agent's, though chance names several at the same moment", async () => {
    const many = await town.store.write(tx =>
      Promise.all(
        Array.from({ length: 8 }, (_, i) => seeAgent(tx, { handle: `U0M${i}`, name: `Mia ${i}`, email: null })),
      ),
    )
    await routed({ strategy: 'random' }, many)
    const tickets = await opened(3)
    await Promise.all([...tickets, ...tickets, ...tickets, ...tickets].map(t => route(t)))
    for (const t of tickets) expect(await notices(t.id)).toHaveLength(1)
    const last = await town.store.read(q =>
      q.selectFrom('agents').select('assigned_at').where('assigned_at', 'is not', null).execute(),
    )
    expect(last.length).toBeLessThanOrEqual(3)
  })

  it('keeps the turns even when several are routed at the same moment', async () => {
    await routed()
    const tickets = await opened(6)
    await Promise.all(tickets.map(t => route(t)))
    const takers = await takersOf(tickets)
    expect([takers.filter(n => n === 'Ann').length, takers.filter(n => n === 'Ben').length]).toEqual([3, 3])
  })
})

describe('who is given tickets', () => {
  it('is nobody who is away, offline or no longer here', async () => {
    await routed({}, [town.ann, town.ben])
    await away(town.ann)
    await town.store.write(tx => deactivateAgent(tx, 'U0BEN'))
    const t = await route(await town.open(), town.ben)
    expect(t).toMatchObject({ assignee_id: null, queued_at: town.clock.now })
    await town.store.write(tx => setAvailability(tx, town.ann.id, 'offline', null))
    await tend()
    expect((await ticket(t.id)).assignee_id).toBeNull()
  })

  it('is somebody again once the time that they named is over', async () => {
    await routed({}, [town.ann])
    await away(town.ann, town.clock.now + 30 * MINUTE)
    const t = await route(await town.open())
    town.clock.now += 29 * MINUTE
    expect(await tend()).toBe(0)
    town.clock.now += MINUTE
    expect(await tend()).toBe(1)
    expect(nameOf((await ticket(t.id)).assignee_id)).toBe('Ann')
  })

  it("is nobody with as many open tickets as they can take; their own limit goes before the team's", async () => {
    await routed({ capacity: 1 })
    await town.store.write(tx => setCapacity(tx, town.ben.id, 2))
    const tickets = await opened(4)
    for (const t of tickets) await route(t)
    expect(await takersOf(tickets)).toEqual(['Ann', 'Ben', 'Ben', null])
    expect((await notices(tickets[3]!.id))[0]?.text).toBe(
      'SUP-4 waits: nobody of Support is free. Claim on the card takes it.',
    )
  })

  it('is nobody whom the team leaves out, though they stay in the team', async () => {
    await routed({}, [town.ben])
    await town.store.write(tx => joinTeam(tx, town.ann.id, town.team.id))
    await routed({}, [town.ben])
    await town.store.write(tx => joinTeam(tx, town.ann.id, town.team.id))
    const tickets = await opened(2)
    for (const t of tickets) await route(t)
    expect(await takersOf(tickets)).toEqual(['Ben', 'Ben'])
  })

  it('refuses a time of return that is over', async () => {
    await expect(away(town.ann, town.clock.now)).rejects.toThrow('Name a time within the next year.')
  })

  it('can be seen, with how many tickets each has', async () => {
    await routed({ capacity: 1 })
    await route(await town.open())
    await away(town.ben, town.clock.now + MINUTE)
    const [support] = await town.store.read(q => whoIsFree(q, town.clock.now))
    expect(support?.agents).toMatchObject([
      { name: 'Ann', open: 1, capacity: 1, state: 'full' },
      { name: 'Ben', open: 0, state: 'away', availableAt: town.clock.now + MINUTE },
    ])
  })
})

describe('what waits', () => {
  it('is given, the oldest first, to who comes back', async () => {
    await routed({ capacity: 2 }, [town.ann])
    await away(town.ann)
    const tickets = await opened(3)
    for (const t of tickets) {
      await route(t)
      town.clock.now += MINUTE
    }
    await back(town.ann)
    expect(await takersOf(tickets)).toEqual(['Ann', 'Ann', null])
  })

  it('is given to who has room again', async () => {
    await routed({ capacity: 1 }, [town.ann])
    const [first, second] = (await opened(2)) as [TicketRow, TicketRow]
    await route(first)
    await route(second)
    await town.store.write(tx => closeTicket(tx, first.id, '', actorOf(town.ann)))
    expect(await tend()).toBe(1)
    expect(nameOf((await ticket(second.id)).assignee_id)).toBe('Ann')
  })

  it('goes first to whoever wrote to the customer last', async () => {
    await routed({}, [town.ann, town.ben])
    await away(town.ann)
    await away(town.ben)
    const t = await town.open()
    await route(t, town.ben)
    await town.store.write(async tx => {
      await tx.q.updateTable('agents').set({ availability: 'online' }).execute()
      await tendQueue(tx)
    })
    expect((await ticket(t.id)).assigned_by).toBe('Ben wrote to the customer last.')
  })

  it('is given to the fallback team after its minutes, and stays in its own team', async () => {
    const sales = await town.store.write(tx =>
      createTeam(tx, { name: 'Sales', prefix: 'SAL', place: 'C0SALES', replyMode: 'ask', holdMs: 0, signature: '' }),
    )
    const carl = await town.store.write(tx => seeAgent(tx, { handle: 'U0CARL', name: 'Carl', email: null }))
    await routed({ strategy: 'claim' }, [carl], sales)
    await routed({ fallbackTeamId: sales, fallbackMinutes: 15 }, [town.ann])
    await away(town.ann)
    const t = await route(await town.open())
    town.clock.now += 15 * MINUTE - 1
    expect(await tend()).toBe(0)
    town.clock.now += 1
    expect(await tend()).toBe(1)
    expect(await ticket(t.id)).toMatchObject({
      assignee_id: carl.id,
      team_id: town.team.id,
      assigned_by: "Nobody of Support was free in time, so the team Sales has it. Round robin: Carl's turn.",
    })
  })

  it('is of whoever answers it', async () => {
    const t = await route(await town.open())
    await town.store.write(tx =>
      postMessage(tx, { ticketId: t.id, author: actorOf(town.ben), body: fromText('Hello'), visibility: 'public' }),
    )
    expect(await ticket(t.id)).toMatchObject({
      assignee_id: town.ben.id,
      assigned_by: 'Ben answered it.',
      queued_at: null,
    })
  })

  it('waits no longer once it is closed', async () => {
    const t = await route(await town.open())
    await town.store.write(tx => closeTicket(tx, t.id, '', actorOf(town.ann)))
    expect((await ticket(t.id)).queued_at).toBeNull()
  })

  it('says on its card since when it waits, and later who has it and why', async () => {
    const t = await route(await town.open())
    const view = () => town.store.read(q => ticketView(q, town.store, t.id))
    expect(await view()).toMatchObject({ queuedAt: town.clock.now, assignedBy: null })
    await town.store.write(tx => assignTicket(tx, t.id, town.ben.id, actorOf(town.ann)))
    expect(await view()).toMatchObject({ queuedAt: null, assignedBy: 'Ann gave it to Ben.' })
  })
})

describe('a team that follows presence', () => {
  it('has the desk asked before a ticket is given, and gives it to who is there', async () => {
    await routed({ followPresence: true })
    const t = await route(await town.open())
    expect(t.assignee_id).toBeNull()
    expect(await notices(t.id)).toEqual([])
    expect((await town.store.read(presenceDue)).sort()).toEqual(['U0ANN', 'U0BEN'])
    await town.store.write(tx =>
      notePresence(
        tx,
        new Map([
          ['U0ANN', 'away'],
          ['U0BEN', 'active'],
        ]),
      ),
    )
    expect(await tend()).toBe(1)
    expect(nameOf((await ticket(t.id)).assignee_id)).toBe('Ben')
    expect(await town.store.read(presenceDue)).toEqual([])
  })

  it('asks again after a minute, and goes by what people said where the desk says nothing', async () => {
    await routed({ followPresence: true }, [town.ann])
    await town.store.write(tx => notePresence(tx, new Map([['U0ANN', null]])))
    const [first, second] = (await opened(2)) as [TicketRow, TicketRow]
    expect(nameOf((await route(first)).assignee_id)).toBe('Ann')
    town.clock.now += MINUTE
    expect((await route(second)).assignee_id).toBeNull()
    expect(await town.store.read(presenceDue)).toEqual(['U0ANN'])
  })

  it('says in the thread that a ticket waits only once it is known that nobody is there', async () => {
    await routed({ followPresence: true }, [town.ann])
    const t = await route(await town.open())
    await town.store.write(tx => notePresence(tx, new Map([['U0ANN', 'away']])))
    await tend()
    await tend()
    expect((await notices(t.id)).map(n => n.text)).toEqual([
      'SUP-1 waits: nobody of Support is free. Claim on the card takes it.',
    ])
  })
})

describe('a rule', () => {
  const form = (conditions: Condition[], more: Partial<RuleForm> = {}): RuleForm => ({
    teamId: town.team.id,
    name: 'VIP',
    meets: 'all',
    conditions,
    agentId: town.ben.id,
    toTeamId: null,
    ...more,
  })
  const add = (conditions: Condition[], more: Partial<RuleForm> = {}) =>
    town.store.write(tx => addRule(tx, form(conditions, more)))
  const acme: Condition = { on: 'address', is: 'ends', value: '@Acme.test' }

  it('gives what meets it to its agent, before the strategy is asked', async () => {
    await routed()
    await add([acme])
    const [first, second] = (await opened(2)) as [TicketRow, TicketRow]
    expect(await route(first)).toMatchObject({
      assignee_id: town.ben.id,
      assigned_by: 'The rule "VIP" gives it to Ben.',
    })
    await away(town.ben)
    expect((await route(second)).assigned_by).toBe("Round robin: Ann's turn.")
  })

  it('gives what meets it to another team, whose strategy decides', async () => {
    const sales = await town.store.write(tx =>
      createTeam(tx, { name: 'Sales', prefix: 'SAL', place: 'C0SALES', replyMode: 'ask', holdMs: 0, signature: '' }),
    )
    await routed({ strategy: 'least_open' }, [town.ben], sales)
    await add([acme], { agentId: null, toTeamId: sales })
    expect(await route(await town.open())).toMatchObject({
      team_id: town.team.id,
      assigned_by: 'The rule "VIP" gives it to the team Sales. Least open tickets: Ben has 0.',
    })
  })

  it('is tried before those below it, and can be moved up', async () => {
    await add([acme], { name: 'First', agentId: town.ann.id })
    const second = await add([acme], { name: 'Second' })
    expect((await route(await town.open())).assigned_by).toBe('The rule "First" gives it to Ann.')
    await town.store.write(tx => moveRuleUp(tx, second))
    await town.store.write(tx => moveRuleUp(tx, second))
    expect((await town.store.read(q => rulesOf(q, town.team.id))).map(r => r.name)).toEqual(['Second', 'First'])
    expect((await route(await town.open())).assigned_by).toBe('The rule "Second" gives it to Ben.')
    await town.store.write(tx => removeRule(tx, second))
    expect((await route(await town.open())).assigned_by).toBe('The rule "First" gives it to Ann.')
  })

  it.each<[string, Condition, boolean]>([
    ['the company', { on: 'account', is: 'is', value: 'ACME' }, true],
    ["the company's domain", { on: 'account', is: 'is', value: 'acme.test' }, true],
    ['another company', { on: 'account', is: 'is_not', value: 'Globex' }, true],
    ['a tag', { on: 'tag', is: 'is', value: 'VIP' }, true],
    ['a tag that is missing', { on: 'tag', is: 'is_not', value: 'gold' }, true],
    ['a tag that is there', { on: 'tag', is: 'is_not', value: 'vip' }, false],
    ['a field', { on: 'field', name: 'Plan', is: 'is', value: 'Gold' }, true],
    ['a field that is missing', { on: 'field', name: 'city', is: 'contains', value: 'a' }, false],
    ['a field that is missing, so it is nothing', { on: 'field', name: 'city', is: 'is_not', value: 'Delft' }, true],
    ['the subject', { on: 'subject', is: 'contains', value: 'ORDER' }, true],
    ['how the subject begins', { on: 'subject', is: 'begins', value: 'your' }, true],
    ['how the subject does not end', { on: 'subject', is: 'ends', value: 'your' }, false],
    ['the sender', { on: 'sender', is: 'is', value: 'support@tulip.test' }, true],
    ["the customer's address", { on: 'address', is: 'is', value: 'jane@acme.test' }, true],
  ])('looks at %s', async (_, condition, meets) => {
    const t = await town.open()
    await town.store.write(async tx => {
      await tx.q
        .updateTable('customers')
        .set({ fields: JSON.stringify({ plan: 'gold' }) })
        .where('id', '=', t.customer_id)
        .execute()
      await tx.q.insertInto('customer_tags').values({ customer_id: t.customer_id, tag: 'vip' }).execute()
    })
    const { tickets } = await town.store.read(q => dryRun(q, form([condition]), 10))
    expect(tickets.map(found => found.identifier)).toEqual(meets ? ['SUP-1'] : [])
  })

  it('wants all of its conditions, or any', async () => {
    await town.open()
    const half: Condition[] = [acme, { on: 'subject', is: 'is', value: 'Something else' }]
    const found = async (meets: 'all' | 'any') =>
      (await town.store.read(q => dryRun(q, form(half, { meets }), 10))).tickets.length
    expect([await found('all'), await found('any')]).toEqual([0, 1])
  })

  it('can be tried on what came before, newest first', async () => {
    await opened(3)
    await town.open({ customer: { typed: 'bob@globex.test' } })
    expect(await town.store.read(q => dryRun(q, form([acme]), 2))).toMatchObject({
      tickets: [{ identifier: 'SUP-3' }, { identifier: 'SUP-2' }],
      of: 3,
    })
    expect(await town.store.read(q => dryRun(q, form([acme]), 10))).toMatchObject({ tickets: { length: 3 }, of: 4 })
  })

  it('is refused with the field at fault', async () => {
    const faults = (conditions: Condition[], more: Partial<RuleForm> = {}) =>
      add(conditions, more).then(
        () => [],
        error => (error.problems ?? [error]).map((p: { field: string }) => p.field),
      )
    expect(await faults([], { name: ' ', agentId: null })).toEqual(['name', 'condition:1', 'agent'])
    expect(await faults([acme, { on: 'field', is: 'is', value: 'x' }])).toEqual(['condition:2'])
    expect(await faults([{ on: 'subject', is: 'is', value: ' ' }])).toEqual(['condition:1'])
    expect(await faults(Array(11).fill(acme))).toEqual(['condition:10'])
    expect(await faults([acme], { toTeamId: town.team.id })).toEqual(['to_team'])
    expect(await faults([acme], { agentId: null, toTeamId: town.team.id })).toEqual(['to_team'])
    expect(await faults([acme], { agentId: 'nobody' })).toEqual(['agent'])
    for (let i = 0; i < 20; i++) expect(await faults(Array(10).fill(acme))).toEqual([])
    expect(await faults([acme])).toEqual(['name'])
  })

  it('is changed in its place', async () => {
    const id = await add([acme])
    await add([acme], { name: 'Below' })
    await town.store.write(tx => changeRule(tx, id, form([acme], { name: 'Better' })))
    expect((await town.store.read(q => rulesOf(q, town.team.id))).map(r => r.name)).toEqual(['Better', 'Below'])
  })
})

describe("a team's routing", () => {
  it('is by hand, the last sender first, until somebody sets it', async () => {
    expect(routingOf(town.team)).toEqual({ ...usual, strategy: 'claim' })
  })

  it('is kept, with who takes part', async () => {
    const roster = { takers: [town.ann.id], leads: [town.ben.id] }
    await town.store.write(tx => changeRouting(tx, town.team.id, { ...usual, capacity: 5 }, roster))
    const [team, now] = await town.store.read(async q => [
      await teamById(q, town.team.id),
      await rosterOf(q, town.team.id),
    ])
    expect(routingOf(team)).toEqual({ ...usual, capacity: 5 })
    expect(now).toMatchObject({ takers: [{ name: 'Ann' }], leads: [{ name: 'Ben' }] })
  })

  it('is refused with the fields at fault', async () => {
    const wrong = routed({ capacity: 0, fallbackTeamId: town.team.id, fallbackMinutes: 1.5 })
    await expect(wrong).rejects.toMatchObject({
      problems: [{ field: 'capacity' }, { field: 'fallback_minutes' }, { field: 'fallback_team' }],
    })
  })
})
