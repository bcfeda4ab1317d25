import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { claimDeliveries } from '../../src/core/deliveries/claim.ts'
import { settle, settleAll } from '../../src/core/deliveries/settle.ts'
import { fromText } from '../../src/core/document.ts'
import type { Letter, Outcome } from '../../src/core/letter.ts'
import { lettersFor } from '../../src/core/letters.ts'
import { decideMessage } from '../../src/core/messages/decide.ts'
import { deleteMessage, editMessage } from '../../src/core/messages/edit.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { resendMessage } from '../../src/core/messages/resend.ts'
import { messageByKey, threadOf } from '../../src/core/threads.ts'
import { ticketView } from '../../src/core/tickets/view.ts'
import type { Visibility } from '../../src/db/schema.ts'
import { accepted, startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const write = (
  ticketId: string,
  text: string,
  visibility: Visibility = 'public',
  from?: { channel: string; threadId: string; key: string },
) =>
  town.store.write(tx =>
    postMessage(tx, {
      ticketId,
      author: actorOf(town.ann),
      body: fromText(text),
      visibility,
      ...(from ? { from } : {}),
    }),
  )
const mails = (letters: Letter[]) => letters.filter(l => l.thread.side === 'customer')
const posts = (letters: Letter[]) => letters.filter(l => l.thread.side === 'desk')
async function carryAll(outcome = accepted): Promise<Letter[]> {
  const all: Letter[] = []
  for (;;) {
    town.clock.now += 10_001
    const letters = await town.carry(outcome)
    if (!letters.length) return all
    all.push(...letters)
  }
}

describe('the outbox', () => {
  it('carries the card first, then the mail after its hold, each once', async () => {
    await town.open()
    expect((await town.carry()).map(l => l.kind)).toEqual(['card'])
    expect(await town.carry()).toEqual([])
    town.clock.now += 9_999
    expect(await town.carry()).toEqual([])
    town.clock.now += 1
    expect(mails(await town.carry())).toHaveLength(1)
    expect(mails(await carryAll())).toHaveLength(0)
  })

  it('draws the card anew once for several changes, also for one that came while it was being drawn', async () => {
    const t = await town.open({ email: false })
    const [card] = await town.store.write(async tx => lettersFor(tx.q, town.store, await claimDeliveries(tx, 10)))
    await write(t.id, 'a note', 'note') // changes the card while the first one is on its way
    await write(t.id, 'another', 'note')
    expect(await town.carry()).toEqual([])
    await town.store.write(tx => settle(tx, card!, accepted(card!)))
    const [again, ...more] = posts(await carryAll()).filter(l => l.kind === 'card')
    expect(again).toMatchObject({ version: card!.version + 2, thread: { root: expect.any(String) } })
    expect(more).toEqual([])
  })

  it('settles many at once, each by what became of it, and twice the same changes nothing', async () => {
    const tickets = await Promise.all(
      ['a@acme.test', 'b@acme.test', 'c@acme.test', 'd@acme.test'].map(typed => town.open({ customer: { typed } })),
    )
    await town.carry()
    town.clock.now += 10_000
    const letters = await town.store.write(async tx => lettersFor(tx.q, town.store, await claimDeliveries(tx, 10)))
    const outcomes: Outcome[] = [
      { sent: { id: letters[0]!.key! } },
      { refused: { reason: 'No.' } },
      { retry: { reason: 'Later.' } },
      { sent: { id: '<theirs@relay.test>' } },
    ]
    const carried = letters.map((letter, i) => ({ letter, outcome: outcomes[i]! }))
    const of = (id: string) => carried.find(c => c.letter.ticket.id === id)!.outcome
    for (const _ of ['once', 'twice']) {
      await town.store.write(tx => settleAll(tx, carried))
      for (const t of tickets) {
        const state = 'sent' in of(t.id) ? 'sent' : 'refused' in of(t.id) ? 'failed' : 'queued'
        expect((await town.view(t.id)).opening?.deliveries).toMatchObject([{ state }])
      }
    }
    expect(await town.store.read(q => messageByKey(q, 'email', '<theirs@relay.test>'))).toBe(letters[3]!.message!.id)
  })

  it('lets no message overtake an older one of its thread, and no thread wait for another', async () => {
    const a = await town.open()
    const b = await town.open({ customer: { typed: 'bob@globex.test' } })
    await carryAll()
    await write(a.id, 'one')
    town.clock.now += 1
    await write(a.id, 'two')
    await write(b.id, 'other')
    town.clock.now += 20_000
    const stuck = await town.carry(l =>
      l.message?.text === 'one' ? { retry: { reason: 'later', afterMs: 60_000 } } : accepted(l),
    )
    expect(
      mails(stuck)
        .map(l => l.message?.text)
        .sort(),
    ).toEqual(['one', 'other'])
    town.clock.now += 59_000
    expect(mails(await town.carry())).toEqual([])
    town.clock.now += 2_000
    expect(mails(await town.carry()).map(l => l.message?.text)).toEqual(['one'])
    expect(mails(await town.carry()).map(l => l.message?.text)).toEqual(['two'])
  })

  it('repeats with the same Message-ID, backing off, and gives up after two days with a word to the agents', async () => {
    const t = await town.open()
    const keys = new Set<string | null>()
    for (let hour = 0; hour < 60; hour++) {
      const [mail] = mails(
        await town.carry(l =>
          l.thread.side === 'customer' ? { retry: { reason: 'The server is away.' } } : accepted(l),
        ),
      )
      if (mail) keys.add(mail.key)
      town.clock.now += 3_600_000
    }
    expect(keys.size).toBe(1)
    const v = await town.store.read(q => ticketView(q, town.store, t.id))
    expect(v?.counts.failed).toBe(1)
    expect(v?.opening?.deliveries[0]?.reason).toContain('two days')
  })

  it('suppresses an address that does not exist, and sends the message again to a better one', async () => {
    const t = await town.open()
    await carryAll(l =>
      l.thread.side === 'customer'
        ? { refused: { reason: 'There is no such mailbox.', broken: 'address' } }
        : accepted(l),
    )
    const opening = (await town.store.read(q => ticketView(q, town.store, t.id)))!.opening!
    expect(opening.deliveries.at(-1)).toMatchObject({ state: 'failed', reason: 'There is no such mailbox.' })
    await expect(
      town.store.write(tx => resendMessage(tx, opening.id, 'jane@acme.test', actorOf(town.ann))),
    ).rejects.toThrow('must not be written to')
    await town.store.write(tx => resendMessage(tx, opening.id, 'jane.doe@acme.test', actorOf(town.ann)))
    const [mail] = mails(await carryAll())
    expect(mail?.thread.place).toBe('jane.doe@acme.test')
    await expect(
      town.store.write(tx => resendMessage(tx, opening.id, 'jane@acme.test', actorOf(town.ann))),
    ).rejects.toThrow('sent again already')
  })

  it('refers to all earlier mails of the thread, oldest first', async () => {
    const t = await town.open()
    const first = mails(await carryAll())[0]!
    await town.arrive({ key: '<jane-1@acme.test>', answers: [first.key!] })
    await write(t.id, 'And now?')
    const second = mails(await carryAll())[0]!
    expect(second.references).toEqual([first.key, '<jane-1@acme.test>'])
  })
})

describe('a message', () => {
  it('of the customer is posted at the desk and not sent back; a note never goes to the customer', async () => {
    const t = await town.open()
    const first = mails(await carryAll())[0]!
    await town.arrive({ key: '<x@acme.test>', answers: [first.key!] })
    await write(t.id, 'between us', 'note')
    const letters = await carryAll()
    expect(mails(letters)).toEqual([])
    expect(
      posts(letters)
        .filter(l => l.kind === 'message')
        .map(l => l.message?.text),
    ).toEqual(['Thank you! When can I fetch it?', 'between us'])
  })

  it('from the desk is not posted there again, but marked once it is decided to be public', async () => {
    const t = await town.open()
    await carryAll()
    const thread = await town.store.read(q => threadOf(q, t.id, 'desk'))
    const id = await write(t.id, 'Hello again', 'undecided', {
      channel: 'slack',
      threadId: thread.id,
      key: 'C0SUPPORT:1.5',
    })
    expect((await carryAll()).map(l => l.kind)).toEqual(['card'])
    expect(await town.store.write(tx => decideMessage(tx, id, 'public', actorOf(town.ann)))).toBe(true)
    expect(await town.store.write(tx => decideMessage(tx, id, 'public', actorOf(town.ann)))).toBe(false)
    const letters = await carryAll()
    expect(mails(letters).map(l => l.message?.text)).toEqual(['Hello again'])
    expect(new Set(posts(letters).map(l => l.kind))).toEqual(new Set(['card', 'mark']))
    expect(letters.find(l => l.kind === 'mark')?.message?.fromKey).toBe('C0SUPPORT:1.5')
  })

  it('edited while it is held goes out as edited; afterwards the customer has the old one', async () => {
    const t = await town.open()
    await carryAll()
    const id = await write(t.id, 'Teh answer')
    expect(await town.store.write(tx => editMessage(tx, id, fromText('The answer'), actorOf(town.ann)))).toBe('held')
    expect(mails(await carryAll()).map(l => l.message?.text)).toEqual(['The answer'])
    expect(await town.store.write(tx => editMessage(tx, id, fromText('Another'), actorOf(town.ann)))).toBe('out')
    expect(mails(await carryAll())).toEqual([])
    const versions = await town.store.read(q => q.selectFrom('message_versions').select('text').orderBy('id').execute())
    expect(versions.map(v => v.text)).toEqual(['Teh answer', 'The answer'])
  })

  it('deleted while it is held is not sent', async () => {
    const t = await town.open()
    await carryAll()
    const id = await write(t.id, 'Oops')
    expect(await town.store.write(tx => deleteMessage(tx, id, actorOf(town.ann)))).toBe('held')
    expect(mails(await carryAll())).toEqual([])
  })

  it('in an internal ticket is a note, whatever was asked for', async () => {
    const t = await town.open({ email: false })
    const id = await write(t.id, 'Secret plans', 'public')
    expect(mails(await carryAll())).toEqual([])
    await expect(town.store.write(tx => decideMessage(tx, id, 'public', actorOf(town.ann)))).rejects.toThrow('internal')
  })
})
