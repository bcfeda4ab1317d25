import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { historyOf } from '../../src/core/events.ts'
import { messageById } from '../../src/core/messages/find.ts'
import { changeNote, deleteNote } from '../../src/core/messages/notes.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { addSender } from '../../src/core/senders/edit.ts'
import { createTeam } from '../../src/core/teams.ts'
import { threadOf } from '../../src/core/threads.ts'
import { takeTicket } from '../../src/core/tickets/assign.ts'
import { changeCustomer } from '../../src/core/tickets/customer.ts'
import { deleteTicket } from '../../src/core/tickets/delete.ts'
import { mergeTickets } from '../../src/core/tickets/merge.ts'
import { moveToTeam } from '../../src/core/tickets/move.ts'
import { snoozeTicket, wakeDue } from '../../src/core/tickets/snooze.ts'
import { closeTicket } from '../../src/core/tickets/status.ts'
import { moveMessage, splitOff } from '../../src/core/tickets/take-away.ts'
import { daysToWeekday, timeInDays } from '../../src/lib/zone.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const HOUR = 3_600_000
const ann = () => actorOf(town.ann)
const carol = { address: 'carol@globex.test', name: 'Carol' }
const later = (ms = 60_000) => {
  town.clock.now += ms
}
const texts = async (id: string) => (await town.messages(id)).filter(m => m.author_kind !== 'system').map(m => m.text)
const kinds = async (id: string) => (await town.store.read(q => historyOf(q, id))).map(e => e.kind)
const messageOf = async (ticketId: string, text: string) =>
  (await town.messages(ticketId)).find(m => m.text === text)?.id ?? ''
const told = () => town.store.read(q => q.selectFrom('desk_posts').select(['agent_id', 'text']).execute())

describe('a mail that was matched wrongly', () => {
  it('becomes its author’s own ticket; what answers it goes there, the old ticket is as before, and notes stay', async () => {
    const t = await town.open()
    later()
    await town.carry()
    const token = await town.token(t.id)
    await town.store.write(tx =>
      postMessage(tx, { ticketId: t.id, author: ann(), body: fromText('A note.'), visibility: 'note' }),
    )
    await town.arrive({ key: '<1@globex.test>', tokens: [token], from: carol, body: fromText('Tulips, please.') })
    const id = await messageOf(t.id, 'Tulips, please.')
    const made = await town.store.write(tx => splitOff(tx, id, 'Tulips', ann()))
    expect(await texts(made.id)).toEqual(['Tulips, please.'])
    expect(await texts(t.id)).toEqual(['Hello Jane, your order is ready.', 'A note.'])
    expect(await town.view(made.id)).toMatchObject({
      subject: 'Tulips',
      customer: { name: 'Carol', address: 'carol@globex.test' },
      splitFrom: { identifier: 'SUP-1' },
      status: 'open',
    })
    // by the id of the mail, also where it still comes to the address of the old ticket; and what follows on that
    const answers = { tokens: [token], from: carol }
    await town.arrive({ key: '<2@globex.test>', answers: ['<1@globex.test>'], body: fromText('Red ones.'), ...answers })
    await town.arrive({ key: '<3@globex.test>', answers: ['<2@globex.test>'], body: fromText('Ten.'), ...answers })
    await town.arrive({ key: '<4@globex.test>', answers: ['<3@globex.test>'], from: carol, body: fromText('Soon?') })
    expect(await texts(made.id)).toEqual(['Tulips, please.', 'Red ones.', 'Ten.', 'Soon?'])
    expect((await town.store.write(tx => splitOff(tx, id, 'Again', ann()))).id).toBe(made.id)
    await expect(town.store.write(tx => moveMessage(tx, id, t.id, ann()))).rejects.toThrow('began with this mail')
    expect((await town.messages(t.id)).at(-1)?.text).toContain('it is on SUP-2 now')
  })

  it('becomes a ticket of its own also where it began one that was merged away', async () => {
    const t = await town.open()
    await town.arrive({ key: '<1@acme.test>', to: ['support@tulip.test'], body: fromText('No lorry.') })
    const { message_id } = await town.inbound('<1@acme.test>')
    const other = await town.store.read(q => messageById(q, message_id ?? ''))
    await town.store.write(tx => mergeTickets(tx, other.ticket_id, t.id, ann()))
    const id = await messageOf(t.id, 'No lorry.')
    const made = await town.store.write(tx => splitOff(tx, id, 'Still no lorry', ann()))
    expect(await texts(made.id)).toEqual(['No lorry.'])
    await town.arrive({ key: '<2@acme.test>', answers: ['<1@acme.test>'], body: fromText('It came.') })
    expect(await texts(made.id)).toEqual(['No lorry.', 'It came.'])
    await town.store.write(tx =>
      postMessage(tx, { ticketId: made.id, author: ann(), body: fromText('Good.'), visibility: 'public' }),
    )
    later()
    const mails = (await town.carry()).filter(l => l.thread.side === 'customer')
    expect(mails.map(l => l.ticket.identifier)).toEqual([t.identifier, made.identifier])
  })

  it('of the customer’s own leaves the old ticket as it was before it came', async () => {
    const t = await town.open()
    await town.store.write(tx => closeTicket(tx, t.id, 'Solved', ann()))
    later()
    await town.arrive({ key: '<1@acme.test>', tokens: [await town.token(t.id)], body: fromText('Something else.') })
    expect(await town.view(t.id)).toMatchObject({ status: 'open' })
    const id = await messageOf(t.id, 'Something else.')
    await town.store.write(tx => splitOff(tx, id, 'Something else', ann()))
    expect(await town.view(t.id)).toMatchObject({ status: 'closed', closeReason: 'Solved' })
  })

  it('moves to another ticket, where it is an answer if it is that customer’s; back again it is shown once', async () => {
    const a = await town.open()
    const b = await town.open({ customer: { typed: 'Carol <carol@globex.test>' } })
    later()
    await town.carry()
    await town.arrive({
      key: '<1@globex.test>',
      tokens: [await town.token(a.id)],
      from: carol,
      body: fromText('Mine.'),
    })
    const id = await messageOf(a.id, 'Mine.')
    await town.store.write(tx => moveMessage(tx, id, b.id, ann()))
    expect(await texts(b.id)).toContain('Mine.')
    expect(await town.view(b.id)).toMatchObject({ status: 'open' })
    expect((await town.messages(b.id)).find(m => m.id === id)).toMatchObject({
      author_kind: 'customer',
      matched_by: 'Ann moved it here from SUP-1.',
    })
    await town.store.write(tx => moveMessage(tx, id, b.id, ann()))
    const own = await messageOf(b.id, 'Hello Jane, your order is ready.')
    await expect(town.store.write(tx => moveMessage(tx, own, a.id, ann()))).rejects.toThrow('Only a mail that came in')
    await town.store.write(tx => moveMessage(tx, id, a.id, ann()))
    const posts = await town.store.read(q =>
      q.selectFrom('deliveries').select('thread_id').where('message_id', '=', id).execute(),
    )
    expect(posts).toHaveLength(2)
    expect(await town.view(b.id)).toMatchObject({ status: 'awaiting_customer' })
  })
})

describe('a ticket that goes to another team', () => {
  const sales = () =>
    town.store.write(async tx => {
      const team = { name: 'Sales', prefix: 'SAL', place: 'C0SALES', signature: '', replyMode: 'ask' as const }
      const id = await createTeam(tx, { ...team, holdMs: 0 })
      const own = { smtpUrl: null, dkimSelector: null, dkimKey: null }
      const senderId = await addSender(tx, { teamId: id, address: 'sales@tulip.test', name: 'Sales', ...own })
      return { teamId: id, senderId }
    })

  it('keeps its identifier and has one card there; the old one only points there; twice is once', async () => {
    const to = await sales()
    const t = await town.open()
    await town.store.write(tx => takeTicket(tx, t.id, town.ann))
    later()
    await town.carry()
    for (const _ of [1, 2]) await town.store.write(tx => moveToTeam(tx, t.id, to, ann()))
    expect(await town.view(t.id)).toMatchObject({
      identifier: 'SUP-1',
      team: { name: 'Sales' },
      sender: { address: 'sales@tulip.test' },
      assignee: null,
    })
    later()
    const cards = (await town.carry()).filter(l => l.kind === 'card')
    expect(cards.map(c => [c.thread.place, c.thread.endedAt === null]).sort()).toEqual([
      ['C0SALES', true],
      ['C0SUPPORT', false],
    ])
    const threads = await town.store.read(q =>
      q.selectFrom('threads').select('id').where('ticket_id', '=', t.id).where('side', '=', 'desk').execute(),
    )
    expect(threads).toHaveLength(2)
    await town.arrive({ key: '<1@acme.test>', tokens: [await town.token(t.id)], body: fromText('Hello Sales.') })
    const places: string[] = []
    for (let i = 0; i < 5; i++) {
      later()
      for (const l of await town.carry()) if (l.message?.text === 'Hello Sales.') places.push(l.thread.place)
    }
    expect(places).toEqual(['C0SALES'])
  })

  it('does not where that team cannot write to anybody', async () => {
    const t = await town.open()
    const mute = await town.store.write(tx =>
      createTeam(tx, { name: 'Mute', prefix: 'MUT', place: 'C0MUTE', signature: '', replyMode: 'ask', holdMs: 0 }),
    )
    await expect(town.store.write(tx => moveToTeam(tx, t.id, { teamId: mute, senderId: null }, ann()))).rejects.toThrow(
      'no address to send from',
    )
    const to = await sales()
    await expect(
      town.store.write(tx => moveToTeam(tx, t.id, { ...to, senderId: town.senderId }, ann())),
    ).rejects.toThrow('not one of the team')
    expect(await town.view(t.id)).toMatchObject({ team: { name: 'Support' } })
  })
})

describe('a ticket that becomes another customer’s', () => {
  it('goes on in a mail thread of its own; what was queued goes to whom it was written to', async () => {
    const t = await town.open()
    const before = await town.store.read(q => threadOf(q, t.id, 'customer'))
    for (const _ of [1, 2])
      await town.store.write(tx => changeCustomer(tx, t.id, { typed: 'Carol <carol@globex.test>' }, ann()))
    await town.store.write(tx =>
      postMessage(tx, { ticketId: t.id, author: ann(), body: fromText('Dear Carol'), visibility: 'public' }),
    )
    later()
    const mails = (await town.carry()).filter(l => l.key)
    expect(mails.map(l => [l.thread.place, l.ticket.customer.name, l.message?.text]).sort()).toEqual([
      ['carol@globex.test', 'Carol', 'Dear Carol'],
      ['jane@acme.test', '', 'Hello Jane, your order is ready.'],
    ])
    expect(mails.find(l => l.message?.text === 'Dear Carol')).toMatchObject({ references: [] })
    expect(new Set(mails.map(l => l.thread.token)).size).toBe(2)
    await town.arrive({ key: '<j@acme.test>', answers: [before.root as string], body: fromText('For me?') })
    expect((await town.messages(t.id)).find(m => m.text === 'For me?')).toMatchObject({ author_kind: 'stranger' })
    await town.arrive({ key: '<c@globex.test>', tag: 'SUP-1', from: carol, body: fromText('For me.') })
    expect((await town.messages(t.id)).find(m => m.text === 'For me.')).toMatchObject({ author_kind: 'customer' })
    expect((await kinds(t.id)).filter(k => k === 'customer_changed')).toHaveLength(1)
  })

  it('is not given to one of us, or to nobody', async () => {
    const t = await town.open()
    const change = (typed: string) => town.store.write(tx => changeCustomer(tx, t.id, { typed }, ann()))
    await expect(change('support@tulip.test')).rejects.toThrow('an address of ours')
    await expect(change('nobody')).rejects.toThrow('not an email address')
  })
})

describe('deleting a ticket', () => {
  it('sends nothing of it any more, keeps its Message-IDs, and is done once', async () => {
    const t = await town.open()
    const token = await town.token(t.id)
    for (const _ of [1, 2]) await town.store.write(tx => deleteTicket(tx, t.id, ann()))
    later()
    const letters = await town.carry()
    expect(letters.filter(l => l.key)).toEqual([])
    expect(letters.find(l => l.kind === 'card')?.ticket.deletedBy).toBe('Ann')
    await town.arrive({ key: '<late@acme.test>', tokens: [token] })
    expect(await town.inbound('<late@acme.test>')).toMatchObject({ state: 'ignored' })
    expect((await kinds(t.id)).filter(k => k === 'ticket_deleted')).toHaveLength(1)
  })
})

describe('a snoozed ticket', () => {
  const snooze = (id: string, until: number | null, untilAnswer: boolean) =>
    town.store.write(tx => snoozeTicket(tx, id, { until, untilAnswer }, ann()))
  const answer = async (id: string, key: string) => town.arrive({ key, tokens: [await town.token(id)] })

  it('until a date sleeps on when they answer, and then waits for who has it, who is told once', async () => {
    const t = await town.open()
    await town.store.write(tx => takeTicket(tx, t.id, town.ben))
    await snooze(t.id, town.clock.now + HOUR, false)
    await answer(t.id, '<1@acme.test>')
    expect(await town.view(t.id)).toMatchObject({ status: 'snoozed', snoozedFor: 'date' })
    await town.store.write(wakeDue)
    expect(await town.view(t.id)).toMatchObject({ status: 'snoozed' })
    later(HOUR)
    for (const _ of [1, 2]) await town.store.write(wakeDue)
    expect(await town.view(t.id)).toMatchObject({ status: 'in_progress', snoozedUntil: null, snoozedFor: null })
    expect(await told()).toEqual([{ agent_id: town.ben.id, text: 'SUP-1 was snoozed until now.' }])
  })

  it('until an answer, or whichever is first, wakes by the answer; whoever put it to sleep is told', async () => {
    for (const until of [null, town.clock.now + 9 * HOUR]) {
      const t = await town.open()
      await snooze(t.id, until, true)
      await answer(t.id, `<${t.identifier}@acme.test>`)
      expect(await town.view(t.id)).toMatchObject({ status: 'open', snoozedUntil: null })
      later(2 * HOUR)
      await town.store.write(wakeDue)
    }
    expect((await told()).map(w => w.text)).toEqual([
      'Jane Doe answered, so SUP-1 is not snoozed any more.',
      'Jane Doe answered, so SUP-2 is not snoozed any more.',
    ])
  })

  it('is ended by writing to the customer and by closing, without a word', async () => {
    const [a, b] = [await town.open(), await town.open()]
    for (const t of [a, b]) await snooze(t.id, town.clock.now + HOUR, true)
    const author = ann()
    await town.store.write(tx =>
      postMessage(tx, { ticketId: a.id, author, body: fromText('One more thing.'), visibility: 'public' }),
    )
    await town.store.write(tx => closeTicket(tx, b.id, '', author))
    expect([(await town.view(a.id)).status, (await town.view(b.id)).status]).toEqual(['awaiting_customer', 'closed'])
    later(2 * HOUR)
    expect(await town.store.write(wakeDue)).toBe(0)
    expect(await told()).toEqual([])
  })

  it('has an end that can come', async () => {
    const t = await town.open()
    await expect(snooze(t.id, null, false)).rejects.toThrow('until when')
    await expect(snooze(t.id, town.clock.now, true)).rejects.toThrow('over')
    await expect(snooze(t.id, town.clock.now + 3 * 366 * 24 * HOUR, true)).rejects.toThrow('two years')
    const internal = await town.open({ email: false })
    await expect(snooze(internal.id, null, true)).rejects.toThrow('internal')
    await snooze(internal.id, town.clock.now + HOUR, false)
    later(HOUR)
    await town.store.write(wakeDue)
    expect(await town.view(internal.id)).toMatchObject({ status: 'internal' })
  })

  it('comes back at nine in the morning, also over a change of the clocks', () => {
    const friday = Date.UTC(2026, 2, 27, 20) // clocks in Berlin go ahead on Sunday, 29 March 2026
    const at = (days: number) => new Date(timeInDays(friday, days, '09:00', 'Europe/Berlin')).toISOString()
    expect([at(1), at(3)]).toEqual(['2026-03-28T08:00:00.000Z', '2026-03-30T07:00:00.000Z'])
    expect(daysToWeekday(friday, 1, 'Europe/Berlin')).toBe(3)
    expect(daysToWeekday(Date.UTC(2026, 2, 29, 23), 1, 'Europe/Berlin')).toBe(7) // it is Monday there
  })
})

describe('a note', () => {
  it('is pinned and coloured by anybody, changed and deleted by its author or a lead', async () => {
    const t = await town.open()
    const note = (text: string) =>
      town.store.write(tx =>
        postMessage(tx, { ticketId: t.id, author: ann(), body: fromText(text), visibility: 'note', color: 'blue' }),
      )
    const id = await note('In a hurry')
    const change = (more: object, agent = town.ben) =>
      town.store.write(tx => changeNote(tx, id, { color: 'red', isPinned: true, ...more }, agent))
    for (const _ of [1, 2]) await change({})
    expect((await town.view(t.id)).pinned).toEqual([{ id, text: 'In a hurry', color: 'red', by: 'Ann' }])
    expect((await kinds(t.id)).filter(k => k === 'note_pinned')).toHaveLength(1)
    await change({ body: fromText('In no hurry') }) // nobody leads: everybody may
    await town.store.write(tx =>
      tx.q
        .insertInto('team_members')
        .values(
          [town.ann, town.ben].map(a => ({
            ...{ team_id: town.team.id, agent_id: a.id, unrouted_at: null, sender_id: null, joined_at: 0 },
            role: a === town.ann ? ('lead' as const) : ('agent' as const),
          })),
        )
        .execute(),
    )
    await expect(change({ body: fromText('By Ben') })).rejects.toThrow('Only Ann or a lead may do this.')
    await expect(town.store.write(tx => deleteNote(tx, id, town.ben))).rejects.toThrow('Only Ann or a lead')
    await expect(change({ body: fromText(' ') }, town.ann)).rejects.toThrow('Write a note')
    for (const _ of [1, 2]) await town.store.write(tx => deleteNote(tx, id, town.ann))
    expect((await town.view(t.id)).pinned).toEqual([])
    const opening = (await town.view(t.id)).opening?.id as string
    await expect(town.store.write(tx => deleteNote(tx, opening, town.ann))).rejects.toThrow('not a note')
  })
})

describe('two who do the same at the same moment', () => {
  it('do it once', async () => {
    const t = await town.open()
    const into = await town.open()
    later()
    await town.arrive({
      key: '<1@globex.test>',
      tokens: [await town.token(t.id)],
      from: carol,
      body: fromText('Mine.'),
    })
    const id = await messageOf(t.id, 'Mine.')
    const twice = (work: () => Promise<unknown>) => Promise.all([work(), work(), work()])
    await twice(() => town.store.write(tx => splitOff(tx, id, 'Hers', ann())))
    await twice(() => town.store.write(tx => changeCustomer(tx, t.id, { typed: 'bob@globex.test' }, ann())))
    const teamId = await town.store.write(tx =>
      createTeam(tx, { name: 'Sales', prefix: 'SAL', place: 'C0S', signature: '', replyMode: 'ask', holdMs: 0 }),
    )
    const own = { smtpUrl: null, dkimSelector: null, dkimKey: null }
    await town.store.write(tx => addSender(tx, { teamId, address: 'sales@tulip.test', name: 'Sales', ...own }))
    await twice(() => town.store.write(tx => moveToTeam(tx, t.id, { teamId, senderId: null }, ann())))
    await twice(() => town.store.write(tx => mergeTickets(tx, t.id, into.id, ann(), { otherCustomer: true })))
    await twice(() => town.store.write(tx => deleteTicket(tx, into.id, ann())))
    const threads = await town.store.read(q =>
      q.selectFrom('threads').select('side').where('ticket_id', '=', t.id).orderBy('side').execute(),
    )
    expect(threads.map(x => x.side)).toEqual(['customer', 'customer', 'desk', 'desk'])
    const count = async (kind: string, of: string) => (await kinds(of)).filter(k => k === kind).length
    expect([
      await count('message_moved', t.id),
      await count('customer_changed', t.id),
      await count('team_changed', t.id),
      await count('ticket_merged', t.id),
      await count('ticket_deleted', into.id),
    ]).toEqual([1, 1, 1, 1, 1])
  })
})
