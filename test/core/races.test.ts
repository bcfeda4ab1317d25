import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { claimDeliveries, nextDeliveryDue } from '../../src/core/deliveries/claim.ts'
import { fromText } from '../../src/core/document.ts'
import { historyOf } from '../../src/core/events.ts'
import type { Letter, Outcome } from '../../src/core/letter.ts'
import { lettersFor } from '../../src/core/letters.ts'
import { undoSend } from '../../src/core/messages/decide.ts'
import { deleteMessage, editMessage, sendCorrection } from '../../src/core/messages/edit.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { publishTicket } from '../../src/core/tickets/publish.ts'
import { ticketView } from '../../src/core/tickets/view.ts'
import { accepted, startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const ann = () => actorOf(town.ann)
const write = (ticketId: string, text: string) =>
  town.store.write(tx =>
    postMessage(tx, { ticketId, author: ann(), body: fromText(text), visibility: 'public' as const }),
  )
const mails = (letters: Letter[]) => letters.filter(l => l.thread.side === 'customer')
const view = async (id: string) => (await town.store.read(q => ticketView(q, town.store, id)))!
const opening = async (ticketId: string) => (await view(ticketId)).opening!.id
const later: Outcome = { retry: { reason: 'The mail server is away.', afterMs: 600_000 } }

/** Carries all that becomes due within a minute. */
async function carryAll(outcome: (l: Letter) => Outcome = accepted): Promise<Letter[]> {
  const all: Letter[] = []
  for (let i = 0; i < 6; i++) {
    town.clock.now += 10_001
    all.push(...(await town.carry(outcome)))
  }
  return all
}

/** Runs `other` beside an open transaction until it is done, or waits for that transaction. */
async function beside<T>(other: Promise<T>): Promise<void> {
  let done = false
  other.then(
    () => (done = true),
    () => (done = true),
  )
  const until = Date.now() + 300
  while (!done && Date.now() < until) await new Promise(resolve => setImmediate(resolve))
}

describe('two at once', () => {
  it('who publish the same ticket send it once', async () => {
    const t = await town.open({ email: false })
    const publish = () => town.store.write(tx => publishTicket(tx, t.id, ann()))
    const outcomes = await Promise.allSettled([publish(), publish(), publish()])
    expect(outcomes.filter(o => o.status === 'fulfilled')).toHaveLength(1)
    expect(mails(await carryAll())).toHaveLength(1)
    const past = await town.store.read(q => historyOf(q, t.id))
    expect(past.filter(e => e.kind === 'ticket_published')).toHaveLength(1)
  })

  it.each([
    ['an edit', (id: string) => town.store.write(tx => editMessage(tx, id, fromText('Better'), ann()))],
    ['a deletion', (id: string) => town.store.write(tx => deleteMessage(tx, id, ann()))],
  ])('%s and the claim of the mail: whoever changes it is told the truth', async (_, change) => {
    const t = await town.open()
    await town.carry()
    town.clock.now += 10_001
    let start: (id: string) => void = () => {}
    const begun = new Promise<string>(resolve => {
      start = resolve
    }).then(change)
    const letters = await town.store.write(async tx => {
      const rows = await claimDeliveries(tx, 10)
      const claimed = await lettersFor(tx.q, town.store, rows)
      start(claimed.find(l => l.key)!.message!.id)
      await beside(begun)
      return claimed
    })
    expect(mails(letters)[0]?.message?.text).toBe('Hello Jane, your order is ready.')
    expect(['out', 'leaving']).toContain(await begun)
    expect(t.identifier).toBe('SUP-1')
  })
})

describe('a message deleted while its mail is tried again and again', () => {
  it('is not mailed any more', async () => {
    const t = await town.open()
    const tried = await carryAll(l => (l.key ? later : accepted(l)))
    expect(mails(tried)).toHaveLength(1)
    const id = await opening(t.id)
    expect(await town.store.write(tx => deleteMessage(tx, id, ann()))).toBe('leaving')
    town.clock.now += 600_000
    expect(mails(await carryAll())).toEqual([])
    expect((await view(t.id)).opening?.deliveries.map(d => d.state)).toEqual(['cancelled'])
  })
})

describe('a message edited while its mail is tried again and again', () => {
  it('is mailed as it was agreed to, and what was changed is told by a correction', async () => {
    const t = await town.open()
    await carryAll(l => (l.key ? later : accepted(l)))
    const id = await opening(t.id)
    const edit = async (text: string) => {
      const reach = await town.store.write(tx => editMessage(tx, id, fromText(text), ann()))
      town.clock.now += 1_000
      return reach
    }
    expect(await edit('Hello Jane, your order is late.')).toBe('leaving')
    expect(await edit('Hello Jane, your order is lost.')).toBe('leaving')
    town.clock.now += 600_000
    expect(mails(await carryAll()).map(l => l.message?.text)).toEqual(['Hello Jane, your order is ready.'])
    expect(await edit('Hello Jane, your order is found.')).toBe('out')
    const correct = () => town.store.write(tx => sendCorrection(tx, id, ann()))
    expect(await correct()).toBe(await correct())
    const [correction] = mails(await carryAll())
    expect(correction?.message?.text).toContain('your order is ready.')
    expect(correction?.message?.text).toContain('your order is found.')
    await edit('Hello Jane, your order is here.')
    await correct()
    expect(mails(await carryAll())[0]?.message?.text).toContain('your order is found.')
  })

  it('is not corrected before it is changed', async () => {
    const t = await town.open()
    await carryAll(l => (l.key ? later : accepted(l)))
    const id = await opening(t.id)
    await expect(town.store.write(tx => sendCorrection(tx, id, ann()))).rejects.toThrow('There is nothing to correct')
  })
})

describe('undo of the first message', () => {
  it('keeps back what else is held for a customer who was never written to', async () => {
    const t = await town.open()
    await town.carry()
    await write(t.id, 'And one more thing.')
    const id = await opening(t.id)
    await town.store.write(tx => undoSend(tx, id, ann()))
    expect(mails(await carryAll())).toEqual([])
    const rows = await town.store.read(q => q.selectFrom('messages').select(['text', 'visibility']).execute())
    expect(rows.map(r => r.visibility)).toEqual(['note', 'note'])
  })
})

describe('when the outbox has to look again', () => {
  it('is when a try is due, not at once because another message waits behind it', async () => {
    const t = await town.open()
    await write(t.id, 'And one more thing.')
    await carryAll(l => (l.key ? later : accepted(l)))
    const due = await nextDeliveryDue(town.store, town.clock.now)
    expect(due).toBeGreaterThan(town.clock.now + 500_000)
  })

  it('one channel that is busy keeps no other from its work', async () => {
    await town.open()
    await town.carry()
    await town.open()
    town.clock.now += 10_001
    const by = (channel: string) => town.store.write(tx => claimDeliveries(tx, 10, { by: channel }))
    expect(new Set((await by('email')).map(d => d.channel))).toEqual(new Set(['email']))
    expect(new Set((await by('slack')).map(d => d.channel))).toEqual(new Set(['slack']))
  })
})
