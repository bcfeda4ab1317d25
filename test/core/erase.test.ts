import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { alert } from '../../src/core/alerts.ts'
import {
  type ChatPost,
  claimChatCards,
  claimChatPosts,
  settleChatCard,
  settleChatPost,
} from '../../src/core/chats/card.ts'
import { saveSegment, segments } from '../../src/core/chats/segments.ts'
import { learnFacts } from '../../src/core/customers.ts'
import { claimDeskPosts, type DeskPost, queueDeskPost, settleDeskPost } from '../../src/core/desk-posts.ts'
import { fromText } from '../../src/core/document.ts'
import { saveDraft } from '../../src/core/drafts.ts'
import { beginForgetting, forgetOutlook } from '../../src/core/erase/begin.ts'
import { claimErasure, eraseSome, nextTrace, noteProgress } from '../../src/core/erase/run.ts'
import { erasingOf } from '../../src/core/erase/steps.ts'
import { addField } from '../../src/core/fields/define.ts'
import { setFields } from '../../src/core/fields/values.ts'
import { searching } from '../../src/core/find/entry.ts'
import { askerOf, findTickets } from '../../src/core/find/find.ts'
import { savedFinds, saveFind } from '../../src/core/find/saved.ts'
import { createHook } from '../../src/core/hooks/subscribe.ts'
import { undoSend } from '../../src/core/messages/decide.ts'
import { editMessage } from '../../src/core/messages/edit.ts'
import { programKey } from '../../src/core/messages/find.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { mergePeople } from '../../src/core/people/merge.ts'
import { addCustomerNote } from '../../src/core/people/notes.ts'
import { setTagsOfCustomer } from '../../src/core/people/tags.ts'
import { knowAs } from '../../src/core/programs/external-ids.ts'
import { keepFacts, setFacts } from '../../src/core/programs/facts.ts'
import { numbered } from '../../src/core/programs/numbers.ts'
import { answerKnown, once } from '../../src/core/programs/once.ts'
import { floodKey } from '../../src/core/receive/flood.ts'
import { suppress } from '../../src/core/suppressions.ts'
import { changeCustomer } from '../../src/core/tickets/customer.ts'
import { setDetails } from '../../src/core/tickets/details.ts'
import { mergeTickets } from '../../src/core/tickets/merge.ts'
import { remindAgent } from '../../src/core/tickets/remind.ts'
import type { Schema } from '../../src/db/schema.ts'
import { type ChatTown, startChatTown } from '../support/chat.ts'
import { claimAll, settleAs, tellAll } from '../support/told.ts'

let town: ChatTown
beforeEach(async () => {
  town = await startChatTown()
})
afterEach(() => town.close())

const ann = () => actorOf(town.ann)
const begin = (address: string) => town.store.write(tx => beginForgetting(tx, address, town.ann))

const atDesk: string[] = [] // posts that the desk was asked to take away

/** Works as the worker does; dies after so many pieces, if that is wanted. Returns how many it did. */
async function work(most = 1_000): Promise<number> {
  let row = await town.store.write(claimErasure)
  let pieces = 0
  while (row && row.due_at !== null && pieces++ < most) {
    const at = row
    if (at.step === 'desk') {
      const trace = await town.store.read(q => nextTrace(q, erasingOf(at)))
      atDesk.push(...(trace?.posts ?? []))
      const piece = trace ? { cursor: trace.cursor, counts: { posts: 1 } } : { cursor: null }
      row = await town.store.write(tx => noteProgress(tx, at, piece))
    } else row = await town.store.write(tx => eraseSome(tx, at))
  }
  return pieces
}

/** The full-text index keeps its own tables; `inTheIndex` and `found` look there. */
const INDEX = /^(ticket_words|sqlite_)/

/** Where in the database these words still stand, Message-IDs aside. */
async function traces(words: string[]): Promise<string[]> {
  const found: string[] = []
  const tables = (await town.store.read(q => q.introspection.getTables())).map(t => t.name as keyof Schema)
  for (const table of tables.filter(name => name !== 'agents' && !INDEX.test(name))) {
    const rows = (await town.store.read(q => q.selectFrom(table).selectAll().execute())) as Record<string, unknown>[]
    for (const row of rows)
      for (const [column, value] of Object.entries(row)) {
        const text = Buffer.isBuffer(value) ? value.toString('latin1') : String(value)
        const isId = column === 'key' && table !== 'alerts'
        if (!isId && words.some(w => text.toLowerCase().includes(w)))
          found.push(`${table}.${column}: ${text.slice(0, 80)}`)
      }
  }
  return found
}

/** In how many pages of SQLite's index a word stands, also such as is not found any more. */
const inTheIndex = async (word: string) => {
  const { rows } = await town.store.read(q =>
    sql<{
      n: number
    }>`select count(*) as n from ticket_words_data where instr(block, cast(${word} as blob)) > 0`.execute(q),
  )
  return rows[0]?.n
}

/** Ids of the tickets that are found by these words. */
const found = (text: string) =>
  searching(town.store, async q => {
    const asker = await askerOf(q, town.ann, town.clock.now)
    return (await findTickets(q, { text }, asker, { limit: 50 })).tickets.map(t => t.id)
  })

/** Jane in every corner: tickets, versions, files, notes, chats, copies, the tray, alerts, lists. */
async function janeEverywhere() {
  const { store } = town
  await store.write(tx => createHook(tx, { url: 'https://hooks.example.com', includePrivate: true }, town.ann, false))
  const secret = { name: 'secret.txt', type: 'text/plain', bytes: Buffer.from('the janes file') }
  const shared = { name: 'shared.txt', type: 'text/plain', bytes: Buffer.from('for everybody') }
  const t = await town.open({ subject: 'Jane wants tulips', files: [secret, shared] })
  const bobs = await town.open({
    customer: { typed: 'Bob <bob@globex.test>' },
    body: fromText('Hello Bob.'),
    files: [shared],
    copyTo: ['carol@globex.test'],
    blindTo: ['jane@acme.test', 'dave@globex.test'],
  })
  town.clock.now += 60_000
  await town.carry()
  await town.carry()
  const token = await town.token(t.id)
  await town.arrive({ key: '<1@mail.test>', tokens: [token], body: fromText('Jane says hello.'), copies: [] })
  await town.arrive({
    key: '<2@mail.test>',
    tokens: [await town.token(bobs.id)],
    body: fromText('Jane in the middle.'),
  })
  await town.arrive({
    ...{ key: '<4@mail.test>', tokens: [await town.token(bobs.id)], body: fromText('From Bob.') },
    from: { address: 'bob@globex.test', name: 'Bob' },
    copies: [{ address: 'jane@acme.test', name: 'Jane' }],
  })
  await town.arrive({ key: '<3@mail.test>', subject: 'From Jane to nobody' })
  const note = await store.write(tx =>
    postMessage(tx, {
      ticketId: t.id,
      author: ann(),
      body: fromText('Jane is in a hurry'),
      visibility: 'note',
      dedupKey: programKey('jane 1'),
    }),
  )
  await store.write(tx => editMessage(tx, note, fromText('Jane Doe has time'), ann()))
  await store.write(tx => keepFacts(tx, t.id, { metadata: { called: 'Jane' } }))
  await store.write(tx => keepFacts(tx, note, { impersonatedUserName: 'Jane', metadata: { of: 'jane@acme.test' } }))
  const answers = [
    { requestorEmail: 'jane@acme.test' },
    { entityId: t.id, content: 'Hello, Jane.' },
    { entityId: bobs.id },
  ]
  for (const [i, body] of answers.entries())
    await store.write(tx => once(tx, { key: `request ${i}`, fingerprint: 'same' }, async () => ({ status: 201, body })))
  const held = await store.write(tx =>
    postMessage(tx, { ticketId: t.id, author: ann(), body: fromText('Dear Jane'), visibility: 'public' }),
  )
  await store.write(tx => learnFacts(tx, t.customer_id, { tags: ['jane-fans'], fields: { nick: 'Janey' } }))
  await store.write(tx => knowAs(tx, 'sendbird', 'jane-doe-1', t.customer_id))
  await store.write(tx => numbered(tx, { customer: [t.customer_id] }))
  const chat = await town.draft('Jane Doe <jane@acme.test>\nBob <bob@globex.test>', {
    exclusions: { unsubscribed: true, duplicate: true, openTicket: false, writtenToDays: null },
  })
  const former = await town.open({ subject: 'Now it is of Bob' })
  await store.write(tx => changeCustomer(tx, former.id, { typed: 'bob@globex.test' }, ann()))
  const gone = await town.open({ subject: 'About her' })
  await store.write(tx => mergeTickets(tx, gone.id, bobs.id, ann(), { otherCustomer: true }))
  const word = { agentId: town.ann.id, kind: 'word' as const, ticketId: t.id }
  await store.write(tx => queueDeskPost(tx, { ...word, key: 'said', text: 'Jane waits' }))
  const [said] = await store.write(tx => claimDeskPosts(tx, 1))
  await store.write(tx => settleDeskPost(tx, said as DeskPost, { sent: { id: 'D1:1.1' } }))
  await store.write(tx => queueDeskPost(tx, { ...word, key: 'waits', text: 'Jane still waits' }))
  await store.write(tx => alert(tx, floodKey('jane@acme.test'), 'jane@acme.test sent too much.'))
  await store.write(tx => setDetails(tx, t.id, { description: 'Jane is in Rome' }, ann()))
  const line = { name: 'For whom', kind: 'line', hint: '', options: [], initial: [], visible: false } as const
  const owner = { owner: 'ticket', teamId: town.team.id } as const
  const whom = await store.write(tx => addField(tx, owner, { ...line, options: [], initial: [] }))
  await store.write(tx => setFields(tx, t.id, { [whom]: ['Jane'] }, ann()))
  await store.write(tx => setTagsOfCustomer(tx, t.customer_id, ['jane-fans', 'nl'], ann()))
  await store.write(tx => addCustomerNote(tx, t.customer_id, 'Jane is kind', town.ann))
  await store.write(tx => remindAgent(tx, t.id, { dueAt: town.clock.now + 60_000, note: 'Ask Jane' }, town.ann))
  const draft = { agentId: town.ann.id, teamId: town.team.id, isBlank: false, stamp: 1 }
  const about = { kind: 'reply', title: 'Re: Jane', text: 'Dear Jane' } as const
  await store.write(tx => saveDraft(tx, { ...draft, about, id: 'd1', ticketId: t.id, form: '{"message":"Dear Jane"}' }))
  const to = '{"customer":"jane@acme.test"}'
  await store.write(tx => saveDraft(tx, { ...draft, about, id: 'd2', ticketId: null, form: to }))
  const plan = { ticketId: bobs.id, author: ann(), body: fromText('A plan'), visibility: 'public' } as const
  const planned = await store.write(tx => postMessage(tx, { ...plan, copyTo: ['jane@acme.test', 'erin@globex.test'] }))
  await store.write(tx => undoSend(tx, planned, ann()))
  await store.write(tx => keepFacts(tx, t.id, { metadata: { of: 'Jane' } }))
  await store.write(tx => keepFacts(tx, held, { impersonatedUserName: 'Jane' }))
  await store.write(tx => keepFacts(tx, note, { commentType: 'of Jane' }))
  await store.write(tx => keepFacts(tx, t.customer_id, { nick: 'Jane' }))
  await store.write(tx => setFacts(tx, t.id, { source: 'Jane on the phone' }, ann()))
  const answered = (key: string, body: object) =>
    store.write(tx => once(tx, { key, fingerprint: 'f' }, async () => ({ status: 201, body })))
  await answered('a ticket', { requestorEmail: 'Jane@acme.test' })
  await answered('a comment', { entityId: t.id, content: 'Dear Jane' })
  await answered('her again', { of: 'JANE@acme.test' })
  const numbers = await store.write(tx => numbered(tx, { ticket: [t.id, bobs.id] }))
  await answered('a message', { ticket: numbers.get(t.id), message: 'Dear Jane' })
  await answered('others', { of: 'Bob', ticket: numbers.get(bobs.id) })
  const filter = { text: 'JANE@acme.test order' }
  await store.write(tx => saveFind(tx, { name: 'Hers', filter, teamId: null, agent: town.ann }))
  for (const [i, post] of (await claimAll(store, 6)).entries()) await settleAs(store, post, i % 2 ? 'Not now.' : null)
  return { t, bobs, held, chat }
}

describe('forgetting a customer', () => {
  it('leaves no word of theirs, by whatever table, and nothing of others’ is touched', async () => {
    const { t, bobs, held } = await janeEverywhere()
    expect(await town.store.read(q => forgetOutlook(q, 'jane@acme.test'))).toMatchObject({
      name: 'Jane Doe',
      tickets: 2,
      mails: 3,
      chats: 1,
    })
    expect(await found('jane')).toContain(t.id)
    if (town.store.engine === 'sqlite') expect(await inTheIndex('jane')).toBeGreaterThan(0)
    for (const _ of [1, 2]) await begin('jane@acme.test')
    await work()
    await tellAll(town.store) // also what was not told before
    expect(await traces(['jane'])).toEqual([])
    const gone = await town.store.read(q =>
      q.selectFrom('hook_deliveries').select('body').where('event_type', '=', 'user:deleted').execute(),
    )
    expect(gone.map(d => JSON.parse(d.body ?? '').payload)).toMatchObject([
      { user: { id: t.customer_id, email: null } },
    ])
    if (town.store.engine === 'sqlite') expect(await inTheIndex('jane')).toBe(0) // before a search brings it up to date
    expect(await found('jane')).toEqual([])
    expect(await found('bob')).toContain(bobs.id)
    expect(atDesk).toContain('D1:1.1')
    const mail = await town.store.read(q =>
      q.selectFrom('deliveries').select('state').where('message_id', '=', held).where('key', 'is not', null).execute(),
    )
    expect(mail).toEqual([{ state: 'cancelled' }])
    const theirs = await town.messages(bobs.id)
    expect(theirs[0]).toMatchObject({ text: 'Hello Bob.' })
    const again = (i: number) => town.store.read(q => answerKnown(q, { key: `request ${i}`, fingerprint: 'same' }))
    await expect(again(0)).rejects.toMatchObject({ code: 'not_found' })
    await expect(again(1)).rejects.toMatchObject({ code: 'not_found' })
    expect(await again(2)).toEqual({ status: 201, body: { entityId: bobs.id } })
    expect((await town.view(bobs.id)).customer).toMatchObject({ name: 'Bob', address: 'bob@globex.test' })
    const copies = await town.store.read(q =>
      q.selectFrom('deliveries').select(['copies', 'blind']).where('copies', 'is not', null).orderBy('id').execute(),
    )
    expect(copies).toEqual([
      { copies: '["carol@globex.test","dave@globex.test"]', blind: '["dave@globex.test"]' },
      { copies: '["erin@globex.test"]', blind: null },
    ])
    const blobs = await town.store.read(q => q.selectFrom('blobs').select('bytes').execute())
    expect(blobs.map(b => Buffer.from(b.bytes).toString())).toEqual(['for everybody'])
    const told = await town.store.read(q =>
      q.selectFrom('desk_posts').select('text').where('due_at', 'is not', null).execute(),
    )
    expect(told).toHaveLength(1)
    expect(told[0]?.text).toContain('2 tickets, ')
    await town.arrive({ key: '<1@mail.test>', tokens: [await town.token(t.id)] }) // a mailbox brings it again
    expect((await town.messages(t.id)).every(m => m.text === '')).toBe(true)
  })

  it('takes away views and segments that name them, by address or by their whole name, and no others', async () => {
    await town.open()
    const keep = (name: string, text: string) =>
      town.store.write(tx => saveFind(tx, { name, filter: { text }, teamId: null, agent: town.ann }))
    for (const name of ['Jané  DOE', 'Doe, Jane', 'Jane Doering']) await keep(name, 'parcels')
    await keep('One', '"jane doe" parcels')
    await keep('Two', 'to jane@acme.test')
    await keep('Mary', 'to mary-jane@acme.test')
    const segment = (name: string, words: string) =>
      town.store.write(tx => saveSegment(tx, { name, filter: { words }, agent: town.ann }))
    for (const [name, words] of [
      ['Hers', 'jane DOE'],
      ['Jane Doe', 'acme'],
      ['Acme', 'acme'],
    ] as const)
      await segment(name, words)
    await begin('jane@acme.test')
    await work()
    const left = await town.store.read(q => savedFinds(q, town.ann))
    expect(left.map(s => s.name)).toEqual(['Doe, Jane', 'Jane Doering', 'Mary'])
    expect((await town.store.read(segments)).map(s => s.name)).toEqual(['Acme'])
  })

  it('leaves alone whoever has an address that only ends or begins with theirs', async () => {
    const { store } = town
    const others = 'mary-jane@acme.test, jane@acme.test.example'
    const chat = await town.draft(`Jane <JANE@acme.test>, ${others}`)
    const about = { kind: 'ticket', title: 'News', text: 'Hello' } as const
    const draft = { agentId: town.ann.id, teamId: town.team.id, ticketId: null, isBlank: false, stamp: 1, about }
    for (const to of ['jane@acme.test', 'mary-jane@acme.test'])
      await store.write(tx => saveDraft(tx, { ...draft, id: to, form: JSON.stringify({ text: `Hello\n${to}.` }) }))
    for (const address of ['jane@acme.test', 'mary-jane@acme.test'])
      await store.write(tx => alert(tx, `k:${address}`, `Mail to ${address} loops.`))
    await town.open()
    await begin('jane@acme.test')
    await work()
    const ids = (table: 'drafts' | 'alerts', column: 'id' | 'text') =>
      store.read(async q =>
        (
          await q
            .selectFrom(table)
            .select(column as 'id')
            .execute()
        ).map(row => Object.values(row)[0]),
      )
    expect(await ids('drafts', 'id')).toEqual(['mary-jane@acme.test'])
    expect(await ids('alerts', 'text')).toEqual(['Mail to mary-jane@acme.test loops.'])
    const { audience } = await store.read(q =>
      q.selectFrom('chats').select('audience').where('id', '=', chat).executeTakeFirstOrThrow(),
    )
    const listed: string[] = JSON.parse(audience)
      .text.split(',')
      .map((part: string) => part.trim())
    expect(listed.filter(Boolean)).toEqual(others.split(', '))
  })

  it('of two who turned out to be one forgets both', async () => {
    const hers = await town.open()
    const alias = await town.open({ customer: { typed: 'Janette Doering <jd@home.test>' } })
    await town.store.write(tx => learnFacts(tx, alias.customer_id, { tags: [], fields: { nick: 'Janettie' } }))
    await town.store.write(tx => mergePeople(tx, alias.customer_id, hers.customer_id, ann()))
    await begin('jane@acme.test')
    await work()
    expect(await traces(['jane', 'jd@home'])).toEqual([])
  })

  it('takes away what is said of them below the cards of chats', async () => {
    const { store } = town
    const chat = await town.draft('Jane Doe <jane@acme.test>\nBob <bob@globex.test>')
    await town.sendAll(chat)
    const ids = (await town.recipients(chat)).map(r => r.ticket_id as string)
    const answer = async (i: number, text: string) =>
      town.arrive({
        ...{
          key: `<${i}-${text.length}@mail.test>`,
          tokens: [await town.token(ids[i] as string)],
          body: fromText(text),
        },
        from: i === 0 ? { address: 'jane@acme.test', name: 'Jane Doe' } : { address: 'bob@globex.test', name: 'Bob' },
      })
    await answer(0, 'Thank you!')
    for (const card of await store.write(tx => claimChatCards(tx, store, 5)))
      await store.write(tx => settleChatCard(tx, card, { sent: { id: 'C1:1.0' } }))
    const say = async (ts: string) => {
      const [post] = await store.write(tx => claimChatPosts(tx, 1))
      await store.write(tx => settleChatPost(tx, post as ChatPost, { sent: { id: `C1:${ts}` } }))
    }
    await say('1.1')
    await answer(1, 'Where is my parcel?')
    await say('1.2')
    await answer(0, 'And where is mine?')
    expect(await traces(['jane'])).toContainEqual(expect.stringMatching(/^chat_posts.text: Jane Doe answered/))
    atDesk.length = 0
    await begin('jane@acme.test')
    await work()
    expect(await traces(['jane'])).toEqual([])
    expect(atDesk).toContain('C1:1.1')
    expect(atDesk).not.toContain('C1:1.2')
    const texts = await store.read(q => q.selectFrom('chat_posts').select('text').orderBy('id').execute())
    expect(texts.map(p => p.text.slice(0, 12))).toEqual(['', 'Bob answered', ''])
    expect(await store.write(tx => claimChatPosts(tx, 5))).toEqual([])
  })

  it('killed after any piece of it, it goes on, and the end is the same', async () => {
    await janeEverywhere()
    await begin('jane@acme.test')
    for (let restarts = 0; (await work(1)) > 0; restarts++) {
      expect(restarts).toBeLessThan(60)
      town.clock.now += 120_000 // the lease of who died runs out
    }
    expect(await traces(['jane'])).toEqual([])
    expect(
      await town.store.read(q => q.selectFrom('desk_posts').select('id').where('due_at', 'is not', null).execute()),
    ).toHaveLength(1)
  })

  it('keeps that nothing is sent there by accident, by mail, in copy or by a chat, until they write themselves', async () => {
    await town.open()
    await begin('jane@acme.test')
    await work()
    await expect(town.open()).rejects.toThrow('asked to be forgotten')
    await expect(town.open({ customer: { typed: 'bob@globex.test' }, copyTo: ['jane@acme.test'] })).rejects.toThrow(
      'asked to be forgotten',
    )
    const chat = await town.draft('jane@acme.test')
    expect((await town.recipients(chat)).map(r => [r.state, r.block])).toEqual([['blocked', 'suppressed']])
    await town.arrive({ key: '<new@mail.test>', to: ['support@tulip.test'], subject: 'Hello again' })
    expect((await town.open()).identifier).toBeTruthy()
  })

  it('is for leads where there are leads, and finds nothing of whom nobody knows', async () => {
    await town.open()
    await expect(begin('nobody@acme.test')).rejects.toThrow('Nothing is known of nobody@acme.test.')
    await town.store.write(async tx => {
      await suppress(tx, 'jane@acme.test', 'Jane asked for it.', 'test')
      await tx.q
        .insertInto('team_members')
        .values({
          ...{ team_id: town.team.id, agent_id: town.ben.id, role: 'lead', unrouted_at: null, sender_id: null },
          joined_at: 0,
        })
        .execute()
    })
    await expect(begin('jane@acme.test')).rejects.toThrow('Ask Ben.')
  })
})
