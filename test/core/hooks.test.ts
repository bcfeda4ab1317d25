import type { QueryResult, UnknownRow } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { alertsUp } from '../../src/core/alerts.ts'
import { fromText } from '../../src/core/document.ts'
import { record } from '../../src/core/events.ts'
import { type HookPost, nextPostDue } from '../../src/core/hooks/carry.ts'
import { tellHooks } from '../../src/core/hooks/heard.ts'
import { hookFor, hooksFor } from '../../src/core/hooks/hook.ts'
import { deliveriesOf, pruneHooks, replay } from '../../src/core/hooks/log.ts'
import { emptyDelivery, insertDeliveries, MOST_WAITING, tellingAgain } from '../../src/core/hooks/make.ts'
import { secretsOf, signatureHeaders } from '../../src/core/hooks/secret.ts'
import { changeHook, createHook, type HookForm, rotateSecret, switchHook } from '../../src/core/hooks/subscribe.ts'
import { toldOf, typeNamed } from '../../src/core/hooks/types.ts'
import { decideMessage, undoSend } from '../../src/core/messages/decide.ts'
import { deleteMessage, editMessage } from '../../src/core/messages/edit.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { changePerson } from '../../src/core/people/edit.ts'
import { setBaseRole, setTeamRole } from '../../src/core/permissions/roles.ts'
import { addTag } from '../../src/core/tags/tags.ts'
import { createTeam } from '../../src/core/teams.ts'
import { assignTicket } from '../../src/core/tickets/assign.ts'
import { setPriority } from '../../src/core/tickets/change.ts'
import { deleteTicket } from '../../src/core/tickets/delete.ts'
import { moveToTeam } from '../../src/core/tickets/move.ts'
import { publishTicket } from '../../src/core/tickets/publish.ts'
import { archiveTicket, closeTicket, reopenTicket } from '../../src/core/tickets/status.ts'
import type { Query, Tx } from '../../src/db/store.ts'
import { bodyOf, claimAll, settleAs, tellAll } from '../support/told.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const ann = () => actorOf(town.ann)
const HOUR = 3_600_000
const URL = 'https://hooks.example.com/secret-path'
const subscribe = (form: Partial<HookForm> = {}, by = town.ann) =>
  town.store.write(tx => createHook(tx, { url: URL, ...form }, by, false))
const hook = (id: string) => town.store.read(q => hookFor(q, town.store.key, id, town.ann.id))
const prioritise = (id: string, priority: 'low' | 'medium' | 'high' | 'urgent') =>
  town.store.write(tx => setPriority(tx, id, priority, ann()))
const say = (ticketId: string, text: string, visibility: 'public' | 'note' = 'note') =>
  town.store.write(tx => postMessage(tx, { ticketId, author: ann(), body: fromText(text), visibility }))

const sales = () =>
  town.store.write(tx =>
    createTeam(tx, { name: 'Sales', prefix: 'SAL', place: 'C0SALES', replyMode: 'ask', holdMs: 0, signature: '' }),
  )

/** All that is told from now on, each as its type. */
async function told(): Promise<HookPost[]> {
  const posts = await claimAll(town.store)
  for (const post of posts) await settleAs(town.store, post, null)
  return posts.length ? [...posts, ...(await told())] : posts
}
const types = async () => (await told()).map(p => p.row.event_type)

/** The same transaction, with its statements counted. */
function counting(tx: Tx): { tx: Tx; asked: () => number } {
  let count = 0
  const plugin = {
    transformQuery: <Args extends { node: Node }, Node>({ node }: Args) => node,
    async transformResult({ result }: { result: QueryResult<UnknownRow> }) {
      count++
      return result
    },
  }
  return { tx: { ...tx, q: tx.q.withPlugin(plugin as never) as Query }, asked: () => count }
}

describe('while nobody listens', () => {
  it('an event costs no statement more, but one in a second', async () => {
    const ticket = await town.open()
    town.clock.now += 5_000
    const asked = await town.store.write(async tx => {
      const counts: number[] = []
      for (let i = 0; i < 3; i++) {
        const counted = counting(tx)
        await record(counted.tx, ticket.id, 'mail_received', ann())
        counts.push(counted.asked())
      }
      return counts
    })
    expect(asked).toEqual([2, 1, 1])
    await prioritise(ticket.id, 'high')
    expect(await town.store.read(q => q.selectFrom('hook_events').selectAll().execute())).toEqual([])
  })

  it('another process knows of somebody new within a second, and this one at once', async () => {
    const elsewhere = { isAnybody: false, until: 0, askUntil: 0 }
    const tell = (sourceId: string, heard?: Tx['heard']) =>
      town.store.write(tx => tellHooks(heard ? { ...tx, heard } : tx, [{ cause: 'account_new', sourceId }]))
    await tell('before', elsewhere)
    await subscribe()
    await tell('here')
    await tell('there too early', elsewhere)
    town.clock.now += 1_000
    await tell('there', elsewhere)
    const rows = await town.store.read(q => q.selectFrom('hook_events').select('source_id').orderBy('id').execute())
    expect(rows.map(r => r.source_id)).toEqual(['here', 'there'])
  })
})

describe('what happens to a ticket', () => {
  it('is told by the names that Thena has for it, and as an update', async () => {
    await subscribe({ includePrivate: true })
    const ticket = await town.open()
    expect(await types()).toEqual(['account:created', 'user:created', 'ticket:created', 'ticket:comment:added'])
    const { store } = town
    const did = async (work: (tx: Tx) => Promise<unknown>) => {
      await store.write(work)
      return (await types()).sort()
    }
    expect(await did(tx => assignTicket(tx, ticket.id, town.ben.id, ann()))).toEqual([
      'ticket:assigned',
      'ticket:updated',
    ])
    expect(await did(tx => addTag(tx, ticket.id, 'late', ann()))).toEqual(['ticket:tag:updated', 'ticket:updated'])
    expect(await did(tx => closeTicket(tx, ticket.id, '', ann()))).toEqual(['ticket:status:changed', 'ticket:updated'])
    expect(await did(tx => archiveTicket(tx, ticket.id, ann()))).toEqual(['ticket:archived', 'ticket:updated'])
    expect(await did(tx => reopenTicket(tx, ticket.id, ann()))).toEqual([
      'ticket:status:changed',
      'ticket:unarchived',
      'ticket:updated',
    ])
    expect(await did(tx => deleteTicket(tx, ticket.id, ann()))).toEqual(['ticket:deleted'])
  })

  it.each([
    [
      'fields_changed',
      { fields: { Size: null } },
      { fields: { Size: 'L' } },
      ['ticket:custom_field_value:added', 'ticket:updated'],
    ],
    [
      'fields_changed',
      { fields: { Size: 'L' } },
      { fields: { Size: null } },
      ['ticket:custom_field_value:removed', 'ticket:updated'],
    ],
    [
      'fields_changed',
      { fields: { Size: 'L', A: 'b' } },
      { fields: { Size: 'M', A: 'c' } },
      ['ticket:custom_field_value:changed', 'ticket:updated'],
    ],
    ['team_changed', { team: 'A', sender: null }, { team: 'B', sender: null }, ['ticket:migrated', 'ticket:updated']],
    ['sla_breached', null, { promise: 'Update' }, ['ticket:sla:breached']],
    ['mail_bounced', null, { to: 'a@b.c' }, ['ticket:delivery:bounced']],
    ['delivery_failed', null, { to: 'a@b.c' }, ['ticket:delivery:failed']],
    ['facts_changed', { typeId: null }, { typeId: 'bug' }, ['ticket:type:changed', 'ticket:updated']],
    ['facts_changed', { sentiment: null }, { sentiment: 'glad' }, ['ticket:sentiment:changed', 'ticket:updated']],
    ['facts_changed', { submitterEmail: null }, { submitterEmail: 'a@b.c' }, ['ticket:updated']],
    ['ticket_merged_in', null, { other: 'SUP-2' }, ['ticket:updated']],
    ['reminder_set', null, { at: 1 }, []],
    ['mail_late', null, { reason: 'x' }, []],
    ['reply_mode_changed', { reply_mode: null }, { reply_mode: 'ask' }, []],
  ])('%s, from %j to %j, is told as %j', (kind, before, after, wanted) => {
    const event = { kind, before: before && JSON.stringify(before), after: JSON.stringify(after) }
    expect(toldOf(event).map(t => t.type)).toEqual(wanted)
  })

  it('has what was another before, and only that', async () => {
    const ticket = await town.open()
    await subscribe({ events: ['ticket:updated'] })
    await prioritise(ticket.id, 'urgent')
    await town.store.write(tx => assignTicket(tx, ticket.id, town.ben.id, ann()))
    await town.store.write(tx => addTag(tx, ticket.id, 'late', ann()))
    const [priority, assigned, tagged] = (await told()).map(p => bodyOf(p).payload)
    const { id } = ticket
    expect(priority.previousTicket).toEqual({ id, priority: 'Medium', priorityId: 'medium', priorityName: 'Medium' })
    expect(assigned.previousTicket).toEqual({ id, assignedAgentId: null, assignedTo: null })
    expect(assigned.ticket.assignedAgent).toEqual({ id: town.ben.id, email: 'ben@tulip.test', name: 'Ben' })
    expect(tagged).toMatchObject({ previousTicket: { id, tags: [] } })
  })

  it('of a team is told to those who hear of that team, and what belongs to none only to those who hear of all', async () => {
    const other = await sales()
    const { id: ours } = await subscribe({ teamIds: [town.team.id] })
    await subscribe({ teamIds: [other] })
    const { id: all } = await subscribe({ events: ['user:created', 'ticket:created'] })
    await town.open()
    const posts = await told()
    const to = (hookId: string) => posts.filter(p => p.hook.id === hookId).map(p => p.row.event_type)
    expect(to(ours)).toEqual(['ticket:created', 'ticket:comment:added'])
    expect(to(all).sort()).toEqual(['ticket:created', 'user:created'])
    expect(posts).toHaveLength(4)
  })

  it('that moves to another team is told to those who hear of where it is now', async () => {
    const teamId = await sales()
    const ticket = await town.open({ email: false })
    await town.carry()
    await subscribe({ teamIds: [teamId] })
    await town.store.write(tx => moveToTeam(tx, ticket.id, { teamId, senderId: null }, ann()))
    const [migrated, updated] = await told()
    expect([migrated, updated].map(p => p?.row.event_type)).toEqual(['ticket:migrated', 'ticket:updated'])
    expect(migrated && bodyOf(migrated).payload).toMatchObject({
      ticket: { teamName: 'Sales', teamIdentifier: 'SAL' },
      previousTicket: { teamName: town.team.name },
    })
  })

  it('that is a note is told as a comment once it is sent, and as gone when that is taken back, to those who see no notes', async () => {
    const ticket = await town.open()
    await town.carry()
    await subscribe({ events: ['ticket:comment:*'] })
    const { id: seesAll } = await subscribe({ events: ['ticket:comment:*'], includePrivate: true })
    const heard = async () => {
      const posts = await told()
      const of = (mine: boolean) =>
        posts
          .filter(p => (p.hook.id === seesAll) === mine)
          .map(p => [p.row.event_type.slice(15), bodyOf(p).payload.comment.content])
      return { public: of(false), all: of(true) }
    }
    const id = await say(ticket.id, 'A secret')
    expect(await heard()).toEqual({ public: [], all: [['added', 'A secret']] })
    await town.store.write(tx => decideMessage(tx, id, 'public', ann()))
    expect(await heard()).toEqual({ public: [['added', 'A secret']], all: [['updated', 'A secret']] })
    await town.store.write(tx => undoSend(tx, id, ann()))
    expect(await heard()).toEqual({ public: [['deleted', '']], all: [['updated', 'A secret']] })
    await town.store.write(tx => editMessage(tx, id, fromText('Another'), ann()))
    expect(await heard()).toEqual({ public: [], all: [['updated', 'Another']] })
    await town.store.write(tx => deleteMessage(tx, id, ann()))
    expect(await heard()).toEqual({ public: [], all: [['deleted', '']] })
  })

  it('that was internal is told as a comment to those who see no notes, once it is published', async () => {
    const ticket = await town.open({ email: false })
    await subscribe({ events: ['ticket:comment:*'] })
    const { id: seesAll } = await subscribe({ events: ['ticket:comment:*'], includePrivate: true })
    await town.store.write(tx => publishTicket(tx, ticket.id, ann()))
    const posts = await told()
    expect(posts.map(p => [p.hook.id === seesAll, p.row.event_type])).toEqual([
      [false, 'ticket:comment:added'],
      [true, 'ticket:comment:updated'],
    ])
    expect(posts.map(p => bodyOf(p).payload.comment.commentVisibility)).toEqual(['public', 'public'])
  })

  it('that is undecided is told to nobody until somebody decides', async () => {
    const ticket = await town.open()
    await town.carry()
    await subscribe({ events: ['ticket:comment:*'], includePrivate: true })
    const id = await town.store.write(tx =>
      postMessage(tx, { ticketId: ticket.id, author: ann(), body: fromText('Perhaps'), visibility: 'undecided' }),
    )
    await town.store.write(tx => editMessage(tx, id, fromText('Perhaps not'), ann()))
    expect(await types()).toEqual([])
    await town.store.write(tx => decideMessage(tx, id, 'public', ann()))
    expect(await types()).toEqual(['ticket:comment:added'])
  })

  it('that is too large is cut honestly, with the ids by which it can be fetched', async () => {
    const ticket = await town.open()
    await subscribe({ events: ['ticket:comment:added'], includePrivate: true })
    const id = await say(ticket.id, 'x'.repeat(200_000))
    const [post] = await told()
    const body = post && bodyOf(post)
    expect(body.metadata.truncated).toBe(true)
    expect(body.payload).toEqual({
      ticket: expect.objectContaining({ id: ticket.id, ticketIdentifier: 'SUP-1' }),
      comment: { id, commentVisibility: 'private', deletedAt: null, ticketIdentifier: 'SUP-1' },
      truncated: true,
    })
    expect(post?.row.body?.length).toBeLessThan(2_000)
  })

  it('of a customer is told by what people call it', async () => {
    const ticket = await town.open()
    await subscribe({ events: ['user:*', 'account:*'] })
    const form = { name: 'Jane D.', company: 'Acme Ltd', zone: '', tags: [], address: '' }
    await town.store.write(tx => changePerson(tx, ticket.customer_id, form, ann()))
    const posts = (await told()).map(p => bodyOf(p))
    expect(posts.map(b => b.eventType)).toEqual(['account:created', 'user:updated'])
    expect(posts[1].payload).toMatchObject({
      user: { id: ticket.customer_id, name: 'Jane D.', email: 'jane@acme.test', account: 'Acme Ltd' },
      previousUser: { name: 'Jane Doe', company: 'Acme' },
    })
    expect(posts[1].actor).toMatchObject({ type: 'AGENT', id: town.ann.id, email: 'ann@tulip.test' })
  })
})

describe('a subscription', () => {
  it('is for who leads its teams; for all teams it takes an admin', async () => {
    await town.store.write(async tx => {
      await setBaseRole(tx, town.ann.id, 'admin', town.ann)
      await setTeamRole(tx, town.ben.id, town.team.id, 'lead', town.ann)
    })
    await expect(subscribe({}, town.ben)).rejects.toThrow('Only an admin may do this. Ask Ann.')
    const { id: bens } = await subscribe({ teamIds: [town.team.id] }, town.ben)
    const { id: anns } = await subscribe()
    const mine = (agent: { id: string }) =>
      town.store.read(async q => (await hooksFor(q, town.store.key, agent.id)).map(h => h.id))
    expect(await mine(town.ben)).toEqual([bens])
    expect(await mine(town.ann)).toEqual([bens, anns])
    const change = (id: string, form: HookForm) => town.store.write(tx => changeHook(tx, id, form, town.ben, false))
    await expect(change(anns, {})).rejects.toThrow('Only an admin')
    await expect(change(bens, { teamIds: null })).rejects.toThrow('Only an admin')
    await change(bens, { description: 'ours' })
    expect((await hook(bens)).description).toBe('ours')
  })

  it.each([
    ['ticket:comment:created', 'ticket:comment:added'],
    [' Ticket:Created', 'ticket:created'],
    ['ticket:*', 'ticket:*'],
    ['ticket:csat:sent', 'ticket:csat:sent'],
    ['ticket', undefined],
    ['nothing:*', undefined],
  ])('that asks for %s asks for %s', (given, kept) => {
    expect(typeNamed(given)).toBe(kept)
  })

  it('signs with both secrets for a day after a new one was made, and cannot be read under another APP_SECRET', async () => {
    const { id, secret } = await subscribe()
    const fresh = await town.store.write(tx => rotateSecret(tx, id, town.ann))
    const row = await town.store.read(q => q.selectFrom('hooks').selectAll().executeTakeFirstOrThrow())
    const { now } = town.clock
    expect(secretsOf(town.store.key, row, now)).toEqual([fresh, secret])
    expect(secretsOf(town.store.key, row, now + 25 * HOUR)).toEqual([fresh])
    expect(secretsOf(Buffer.alloc(32), row, now)).toBeNull()
    expect(signatureHeaders(['a'], '{}', 1_000)).toEqual({
      'X-Timestamp': '1',
      'X-Signature': 'sha256=7556c5fdf99ac2e6f9be7a6f4a7e2aa6a218faeb166236b0999e7755e4f33f4b',
    })
  })
})

describe('a delivery', () => {
  it('waits for the one before of its ticket, and for no other', async () => {
    const [one, two] = [await town.open(), await town.open()]
    await subscribe({ events: ['ticket:priority:changed'] })
    await prioritise(one.id, 'low')
    await prioritise(one.id, 'high')
    await prioritise(two.id, 'low')
    const [a, b, ...rest] = await claimAll(town.store)
    if (!a || !b) throw new Error('Nothing was claimed.')
    expect([a.row.ticket_id, b.row.ticket_id, rest.length]).toEqual([one.id, two.id, 0])
    await settleAs(town.store, a, 'It answered with 500.')
    await settleAs(town.store, b, null)
    expect(await claimAll(town.store)).toEqual([])
    expect(await town.store.read(q => nextPostDue(q, town.clock.now))).toBe(town.clock.now + 1_000)
    town.clock.now += 1_000
    const [again] = await claimAll(town.store)
    expect(again?.row).toMatchObject({ id: a.row.id, attempts: 2, event_id: a.row.event_id, body: a.row.body })
    await settleAs(town.store, again as never, null)
    expect((await claimAll(town.store)).map(p => bodyOf(p).payload.ticket.priorityId)).toEqual(['high'])
  })

  it('that was in hand when we were killed is claimed again once the lease is over', async () => {
    const ticket = await town.open()
    await subscribe({ events: ['ticket:priority:changed'] })
    await prioritise(ticket.id, 'low')
    const [first] = await claimAll(town.store)
    expect(await claimAll(town.store)).toEqual([])
    town.clock.now += 30_000
    expect(await claimAll(town.store)).toMatchObject([
      { row: { id: first?.row.id, attempts: 2, body: first?.row.body } },
    ])
  })

  it('is made by one of two who make it at once', async () => {
    const ticket = await town.open()
    await subscribe({ events: ['ticket:priority:changed'] })
    await prioritise(ticket.id, 'low')
    await Promise.all([tellAll(town.store), tellAll(town.store)])
    expect(await town.store.read(q => q.selectFrom('hook_deliveries').selectAll().execute())).toHaveLength(1)
  })

  it('is given up after two days, and its subscription switched off after three, which the team is told', async () => {
    const ticket = await town.open()
    const { id } = await subscribe({ events: ['ticket:priority:changed'] })
    await prioritise(ticket.id, 'low')
    const states = new Set<string>()
    for (let i = 0; i < 100; i++) {
      for (const post of await claimAll(town.store)) await settleAs(town.store, post, 'It answered with 500.')
      const [newest] = await town.store.read(q => deliveriesOf(q, id, { limit: 1 }))
      states.add(`${newest?.state} ${newest?.body === null}`)
      if (newest?.state === 'failed') await prioritise(ticket.id, i % 2 ? 'low' : 'high')
      if ((await hook(id)).offAt !== null) break
      town.clock.now = (await town.store.read(q => nextPostDue(q, town.clock.now))) ?? town.clock.now + 1_000
    }
    expect([...states]).toEqual(['queued false', 'failed true'])
    expect(await hook(id)).toMatchObject({
      offReason: 'Nothing was taken for three days. The last time: It answered with 500.',
    })
    const [up] = await town.store.read(q => alertsUp(q, 5))
    expect(up?.text).toContain('The webhook to hooks.example.com was switched off.')
    expect(up?.text).toContain('/outreach webhooks')
    await town.store.write(tx => switchHook(tx, id, true, town.ann))
    expect(await town.store.read(q => alertsUp(q, 5))).toEqual([])
    const [waiting] = await claimAll(town.store)
    expect(waiting?.row.state).toBe('queued')
  })

  it('to somebody who takes nothing is tried one at a time, ever later, and all at once when they are back', async () => {
    const tickets = await Promise.all(Array.from({ length: 8 }, () => town.open()))
    await subscribe({ events: ['ticket:priority:changed'] })
    for (const { id } of tickets) await prioritise(id, 'low')
    let claimed = await claimAll(town.store)
    expect(claimed).toHaveLength(4)
    for (let i = 0; i < 2; i++) {
      for (const post of claimed) await settleAs(town.store, post, 'It answered with 500.')
      town.clock.now += 20_000
      claimed = await claimAll(town.store)
    }
    expect(claimed).toHaveLength(1)
    await settleAs(town.store, claimed[0] as never, null)
    expect(await claimAll(town.store)).toHaveLength(4)
  })

  it('is replayed as things are now, under the same id, unless it is on its way or forgotten', async () => {
    const ticket = await town.open()
    const { id } = await subscribe({ events: ['ticket:priority:changed'] })
    await prioritise(ticket.id, 'low')
    const [post] = await claimAll(town.store)
    if (!post) throw new Error('Nothing was claimed.')
    const again = () => town.store.write(tx => replay(tx, id, post.row.id, town.ann))
    await expect(again()).rejects.toThrow('This event is on its way already.')
    await settleAs(town.store, post, null)
    await addTagLater(ticket.id)
    const row = await again()
    expect(row).toMatchObject({ event_id: post.row.event_id, is_replay: 1, body: null })
    const telling = await town.store.read(q => tellingAgain(q, row))
    expect(telling?.happening.ticket?.tags).toEqual(['later'])
    town.clock.now += 31 * 24 * HOUR
    await pruneHooks(town.store)
    await expect(again()).rejects.toThrow('This delivery is no more.')
    expect(await town.store.read(q => q.selectFrom('hook_events').selectAll().execute())).toEqual([])
  })
  const addTagLater = (id: string) => town.store.write(tx => addTag(tx, id, 'later', ann()))

  it('that would be one too many is given up at once, and one that waited for two days is', async () => {
    const ticket = await town.open()
    const { id } = await subscribe({ events: ['ticket:priority:changed'] })
    await town.store.write(async tx => {
      const rows = Array.from({ length: MOST_WAITING }, (_, i) => ({
        ...emptyDelivery(tx, id),
        event_id: `e${i}`,
        event_type: 'ticket:updated',
        body: '{}',
      }))
      await insertDeliveries(tx.q, rows)
    })
    await prioritise(ticket.id, 'low')
    await tellAll(town.store)
    const [newest] = await town.store.read(q => deliveriesOf(q, id, { limit: 1 }))
    expect(newest).toMatchObject({ state: 'failed', body: null, event_type: 'ticket:priority:changed' })
    expect(newest?.problem).toContain('More than 10000 events were waiting.')
    town.clock.now += 49 * HOUR
    await pruneHooks(town.store)
    expect(await town.store.read(q => deliveriesOf(q, id, { limit: 1, state: 'queued' }))).toEqual([])
  })
})
