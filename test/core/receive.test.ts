import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { customerByAddress } from '../../src/core/customers.ts'
import { fromText } from '../../src/core/document.ts'
import { threadOf } from '../../src/core/threads.ts'
import { takeTicket } from '../../src/core/tickets/assign.ts'
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
const thread = () => town.store.read(q => threadOf(q, ticket.id, 'customer'))
const inbound = (key: string) => town.inbound(key)
const status = async () => (await town.view(ticket.id)).status

async function sentMail(): Promise<string> {
  town.clock.now += 10_000
  const letters = [...(await town.carry()), ...(await town.carry())]
  return letters.find(l => l.thread.side === 'customer')!.key!
}

describe('an answer', () => {
  it('is matched by its reply address before all else, whatever else it says', async () => {
    const other = await town.open({ customer: { typed: 'bob@globex.test' } })
    const token = await town.token(ticket.id)
    await town.arrive({
      key: '<a@acme.test>',
      tokens: [token.toUpperCase()],
      answers: ['<unknown@x>'],
      tag: other.identifier,
    })
    const [, answer] = await messages()
    expect(answer).toMatchObject({
      author_kind: 'customer',
      author_name: 'Jane Doe',
      matched_by: 'Matched by the reply address that it was sent to.',
    })
  })

  it('is matched by the mail that it answers, also before we heard that it was accepted', async () => {
    const key = (
      await town.store.read(q =>
        q.selectFrom('deliveries').select('key').where('key', 'is not', null).executeTakeFirstOrThrow(),
      )
    ).key!
    await town.arrive({ key: '<fast@acme.test>', answers: [key] })
    expect(await messages()).toHaveLength(2)
  })

  it('is matched by an older reference when the newest is not ours', async () => {
    const key = await sentMail()
    await town.arrive({ key: '<b@acme.test>', answers: ['<not-ours@elsewhere>', key] })
    expect((await messages())[1]?.matched_by).toBe('Matched by an earlier mail that it refers to.')
  })

  it('is matched by the tag in the subject only when the customer wrote it', async () => {
    await town.arrive({ key: '<stranger@x.test>', from: { address: 'eve@x.test', name: 'Eve' }, tag: 'SUP-1', to: [] })
    expect(await messages()).toHaveLength(1)
    expect((await inbound('<stranger@x.test>')).state).toBe('unmatched')
    await town.arrive({ key: '<jane@acme.test>', tag: 'SUP-1' })
    expect(await messages()).toHaveLength(2)
  })

  it('with a token that was not signed by us is no answer', async () => {
    const { token } = await thread()
    await town.arrive({ key: '<forged@x.test>', tokens: [`${token}aaaaaaaaaaaaa`] })
    expect(await messages()).toHaveLength(1)
  })

  it('from a stranger who has the token is shown as such and does not become the customer', async () => {
    const token = await town.token(ticket.id)
    await town.arrive({ key: '<s@x.test>', tokens: [token], from: { address: 'eve@x.test', name: 'Eve' } })
    const [, answer, notice] = await messages()
    expect(answer).toMatchObject({ author_kind: 'stranger', author_address: 'eve@x.test' })
    expect(notice?.text).toContain('Your answers still go to jane@acme.test.')
    expect(await status()).toBe('awaiting_customer')
    expect((await thread()).place).toBe('jane@acme.test')
  })

  it('twice is one message', async () => {
    const key = await sentMail()
    await town.arrive({ key: '<twice@acme.test>', answers: [key] })
    await town.arrive({ key: '<twice@acme.test>', answers: [key] })
    expect(await messages()).toHaveLength(2)
  })

  it('opens a closed ticket again, for whom it was assigned to', async () => {
    const key = await sentMail()
    await town.store.write(tx => takeTicket(tx, ticket.id, town.ben))
    await town.store.write(tx => closeTicket(tx, ticket.id, 'Done', actorOf(town.ben)))
    await town.arrive({ key: '<again@acme.test>', answers: [key] })
    expect(await status()).toBe('in_progress')
  })

  it('by a machine is recorded, and neither opens nor changes anything', async () => {
    const key = await sentMail()
    await town.store.write(tx => closeTicket(tx, ticket.id, 'Done', actorOf(town.ben)))
    await town.arrive({ key: '<ooo@acme.test>', answers: [key], rule: 'auto-submitted', kind: 'ooo' })
    expect(await status()).toBe('closed')
    expect((await messages())[1]).toMatchObject({ automatic: 'auto-submitted' })
  })

  it('to a deleted ticket is not imported again', async () => {
    const key = await sentMail()
    await town.store.write(tx =>
      tx.q.updateTable('tickets').set({ deleted_at: 1 }).where('id', '=', ticket.id).execute(),
    )
    await town.arrive({ key: '<late@acme.test>', answers: [key], to: ['support@tulip.test'] })
    expect(await inbound('<late@acme.test>')).toMatchObject({
      state: 'ignored',
      reason: 'It answers SUP-1, which was deleted.',
    })
  })
})

describe('a mail that answers nothing', () => {
  it('is cut where its subject or the name of its author is too long, visibly and never within a character', async () => {
    await town.arrive({
      key: '<long@globex.test>',
      from: { address: 'bob@globex.test', name: `Bob${'🌷'.repeat(200)}` },
      to: ['support@tulip.test'],
      subject: '🌷'.repeat(200),
    })
    const t = await town.store.read(q => q.selectFrom('tickets').selectAll().where('number', '=', 2).executeTakeFirst())
    expect(t?.subject).toBe(`${'🌷'.repeat(127)}…`)
    const bob = await town.store.read(q => customerByAddress(q, 'bob@globex.test'))
    expect(bob?.name).toBe(`Bob${'🌷'.repeat(98)}…`)
  })

  it("becomes a new ticket of the team whose address it was written to, and its thread is the customer's", async () => {
    await town.arrive({
      key: '<new@globex.test>',
      from: { address: 'bob@globex.test', name: 'Bob' },
      to: ['support@tulip.test'],
      subject: 'A question',
      body: fromText('How much?'),
    })
    const t = await town.store.read(q =>
      q.selectFrom('tickets').selectAll().where('identifier', '=', 'SUP-2').executeTakeFirstOrThrow(),
    )
    expect(t).toMatchObject({ subject: 'A question', status: 'open', created_by: null })
    expect((await messages(t.id))[0]).toMatchObject({ opening: 1, text: 'How much?' })
    await town.arrive({
      key: '<more@globex.test>',
      from: { address: 'bob@globex.test', name: 'Bob' },
      answers: ['<new@globex.test>'],
    })
    expect(await messages(t.id)).toHaveLength(2)
  })

  it('lands in the unmatched tray when it was written to no address of ours', async () => {
    await town.arrive({ key: '<lost@x.test>', to: ['someone@else.test'] })
    expect((await inbound('<lost@x.test>')).state).toBe('unmatched')
  })

  it('and says nothing at all is still recorded', async () => {
    await town.arrive({ key: '<empty@globex.test>', to: ['support@tulip.test'], body: [] })
    expect((await inbound('<empty@globex.test>')).state).toBe('recorded')
  })
})
