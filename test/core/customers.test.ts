import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { normaliseAddress } from '../../src/channels/email/address.ts'
import { actorOf } from '../../src/core/agents.ts'
import { customerByAddress, customersFor, searchCustomers } from '../../src/core/customers.ts'
import { resendMessage } from '../../src/core/messages/resend.ts'
import { acceptAuthor } from '../../src/core/receive/decide.ts'
import type { TicketRow } from '../../src/db/schema.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
let ticket: TicketRow
beforeEach(async () => {
  town = await startTown()
  ticket = await town.open({ customer: { typed: 'jane@acme.test' } }) // no more than the address is known
})
afterEach(() => town.close())

const found = async (typed: string) => (await town.store.read(q => searchCustomers(q, typed))).map(c => c.name)
const newest = () =>
  town.store.read(q => q.selectFrom('messages').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow())

it('many customers are looked up at once: an address is one person, a domain one company, free mail none', async () => {
  const people = [
    { address: 'jane@acme.test', name: 'Jane' },
    { address: 'ed@bolt.test', name: 'Ed' },
    { address: 'ed@bolt.test', name: 'Edward' },
    { address: 'fay@bolt.test', name: '' },
    { address: 'guy@gmail.com', name: 'Guy' },
  ]
  for (const _ of ['first', 'again']) {
    const customers = await town.store.write(tx => customersFor(tx, people))
    expect([...customers.values()].map(c => [c.address, c.name, c.company]).sort()).toEqual([
      ['ed@bolt.test', 'Ed', 'Bolt'],
      ['fay@bolt.test', 'fay@bolt.test', 'Bolt'],
      ['guy@gmail.com', 'Guy', null],
      ['jane@acme.test', 'jane@acme.test', 'Acme'],
    ])
    expect(customers.get('jane@acme.test')?.id).toBe(ticket.customer_id)
  }
  expect(await found('bolt')).toHaveLength(2)
})

it('a customer is known by a domain in letters of their own, which mail programs write in ASCII', async () => {
  const other = await town.open({ customer: { typed: 'Bo Bücher <Bo@Bücher.test>' } })
  const { key } = await town.store.read(q =>
    q
      .selectFrom('deliveries')
      .select('key')
      .where('ticket_id', '=', other.id)
      .where('key', 'is not', null)
      .executeTakeFirstOrThrow(),
  )
  await town.arrive({
    key: '<bo@x>',
    answers: [key!],
    from: { address: normaliseAddress('Bo@Bücher.test')!, name: '' },
  })
  const answer = await town.store.read(q =>
    q
      .selectFrom('messages')
      .select('author_kind')
      .where('ticket_id', '=', other.id)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow(),
  )
  expect(answer.author_kind).toBe('customer')
})

describe('a customer is found', () => {
  it('by an address that the mail was sent to in place of the first', async () => {
    const { id } = await newest()
    const refused = { refused: { reason: 'No such mailbox.' } }
    await town.carry()
    town.clock.now += 10_000
    await town.carry(() => refused)
    await town.store.write(tx => resendMessage(tx, id, 'jane@home.test', actorOf(town.ann)))
    expect(await found('home.test')).toEqual(['jane@acme.test'])
  })

  it('by an address that was accepted, also once we learn their name', async () => {
    const [key] = await town.store.read(q =>
      q.selectFrom('keys').select('key').where('channel', '=', 'email').execute(),
    )
    await town.arrive({ key: '<home@x>', answers: [key!.key], from: { address: 'jane@home.test', name: 'Jane Doe' } })
    const { message_id } = await town.store.read(q =>
      q.selectFrom('inbound').select('message_id').where('key', '=', '<home@x>').executeTakeFirstOrThrow(),
    )
    await town.store.write(tx => acceptAuthor(tx, message_id!, actorOf(town.ann)))
    expect(await found('home.test')).toEqual(['jane@acme.test'])
    await town.arrive({ key: '<acme@x>', answers: [key!.key] })
    expect(await found('acme.test')).toEqual(['Jane Doe'])
    expect(await found('home.test')).toEqual(['Jane Doe'])
    expect(await town.store.read(q => customerByAddress(q, 'jane@home.test'))).toMatchObject({ id: ticket.customer_id })
  })
})
