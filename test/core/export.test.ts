import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { mailsOf } from '../../src/core/export/mails.ts'
import { ticketsCsv, ticketsJson } from '../../src/core/export/tickets.ts'
import { zipOf } from '../../src/core/export/zip.ts'
import { searching } from '../../src/core/find/entry.ts'
import { askerOf, eachFound, findTickets } from '../../src/core/find/find.ts'
import type { Letter } from '../../src/core/letter.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { setTags } from '../../src/core/tags/tags.ts'
import { changeCustomer } from '../../src/core/tickets/customer.ts'
import type { TicketRow } from '../../src/db/schema.ts'
import { accepted, startTown, type Town } from '../support/town.ts'

let town: Town
let tickets: TicketRow[]
beforeAll(async () => {
  town = await startTown()
  tickets = [
    await town.open({ subject: '+1+2' }),
    await town.open({ subject: '@SUM(A1)', customer: { typed: '=HYPERLINK("x") <bob@globex.test>' } }),
    await town.open({ subject: '-2', email: false }),
  ]
  town.clock.now += 60_000
  await town.carry()
  await town.carry()
})
afterAll(() => town.close())

async function allOf<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const piece of pieces) all.push(piece)
  return all
}
const ids = () => [tickets.map(t => t.id)]
const whole = async (pieces: AsyncIterable<string>) => (await allOf(pieces)).join('')
const compose = async (letter: Letter) => Buffer.from(`To: ${letter.thread.place}\n\n${letter.message?.text}`)
const mails = () => allOf(mailsOf(town.store, ids(), compose))

describe('an export', () => {
  it('has no cell that a spreadsheet takes for a formula', async () => {
    await town.store.write(tx => setTags(tx, tickets[0]!.id, ['=cmd', 'b'], actorOf(town.ann)))
    const csv = await whole(ticketsCsv(town.store, ids()))
    const cells = csv
      .split('\n')
      .slice(1)
      .flatMap(line => line.split(','))
    expect(cells.filter(c => /^"?[=+@-]/.test(c))).toEqual([])
    expect(csv).toContain("SUP-1,'+1+2,")
  })

  it('has all that was said, with who said it', async () => {
    await town.store.write(tx =>
      postMessage(tx, {
        ticketId: tickets[2]!.id,
        author: actorOf(town.ben),
        body: fromText('Only for us'),
        visibility: 'note',
      }),
    )
    const json = JSON.parse(await whole(ticketsJson(town.store, ids())))
    expect(json.map((t: { identifier: string }) => t.identifier)).toEqual(['SUP-1', 'SUP-2', 'SUP-3'])
    expect(json[2].messages.map((m: { by: string; text: string }) => `${m.by}: ${m.text}`)).toEqual([
      'Ann: Hello Jane, your order is ready.',
      'Ben: Only for us',
    ])
    expect(await whole(ticketsJson(town.store, []))).toBe('[]\n')
  })

  it('has the mails that were sent and those that came in, and no notes', async () => {
    const [first] = tickets as [TicketRow]
    const { key } = await town.store.read(q =>
      q
        .selectFrom('deliveries')
        .select('key')
        .where('ticket_id', '=', first.id)
        .where('key', 'is not', null)
        .executeTakeFirstOrThrow(),
    )
    await town.arrive({ key: '<a@acme.test>', answers: [key as string], body: fromText('Thanks') })
    await town.arrive({ key: '<b@acme.test>', answers: [key as string], body: fromText('Gone') })
    await town.store.write(tx =>
      tx.q
        .updateTable('inbound')
        .set({ raw: Buffer.alloc(0), dropped_at: 1 })
        .where('key', '=', '<b@acme.test>')
        .execute(),
    )
    const found = await mails()
    expect(found.map(m => m.path.replace(/\d{4}-\d\d-\d\dT[\d-]+/, '…'))).toEqual([
      'SUP-1/… from Ann.eml',
      'SUP-1/… from jane@acme.test.eml',
      'SUP-1/… from jane@acme.test.txt',
      'SUP-2/… from Ann.eml',
    ])
    expect(found[0]?.bytes.toString()).toContain('To: jane@acme.test')
    expect(found[1]?.bytes.toString()).toBe('<a@acme.test>') // as it came
    expect(found[2]?.bytes.toString()).toContain('Gone')
  })

  it('has no mail that is held, or still being tried', async () => {
    const t = await town.open()
    const out = () => allOf(mailsOf(town.store, [[t.id]], compose))
    expect(await out()).toEqual([])
    town.clock.now += 60_000
    const later = { retry: { reason: 'The mail server is away.', afterMs: 600_000 } }
    for (const _ of [1, 2]) await town.carry(letter => (letter.key ? later : accepted(letter)))
    expect(await out()).toEqual([])
    town.clock.now += 600_000
    await town.carry()
    expect((await out()).map(m => m.path.slice(-4))).toEqual(['.eml'])
  })

  it('is not stopped by a mail that cannot be made again', async () => {
    const broken = async () => {
      throw new Error('A mail needs a sender.')
    }
    const found = await allOf(mailsOf(town.store, [[tickets[1]!.id]], broken))
    expect(found.map(m => m.path.slice(-4))).toEqual(['.txt'])
  })

  it('fails as a whole when a mail cannot be read, and is never half a zip', async () => {
    async function* failing() {
      yield { path: 'a.eml', at: 0, bytes: Buffer.from('a') }
      throw new Error('The disk is gone.')
    }
    await expect(allOf(zipOf(failing()))).rejects.toThrow('The disk is gone.')
  })

  it('takes the tickets one by one while they are written, so that memory does not grow with them', async () => {
    let [made, out, ahead] = [0, 0, 0]
    async function* many() {
      for (; made < 400; made++) {
        ahead = Math.max(ahead, made - out)
        yield { path: `${made}.eml`, at: 0, bytes: Buffer.alloc(50_000, made % 250) }
      }
    }
    for await (const piece of zipOf(many())) if (piece.length) out = made
    expect(made).toBe(400)
    expect(ahead).toBeLessThan(20)
  })

  it('has a ticket once, with its address of now, after it became another customer’s', async () => {
    const t = await town.open({ subject: 'Whose' })
    await town.store.write(tx => changeCustomer(tx, t.id, { typed: 'eve@acme.test' }, actorOf(town.ann)))
    const asker = await town.store.read(q => askerOf(q, town.ann, town.clock.now))
    const { tickets } = await searching(town.store, q => findTickets(q, { text: 'whose eve' }, asker, { limit: 5 }))
    expect(tickets.map(f => f.id)).toEqual([t.id])
    const json = JSON.parse(await whole(ticketsJson(town.store, [[t.id]])))
    expect(json.map((e: { address: string }) => e.address)).toEqual(['eve@acme.test'])
  })

  it('goes through those that match, each once, up to as many as are wanted', async () => {
    for (let n = 0; n < 5; n++) await town.open({ subject: 'Walk' })
    const asker = await town.store.read(q => askerOf(q, town.ann, town.clock.now))
    const seen: string[] = []
    for await (const some of eachFound(town.store, { text: 'walk' }, asker, 4)) seen.push(...some)
    expect(new Set(seen).size).toBe(4)
  })
})
