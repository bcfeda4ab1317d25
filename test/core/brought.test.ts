import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { type Brought, bringAnswer } from '../../src/core/receive/brought.ts'
import { closeTicket, markSpam } from '../../src/core/tickets/status.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const DAY = 24 * 3_600_000
const ann = () => actorOf(town.ann)
const bring = (ticketId: string, brought: Partial<Brought> = {}) =>
  town.store.write(tx =>
    bringAnswer(tx, ticketId, { from: 'jane@acme.test', body: fromText('Where is it?'), ...brought }, ann()),
  )

/** Everything that was said, as who said it and what. */
async function said(ticketId: string): Promise<string[]> {
  return (await town.messages(ticketId)).map(m => `${m.author_kind}: ${m.text}`)
}

describe('what a customer said elsewhere', () => {
  it('is their answer: it waits for us, stands at the desk, and goes to nobody by mail', async () => {
    const ticket = await town.open()
    await town.carry()
    await bring(ticket.id)
    expect((await town.view(ticket.id)).status).toBe('open')
    const letters = await town.carry()
    expect(letters.filter(l => l.message?.text === 'Where is it?').map(l => l.thread.side)).toEqual(['desk'])
    const [, theirs] = await town.messages(ticket.id)
    expect(theirs).toMatchObject({
      author_kind: 'customer',
      author_id: ticket.customer_id,
      author_address: 'jane@acme.test',
      visibility: 'public',
      matched_by: 'Ann brought it here from elsewhere.',
    })
  })

  it('is one message under one key', async () => {
    const ticket = await town.open()
    const first = await bring(ticket.id, { dedupKey: 'k' })
    expect(await bring(ticket.id, { dedupKey: 'k' })).toBe(first)
    expect((await town.messages(ticket.id)).length).toBe(2)
  })

  it('opens a closed ticket again, and begins another when it was closed long ago', async () => {
    const ticket = await town.open()
    await town.store.write(tx => closeTicket(tx, ticket.id, 'Done', ann()))
    town.clock.now += DAY
    await bring(ticket.id)
    expect((await town.view(ticket.id)).closedAt).toBeNull()
    await town.store.write(tx => closeTicket(tx, ticket.id, 'Done', ann()))
    town.clock.now += 400 * DAY
    const id = await bring(ticket.id, { body: fromText('And now?') })
    const next = await town.store.read(q =>
      q.selectFrom('messages').select(['ticket_id', 'opening']).where('id', '=', id).executeTakeFirstOrThrow(),
    )
    expect(next).toMatchObject({ opening: 1 })
    expect(next.ticket_id).not.toBe(ticket.id)
    expect((await town.view(next.ticket_id)).continues?.id).toBe(ticket.id)
    expect(await said(next.ticket_id)).toContain('customer: And now?')
    expect((await town.view(ticket.id)).closedAt).not.toBeNull()
  })

  it('only to say thanks opens nothing', async () => {
    const ticket = await town.open()
    await town.store.write(tx => closeTicket(tx, ticket.id, 'Done', ann()))
    await bring(ticket.id, { body: fromText('Thank you so much!') })
    expect((await town.view(ticket.id)).closedAt).not.toBeNull()
    expect((await town.messages(ticket.id)).at(-1)).toMatchObject({ kind: 'light' })
  })

  it('on what is spam stays unseen', async () => {
    const ticket = await town.open()
    await town.carry()
    await town.store.write(tx => markSpam(tx, ticket.id, ann()))
    await town.carry()
    await bring(ticket.id)
    expect((await town.carry()).filter(l => l.message)).toEqual([])
    expect((await town.view(ticket.id)).spamAt).not.toBeNull()
  })

  it('teaches us their name', async () => {
    const ticket = await town.open({ customer: { typed: 'bob@globex.test' } })
    await bring(ticket.id, { from: 'Bob Burger <bob@globex.test>' })
    expect((await town.view(ticket.id)).customer.name).toBe('Bob Burger')
  })
})

describe('the words of others', () => {
  it('are those of somebody in copy, and change nothing', async () => {
    const ticket = await town.open({ copyTo: ['carol@acme.test'] })
    await bring(ticket.id, { from: 'Carol <carol@acme.test>' })
    expect((await town.view(ticket.id)).status).toBe('awaiting_customer')
    expect((await town.messages(ticket.id))[1]).toMatchObject({
      author_kind: 'stranger',
      author_name: 'Carol',
      author_address: 'carol@acme.test',
    })
    expect((await said(ticket.id)).at(-1)).toContain('carol@acme.test, who is not this ticket')
  })

  it('are refused from anybody else, and empty ones from all', async () => {
    const ticket = await town.open()
    for (const from of ['bob@globex.test', 'support@tulip.test', 'ann@tulip.test'])
      await expect(bring(ticket.id, { from })).rejects.toMatchObject({ code: 'invalid', field: 'from' })
    await expect(bring(ticket.id, { body: [] })).rejects.toMatchObject({ code: 'invalid', field: 'message' })
    expect((await town.messages(ticket.id)).length).toBe(1)
  })
})
