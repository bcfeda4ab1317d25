import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { eraseTickets } from '../../src/core/erase/conversations.ts'
import { historyOf } from '../../src/core/events.ts'
import { undoSend } from '../../src/core/messages/decide.ts'
import { grantsOf, setGrants } from '../../src/core/permissions/grants.ts'
import { tagsOf } from '../../src/core/tags/tags.ts'
import { createTeam } from '../../src/core/teams.ts'
import { takeTicket } from '../../src/core/tickets/assign.ts'
import { setPriority } from '../../src/core/tickets/change.ts'
import { deleteTicket } from '../../src/core/tickets/delete.ts'
import { checkTicket, type NewTicket } from '../../src/core/tickets/form.ts'
import { mergeTickets } from '../../src/core/tickets/merge.ts'
import { moveToTeam } from '../../src/core/tickets/move.ts'
import { openTicket } from '../../src/core/tickets/open.ts'
import { relationsOf, setParent } from '../../src/core/tickets/relations.ts'
import { closeTicket, setStatus } from '../../src/core/tickets/status.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const ann = () => actorOf(town.ann)
const formBelow = (parentId: string, more: Partial<NewTicket> = {}): NewTicket => ({
  ...{ teamId: town.team.id, customer: { typed: 'Jane Doe <jane@acme.test>' }, subject: 'A part of it' },
  ...{ body: fromText('Hello.'), priority: 'medium', email: false, agent: town.ann, parentId },
  ...more,
})
const openBelow = (parentId: string, more: Partial<NewTicket> = {}) =>
  town.store.write(tx => openTicket(tx, formBelow(parentId, more)))
const cardVersion = async (ticketId: string) =>
  town.store.read(q =>
    q
      .selectFrom('deliveries')
      .select('version')
      .where('ticket_id', '=', ticketId)
      .where('kind', '=', 'card')
      .executeTakeFirstOrThrow(),
  )
const refused = (work: Promise<unknown>) => work.then(String, e => String(e.message))

describe('a sub-ticket', () => {
  it('is opened with its place and its tags in one go, and once', async () => {
    const parent = await town.open()
    const form = { tags: ['VIP', 'Late'], dedupKey: 'view:V1' }
    const child = await openBelow(parent.id, form)
    expect((await openBelow(parent.id, form)).id).toBe(child.id)
    const related = await town.store.read(q => relationsOf(q, [parent.id, child.id]))
    expect(related.get(parent.id)).toMatchObject({
      children: [{ identifier: 'SUP-2', status: 'internal', isClosed: false }],
      childCounts: { open: 1, closed: 0 },
    })
    expect(related.get(child.id)?.parent).toMatchObject({ identifier: 'SUP-1', subject: 'Your order' })
    expect((await town.store.read(q => tagsOf(q, [child.id]))).get(child.id)).toEqual(['Late', 'VIP'])
    const kinds = (await town.store.read(q => historyOf(q, child.id))).map(e => e.kind)
    expect(kinds.filter(k => k === 'parent_changed')).toHaveLength(1)
  })

  it('is not opened below what is gone, was merged, or must not be seen, and nothing of it is left', async () => {
    const [gone, merged, into] = [await town.open(), await town.open(), await town.open()]
    await town.store.write(tx => deleteTicket(tx, gone.id, ann()))
    await town.store.write(tx => mergeTickets(tx, merged.id, into.id, ann()))
    expect(await refused(openBelow(gone.id))).toBe('This ticket is no more.')
    const where = 'SUP-2 was merged into SUP-3: open the sub-ticket there.'
    expect(await refused(openBelow(merged.id))).toBe(where)
    expect(await refused(town.store.write(tx => checkTicket(tx, formBelow(merged.id), [])))).toBe(where)
    const grants = await town.store.read(grantsOf)
    await town.store.write(tx => setGrants(tx, 'agent', { ...grants.agent, view: 'own', manage: 'own' }, town.ann))
    expect(await refused(openBelow(into.id, { agent: town.ben }))).toContain('see')
    const tickets = await town.store.read(q => q.selectFrom('tickets').select('number').execute())
    expect(tickets).toHaveLength(3)
  })

  it('tells the card above whenever its state is another, and only then', async () => {
    const parent = await town.open()
    const child = await openBelow(parent.id)
    const before = await cardVersion(parent.id)
    await town.store.write(tx => setPriority(tx, child.id, 'urgent', ann()))
    expect(await cardVersion(parent.id)).toEqual(before)
    await town.store.write(tx => closeTicket(tx, child.id, 'Solved', ann()))
    const closed = await cardVersion(parent.id)
    expect(closed.version).toBe(before.version + 1)
    await town.store.write(tx => closeTicket(tx, child.id, 'Solved', ann()))
    expect(await cardVersion(parent.id)).toEqual(closed)
    await town.store.write(tx => deleteTicket(tx, child.id, ann()))
    expect((await cardVersion(parent.id)).version).toBe(closed.version + 1)
    const related = (await town.store.read(q => relationsOf(q, [parent.id]))).get(parent.id)
    expect(related?.children ?? []).toEqual([])
  })

  it('tells it also when its mail is taken back, when another team has it, and when it is forgotten', async () => {
    const parent = await town.open({ customer: { typed: 'Bob Stone <bob@globex.test>' } })
    const child = await openBelow(parent.id, { email: true })
    const versions = [await cardVersion(parent.id)]
    const [mail] = await town.messages(child.id)
    await town.store.write(tx => undoSend(tx, mail?.id ?? '', ann()))
    versions.push(await cardVersion(parent.id))
    await town.store.write(async tx => {
      await takeTicket(tx, child.id, town.ann)
      await setStatus(tx, child.id, 'in_progress', ann())
    })
    versions.push(await cardVersion(parent.id))
    const form = { name: 'Sales', prefix: 'SAL', place: 'C0SALES', replyMode: 'ask', holdMs: 0, signature: '' } as const
    const teamId = await town.store.write(tx => createTeam(tx, form))
    await town.store.write(tx => moveToTeam(tx, child.id, { teamId, senderId: null }, ann()))
    versions.push(await cardVersion(parent.id))
    const erasing = { id: 'e1', customerId: child.customer_id, addresses: ['jane@acme.test'], agentId: town.ann.id }
    await town.store.write(tx => eraseTickets(tx, { ...erasing, cursor: '' }))
    versions.push(await cardVersion(parent.id))
    expect(new Set(versions.map(v => v.version)).size).toBe(versions.length)
  })

  it('is one of many: the open ones are named first, all are counted, and another ticket’s are named beside', async () => {
    const [big, small] = [await town.open(), await town.open()]
    const [first] = [await openBelow(big.id)]
    await town.store.write(async tx => {
      for (let n = 0; n < 59; n++) await openTicket(tx, formBelow(big.id))
      await closeTicket(tx, first.id, '', ann())
    })
    const one = await openBelow(small.id)
    const related = await town.store.read(q => relationsOf(q, [big.id, small.id]))
    expect(related.get(big.id)?.childCounts).toEqual({ open: 59, closed: 1 })
    expect(related.get(big.id)?.children).toHaveLength(50)
    expect(related.get(big.id)?.children.some(c => c.isClosed)).toBe(false)
    expect(related.get(small.id)?.children.map(c => c.id)).toEqual([one.id])
  })

  it('is put elsewhere, and both cards say so', async () => {
    const [a, b] = [await town.open(), await town.open()]
    const child = await openBelow(a.id)
    const [ofA, ofB] = [await cardVersion(a.id), await cardVersion(b.id)]
    await town.store.write(tx => setParent(tx, child.id, b.id, ann()))
    expect((await cardVersion(a.id)).version).toBe(ofA.version + 1)
    expect((await cardVersion(b.id)).version).toBe(ofB.version + 1)
  })
})
