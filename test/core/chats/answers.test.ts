import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../../src/core/agents.ts'
import { claimChatPosts } from '../../../src/core/chats/card.ts'
import { pauseChat, resumeChat, stopChat } from '../../../src/core/chats/change.ts'
import { followUp, sendDueSteps } from '../../../src/core/chats/follow-up.ts'
import { chatReport } from '../../../src/core/chats/report.ts'
import { fromText, plainText } from '../../../src/core/document.ts'
import type { Letter } from '../../../src/core/letter.ts'
import { listTickets } from '../../../src/core/lists.ts'
import { acceptAuthor } from '../../../src/core/receive/decide.ts'
import { suppressionOf } from '../../../src/core/suppressions.ts'
import { closeTicket } from '../../../src/core/tickets/status.ts'
import { bounceToken } from '../../../src/core/tokens.ts'
import { type ChatTown, startChatTown } from '../../support/chat.ts'

let town: ChatTown
beforeEach(async () => {
  town = await startChatTown()
})
afterEach(() => town.close())

const DAY_MS = 24 * 3_600_000
const key = (letter: Letter | undefined) => letter?.key as string
const all = async () => (await town.store.read(q => listTickets(q, 'all', null, 10))).ids
const answer = (letter: Letter | undefined, more: object = {}) =>
  town.arrive({ key: `<a${Math.random()}@acme.test>`, answers: [key(letter)], ...more })

describe('the answer to a chat', () => {
  it('makes its ticket a general one: at the desk, in the lists, counted, and told below the card', async () => {
    const id = await town.draft('Jane Doe <jane@acme.test>, bob@globex.test')
    const sent = await town.sendAll(id)
    await answer(sent.get('jane@acme.test'))
    expect((await town.chat(id)).counts.answered).toBe(1)
    const [ticketId] = await all()
    expect(await all()).toHaveLength(1)
    const desk = (await town.carry()).filter(l => l.thread.side === 'desk')
    expect(desk.map(l => l.kind)).toContain('card')
    await town.store.write(tx => tx.q.updateTable('chats').set({ card_id: 'C0SUPPORT:1.2' }).execute())
    expect(await town.store.write(tx => claimChatPosts(tx, 5))).toMatchObject([{ kind: 'answered', ticketId }])
  })

  it('goes on in the same ticket when there are more of them, and is counted once', async () => {
    const id = await town.draft('jane@acme.test')
    const mail = (await town.sendAll(id)).get('jane@acme.test')
    await answer(mail)
    await answer(mail)
    expect(await all()).toHaveLength(1)
    expect((await town.chat(id)).counts.answered).toBe(1)
  })

  it('by a machine converts nothing: an out-of-office is counted, and shown once a person answers', async () => {
    const id = await town.draft('jane@acme.test')
    const mail = (await town.sendAll(id)).get('jane@acme.test')
    await answer(mail, { kind: 'ooo', rule: 'subject: out of office' })
    await answer(mail, { kind: 'auto', rule: 'Auto-Submitted' })
    expect(await all()).toEqual([])
    expect((await town.chat(id)).counts).toMatchObject({ answered: 0, outOfOffice: 1 })
    await answer(mail)
    for (let n = 0; n < 5; n++) await town.carry()
    const shown = await town.store.read(q =>
      q
        .selectFrom('deliveries as d')
        .innerJoin('threads as t', 't.id', 'd.thread_id')
        .innerJoin('messages as m', 'm.id', 'd.message_id')
        .select('m.kind')
        .where('t.side', '=', 'desk')
        .where('m.author_kind', '=', 'customer')
        .where('d.kind', '=', 'message')
        .orderBy('d.id')
        .execute(),
    )
    expect(shown.map(m => m.kind)).toEqual(['ooo', 'auto', null])
  })

  it('from somebody else than its recipient is seen, and is not counted as theirs', async () => {
    const id = await town.draft('jane@acme.test')
    const mail = (await town.sendAll(id)).get('jane@acme.test')
    await answer(mail, { from: { address: 'eve@globex.test', name: 'Eve' } })
    expect(await all()).toHaveLength(1)
    expect((await town.chat(id)).counts.answered).toBe(0)
  })

  it('from another address of theirs is counted once somebody says that it is theirs', async () => {
    const id = await town.draft('jane@acme.test')
    const mail = (await town.sendAll(id)).get('jane@acme.test')
    await answer(mail, { from: { address: 'jane.doe@home.test', name: 'Jane' } })
    const m = await town.store.read(q =>
      q.selectFrom('messages').select('id').where('author_kind', '=', 'stranger').executeTakeFirstOrThrow(),
    )
    await town.store.write(tx => acceptAuthor(tx, m.id, actorOf(town.ann)))
    expect((await town.chat(id)).counts.answered).toBe(1)
  })

  it('is told in numbers: the rate, the median time, the domains', async () => {
    const id = await town.draft('jane@acme.test, bob@globex.test, eve@globex.test')
    const sent = await town.sendAll(id)
    town.clock.now += 3_600_000
    await answer(sent.get('jane@acme.test'))
    const report = await town.store.read(q => chatReport(q, id))
    expect(report.answerRate).toBeCloseTo(1 / 3)
    expect(report.medianAnswerMs).toBe(3_600_000)
    expect(report.byDomain).toEqual([
      { domain: 'globex.test', sent: 2, bounced: 0, answered: 0 },
      { domain: 'acme.test', sent: 1, bounced: 0, answered: 1 },
    ])
    expect(report.answersOverTime.at(-1)).toEqual({ at: town.clock.now, count: 1 })
  })

  it('is closed with its ticket, and open again with it', async () => {
    const id = await town.draft('jane@acme.test')
    const mail = (await town.sendAll(id)).get('jane@acme.test')
    await answer(mail)
    const [ticketId] = await all()
    await town.store.write(tx => closeTicket(tx, ticketId as string, '', actorOf(town.ann)))
    expect((await town.chat(id)).counts.closed).toBe(1)
    await answer(mail)
    expect((await town.chat(id)).counts.closed).toBe(0)
  })
})

describe('a chat whose mails come back', () => {
  const refused = { refused: { reason: 'No such user.', broken: 'address' as const } }

  it('pauses by itself when more than one in twenty does so for good', async () => {
    const id = await town.draft(Array.from({ length: 60 }, (_, i) => `c${i}@acme.test`).join('\n'))
    await town.start(id)
    await town.feed(id, 40)
    let n = 0
    await town.carry(letter => (++n % 10 === 0 ? refused : { sent: { id: letter.key as string } }))
    const { state, reason, counts } = await town.chat(id)
    expect(state).toBe('paused')
    expect(reason).toMatch(/^\d+\.\d % of its mails came back for good\.$/)
    expect(counts.bounced).toBeGreaterThan(1)
    await town.store.write(tx => resumeChat(tx, id, town.ann))
    expect((await town.chat(id)).state).toBe('sending')
  })

  it('pauses when more than one in a thousand calls it spam, and writes to that address no more', async () => {
    const id = await town.draft('jane@acme.test, bob@globex.test, eve@globex.test')
    await town.start(id)
    await town.feed(id, 2)
    const mails = (await town.carry()).filter(l => l.thread.side === 'customer')
    await town.arrive({
      key: '<arf@acme.test>',
      kind: 'complaint',
      rule: 'ARF',
      tokens: [bounceToken(town.store.key, mails[0]?.id ?? '')],
    })
    expect(await town.chat(id)).toMatchObject({ state: 'paused', reason: '1 of 2 recipients reported it as spam.' })
    expect(await town.store.read(q => suppressionOf(q, 'jane@acme.test'))).toMatchObject({ source: 'complaint' })
  })

  it('says how many came back for each reason, whatever their addresses', async () => {
    const id = await town.draft('jane@acme.test, bob@globex.test')
    await town.start(id)
    await town.feed(id)
    await town.carry(({ thread }) => ({
      refused: { reason: `The address ${thread.place} does not exist. The mail server said: 550 ${thread.place}` },
    }))
    const { bouncesByReason } = await town.store.read(q => chatReport(q, id))
    expect(bouncesByReason).toEqual([{ reason: 'The address does not exist.', count: 2 }])
  })

  it('counts them, and writes nothing more to them', async () => {
    const id = await town.draft('jane@acme.test, bob@globex.test')
    await town.start(id)
    await town.feed(id)
    await town.carry(letter =>
      letter.thread.place === 'bob@globex.test' ? refused : { sent: { id: letter.key as string } },
    )
    expect((await town.chat(id)).counts).toMatchObject({ sent: 1, bounced: 1 })
    const { recipients } = await town.store.write(tx =>
      followUp(tx, id, { body: fromText('Well?'), workingDays: 0 }, town.ann),
    )
    expect(recipients).toBe(1)
  })
})

describe('a follow-up', () => {
  const follow = (id: string, text: string, workingDays = 0) =>
    town.store.write(tx => followUp(tx, id, { body: fromText(text), workingDays }, town.ann))
  const sendDue = async () => {
    await town.store.write(tx => sendDueSteps(tx, 50))
    return (await town.carry()).filter(l => l.thread.side === 'customer')
  }

  it('goes to those who did not answer, in their own thread and words', async () => {
    const id = await town.draft('Jane Doe <jane@acme.test>, Bob Low <bob@globex.test>')
    const sent = await town.sendAll(id)
    await answer(sent.get('jane@acme.test'))
    await town.carry()
    expect(await follow(id, 'Did you see it, {{ customer.first_name }}?')).toEqual({ recipients: 1, step: 1 })
    const [letter, ...more] = await sendDue()
    expect(more).toEqual([])
    expect(plainText(letter?.message?.body ?? [])).toBe('Did you see it, Bob?')
    expect(letter?.ticket.id).toBe(sent.get('bob@globex.test')?.ticket.id)
    expect(letter?.references).toEqual([key(sent.get('bob@globex.test'))])
    expect(await sendDue()).toEqual([])
  })

  it('waits for the working days that it was given', async () => {
    town.clock.now = Date.UTC(2026, 0, 9, 9) // a Friday
    const id = await town.draft('jane@acme.test')
    await town.sendAll(id)
    await follow(id, 'Well?', 2)
    town.clock.now += 3 * DAY_MS // Monday
    expect(await sendDue()).toEqual([])
    town.clock.now += DAY_MS
    expect(await sendDue()).toHaveLength(1)
  })

  it('comes after the one before, five at most, and none after an answer', async () => {
    const id = await town.draft('jane@acme.test')
    const mail = (await town.sendAll(id)).get('jane@acme.test')
    for (let step = 1; step <= 5; step++) await follow(id, `Step ${step}`, 1)
    await expect(follow(id, 'Step 6')).rejects.toThrow('at most 5')
    town.clock.now += DAY_MS
    expect((await sendDue()).map(l => plainText(l.message?.body ?? []))).toEqual(['Step 1'])
    expect(await sendDue()).toEqual([])
    town.clock.now += DAY_MS
    expect((await sendDue()).map(l => plainText(l.message?.body ?? []))).toEqual(['Step 2'])
    await answer(mail)
    town.clock.now += 10 * DAY_MS
    expect(await sendDue()).toEqual([])
  })

  it('is held back by a pause, also in the outbox, and ended by a stop, though the chat itself is out', async () => {
    const id = await town.draft('jane@acme.test, bob@globex.test')
    await town.sendAll(id)
    await expect(town.store.write(tx => stopChat(tx, id, town.ann))).rejects.toThrow('no follow-up is to go')
    await follow(id, 'Well?')
    await follow(id, 'Really not?', 1)
    await town.store.write(tx => sendDueSteps(tx, 50))
    await town.store.write(tx => pauseChat(tx, id, town.ann))
    expect(await sendDue()).toEqual([])
    await town.store.write(tx => resumeChat(tx, id, town.ann))
    expect(await sendDue()).toHaveLength(2)
    await town.feed(id)
    expect((await town.chat(id)).state).toBe('finished')
    await town.store.write(tx => stopChat(tx, id, town.ann))
    town.clock.now += 5 * DAY_MS
    expect(await sendDue()).toEqual([])
    expect((await town.chat(id)).counts).toMatchObject({ sent: 2, toFollow: 0 })
  })

  it('waits longer for somebody who is out of office', async () => {
    const id = await town.draft('jane@acme.test')
    const mail = (await town.sendAll(id)).get('jane@acme.test')
    await follow(id, 'Well?', 1)
    await answer(mail, { kind: 'ooo', rule: 'subject: out of office' })
    town.clock.now += DAY_MS
    expect(await sendDue()).toEqual([])
    town.clock.now += 6 * DAY_MS
    expect(await sendDue()).toHaveLength(1)
  })
})
