import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { refuseUnmailable, tooLargeToMail } from '../../src/core/attachments.ts'
import { fromText } from '../../src/core/document.ts'
import { decideMessage } from '../../src/core/messages/decide.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { messageViews } from '../../src/core/messages/view.ts'
import { threadOf } from '../../src/core/threads.ts'
import { startTown, type Town } from '../support/town.ts'

const MB = 1024 * 1024
const rules = { mailBytes: 20 * MB, publicUrl: 'https://desk.tulip.test' }
const sized = (name: string, mb: number) => ({ name, size: mb * MB })

describe('files too large for a mail', () => {
  const links = (...files: { name: string; size: number }[]) => tooLargeToMail(rules, files).map(f => f.name)

  it('are as few as can be, the largest, by what they weigh as they travel', () => {
    expect(links(sized('a', 14))).toEqual([])
    expect(links(sized('a', 15))).toEqual(['a'])
    expect(links(sized('a', 5), sized('b', 14), sized('c', 6))).toEqual(['b'])
    expect(links(sized('a', 30), sized('b', 40), sized('c', 1))).toEqual(['a', 'b'])
  })

  it('are refused while nobody outside could fetch them, with what to do', () => {
    const alone = { ...rules, publicUrl: null }
    expect(() => refuseUnmailable(rules, [sized('film.mov', 30)])).not.toThrow()
    expect(() => refuseUnmailable(alone, [sized('film.mov', 30)])).toThrow(
      'film.mov is 30.0 MB; a mail can carry 14.6 MB. Put film.mov where the customer can fetch it, and paste the link.',
    )
    expect(() => refuseUnmailable(rules, [sized('film.mov', 101)])).toThrow('a message can carry 100.0 MB')
  })
})

describe('the files of a message', () => {
  let town: Town
  beforeEach(async () => {
    town = await startTown()
    town.store.files = { mailBytes: 1_000, publicUrl: 'https://desk.tulip.test' }
  })
  afterEach(() => town.close())

  const file = (name: string, content: string) => ({ name, type: 'text/plain', bytes: Buffer.from(content) })
  const mailed = async () => (await town.carry()).filter(l => l.thread.side === 'customer')

  it('go as links where they are too large, listed with size and last day, the same at each try', async () => {
    await town.open({ files: [file('film.txt', 'x'.repeat(2_000)), file('small.txt', 'y')] })
    town.clock.now += 10_000
    const later = () => ({ retry: { reason: 'Later.', afterMs: 1 } })
    const [first] = (
      await town.carry(l => (l.thread.side === 'customer' ? later() : { sent: { id: 'C:1', root: '1' } }))
    ).filter(l => l.thread.side === 'customer')
    town.clock.now += 60_000
    town.store.files = { mailBytes: 1_000_000, publicUrl: 'https://desk.tulip.test' }
    const [second] = await mailed()
    expect(second?.message?.attachments.map(a => a.name)).toEqual(['small.txt'])
    const text = JSON.stringify(second?.message?.body)
    expect(text).toContain('film.txt')
    expect(text).toContain('(2 KB, until 4 February 2026)')
    expect(text).toMatch(/https:\/\/desk\.tulip\.test\/files\/[0-9a-f]{32}\./)
    expect(second?.message?.body).toEqual(first?.message?.body)
  })

  it('are judged when a thread message is sent, not when it is written', async () => {
    town.store.files = { mailBytes: 1_000, publicUrl: null }
    const ticket = await town.open()
    const id = await town.store.write(tx =>
      postMessage(tx, {
        ticketId: ticket.id,
        author: actorOf(town.ann),
        body: fromText('See the film.'),
        files: [file('film.txt', 'x'.repeat(2_000))],
        visibility: 'undecided',
      }),
    )
    const send = () => town.store.write(tx => decideMessage(tx, id, 'public', actorOf(town.ann)))
    await expect(send()).rejects.toMatchObject({ field: 'files' })
    const kept = await town.store.read(q =>
      q.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst(),
    )
    expect(kept?.visibility).toBe('undecided')
    town.store.files = { mailBytes: 1_000, publicUrl: 'https://desk.tulip.test' }
    expect(await send()).toBe(true)
  })

  it('are known when the ticket had the same bytes before, under whatever name', async () => {
    const ticket = await town.open({ files: [file('price.txt', 'nine')] })
    const thread = await town.store.read(q => threadOf(q, ticket.id, 'customer'))
    const answer = (key: string, files: ReturnType<typeof file>[]) =>
      town.store.write(tx =>
        postMessage(tx, {
          ticketId: ticket.id,
          author: { kind: 'customer', id: ticket.customer_id, name: 'Jane', address: 'jane@acme.test' },
          body: fromText('Thank you.'),
          files,
          visibility: 'public',
          from: { channel: 'email', threadId: thread.id, key },
        }),
      )
    const one = await answer('<1@acme.test>', [file('logo.txt', 'logo'), file('empty.txt', '')])
    const two = await answer('<2@acme.test>', [
      file('logo-2.txt', 'logo'),
      file('new.txt', 'new'),
      file('new-again.txt', 'new'),
      file('price.txt', 'nine'),
      file('empty.txt', ''),
    ])
    const views = await town.store.read(q => messageViews(q, town.store, [one, two]))
    const known = (id: string) =>
      views
        .get(id)
        ?.attachments.filter(a => a.known)
        .map(a => a.name)
    expect(known(one)).toEqual([])
    expect(known(two)).toEqual(['logo-2.txt', 'new-again.txt', 'price.txt'])
  })
})
