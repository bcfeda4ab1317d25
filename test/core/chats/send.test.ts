import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { joinTeam } from '../../../src/core/agents.ts'
import { approveChat, beginChat, pauseChat, resumeChat, startChat, stopChat } from '../../../src/core/chats/change.ts'
import { cancelHeldBack } from '../../../src/core/chats/mails.ts'
import { sendToMe } from '../../../src/core/chats/try.ts'
import { claimDeliveries } from '../../../src/core/deliveries/claim.ts'
import { settle } from '../../../src/core/deliveries/settle.ts'
import { plainText } from '../../../src/core/document.ts'
import { hoursOf, setTeamHours } from '../../../src/core/hours/settings.ts'
import type { Letter } from '../../../src/core/letter.ts'
import { lettersFor } from '../../../src/core/letters.ts'
import { listTickets } from '../../../src/core/lists.ts'
import { suppress } from '../../../src/core/suppressions.ts'
import type { Problem } from '../../../src/lib/problem.ts'
import { type ChatTown, startChatTown } from '../../support/chat.ts'
import { accepted } from '../../support/town.ts'

let town: ChatTown
beforeEach(async () => {
  town = await startChatTown()
})
afterEach(() => town.close())

const many = (n: number, at = 'acme.test') => Array.from({ length: n }, (_, i) => `c${i}@${at}`)
const mails = (letters: Letter[]) => letters.filter(l => l.thread.side === 'customer').map(l => l.thread.place)

describe('a chat', () => {
  it('is one mail with a ticket, words, a Message-ID and a way back of its own for each recipient', async () => {
    const id = await town.draft('Jane Doe <jane@acme.test>, bob@globex.test')
    const sent = await town.sendAll(id)
    expect(plainText(sent.get('jane@acme.test')?.message?.body ?? [])).toBe('Hello Jane, we have news.')
    expect(plainText(sent.get('bob@globex.test')?.message?.body ?? [])).toBe('Hello there, we have news.')
    const letters = [...sent.values()]
    for (const own of [
      letters.map(l => l.key),
      letters.map(l => l.thread.token),
      letters.map(l => l.ticket.identifier),
    ])
      expect(new Set(own).size).toBe(2)
    expect((await town.chat(id)).counts).toMatchObject({ total: 2, sent: 2, queued: 0 })
    expect((await town.chat(id)).state).toBe('finished')
  })

  it('shows nothing of its tickets at the desk, in no list, until somebody answers', async () => {
    await town.sendAll(await town.draft('jane@acme.test, bob@globex.test'))
    for (const list of ['all', 'waiting', 'unassigned'] as const)
      expect((await town.store.read(q => listTickets(q, list, null, 10))).ids).toEqual([])
    const desk = await town.store.read(q => q.selectFrom('threads').selectAll().where('side', '=', 'desk').execute())
    expect(desk).toEqual([])
  })

  it('sends no recipient twice and forgets none, however many feed it at once', async () => {
    const id = await town.draft(many(45).join('\n'))
    await town.start(id)
    for (let left = 1; left > 0; ) {
      const fed = await Promise.all([town.feed(id, 10), town.feed(id, 3), town.feed(id, 3)])
      left = fed.reduce((sum, f) => sum + f.queued, 0)
    }
    const letters: Letter[] = []
    for (let some = await town.carry(); some.length; some = await town.carry()) letters.push(...some)
    expect(mails(letters).sort()).toEqual(many(45).sort())
  })

  it('leaves out at the last moment who must not be written to by then', async () => {
    const id = await town.draft('jane@acme.test, bob@globex.test')
    await town.start(id)
    await town.store.write(tx => suppress(tx, 'bob@globex.test', 'It bounced.', 'bounce'))
    await town.feed(id)
    expect(mails(await town.carry())).toEqual(['jane@acme.test'])
    expect((await town.recipients(id))[1]).toMatchObject({
      state: 'blocked',
      block: 'suppressed',
      reason: 'It bounced.',
    })
  })

  it('goes to nobody who must not be written to, even where the list does not leave them out', async () => {
    await town.store.write(tx => suppress(tx, 'gone@acme.test', 'The address does not exist.', 'smtp'))
    const nobody = { unsubscribed: false, duplicate: false, openTicket: false, writtenToDays: null }
    const id = await town.draft('gone@acme.test, jane@acme.test', { exclusions: nobody })
    expect((await town.chat(id)).dryRun?.blocks).toMatchObject([{ block: 'suppressed', count: 1 }])
    const letters = await town.sendAll(id)
    expect([...letters.keys()]).toEqual(['jane@acme.test'])
    expect(await town.chat(id)).toMatchObject({ state: 'finished', counts: { sent: 1, blocked: 1 } })
  })

  it('pauses without half of anything when its sender is gone, and forgets nobody once there is one again', async () => {
    const id = await town.draft('jane@acme.test, bob@globex.test')
    await town.start(id)
    const removed = (at: number | null) =>
      town.store.write(tx => tx.q.updateTable('senders').set({ removed_at: at }).execute())
    await removed(town.clock.now)
    await town.feed(id)
    expect((await town.chat(id)).state).toBe('paused')
    expect((await town.recipients(id)).map(r => [r.state, r.ticket_id])).toEqual([
      ['queued', null],
      ['queued', null],
    ])
    await removed(null)
    await town.store.write(tx => resumeChat(tx, id, town.ann))
    await town.feed(id)
    const letters = (await town.carry()).filter(l => l.thread.side === 'customer')
    expect(letters.map(l => l.thread.place).sort()).toEqual(['bob@globex.test', 'jane@acme.test'])
  })

  it('wakes nobody: in the quiet hours of their zone a mail waits', async () => {
    await town.rules({ quietHours: { from: '20:00', to: '08:00' } })
    await town.store.write(tx => setTeamHours(tx, town.team.id, { ...hoursOf(town.team), zone: 'Europe/Berlin' }))
    town.clock.now = Date.UTC(2026, 0, 5, 20) // 21:00 in Berlin, 12:00 in Los Angeles
    const id = await town.draft('jane@acme.test, bob@globex.test')
    await town.open({ customer: { typed: 'bob@globex.test' } })
    await town.store.write(tx =>
      tx.q
        .updateTable('customers')
        .set({ zone: 'America/Los_Angeles' })
        .where('name', '=', 'bob@globex.test')
        .execute(),
    )
    await town.store.write(tx =>
      tx.q.updateTable('chats').set({ exclusions: '{"openTicket":false,"writtenToDays":null}' }).execute(),
    )
    await town.start(id)
    await town.feed(id)
    expect((await town.recipients(id)).map(r => r.state)).toEqual(['queued', 'sending'])
    expect((await town.recipients(id))[0]?.due_at).toBe(Date.UTC(2026, 0, 6, 7))
    town.clock.now = Date.UTC(2026, 0, 6, 7)
    await town.feed(id)
    expect((await town.recipients(id))[0]?.state).toBe('sending')
  })

  it('reaches nobody twice within the days of the team, whoever writes', async () => {
    await town.sendAll(await town.draft('jane@acme.test'))
    const none = {
      ...JSON.parse('{"openTicket":false}'),
      unsubscribed: true,
      duplicate: true,
      writtenToDays: null,
    }
    const second = await town.draft('jane@acme.test, bob@globex.test', {
      exclusions: none,
      createdBy: town.ben,
      agentId: town.ben.id,
    })
    await town.start(second)
    await town.feed(second)
    expect((await town.recipients(second))[0]).toMatchObject({
      block: 'written_to',
      reason: 'They had chat 1 within 7 days.',
    })
    town.clock.now += 8 * 24 * 3_600_000
    const third = await town.draft('jane@acme.test', { exclusions: none })
    expect([...(await town.sendAll(third)).keys()]).toContain('jane@acme.test')
  })

  it('is sent to its author first, as it is, and counts nowhere', async () => {
    const id = await town.draft('Jane Doe <jane@acme.test>')
    await town.store.write(tx => sendToMe(tx, id, null, town.ann))
    const [letter] = await town.carry()
    expect(letter?.thread.place).toBe('ann@tulip.test')
    expect(plainText(letter?.message?.body ?? [])).toBe('Hello Jane, we have news.')
    expect((await town.chat(id)).counts).toMatchObject({ total: 1, sent: 0 })
    await town.arrive({
      key: '<me@x>',
      from: { address: 'ann@tulip.test', name: 'Ann' },
      answers: [letter?.key as string],
    })
    expect((await town.chat(id)).counts).toMatchObject({ answered: 0 })
  })
})

describe('a chat that is paused', () => {
  it('sends no more, also of what waits in the outbox, and goes on where it was', async () => {
    const id = await town.draft(many(10).join('\n'))
    await town.start(id)
    await town.feed(id, 4)
    await town.store.write(tx => pauseChat(tx, id, town.ann))
    expect(mails(await town.carry())).toEqual([])
    expect((await town.feed(id)).queued).toBe(0)
    expect((await town.chat(id)).reason).toBe('Ann paused it.')
    await town.store.write(tx => resumeChat(tx, id, town.ann))
    await town.feed(id)
    expect(mails(await town.carry()).sort()).toEqual(many(10).sort())
  })

  it('knows of a mail that was being handed over in that moment that it is out', async () => {
    const id = await town.draft('jane@acme.test')
    await town.start(id)
    await town.feed(id)
    const [letter] = await town.store.write(async tx => lettersFor(tx.q, town.store, await claimDeliveries(tx, 10)))
    await town.store.write(tx => pauseChat(tx, id, town.ann))
    await town.store.write(tx => settle(tx, letter as Letter, accepted(letter as Letter)))
    expect((await town.chat(id)).counts.sent).toBe(1)
    await town.store.write(tx => resumeChat(tx, id, town.ann))
    expect(mails(await town.carry())).toEqual([])
  })
})

describe('a chat that is stopped', () => {
  it('goes to nobody more, and says of each whether they have it', async () => {
    const id = await town.draft(many(10).join('\n'))
    await town.start(id)
    await town.feed(id, 3)
    await town.carry()
    await town.feed(id, 2)
    await town.store.write(tx => stopChat(tx, id, town.ann, 'Wrong list.'))
    expect(mails(await town.carry())).toEqual([])
    const drawn = () => town.store.write(tx => tx.q.updateTable('chats').set({ card_due_at: null }).execute())
    const drawing = () => town.store.read(q => q.selectFrom('chats').select('card_due_at').executeTakeFirstOrThrow())
    await drawn()
    town.clock.now += 60_000
    await town.store.write(tx => cancelHeldBack(tx, id, town.clock.now - 60_000))
    expect((await drawing()).card_due_at).not.toBeNull() // with nobody queued any more
    await drawn()
    await town.store.write(tx => cancelHeldBack(tx, id, town.clock.now - 60_000))
    expect((await drawing()).card_due_at).toBeNull()
    expect((await town.chat(id)).counts).toMatchObject({ sent: 3, leftOut: 7, queued: 0 })
    expect((await town.chat(id)).reason).toBe('Ann stopped it. Wrong list.')
    await expect(town.store.write(tx => resumeChat(tx, id, town.ann))).rejects.toThrow('This chat is stopped')
  })
})

describe('a chat that needs a yes', () => {
  it('goes to many only when somebody else than its author agrees', async () => {
    await town.rules({ approvalOver: 2 })
    const id = await town.draft(many(3).join('\n'))
    expect(await town.start(id)).toBe('awaiting_approval')
    expect((await town.chat(id)).approvalReason).toBe('It goes to 3 people; more than 2 need approval.')
    await expect(town.store.write(tx => approveChat(tx, id, town.ann))).rejects.toThrow('Somebody else')
    expect(await town.store.write(tx => approveChat(tx, id, town.ben))).toBe('sending')
    expect((await town.chat(id)).approvedBy).toBe('Ben')
  })

  it('of somebody new in the team, or outside the working hours, too', async () => {
    await town.rules({ approvalOver: null, newAgentDays: 30 })
    expect(await town.start(await town.draft('jane@acme.test'))).toBe('awaiting_approval')
    await town.rules({ newAgentDays: 0, outsideHours: true })
    town.clock.now = Date.UTC(2026, 0, 10, 12) // a Saturday
    expect(await town.start(await town.draft('bob@globex.test'))).toBe('awaiting_approval')
    town.clock.now = Date.UTC(2026, 0, 12, 12)
    expect(await town.start(await town.draft('eve@globex.test'))).toBe('sending')
  })

  it('is written by somebody new, also where it goes out in the name of a colleague', async () => {
    await town.rules({ approvalOver: null, newAgentDays: 30 })
    await town.store.write(tx => joinTeam(tx, town.ann.id, town.team.id))
    town.clock.now += 31 * 24 * 3_600_000
    expect(await town.start(await town.draft('jane@acme.test'))).toBe('sending')
    const id = await town.draft('bob@globex.test', { createdBy: town.ben })
    expect(await town.store.write(tx => startChat(tx, id, town.ben))).toBe('awaiting_approval')
  })

  it('goes by rules whose limits are told in plain words', async () => {
    const wrong = { capDays: 400, perSecond: 0, approvalOver: 1.5, vetoMinutes: Number.NaN }
    const told = await town.rules(wrong).catch(error => error.problems.map((p: Problem) => [p.field, p.message]))
    expect(told).toEqual([
      ['approvalOver', 'Give a whole number.'],
      ['vetoMinutes', 'Give a whole number from 1 to 10,080.'],
      ['capDays', 'Give a whole number from 0 to 365.'],
      ['perSecond', 'Give a number from 0.1 to 10,000.'],
    ])
  })

  it('goes out at its time unless somebody stops it before', async () => {
    await town.rules({ vetoMinutes: 30 })
    const id = await town.draft('jane@acme.test')
    expect(await town.start(id)).toBe('scheduled')
    expect((await town.chat(id)).dueAt).toBe(town.clock.now + 30 * 60_000)
    const other = await town.draft('bob@globex.test')
    await town.start(other)
    await town.store.write(tx => stopChat(tx, other, town.ben))
    town.clock.now += 30 * 60_000
    await town.store.write(tx => beginChat(tx, id))
    expect(await town.chat(id)).toMatchObject({ state: 'sending', reason: null })
    await town.feed(id)
    await town.feed(other)
    expect(mails(await town.carry())).toEqual(['jane@acme.test'])
  })

  it('is not sent at all to nobody', async () => {
    await expect(town.start(await town.draft('nonsense'))).rejects.toThrow('Nobody would get this')
  })

  it('is started once, however often somebody presses', async () => {
    const id = await town.draft('jane@acme.test')
    await town.start(id)
    await expect(town.store.write(tx => startChat(tx, id, town.ann))).rejects.toThrow('being sent')
  })
})
