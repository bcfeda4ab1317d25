import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf, joinTeam } from '../../src/core/agents.ts'
import { collisionsWith, collisionWords } from '../../src/core/collisions.ts'
import { fromText } from '../../src/core/document.ts'
import {
  type DraftKind,
  type DraftState,
  discardDraft,
  draftBegun,
  draftById,
  draftsFor,
  endDraft,
  pruneDrafts,
  saveDraft,
  shareDraft,
} from '../../src/core/drafts.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { setTeamRole } from '../../src/core/permissions/roles.ts'
import { setPriority } from '../../src/core/tickets/change.ts'
import { remindAgent, remindersOf, sayReminders } from '../../src/core/tickets/remind.ts'
import { closeTicket, markSpam } from '../../src/core/tickets/status.ts'
import { startTown, type Town } from '../support/town.ts'

const DAY = 24 * 3_600_000

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

describe('a draft', () => {
  const state = (changes: Partial<DraftState> = {}): DraftState => ({
    ...{ id: 'd1', agentId: town.ann.id, teamId: town.team.id, ticketId: null, form: '{"a":1}', isBlank: false },
    ...{ about: { kind: 'ticket', title: 'Your order', text: 'Dear Jane' }, stamp: 1 },
    ...changes,
  })
  const save = (changes: Partial<DraftState> = {}) => town.store.write(tx => saveDraft(tx, state(changes)))
  const list = (agentId = town.ann.id) => town.store.read(q => draftsFor(q, agentId, 10))
  const formOf = async () => (await town.store.read(q => draftById(q, 'd1', town.ann.id))).form

  it('keeps what was typed last, in whatever order it is told', async () => {
    await save({ stamp: 2, form: 'second' })
    await save({ stamp: 1, form: 'first' })
    expect(await formOf()).toBe('second')
    await save({ stamp: null, form: 'at the end' })
    expect(await formOf()).toBe('at the end')
    await save({ stamp: 3, form: 'opened again' })
    expect(await formOf()).toBe('opened again')
    expect(await list()).toHaveLength(1)
    await save({ stamp: 4, isBlank: true })
    expect(await list()).toEqual([])
  })

  it('that was sent is saved no more, and sent by nobody else; by the same submission it may be', async () => {
    await save()
    for (const _ of [1, 2]) await town.store.write(tx => endDraft(tx, 'd1', 'view:V1', town.ann.id))
    await save({ stamp: 9 })
    expect(await list()).toEqual([])
    expect(await town.store.read(q => q.selectFrom('drafts').select('form').execute())).toEqual([{ form: '{}' }])
    await expect(town.store.write(tx => endDraft(tx, 'd1', 'view:V2', town.ben.id))).rejects.toThrow('has sent this')
    await town.store.write(tx => endDraft(tx, 'unsaved', 'view:V3', town.ann.id))
    await save({ id: 'unsaved', stamp: 9 })
    expect(await list()).toEqual([])
    town.clock.now += 3 * DAY
    await town.store.write(pruneDrafts)
    expect(await town.store.read(q => q.selectFrom('drafts').selectAll().execute())).toEqual([])
  })

  it('is seen by its author alone until they share it with the team, and can be discarded', async () => {
    await save()
    await town.store.write(tx => joinTeam(tx, town.ben.id, town.team.id))
    await expect(town.store.read(q => draftById(q, 'd1', town.ben.id))).rejects.toThrow('sent or discarded')
    await expect(town.store.write(tx => discardDraft(tx, 'd1', town.ben))).rejects.toThrow('sent or discarded')
    await town.store.write(tx => shareDraft(tx, 'd1', true, town.ann))
    expect(await list(town.ben.id)).toMatchObject([{ id: 'd1', isShared: true, isOwn: false, by: 'Ann' }])
    const asViewer = (role: 'viewer' | 'member') =>
      town.store.write(tx => setTeamRole(tx, town.ben.id, town.team.id, role, town.ann))
    await asViewer('viewer')
    await expect(town.store.write(tx => discardDraft(tx, 'd1', town.ben))).rejects.toThrow('You may not write')
    await expect(town.store.write(tx => shareDraft(tx, 'd1', false, town.ben))).rejects.toThrow('You may not write')
    await asViewer('member')
    await town.store.write(tx => discardDraft(tx, 'd1', town.ben))
    await save({ stamp: 9 })
    expect(await list()).toEqual([])
    // whoever has it open has not lost it
    await town.store.write(tx => endDraft(tx, 'd1', 'view:V1', town.ann.id))
  })
})

describe('what was begun somewhere', () => {
  const begin = (id: string, kind: DraftKind, ticketId: string | null, agentId = town.ann.id) =>
    town.store.write(tx =>
      saveDraft(tx, {
        ...{ id, agentId, teamId: town.team.id, ticketId, form: '{}', isBlank: false, stamp: 1 },
        about: { kind, title: 'SUP-1', text: id },
      }),
    )
  const begun = async (kind: DraftKind, ticketId: string | null, agentId = town.ann.id) =>
    (await town.store.read(q => draftBegun(q, agentId, { kind, ticketId })))?.id

  it('is found there by its author, and by colleagues once it is the team’s; the newest one', async () => {
    const [one, other] = [await town.open(), await town.open()]
    await begin('reply', 'reply', one.id)
    town.clock.now += 1
    await begin('note', 'note', one.id)
    await begin('chat', 'chat', null)
    await begin('ticket', 'ticket', null)
    for (const kind of ['reply', 'note'] as const) {
      expect(await begun(kind, one.id)).toBe(kind)
      expect(await begun(kind, other.id)).toBeUndefined()
      expect(await begun(kind, one.id, town.ben.id)).toBeUndefined()
    }
    expect(await begun('chat', null)).toBe('chat')
    await town.store.write(tx => joinTeam(tx, town.ben.id, town.team.id))
    await town.store.write(tx => shareDraft(tx, 'note', true, town.ann))
    expect(await begun('note', one.id, town.ben.id)).toBe('note')
    town.clock.now += 1
    await begin('later', 'note', one.id)
    expect(await begun('note', one.id)).toBe('later')
    expect(await begun('note', one.id, town.ben.id)).toBe('note')
    await town.store.write(tx => discardDraft(tx, 'later', town.ann))
    await town.store.write(tx => endDraft(tx, 'note', 'view:V1', town.ben.id))
    expect(await begun('note', one.id)).toBeUndefined()
  })

  it('before drafts said what they are to become was an answer or a ticket', async () => {
    const { id } = await town.open()
    await begin('old', 'note', id)
    await begin('older', 'chat', null)
    const about = JSON.stringify({ title: 'SUP-1', text: 'Dear Jane' })
    await town.store.write(tx => tx.q.updateTable('drafts').set({ about }).execute())
    expect(await begun('reply', id)).toBe('old')
    expect(await begun('ticket', null)).toBe('older')
    expect(await begun('note', id)).toBeUndefined()
  })
})

describe('who else writes to a customer', () => {
  const collisions = async (address: string, agent = town.ben) =>
    (await town.store.read(q => collisionsWith(q, { address }, agent.id, town.clock.now))).map(c =>
      collisionWords(c, town.clock.now),
    )

  it('is somebody else with an open ticket, or who wrote within a week, also to a colleague of theirs', async () => {
    const ticket = await town.open()
    expect(await collisions('jane@acme.test', town.ann)).toEqual([])
    expect(await collisions('jane@acme.test')).toEqual(['Ann wrote to Jane Doe just now in SUP-1'])
    expect(await collisions('new@acme.test')).toEqual(['Ann wrote to Jane Doe just now in SUP-1'])
    expect(await collisions('somebody@gmail.com')).toEqual([])
    town.clock.now += 8 * DAY
    expect(await collisions('jane@acme.test')).toEqual(['Ann wrote to Jane Doe 8 days ago in SUP-1'])
    expect(await collisions('new@acme.test')).toEqual([])
    await town.store.write(tx => setPriority(tx, ticket.id, 'high', actorOf(town.ann)))
    expect(await collisions('new@acme.test')).toEqual([]) // it was changed lately, but nobody wrote
    const spam = await town.open({ customer: { typed: 'Sue <sue@spam.test>' } })
    expect(await collisions('sue@spam.test')).toHaveLength(1)
    await town.store.write(tx => markSpam(tx, spam.id, actorOf(town.ann)))
    expect(await collisions('sue@spam.test')).toEqual([])
    await town.store.write(tx => closeTicket(tx, ticket.id, '', actorOf(town.ann)))
    expect(await collisions('jane@acme.test')).toEqual([])
  })

  it('is nobody once one answered oneself; a customer who waits for an answer is named', async () => {
    const ticket = await town.open()
    const body = fromText('From me.')
    town.clock.now += 1_000
    await town.store.write(tx =>
      postMessage(tx, { ticketId: ticket.id, author: actorOf(town.ben), body, visibility: 'public' }),
    )
    expect(await collisions('jane@acme.test')).toEqual([])
    expect(await collisions('jane@acme.test', town.ann)).toEqual(['Ben wrote to Jane Doe just now in SUP-1'])
    await town.arrive({ key: '<new@x.test>', from: { address: 'jim@x.test', name: 'Jim' }, to: ['support@tulip.test'] })
    expect(await collisions('jim@x.test')).toEqual(['Jim wrote to us just now in SUP-2, and nobody has answered'])
  })
})

describe('a reminder', () => {
  const remind = (ticketId: string, days = 3) =>
    town.store.write(tx =>
      remindAgent(tx, ticketId, { dueAt: town.clock.now + days * DAY, note: '', dedupKey: 'view:V1' }, town.ann),
    )
  const open = (id: string) => town.store.read(q => remindersOf(q, id))
  const words = () => town.store.read(q => q.selectFrom('desk_posts').select('text').execute())

  it('ends with an answer or the closing, and is said once, to the agent, too', async () => {
    const [a, b, c] = [await town.open(), await town.open(), await town.open()]
    for (const _ of [1, 2]) await remind(a.id)
    expect(await open(a.id)).toHaveLength(1)
    await town.arrive({ key: '<a@acme.test>', tokens: [await town.token(a.id)] })
    expect(await open(a.id)).toEqual([])
    await town.store.write(tx => remindAgent(tx, b.id, { dueAt: town.clock.now + DAY, note: '' }, town.ann))
    await town.store.write(tx => closeTicket(tx, b.id, '', actorOf(town.ann)))
    expect(await open(b.id)).toEqual([])
    await expect(remind(b.id)).rejects.toThrow('is closed')
    await expect(remind(c.id, -1)).rejects.toThrow('is over')
    await expect(remind(c.id, 400)).rejects.toThrow('more than a year')
    await town.store.write(tx => remindAgent(tx, c.id, { dueAt: town.clock.now + DAY, note: 'Call.' }, town.ann))
    town.clock.now += 2 * DAY
    for (const _ of [1, 2]) await town.store.write(sayReminders)
    expect(await words()).toEqual([{ text: '⏰ SUP-3 · Your order: Jane Doe has not answered for 2 days. “Call.”' }])
    expect(await open(c.id)).toEqual([])
  })
})
