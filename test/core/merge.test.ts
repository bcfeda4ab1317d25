import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { historyOf } from '../../src/core/events.ts'
import { enterStale } from '../../src/core/find/entry.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { resendMessage } from '../../src/core/messages/resend.ts'
import { threadOf } from '../../src/core/threads.ts'
import { deleteTicket } from '../../src/core/tickets/delete.ts'
import { ticketsLike } from '../../src/core/tickets/like.ts'
import { mergeOutlook, mergeTickets } from '../../src/core/tickets/merge.ts'
import { linkTickets, setParent, unlinkTickets } from '../../src/core/tickets/relations.ts'
import { closeTicket, reopenTicket, setStatus } from '../../src/core/tickets/status.ts'
import { accepted, startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const ann = () => actorOf(town.ann)
const merge = (from: string, into: string, otherCustomer = false) =>
  town.store.write(tx => mergeTickets(tx, from, into, ann(), { otherCustomer }))
const later = () => {
  town.clock.now += 60_000
}
const texts = async (id: string) => (await town.messages(id)).filter(m => m.author_kind !== 'system').map(m => m.text)
const bob = { customer: { typed: 'Bob <bob@globex.test>' } }

describe('tickets around a ticket', () => {
  it('are named on both cards, and not any more once they are taken away; twice is once', async () => {
    const [a, b, c] = [await town.open(), await town.open({ subject: 'The second' }), await town.open()]
    for (const _ of [1, 2]) {
      await town.store.write(tx => linkTickets(tx, a.id, b.id, ann()))
      await town.store.write(tx => setParent(tx, c.id, a.id, ann()))
    }
    const names = async (id: string) => {
      const { parent, children, links } = (await town.view(id)).relations
      return [parent?.identifier ?? null, children.map(x => x.identifier), links.map(x => x.identifier)]
    }
    expect([await names(a.id), await names(b.id), await names(c.id)]).toEqual([
      [null, ['SUP-3'], ['SUP-2']],
      [null, [], ['SUP-1']],
      ['SUP-1', [], []],
    ])
    expect((await town.store.read(q => historyOf(q, b.id))).filter(e => e.kind === 'ticket_linked')).toHaveLength(1)
    for (const _ of [1, 2]) {
      await town.store.write(tx => unlinkTickets(tx, b.id, a.id, ann()))
      await town.store.write(tx => setParent(tx, c.id, null, ann()))
    }
    expect([await names(a.id), await names(b.id), await names(c.id)]).toEqual([
      [null, [], []],
      [null, [], []],
      [null, [], []],
    ])
  })

  it('never stand above themselves', async () => {
    const [a, b, c] = [await town.open(), await town.open(), await town.open()]
    await town.store.write(tx => setParent(tx, b.id, a.id, ann()))
    await town.store.write(tx => setParent(tx, c.id, b.id, ann()))
    await expect(town.store.write(tx => setParent(tx, a.id, c.id, ann()))).rejects.toThrow('SUP-1 is above SUP-3')
    await expect(town.store.write(tx => setParent(tx, a.id, a.id, ann()))).rejects.toThrow('or the same')
    await expect(town.store.write(tx => linkTickets(tx, a.id, a.id, ann()))).rejects.toThrow('itself')
  })

  it('say on the parent’s card when one of them is closed', async () => {
    const [a, b] = [await town.open(), await town.open()]
    await town.store.write(tx => setParent(tx, b.id, a.id, ann()))
    later()
    await town.carry()
    await town.carry()
    await town.store.write(tx => closeTicket(tx, b.id, '', ann()))
    later()
    const cards = (await town.carry()).filter(l => l.kind === 'card').map(l => l.ticket.identifier)
    expect(cards.sort()).toEqual(['SUP-1', 'SUP-2'])
    expect((await town.view(a.id)).relations.children).toMatchObject([{ identifier: 'SUP-2', isClosed: true }])
  })

  it('are found by identifier, the beginning of the subject, the customer, or words in them', async () => {
    for (let i = 1; i <= 11; i++) await town.open({ subject: `Order ${i} of 100%` })
    const other = await town.open({ ...bob, subject: 'Über tulips' })
    const find = async (typed: string, than: string | null = null) =>
      (await town.store.read(q => ticketsLike(q, typed, { than }))).map(t => t.identifier)
    expect(await find('sup-1')).toEqual(['SUP-1', 'SUP-10', 'SUP-11', 'SUP-12'])
    expect((await find('12'))[0]).toBe('SUP-12')
    expect(await find('ORDER 7')).toEqual(['SUP-7'])
    expect(await find('order 1 of 100%')).toEqual(['SUP-1'])
    expect(await find('globex')).toEqual(['SUP-12'])
    expect(await find('Über')).toEqual(['SUP-12'])
    await town.store.write(tx => enterStale(tx, 100))
    expect(await find('tul')).toEqual(['SUP-12'])
    expect(await find('ready orde', other.id)).toHaveLength(11)
    expect(await find('tulips ready sun')).toEqual([])
    expect((await find('', other.id)).length).toBe(0)
    await town.store.write(tx => deleteTicket(tx, other.id, ann()))
    expect(await find('SUP-12')).toEqual([])
  })
})

describe('merging', () => {
  it('moves the messages, closes the old card, and answers to either mail come in on the one that is left', async () => {
    const [a, b] = [await town.open(), await town.open({ subject: 'Also this', body: fromText('And the invoice.') })]
    later()
    const mails = (await town.carry()).filter(l => l.thread.side === 'customer')
    const ofB = mails.find(l => l.ticket.id === b.id)?.key as string
    const token = await town.token(b.id)
    for (const _ of [1, 2]) await merge(b.id, a.id)
    expect(await texts(a.id)).toEqual(['Hello Jane, your order is ready.', 'And the invoice.'])
    expect(await town.view(b.id)).toMatchObject({
      status: 'closed',
      closeReason: 'Merged into SUP-1',
      mergedInto: { identifier: 'SUP-1' },
    })
    await town.arrive({ key: '<1@acme.test>', answers: [ofB], body: fromText('By the mail.') })
    await town.arrive({ key: '<2@acme.test>', tokens: [token], body: fromText('By the address.') })
    await town.arrive({ key: '<3@acme.test>', tag: 'SUP-2', body: fromText('By the subject.') })
    expect(await texts(a.id)).toEqual([
      'Hello Jane, your order is ready.',
      'And the invoice.',
      'By the mail.',
      'By the address.',
      'By the subject.',
    ])
    expect((await town.messages(a.id)).at(-1)?.matched_by).toContain('SUP-2 was merged into SUP-1.')
    expect(await town.view(b.id)).toMatchObject({ status: 'closed' })
    expect(await town.view(a.id)).toMatchObject({ status: 'open' })
  })

  it('posts what came over in the thread that is left, once', async () => {
    const [a, b] = [await town.open(), await town.open({ subject: 'Also this', body: fromText('And the invoice.') })]
    later()
    await town.carry()
    await town.carry()
    for (const _ of [1, 2]) await merge(b.id, a.id)
    const posted: string[] = []
    for (let i = 0; i < 6; i++) {
      later()
      for (const l of await town.carry())
        if (l.kind === 'message' && l.thread.side === 'desk' && l.ticket.id === a.id) posted.push(l.message?.text ?? '')
    }
    expect(posted).toEqual(['Ann merged SUP-2 (Also this) into this: 1 message came over.', 'And the invoice.'])
  })

  it('lets a held mail go to whom it was written, from whom and about what; if it fails, the card that is left says so', async () => {
    const a = await town.open()
    later()
    await town.carry()
    const b = await town.open({ ...bob, subject: 'For Bob' })
    expect(await town.store.read(q => mergeOutlook(q, b.id, a.id))).toMatchObject({
      isOtherCustomer: true,
      held: 1,
      messages: 1,
      into: { address: 'jane@acme.test' },
    })
    await merge(b.id, a.id, true)
    expect((await town.view(a.id)).counts).toMatchObject({ held: 1 })
    later()
    const mail = (await town.carry(() => ({ refused: { reason: 'Nobody there.' } }))).find(l => l.key)
    expect(mail).toMatchObject({ thread: { place: 'bob@globex.test' }, ticket: { subject: 'For Bob', id: b.id } })
    expect((await town.view(a.id)).counts).toMatchObject({ held: 0, failed: 1 })
    expect((await town.view(b.id)).counts).toMatchObject({ failed: 0 })
  })

  it('of another customer’s asks first, and says where the next mail goes', async () => {
    const [a, b] = [await town.open(), await town.open(bob)]
    await expect(merge(b.id, a.id)).rejects.toThrow(
      "SUP-2 is Bob's. After merging, the next mail goes to Jane Doe (jane@acme.test), not to bob@globex.test.",
    )
    await merge(b.id, a.id, true)
    const { place } = await town.store.read(q => threadOf(q, a.id, 'customer'))
    expect(place).toBe('jane@acme.test')
    const token = await town.token(b.id)
    const from = { address: 'bob@globex.test', name: 'Bob' }
    await town.arrive({ key: '<bob@globex.test>', tokens: [token], from, body: fromText('It is me.') })
    expect((await town.messages(a.id)).find(m => m.text === 'It is me.')).toMatchObject({ author_kind: 'stranger' })
  })

  it('refuses what makes no sense', async () => {
    const [a, b, c] = [await town.open(), await town.open(), await town.open()]
    const internal = await town.open({ email: false })
    await expect(merge(a.id, a.id)).rejects.toThrow('into itself')
    await expect(merge(a.id, internal.id)).rejects.toThrow('not the other way round')
    await merge(b.id, a.id)
    await expect(merge(a.id, b.id)).rejects.toThrow('SUP-2 was merged into SUP-1')
    await expect(merge(b.id, c.id)).rejects.toThrow('SUP-2 was merged into SUP-1')
    await town.store.write(tx => deleteTicket(tx, c.id, ann()))
    await expect(merge(a.id, c.id)).rejects.toThrow('no more')
  })

  it('leads through several: what was merged before points to the last', async () => {
    const [a, b, c] = [await town.open(), await town.open(), await town.open()]
    const token = await town.token(a.id)
    await merge(a.id, b.id)
    await merge(b.id, c.id)
    expect((await town.view(a.id)).mergedInto?.identifier).toBe('SUP-3')
    await town.arrive({ key: '<x@acme.test>', tokens: [token], body: fromText('Where am I?') })
    expect(await texts(c.id)).toContain('Where am I?')
  })

  it('takes over what waits for us, the sub-tickets and the links', async () => {
    const [a, b, child, link] = [await town.open(), await town.open(), await town.open(), await town.open()]
    await town.store.write(tx => setParent(tx, child.id, b.id, ann()))
    await town.store.write(tx => setParent(tx, a.id, b.id, ann()))
    await town.store.write(tx => linkTickets(tx, b.id, link.id, ann()))
    await town.arrive({ key: '<q@acme.test>', tokens: [await town.token(b.id)] })
    await town.store.write(tx => closeTicket(tx, a.id, '', ann()))
    await merge(b.id, a.id)
    expect(await town.view(a.id)).toMatchObject({
      status: 'open',
      closedAt: null,
      relations: { parent: null, children: [{ identifier: 'SUP-3' }], links: [{ identifier: 'SUP-4' }] },
    })
  })

  it('ends the old one: nobody opens it again or writes on it', async () => {
    const [a, b] = [await town.open(), await town.open()]
    await merge(b.id, a.id)
    const where = 'SUP-2 was merged into SUP-1; it goes on there.'
    await expect(town.store.write(tx => reopenTicket(tx, b.id, ann()))).rejects.toThrow(where)
    await expect(town.store.write(tx => setStatus(tx, b.id, 'open', ann()))).rejects.toThrow(where)
    const message = { ticketId: b.id, author: ann(), body: fromText('Hello'), visibility: 'public' as const }
    await expect(town.store.write(tx => postMessage(tx, message))).rejects.toThrow(where)
  })

  it('into one that is deleted later: its answers are not taken in again', async () => {
    const [a, b] = [await town.open(), await town.open()]
    const token = await town.token(b.id)
    await merge(b.id, a.id)
    await town.store.write(tx => deleteTicket(tx, a.id, ann()))
    await town.arrive({ key: '<late@acme.test>', tokens: [token] })
    expect(await town.inbound('<late@acme.test>')).toMatchObject({
      state: 'ignored',
      reason: 'It answers SUP-1, which was deleted.',
    })
  })
})

describe('a mail that failed before its ticket was merged', () => {
  it('is sent again from where the ticket goes on', async () => {
    const [a, b] = [await town.open(), await town.open()]
    later()
    await town.carry(l =>
      l.ticket.id === b.id && l.key ? { refused: { reason: 'The mailbox is full.' } } : accepted(l),
    )
    await merge(b.id, a.id)
    expect((await town.view(a.id)).counts).toMatchObject({ failed: 1 })
    const id = (await town.messages(a.id)).filter(m => m.author_kind === 'agent')[1]?.id as string
    await town.store.write(tx => resendMessage(tx, id, 'jane@acme.test', ann()))
    await expect(town.store.write(tx => resendMessage(tx, id, 'jane@acme.test', ann()))).rejects.toThrow(
      'again already',
    )
    later()
    expect((await town.carry()).filter(l => l.key).map(l => [l.ticketId, l.message?.id])).toEqual([[a.id, id]])
  })
})
