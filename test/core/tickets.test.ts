import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { historyOf } from '../../src/core/events.ts'
import { undoSend } from '../../src/core/messages/decide.ts'
import { deleteMessage } from '../../src/core/messages/edit.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { markSenderBroken } from '../../src/core/senders/health.ts'
import { suppress } from '../../src/core/suppressions.ts'
import { threadOf } from '../../src/core/threads.ts'
import { assignTicket, takeTicket } from '../../src/core/tickets/assign.ts'
import { publishTicket } from '../../src/core/tickets/publish.ts'
import { closeTicket, setStatus } from '../../src/core/tickets/status.ts'
import { ticketView } from '../../src/core/tickets/view.ts'
import { replyToken } from '../../src/core/tokens.ts'
import { Problems } from '../../src/lib/problem.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const view = async (id: string) => (await town.store.read(q => ticketView(q, town.store, id)))!
const faultsOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    e => e,
  )
  expect(error).toBeInstanceOf(Problems)
  return Object.fromEntries((error as Problems).problems.map(p => [p.field, p.message]))
}
const count = async (table: 'tickets' | 'customers' | 'messages' | 'deliveries') =>
  Number(
    (
      await town.store.read(q =>
        q
          .selectFrom(table)
          .select(e => e.fn.countAll().as('n'))
          .executeTakeFirstOrThrow(),
      )
    ).n,
  )

describe('opening a ticket', () => {
  it('gives it the next number, an unknown address becomes a person with a company, and the mail is held', async () => {
    const first = await town.open()
    const second = await town.open({ customer: { typed: 'bob@globex.test' } })
    expect([first.identifier, second.identifier]).toEqual(['SUP-1', 'SUP-2'])
    const v = await view(first.id)
    expect(v.customer).toMatchObject({ name: 'Jane Doe', address: 'jane@acme.test', company: 'Acme' })
    expect(v).toMatchObject({ status: 'awaiting_customer', counts: { held: 1, queued: 0 } })
    expect(v.opening?.deliveries).toHaveLength(1)
  })

  it('to an address with umlauts in its domain is to the one that answers come from', async () => {
    const t = await town.open({ customer: { typed: 'Jörg <j@Müller.test>' } })
    expect((await view(t.id)).customer).toMatchObject({ address: 'j@xn--mller-kva.test', company: 'Müller' })
    const again = await town.open({ customer: { typed: 'mailto:j@xn--mller-kva.test' } })
    expect(again.customer_id).toBe(t.customer_id)
  })

  it('names every fault under its field and creates nothing', async () => {
    await town.store.write(tx => suppress(tx, 'gone@acme.test', 'The address does not exist.', 'test'))
    const bad = {
      subject: ' ',
      body: fromText(''),
      customer: { typed: 'nobody' },
      files: [{ name: 'big', type: 'x', bytes: Buffer.alloc(19 * 1024 * 1024) }],
    }
    expect(Object.keys(await faultsOf(town.open(bad))).sort()).toEqual(['customer', 'files', 'message', 'subject'])
    expect((await faultsOf(town.open({ customer: { typed: 'gone@acme.test' } }))).customer).toContain(
      'must not be written to',
    )
    for (const typed of ['support@tulip.test', 'Support@Tulip.test', 'support+any@tulip.test'])
      expect((await faultsOf(town.open({ customer: { typed } }))).customer).toContain('is an address of ours')
    await town.store.write(tx => markSenderBroken(tx, town.senderId, 'The password is wrong.'))
    expect((await faultsOf(town.open())).sender).toContain('The password is wrong.')
    expect([
      await count('tickets'),
      await count('customers'),
      await count('messages'),
      await count('deliveries'),
    ]).toEqual([0, 0, 0, 0])
  })

  it('twice under the same key is one ticket', async () => {
    const [a, b] = await Promise.all([town.open({ dedupKey: 'view:V1' }), town.open({ dedupKey: 'view:V1' })])
    expect(a.id).toBe(b.id)
    expect(await count('messages')).toBe(1)
  })

  it('internal only queues nothing for the customer until it is published, which is one way', async () => {
    const t = await town.open({ email: false })
    expect(await view(t.id)).toMatchObject({ status: 'internal', publishedAt: null, counts: { held: 0 } })
    await town.store.write(tx => publishTicket(tx, t.id, actorOf(town.ben)))
    expect(await view(t.id)).toMatchObject({ status: 'awaiting_customer', counts: { held: 1 } })
    await expect(town.store.write(tx => publishTicket(tx, t.id, actorOf(town.ben)))).rejects.toThrow('public already')
  })

  it('undone while it is held, it is internal and nothing goes out', async () => {
    const t = await town.open()
    const opening = (await view(t.id)).opening!
    await town.store.write(tx => undoSend(tx, opening.id, actorOf(town.ann)))
    town.clock.now += 60_000
    const letters = await town.carry()
    expect(letters.filter(l => l.thread.side === 'customer')).toHaveLength(0)
    expect(await view(t.id)).toMatchObject({ status: 'internal', counts: { held: 0, queued: 0 } })
    await expect(town.store.write(tx => undoSend(tx, opening.id, actorOf(town.ann)))).rejects.toThrow(
      'Too late to undo',
    )
  })
})

describe('an answer that is taken back while it is held', () => {
  const status = async (id: string) => (await view(id)).status
  const ann = () => actorOf(town.ann)
  const answer = (ticketId: string, text: string) =>
    town.store.write(tx => postMessage(tx, { ticketId, author: ann(), body: fromText(text), visibility: 'public' }))
  const answered = async () => {
    const t = await town.open()
    town.clock.now += 60_000
    await town.carry()
    const { token } = await town.store.read(q => threadOf(q, t.id, 'customer'))
    await town.arrive({ key: '<a@acme.test>', tokens: [replyToken(town.store.key, token)] })
    town.clock.now += 60_000
    return t
  }

  it('leaves the ticket waiting for us, as it was before', async () => {
    const t = await answered()
    const id = await answer(t.id, 'On Friday.')
    expect(await status(t.id)).toBe('awaiting_customer')
    await town.store.write(tx => undoSend(tx, id, ann()))
    expect(await status(t.id)).toBe('open')

    const again = await answer(t.id, 'On Monday.')
    await town.store.write(tx => takeTicket(tx, t.id, town.ben))
    await town.store.write(tx => deleteMessage(tx, again, ann()))
    expect(await status(t.id)).toBe('in_progress')
  })

  it('changes nothing while another answer is on its way, or once somebody set the status by hand', async () => {
    const t = await answered()
    const first = await answer(t.id, 'On Friday.')
    const second = await answer(t.id, 'Or on Monday.')
    await town.store.write(tx => undoSend(tx, first, ann()))
    expect(await status(t.id)).toBe('awaiting_customer')
    await town.store.write(tx => undoSend(tx, second, ann()))
    expect(await status(t.id)).toBe('open')

    const third = await answer(t.id, 'On Sunday.')
    await town.store.write(tx => setStatus(tx, t.id, 'in_progress', ann()))
    await town.store.write(tx => setStatus(tx, t.id, 'awaiting_customer', ann()))
    await town.store.write(tx => undoSend(tx, third, ann()))
    expect(await status(t.id)).toBe('awaiting_customer')
  })
})

describe('managing a ticket', () => {
  it('each change is an event with who, when, before and after', async () => {
    const t = await town.open()
    town.clock.now += 1000
    await town.store.write(tx => takeTicket(tx, t.id, town.ben))
    await town.store.write(tx => closeTicket(tx, t.id, 'Solved', actorOf(town.ben)))
    const history = await town.store.read(q => historyOf(q, t.id))
    expect(
      history
        .map(e => [e.kind, e.actor_name, JSON.parse(e.before ?? 'null'), JSON.parse(e.after ?? 'null')])
        .slice(0, 2),
    ).toEqual([
      [
        'ticket_closed',
        'Ben',
        { status: 'awaiting_customer', closed_at: null, closed_by: null, close_reason: null },
        { status: 'closed', closed_at: town.clock.now, closed_by: town.ben.id, close_reason: 'Solved' },
      ],
      [
        'ticket_assigned',
        'Ben',
        { assignee_id: null, assigned_by: null },
        { assignee_id: town.ben.id, assigned_by: 'Ben took it.' },
      ],
    ])
  })

  it('the same change twice is one event', async () => {
    const t = await town.open()
    for (const _ of [1, 2]) await town.store.write(tx => takeTicket(tx, t.id, town.ben))
    for (const _ of [1, 2]) await town.store.write(tx => closeTicket(tx, t.id, '', actorOf(town.ben)))
    const kinds = (await town.store.read(q => historyOf(q, t.id))).map(e => e.kind)
    expect(kinds.filter(k => k === 'ticket_assigned' || k === 'ticket_closed')).toHaveLength(2)
  })

  it('nobody can be asked by an internal ticket, and nobody who left can be given one', async () => {
    const t = await town.open({ email: false })
    await expect(town.store.write(tx => setStatus(tx, t.id, 'awaiting_customer', actorOf(town.ann)))).rejects.toThrow(
      'internal',
    )
    await town.store.write(tx =>
      tx.q.updateTable('agents').set({ deactivated_at: 1 }).where('id', '=', town.ben.id).execute(),
    )
    await expect(town.store.write(tx => assignTicket(tx, t.id, town.ben.id, actorOf(town.ann)))).rejects.toThrow(
      'no longer here',
    )
  })
})
