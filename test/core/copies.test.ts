import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { ban } from '../../src/core/bans.ts'
import { copiesOf, copyChoices, readCopies, splitTyped } from '../../src/core/copies.ts'
import { fromText } from '../../src/core/document.ts'
import { historyOf } from '../../src/core/events.ts'
import { decideMessage, undoSend } from '../../src/core/messages/decide.ts'
import { editMessage, sendCorrection } from '../../src/core/messages/edit.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { resendMessage } from '../../src/core/messages/resend.ts'
import { changeSender } from '../../src/core/senders/edit.ts'
import { liftSuppression, suppress } from '../../src/core/suppressions.ts'
import { threadOf } from '../../src/core/threads.ts'
import { writeTo } from '../../src/core/tickets/address.ts'
import { replyToken } from '../../src/core/tokens.ts'
import type { TicketRow } from '../../src/db/schema.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
let ticket: TicketRow
beforeEach(async () => {
  town = await startTown()
  ticket = await town.open()
})
afterEach(() => town.close())

const person = (address: string, name = '') => ({ address, name })
const jane = person('jane@acme.test', 'Jane Doe')
const bob = person('bob@acme.test', 'Bob')
const eve = person('eve@x.test', 'Eve')

const answers = (text: string, copyTo: string[] = [], blindTo: string[] = []) =>
  town.store.write(tx =>
    postMessage(tx, {
      ticketId: ticket.id,
      author: actorOf(town.ann),
      body: fromText(text),
      visibility: 'public',
      copyTo,
      blindTo,
    }),
  )
/** A message from outside as receiving writes it down. */
const writes = (from: typeof jane, copies: (typeof jane)[], more: { doubt?: string; automatic?: string } = {}) =>
  town.store.write(async tx => {
    const thread = await threadOf(tx.q, ticket.id, 'customer')
    const isJane = from.address === jane.address
    return postMessage(tx, {
      ticketId: ticket.id,
      author: {
        kind: isJane ? 'customer' : 'stranger',
        id: isJane ? ticket.customer_id : null,
        name: from.name,
        address: from.address,
      },
      body: fromText('Thank you.'),
      visibility: 'public',
      from: { channel: 'email', threadId: thread.id, key: `<${from.address}.${Math.random()}>` },
      copies,
      ...more,
    })
  })
const choices = async () => (await town.store.read(q => copyChoices(q, ticket.id))).map(c => [c.address, c.isStranger])
const lettersOut = async () => (await town.carry()).filter(l => l.thread.side === 'customer')

describe('who else a mail was written to', () => {
  const others = (copies: (typeof jane)[], from = jane) =>
    town.store.read(q => copiesOf(q, { from, copies }, ticket.customer_id))

  it('leaves out us, the author, the customer by any address, machines, and repetitions', async () => {
    await town.store.write(async tx => {
      await changeSender(tx, town.senderId, {
        teamId: town.team.id,
        address: 'support@tulip.test',
        name: '',
        smtpUrl: null,
        dkimSelector: null,
        dkimKey: null,
        aliases: 'help@tulip.test\n*@in.tulip.test',
      })
      await tx.q
        .insertInto('addresses')
        .values({ address: 'jane@home.test', customer_id: ticket.customer_id, created_at: 0 })
        .execute()
    })
    expect(
      await others([
        person('support@tulip.test'),
        person('support+abcdefgh@tulip.test'),
        person('help@tulip.test'),
        person('anything@in.tulip.test'),
        jane,
        person('jane@home.test'),
        bob,
        person('bob@acme.test', 'Robert'),
        person('no-reply@shop.test'),
        person('mailer-daemon@x.test'),
        person('carol@acme.test', 'carol@acme.test'),
      ]),
    ).toEqual([bob, person('carol@acme.test')])
  })

  it('does not name the customer when a colleague of theirs wrote', async () => {
    expect(await others([jane, eve], bob)).toEqual([eve])
  })
})

describe('whom an answer to all goes to', () => {
  it('is whom the newest mail was written to, and whom copies were sent to since', async () => {
    expect(await choices()).toEqual([])
    await writes(jane, [person('old@acme.test')])
    await writes(jane, [bob])
    await answers('Hello both.', ['bob@acme.test', 'carol@acme.test'])
    expect(await choices()).toEqual([
      ['bob@acme.test', false],
      ['carol@acme.test', false],
    ])
  })

  it('includes a third party who answers, as part of all only when the customer had written to them', async () => {
    await writes(jane, [bob])
    await writes(bob, [])
    expect(await choices()).toEqual([['bob@acme.test', false]])
    await writes(eve, [person('mallory@x.test')])
    expect(await choices()).toEqual([
      ['eve@x.test', true],
      ['mallory@x.test', true],
    ])
  })

  it('is never taken from a mail whose author is in doubt, nor from a machine', async () => {
    await writes(jane, [bob])
    await writes(jane, [eve], { doubt: 'It fails DMARC.' })
    await writes(jane, [eve], { automatic: 'auto-submitted' })
    expect(await choices()).toEqual([['bob@acme.test', false]])
  })
})

describe('a copy', () => {
  const read = (...wanted: string[]) => town.store.read(q => readCopies(q, 'jane@acme.test', wanted))

  it('is read from what was typed, once each and without the customer', async () => {
    const typed = splitTyped('Bob <BOB@acme.test>; jane@acme.test,\n\nbob@acme.test\ncarol@acme.test')
    expect(await read(...typed)).toEqual(['bob@acme.test', 'carol@acme.test'])
  })

  it('is read as mail programs write people down: last name first, in quotes', async () => {
    const typed = splitTyped(
      '"Stone, Bob" <bob@acme.test>, "O\'Hara; Carol" <carol@acme.test>;mailto:dan@acme.test, 12" of rain',
    )
    expect(typed.slice(0, 3)).toEqual([
      '"Stone, Bob" <bob@acme.test>',
      '"O\'Hara; Carol" <carol@acme.test>',
      'mailto:dan@acme.test',
    ])
    expect(typed.slice(3)).toEqual(['12" of rain'])
    expect(await read(...typed.slice(0, 3))).toEqual(['bob@acme.test', 'carol@acme.test', 'dan@acme.test'])
  })

  it('to nobody, to us, or to whom nothing may be sent is refused, and each is named', async () => {
    await town.store.write(async tx => {
      await suppress(tx, 'gone@acme.test', 'There is no such mailbox.', 'bounce')
      await ban(tx, { address: '*@spam.test', reason: 'Nothing but advertising.', by: town.ann })
    })
    await expect(read('bob', 'support@tulip.test', 'gone@acme.test', 'eve@spam.test')).rejects.toMatchObject({
      field: 'copies',
      message:
        '“bob” is not an email address. support@tulip.test is an address of ours. gone@acme.test must not be written to: There is no such mailbox. eve@spam.test is banned (all of spam.test is), so nothing is sent there: Nothing but advertising.',
    })
  })

  it('goes to twenty at most', async () => {
    await expect(read(...Array.from({ length: 21 }, (_, i) => `p${i}@acme.test`))).rejects.toThrow(
      'A mail can go to 20 people beside the customer; these are 21.',
    )
  })

  it('is fixed when the agent sends, whatever changes while it is held', async () => {
    await lettersOut()
    await writes(jane, [bob])
    await answers('Hello both.', ['bob@acme.test'])
    await writes(jane, [eve])
    town.clock.now += 10_000
    const letters = [...(await lettersOut()), ...(await lettersOut())]
    expect(letters.map(l => [l.message?.text, l.copies])).toEqual([
      ['Hello Jane, your order is ready.', []],
      ['Hello both.', ['bob@acme.test']],
    ])
  })

  it('of a correction goes to whoever has what it corrects', async () => {
    town.clock.now += 10_000
    await lettersOut()
    const id = await answers('It comes on Monday.', ['bob@acme.test'], ['boss@acme.test'])
    town.clock.now += 10_000
    expect((await lettersOut()).map(l => l.blind)).toEqual([['boss@acme.test']])
    await town.store.write(tx => editMessage(tx, id, fromText('It comes on Tuesday.'), actorOf(town.ann)))
    await town.store.write(tx => sendCorrection(tx, id, actorOf(town.ann)))
    town.clock.now += 10_000
    expect((await lettersOut()).map(l => [l.copies, l.blind])).toEqual([
      [['bob@acme.test', 'boss@acme.test'], ['boss@acme.test']],
    ])
    expect((await choices()).map(([address]) => address)).toEqual(['bob@acme.test'])
  })

  it('is sent again with a mail that never left, and not with one that came back from the customer alone', async () => {
    town.clock.now += 10_000
    await lettersOut()
    const id = await answers('Hello both.', ['bob@acme.test'])
    town.clock.now += 10_000
    await town.carry(l =>
      l.thread.side === 'customer'
        ? { refused: { reason: 'No such server.' } }
        : { sent: { id: 'C0SUPPORT:1.1', root: '1.1' } },
    )
    await town.store.write(tx => resendMessage(tx, id, 'jane@acme.test', actorOf(town.ann)))
    town.clock.now += 10_000
    expect((await lettersOut()).map(l => l.copies)).toEqual([['bob@acme.test']])
    await town.store.write(tx =>
      tx.q
        .updateTable('deliveries')
        .set({ state: 'bounced' })
        .where('message_id', '=', id)
        .where('state', '=', 'sent')
        .where('key', 'is not', null)
        .execute(),
    )
    await town.store.write(tx => resendMessage(tx, id, 'jane@acme.test', actorOf(town.ann)))
    town.clock.now += 10_000
    expect((await lettersOut()).map(l => l.copies)).toEqual([[]])
  })
})

describe("the customer's address", () => {
  const known = (address: string) =>
    town.store.write(tx =>
      tx.q.insertInto('addresses').values({ address, customer_id: ticket.customer_id, created_at: tx.now }).execute(),
    )

  it('is fixed when the agent sends: what is held goes where it was sent, whatever is chosen meanwhile', async () => {
    await known('jane@home.test')
    await answers('To work.')
    await town.store.write(tx => writeTo(tx, ticket.id, 'jane@home.test', actorOf(town.ann)))
    await answers('To your sofa.')
    town.clock.now += 10_000
    const letters = [...(await lettersOut()), ...(await lettersOut()), ...(await lettersOut())]
    expect(letters.map(l => [l.message?.text, l.thread.place])).toEqual([
      ['Hello Jane, your order is ready.', 'jane@acme.test'],
      ['To work.', 'jane@acme.test'],
      ['To your sofa.', 'jane@home.test'],
    ])
  })

  it('is never one that is not theirs', async () => {
    await town.open({ customer: { typed: 'bob@globex.test' } })
    const move = (to: string) => town.store.write(tx => writeTo(tx, ticket.id, to, actorOf(town.ann)))
    await expect(move('bob@globex.test')).rejects.toMatchObject({ field: 'to' })
    await move('jane@acme.test')
    await known('jane@home.test')
    await move('jane@home.test')
    const [event] = await town.store.read(q => historyOf(q, ticket.id))
    expect(event).toMatchObject({ kind: 'address_changed', after: '{"address":"jane@home.test"}' })
  })

  it('may be any of theirs to write from: they stay the customer, and mail goes where it went', async () => {
    await known('jane@home.test')
    const token = replyToken(town.store.key, (await town.store.read(q => threadOf(q, ticket.id, 'customer'))).token)
    await town.arrive({
      key: '<sofa@home.test>',
      from: { address: 'jane@home.test', name: 'Jane' },
      tokens: [token],
      copies: [jane, bob, person('support@tulip.test')],
    })
    const message = await town.store.read(q =>
      q.selectFrom('messages').selectAll().where('author_kind', '=', 'customer').executeTakeFirstOrThrow(),
    )
    expect(message).toMatchObject({ author_address: 'jane@home.test', copies: JSON.stringify([bob]) })
    expect((await town.store.read(q => threadOf(q, ticket.id, 'customer'))).place).toBe('jane@acme.test')
  })
})

it('a mail that is taken back goes, sent after all, to all whom it was for', async () => {
  town.clock.now += 60_000
  await town.carry()
  const id = await answers('The plan.', ['bob@acme.test'], ['eve@x.test'])
  for (const _ of [1, 2]) {
    await town.store.write(tx => undoSend(tx, id, actorOf(town.ann)))
    await town.store.write(tx => decideMessage(tx, id, 'public', actorOf(town.ann)))
  }
  town.clock.now += 60_000
  const mails = (await lettersOut()).filter(l => l.message?.id === id)
  expect(mails).toMatchObject([{ copies: ['bob@acme.test', 'eve@x.test'], blind: ['eve@x.test'] }])
})

it('a suppression that is lifted is remembered in the history of the tickets of that address', async () => {
  await town.store.write(tx => suppress(tx, 'jane@acme.test', 'There is no such mailbox.', 'bounce'))
  await expect(answers('Hello?')).rejects.toThrow('jane@acme.test must not be written to: There is no such mailbox.')
  await town.store.write(tx => liftSuppression(tx, 'jane@acme.test', actorOf(town.ann), 'It works.'))
  await answers('Hello!')
  const events = await town.store.read(q =>
    q.selectFrom('events').selectAll().where('kind', '=', 'suppression_lifted').execute(),
  )
  expect(events).toMatchObject([{ ticket_id: ticket.id, actor_name: 'Ann' }])
})

it('a banned customer is not written to', async () => {
  await town.store.write(tx => ban(tx, { address: 'jane@acme.test', reason: 'Abuse.', by: town.ann }))
  await expect(answers('Hello?')).rejects.toMatchObject({
    field: 'customer',
    message: 'jane@acme.test is banned, so nothing is sent there: Abuse.',
  })
  await expect(town.open()).rejects.toMatchObject({ problems: [{ field: 'customer' }] })
})
