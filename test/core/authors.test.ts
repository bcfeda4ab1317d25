import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { customerByAddress } from '../../src/core/customers.ts'
import { fromText } from '../../src/core/document.ts'
import { decideMessage } from '../../src/core/messages/decide.ts'
import { acceptAuthor, treatAsAnswer } from '../../src/core/receive/decide.ts'
import { closeTicket } from '../../src/core/tickets/status.ts'
import type { TicketRow } from '../../src/db/schema.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
let ticket: TicketRow
beforeEach(async () => {
  town = await startTown()
  ticket = await town.open()
})
afterEach(() => town.close())

const messages = (ticketId = ticket.id) => town.messages(ticketId)
const view = (ticketId = ticket.id) => town.view(ticketId)
const newest = async () =>
  town.store.read(q => q.selectFrom('tickets').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow())
const token = () => town.token(ticket.id)
const close = () => town.store.write(tx => closeTicket(tx, ticket.id, 'Done', actorOf(town.ben)))
const mode = (reply_mode: 'ask' | 'direct' | 'notes') =>
  town.store.write(tx => tx.q.updateTable('teams').set({ reply_mode }).execute())
const mailsToJane = () =>
  town.store.read(q => q.selectFrom('deliveries').select('id').where('key', 'is not', null).execute())

const fail = { verdict: 'fail' as const, says: 'acme.test says that it did not send it (DMARC).' }
const pass = { verdict: 'pass' as const, says: 'Signed by tulip.test.' }
const fromAnn = { address: 'ann@tulip.test', name: 'Ann' }
const eve = { address: 'eve@x.test', name: 'Eve' }

describe("a mail that says to be the customer's and failed the checks", () => {
  it('is shown as doubtful and changes nothing, until an agent says that it is theirs', async () => {
    await close()
    await town.arrive({ key: '<d@acme.test>', tokens: [await token()], trust: fail })
    const [, doubtful, notice] = await messages()
    expect(doubtful).toMatchObject({ author_kind: 'stranger', author_id: ticket.customer_id, doubt: fail.says })
    expect(notice).toMatchObject({ calls_id: town.ben.id })
    expect(notice?.text).toContain('may not be from Jane Doe')
    expect((await view()).status).toBe('closed')
    await town.store.write(tx => acceptAuthor(tx, doubtful!.id, actorOf(town.ann)))
    expect((await messages())[1]).toMatchObject({ author_kind: 'customer', doubt: null })
    expect((await messages()).at(-1)?.text).toContain(
      'Ann says that the mail above which failed its checks is from Jane',
    )
    expect((await view()).status).toBe('open')
    await expect(town.store.write(tx => acceptAuthor(tx, doubtful!.id, actorOf(town.ann)))).rejects.toThrow('already')
  })

  it('does not get in by the tag in its subject, and does not rename the customer', async () => {
    await town.arrive({
      key: '<t@acme.test>',
      tag: 'SUP-1',
      trust: fail,
      from: { address: 'jane@acme.test', name: 'Evil' },
    })
    expect(await messages()).toHaveLength(1)
    expect((await view()).customer.name).toBe('Jane Doe')
  })

  it('begins a ticket that says so', async () => {
    await town.arrive({ key: '<f@acme.test>', to: ['support@tulip.test'], subject: 'New', trust: fail })
    expect((await view((await newest()).id)).opening).toMatchObject({ doubt: fail.says })
  })
})

describe('somebody new to a ticket', () => {
  it('is a further address of the customer once an agent accepts them', async () => {
    await town.arrive({ key: '<s@x.test>', tokens: [await token()], from: { address: 'jane@home.test', name: 'Jane' } })
    const [, stranger] = await messages()
    expect(stranger).toMatchObject({ author_kind: 'stranger', doubt: null })
    expect((await view()).status).toBe('awaiting_customer')
    await town.store.write(tx => acceptAuthor(tx, stranger!.id, actorOf(town.ann)))
    expect((await view()).status).toBe('open')
    expect((await view()).customer.address).toBe('jane@acme.test')
    expect(await town.store.read(q => customerByAddress(q, 'jane@home.test'))).toMatchObject({ id: ticket.customer_id })
    await town.arrive({
      key: '<s2@x.test>',
      tokens: [await token()],
      from: { address: 'jane@home.test', name: 'Jane' },
    })
    expect((await messages()).at(-1)).toMatchObject({ author_kind: 'customer' })
  })

  it('who is another customer stays that one', async () => {
    await town.open({ customer: { typed: 'Eve Stone <eve@x.test>' } })
    await town.arrive({ key: '<s@x.test>', tokens: [await token()], from: eve })
    const [, stranger] = await messages()
    await expect(town.store.write(tx => acceptAuthor(tx, stranger!.id, actorOf(town.ann)))).rejects.toThrow(
      'eve@x.test is known as another customer, Eve Stone.',
    )
  })

  it('whose mail failed the checks is not accepted', async () => {
    await town.arrive({ key: '<s@x.test>', tokens: [await token()], from: eve, trust: fail })
    const [, stranger] = await messages()
    await expect(town.store.write(tx => acceptAuthor(tx, stranger!.id, actorOf(town.ann)))).rejects.toThrow(
      'Nothing proves',
    )
  })

  it("who calls themselves by an address of somebody's is called by their own", async () => {
    const from = { address: 'evil@x.test', name: 'support@tulip.test' }
    await town.arrive({ key: '<n@x.test>', from, to: ['support@tulip.test'] })
    expect((await view((await newest()).id)).customer.name).toBe('evil@x.test')
    await town.arrive({ key: '<m@x.test>', from: { ...from, address: 'more@x.test' }, tokens: [await token()] })
    expect((await messages())[1]).toMatchObject({ author_name: 'more@x.test', author_address: 'more@x.test' })
  })
})

describe('an agent who writes from their own mail program', () => {
  const answer = async (more: object = {}) =>
    town.arrive({
      key: `<ann${Math.random()}@tulip.test>`,
      from: fromAnn,
      tokens: [await token()],
      trust: pass,
      ...more,
    })

  it('wrote something undecided, which reaches the customer only once somebody sends it', async () => {
    await answer({ body: fromText('It is on its way.') })
    const [, mine] = await messages()
    expect(mine).toMatchObject({ author_kind: 'agent', author_id: town.ann.id, visibility: 'undecided' })
    expect((await view()).counts.undecided).toBe(1)
    expect(await mailsToJane()).toHaveLength(1)
    await town.store.write(tx => decideMessage(tx, mine!.id, 'public', actorOf(town.ben)))
    expect(await mailsToJane()).toHaveLength(2)
    expect((await view()).customer.name).toBe('Jane Doe')
  })

  it('is not sent at once where the thread does so, and keeps a note where it is to', async () => {
    await mode('direct')
    await answer()
    await answer({ body: fromText('Note: she always pays late.') })
    await mode('notes')
    await answer()
    expect((await messages()).slice(1).map(m => m.visibility)).toEqual(['undecided', 'note', 'note'])
    expect(await mailsToJane()).toHaveLength(1)
  })

  it('to the customer as well answered them, and nothing is sent twice', async () => {
    await town.arrive({ key: '<q@acme.test>', tokens: [await token()] })
    expect((await view()).status).toBe('open')
    await answer({ copies: [{ address: 'jane@acme.test', name: 'Jane' }] })
    expect((await messages())[2]).toMatchObject({ visibility: 'public', author_kind: 'agent' })
    expect((await view()).status).toBe('awaiting_customer')
    expect(await mailsToJane()).toHaveLength(1)
  })

  it.each(['unknown', 'fail'] as const)('without proof (%s) is a stranger who says to be one of us', async verdict => {
    await answer({ trust: { verdict, says: '' } })
    const [, claimed] = await messages()
    expect(claimed).toMatchObject({ author_kind: 'stranger', author_id: null, visibility: 'public' })
    expect(claimed?.doubt).toContain('It says to be from Ann, one of us, and nothing proves that.')
    await expect(town.store.write(tx => acceptAuthor(tx, claimed!.id, actorOf(town.ann)))).rejects.toThrow()
  })

  const forwarded = {
    from: { address: 'bob@globex.test', name: 'Bob Stone' },
    body: fromText('How much are a thousand bulbs?'),
  }
  const passedOn = {
    key: '<fwd@tulip.test>',
    from: fromAnn,
    to: ['support@tulip.test'],
    subject: 'Fwd: Bulbs',
    trust: pass,
    forwarded,
    body: fromText(
      'Please take care of Bob.\n\n---------- Forwarded message ----------\nFrom: Bob Stone <bob@globex.test>\n\nHow much are a thousand bulbs?',
    ),
  }

  it("and passes on a customer's mail opens that customer's ticket, with their own words as a note", async () => {
    await town.arrive(passedOn)
    const t = await newest()
    expect(t).toMatchObject({ subject: 'Bulbs', status: 'open' })
    expect((await view(t.id)).customer).toMatchObject({ name: 'Bob Stone', address: 'bob@globex.test' })
    expect((await messages(t.id)).map(m => [m.text, m.author_kind, m.visibility])).toEqual([
      ['How much are a thousand bulbs?', 'customer', 'public'],
      ['Please take care of Bob.', 'agent', 'note'],
    ])
    expect((await view(t.id)).opening?.full).toEqual(expect.any(Array))
    expect(await town.store.read(q => customerByAddress(q, 'ann@tulip.test'))).toBeUndefined()
  })

  it('and passes it on without proof opens a ticket of their own', async () => {
    await town.arrive({ ...passedOn, trust: { verdict: 'unknown', says: '' } })
    expect((await view((await newest()).id)).customer.address).toBe('ann@tulip.test')
  })

  it('and passes on what belongs to a ticket leaves it there as a note', async () => {
    await town.arrive({ ...passedOn, tokens: [await token()] })
    expect((await messages())[1]).toMatchObject({ visibility: 'note', author_id: town.ann.id })
  })
})

describe('a mail held for a machine’s', () => {
  it('counts as the answer once somebody says that a person wrote it, one way', async () => {
    await close()
    await town.arrive({ key: '<ooo@acme.test>', tokens: [await token()], kind: 'ooo', rule: 'subject: away' })
    const [, folded] = await messages()
    expect(folded).toMatchObject({ kind: 'ooo', automatic: 'subject: away' })
    expect((await view()).status).toBe('closed')
    await town.store.write(tx => treatAsAnswer(tx, folded!.id, actorOf(town.ann)))
    expect((await messages())[1]).toMatchObject({ kind: null, automatic: null })
    expect(await view()).toMatchObject({ status: 'open', answeredAt: town.clock.now })
    const events = await town.store.read(q =>
      q.selectFrom('events').selectAll().where('kind', '=', 'counted_as_answer').execute(),
    )
    expect(JSON.parse(events[0]?.before ?? '')).toEqual({ kind: 'ooo', rule: 'subject: away' })
    await expect(town.store.write(tx => treatAsAnswer(tx, folded!.id, actorOf(town.ann)))).rejects.toThrow('already')
  })

  it.each(['ooo', 'auto', 'calendar'] as const)('(%s) changes no status and opens no ticket', async kind => {
    await town.arrive({ key: '<m@acme.test>', tokens: [await token()], kind, rule: 'a rule' })
    expect(await view()).toMatchObject({ status: 'awaiting_customer', answeredAt: null })
    await town.arrive({ key: '<n@acme.test>', to: ['support@tulip.test'], kind, rule: 'a rule' })
    const row = await town.store.read(q =>
      q.selectFrom('inbound').selectAll().where('key', '=', '<n@acme.test>').executeTakeFirstOrThrow(),
    )
    expect(row).toMatchObject({ state: 'unmatched', kind, rule: 'a rule', from_address: 'jane@acme.test' })
  })

  it('by way of a mailing list is a person’s', async () => {
    await town.arrive({ key: '<l@acme.test>', tokens: [await token()], kind: 'list', rule: 'List-Id' })
    expect((await view()).status).toBe('open')
  })
})
