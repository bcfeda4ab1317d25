import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actorOf, joinTeam, seeAgent } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { addField, type FieldForm } from '../../src/core/fields/define.ts'
import { setFields } from '../../src/core/fields/values.ts'
import { enterBacklog, isBacklog, searching } from '../../src/core/find/entry.ts'
import type { Filter } from '../../src/core/find/filter.ts'
import { askerOf, countFound, findTickets, ticketsAt } from '../../src/core/find/find.ts'
import { findWords, readFind } from '../../src/core/find/language.ts'
import { isVisible } from '../../src/core/find/visible.ts'
import { deleteMessage, editMessage } from '../../src/core/messages/edit.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { changePerson } from '../../src/core/people/edit.ts'
import { mergePeople } from '../../src/core/people/merge.ts'
import { grantsOf, REACHES, type Reach, setGrants } from '../../src/core/permissions/grants.ts'
import { setTeamRole } from '../../src/core/permissions/roles.ts'
import { changeTag, dropTag } from '../../src/core/tags/change.ts'
import { groupNamed } from '../../src/core/tags/groups.ts'
import { setTags } from '../../src/core/tags/tags.ts'
import { createTeam } from '../../src/core/teams.ts'
import { assignTicket } from '../../src/core/tickets/assign.ts'
import { setPriority } from '../../src/core/tickets/change.ts'
import { deleteTicket } from '../../src/core/tickets/delete.ts'
import { archiveTicket, closeTicket, markSpam } from '../../src/core/tickets/status.ts'
import type { TicketRow } from '../../src/db/schema.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeAll(async () => {
  town = await startTown()
})
afterAll(() => town.close())

const find = async (filter: Filter, at: { after?: number; before?: number; limit?: number } = {}) =>
  searching(town.store, async q => {
    const asker = await askerOf(q, town.ann, town.clock.now)
    return findTickets(q, filter, asker, { limit: 50, ...at })
  })
const found = async (filter: Filter) => (await find(filter)).tickets.map(t => t.identifier)
const typed = async (text: string) => found(await town.store.read(q => readFind(q, text)))
const refused = (text: string) => town.store.read(q => readFind(q, text)).then(String, e => String(e.message))
const ann = () => actorOf(town.ann)

let order: TicketRow
let invoice: TicketRow

describe('finding tickets by their words', () => {
  beforeAll(async () => {
    order = await town.open()
    town.clock.now += 3_600_000
    invoice = await town.open({
      customer: { typed: 'Bob Stone <bob@globex.test>' },
      subject: 'Invoice 4711',
      body: fromText('Dear Bob, the parcel number is ZX-99 and it is late.'),
      priority: 'urgent',
    })
    await town.open({
      customer: { typed: 'Zoë Müller <zoe@cafe.test>' },
      subject: '東京の注文',
      body: fromText('Das Café schließt <!channel> heute früh.'),
      email: false,
    })
  })

  it('finds the subject, the message, the customer, their address, their company and the identifier', async () => {
    expect(await typed('order')).toEqual(['SUP-1'])
    expect(await typed('parcel')).toEqual(['SUP-2'])
    expect(await typed('stone')).toEqual(['SUP-2'])
    expect(await typed('bob@globex.test')).toEqual(['SUP-2'])
    expect(await typed('Globex')).toEqual(['SUP-2'])
    expect(await typed('sup-2')).toEqual(['SUP-2'])
    expect(await typed('nothing')).toEqual([])
  })

  it('needs all words, in any place and case, and knows phrases, beginnings and what must not be there', async () => {
    expect(await typed('PARCEL globex')).toEqual(['SUP-2'])
    expect(await typed('parcel jane')).toEqual([])
    expect(await typed('"parcel number"')).toEqual(['SUP-2'])
    expect(await typed('"number parcel"')).toEqual([])
    expect(await typed('parc*')).toEqual(['SUP-2'])
    expect(await typed('parc')).toEqual([])
    expect(await typed('ready -globex')).toEqual(['SUP-1'])
    expect(await typed('-globex -"your order"')).toEqual(['SUP-3'])
  })

  it('needs no accents, and finds CJK words within others', async () => {
    expect(await typed('cafe muller')).toEqual(['SUP-3'])
    expect(await typed('früh')).toEqual(['SUP-3'])
    expect(await typed('注文')).toEqual(['SUP-3'])
    expect(await typed('文注')).toEqual([])
  })

  it('takes no character of what is typed for a command', async () => {
    for (const text of ['"', '*', '-', 'a AND', 'OR', 'NEAR(a b)', "(((x';--", 'words : x', 'https://x.test/a?b=c'])
      expect(await typed(text)).toBeInstanceOf(Array)
  })

  it('says so when there is no word in what is typed, instead of finding everything', async () => {
    for (const text of ["'", '(((', '\\', '\u0000', '🌷🌷', 'status:open 🌷'])
      expect(await refused(text)).toContain('to look for.')
    expect(await typed('🌷 parcel')).toEqual(['SUP-2'])
  })

  it('follows a new message, an edit and a deletion, each in its own transaction', async () => {
    const id = await town.store.write(tx =>
      postMessage(tx, { ticketId: order.id, author: ann(), body: fromText('The colour is teal.'), visibility: 'note' }),
    )
    expect(await typed('teal')).toEqual(['SUP-1'])
    await town.store.write(tx => editMessage(tx, id, fromText('The colour is mauve.'), ann()))
    expect(await typed('teal')).toEqual([])
    expect(await typed('mauve')).toEqual(['SUP-1'])
    await town.store.write(tx => deleteMessage(tx, id, ann()))
    expect(await typed('mauve')).toEqual([])
    const broken = town.store.write(async tx => {
      await postMessage(tx, { ticketId: order.id, author: ann(), body: fromText('ghostly'), visibility: 'note' })
      throw new Error('It fails after all.')
    })
    await expect(broken).rejects.toThrow()
    expect(await typed('ghostly')).toEqual([])
  })

  it("follows a customer's further address", async () => {
    const thread = await town.store.read(q =>
      q
        .selectFrom('threads')
        .selectAll()
        .where('ticket_id', '=', order.id)
        .where('side', '=', 'customer')
        .executeTakeFirstOrThrow(),
    )
    const { moveThread } = await import('../../src/core/tickets/address.ts')
    await town.store.write(tx => moveThread(tx, thread, 'jane@private.test', ann()))
    expect(await typed('private.test')).toEqual(['SUP-1'])
  })

  it('follows a name, a company, and two customers who are merged', async () => {
    const id = order.customer_id
    const form = { name: 'Jane Quill', company: 'Feathers', zone: '', tags: [], address: '' }
    await town.store.write(tx => changePerson(tx, id, form, ann()))
    expect(await typed('quill feathers')).toEqual(['SUP-1'])
    await town.store.write(tx => mergePeople(tx, id, invoice.customer_id, ann()))
    expect(await typed('private.test')).toEqual(['SUP-2', 'SUP-1'])
    expect(await typed('stone')).toEqual(['SUP-2', 'SUP-1'])
    expect(await typed('quill')).toEqual([])
  })

  it('takes in a message of any size', async () => {
    const huge = fromText(`${'lorem '.repeat(60_000)} needle${'x'.repeat(3_000)} zyxwv`)
    await town.store.write(tx => postMessage(tx, { ticketId: order.id, author: ann(), body: huge, visibility: 'note' }))
    expect(await typed('lorem "your order"')).toEqual(['SUP-1'])
  })
})

describe('who may see fewer tickets', () => {
  it('finds just those that they may see, whatever grants and teams are', async () => {
    const other = await town.store.write(tx =>
      createTeam(tx, { name: 'Sales', prefix: 'SAL', place: 'C0SALES', replyMode: 'ask', holdMs: 0, signature: '' }),
    )
    const sold = await town.open({ teamId: other, email: false, subject: 'Seen one' })
    await town.open({ email: false, subject: 'Seen two' })
    const own = await town.open({ email: false, subject: 'Seen three' })
    for (const { id } of [own, sold]) await town.store.write(tx => assignTicket(tx, id, town.ben.id, ann()))
    const all = await town.store.read(q => q.selectFrom('tickets').selectAll().orderBy('id', 'desc').execute())
    const usual = await town.store.read(grantsOf)
    const grant = (role: 'agent' | 'drafter', view: Reach) =>
      town.store.write(tx => setGrants(tx, role, { ...usual[role], view }, town.ann))
    const seqs = (await find({})).tickets.map(t => t.seq)
    const seen = async () => {
      const asker = await town.store.read(q => askerOf(q, town.ben, town.clock.now))
      const { tickets } = await searching(town.store, q => findTickets(q, {}, asker, { limit: 50 }))
      const ids = tickets.map(t => t.id)
      expect(ids).toEqual(all.filter(t => isVisible(asker.visible, t)).map(t => t.id))
      expect(await town.store.read(q => ticketsAt(q, seqs, asker))).toEqual(ids)
      return ids
    }
    for (const joined of [[], [town.team.id], [other, town.team.id]]) {
      for (const id of joined) await town.store.write(tx => joinTeam(tx, town.ben.id, id))
      for (const view of REACHES) {
        await grant('agent', view)
        expect((await seen()).length > 0).toBe(view !== 'none')
      }
    }
    await town.store.write(tx => setTeamRole(tx, town.ben.id, other, 'drafter', town.ann))
    for (const view of REACHES)
      for (const there of REACHES) {
        await grant('agent', view)
        await grant('drafter', there)
        expect((await seen()).includes(sold.id)).toBe(there !== 'none')
      }
    await town.store.write(tx => setTeamRole(tx, town.ben.id, other, 'agent', town.ann))
    for (const role of ['agent', 'drafter'] as const) await grant(role, usual[role].view)
    for (const t of all.filter(t => t.subject.startsWith('Seen')))
      await town.store.write(tx => deleteTicket(tx, t.id, ann()))
    const gone = { ...town.ben, deactivated_at: 1 }
    const asker = await town.store.read(q => askerOf(q, gone, town.clock.now))
    expect((await searching(town.store, q => findTickets(q, {}, asker, { limit: 50 }))).tickets).toEqual([])
  })
})

describe('filters', () => {
  it('hold together, with several values of one, and with none', async () => {
    expect(await typed('status:internal')).toEqual(['SUP-3'])
    expect(await typed('status:internal,waiting')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    expect(await typed('priority:urgent status:internal')).toEqual([])
    expect(await typed('priority:urgent globex')).toEqual(['SUP-2'])
    expect(await typed('assignee:none')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    await town.store.write(tx => assignTicket(tx, invoice.id, town.ben.id, ann()))
    expect(await typed('assignee:ben')).toEqual(['SUP-2'])
    expect(await typed('assignee:ben,none')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    expect(await typed('assignee:me')).toEqual([])
    expect(await typed('by:me')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    expect(await typed('by:none')).toEqual([])
    expect(await typed('team:support')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    expect(await typed('team:SUP')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    expect(await typed('channel:none')).toEqual(['SUP-3'])
    expect(await typed('channel:email')).toEqual(['SUP-2', 'SUP-1'])
    expect(await typed('source:agent')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    expect(await typed('source:customer')).toEqual([])
    expect(await typed('answered:none')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
  })

  it('know days in the time zone of who asks, exactly', async () => {
    // SUP-1 at 9:00 UTC, the others at 10:00, all on 5 January 2026
    expect(await typed('created:2026-01-05')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    expect(await typed('created:2026-01-06..')).toEqual([])
    expect(await typed('created:..2026-01-04')).toEqual([])
    expect(await typed('created:2025-01-01..2026-01-31')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    const far = await town.store.write(
      tx => seeAgent(tx, { handle: 'U0FAR', name: 'Far', email: null, zone: 'Pacific/Kiritimati' }), // 14 hours ahead
    )
    const theirs = (filter: Filter) =>
      searching(town.store, async q =>
        (await findTickets(q, filter, await askerOf(q, far, town.clock.now), { limit: 50 })).tickets.map(
          t => t.identifier,
        ),
      )
    expect(await theirs({ created: { from: '2026-01-06', to: '2026-01-06' } })).toEqual(['SUP-3', 'SUP-2'])
    expect(await theirs({ created: { to: '2026-01-05' } })).toEqual(['SUP-1'])
    expect(await typed('created:1d')).toEqual(['SUP-3', 'SUP-2', 'SUP-1'])
    town.clock.now += 24 * 3_600_000 - 1
    expect(await typed('created:1d')).toEqual(['SUP-3', 'SUP-2'])
    town.clock.now += 2
    expect(await typed('created:1d')).toEqual([])
    await town.store.write(tx => setPriority(tx, order.id, 'low', ann()))
    expect(await typed('updated:1d')).toEqual(['SUP-1'])
  })

  it('find what was put away only when it is asked for, and nothing that was deleted', async () => {
    const away = await town.open({ subject: 'Old story' })
    const spam = await town.open({ subject: 'Old spam' })
    await town.store.write(tx => archiveTicket(tx, away.id, ann()))
    await town.store.write(tx => markSpam(tx, spam.id, ann()))
    expect(await typed('old')).toEqual([])
    expect(await typed('old is:archived')).toEqual([away.identifier])
    expect(await typed('old is:spam')).toEqual([spam.identifier])
    await town.store.write(tx => closeTicket(tx, invoice.id, 'Solved', ann()))
    expect(await typed('status:closed')).toEqual(['SUP-2'])
  })

  it('say what is not known, and what there is', async () => {
    expect(await refused('statsu:open')).toContain('There is no “statsu:”. There is status, priority, assignee')
    expect(await refused('constructor:open')).toContain('There is no “constructor:”.')
    expect(await refused('status:opne')).toContain('There is no status “opne”. There is draft, scheduled')
    expect(await refused('status:constructor')).toContain('There is no status “constructor”.')
    expect(await refused('assignee:zoe')).toContain('There is no agent “zoe”. There is Ann, Ben')
    expect(await refused('created:soon')).toContain('“soon” is no time.')
    for (const day of ['2026-02-31', '2026-13-01', '2026-01-32'])
      expect(await refused(`created:${day}`)).toContain(`“${day}” is no time.`)
    expect(await refused('field:gold')).toContain('Write a field as field:plan=gold')
    expect(await refused('tag:vip')).toContain('There is no tag “vip”.')
  })

  it('may have a blank behind the colon and the comma, and are not turned round', async () => {
    const plain = await town.store.read(q => readFind(q, 'late status:open,closed priority:high'))
    expect(await town.store.read(q => readFind(q, 'late status: open, closed priority: high'))).toEqual(plain)
    expect(await refused('-status:closed')).toContain('Only words are left out with a “-”. Write status: with')
    expect(await refused('late status:')).toBe('[object Object]')
  })

  it('can be said again in the same words', async () => {
    const text =
      '"your order" -late status:open,closed assignee:me,none created:1w updated:2026-01-01..2026-01-05 is:archived'
    const again = await town.store.read(async q => findWords(q, await readFind(q, text)))
    expect(again).toBe(text)
  })
})

describe('tags, their groups and custom fields', () => {
  let vip: TicketRow
  let plain: TicketRow
  const tag = (t: TicketRow, ...names: string[]) => town.store.write(tx => setTags(tx, t.id, names, ann()))

  it('are found by name, and by having none', async () => {
    vip = await town.open({ subject: 'Label one' })
    plain = await town.open({ subject: 'Label two' })
    await tag(vip, 'VIP', 'needs call')
    expect(await typed('label tag:vip')).toEqual([vip.identifier])
    expect(await typed('label tag:"needs call"')).toEqual([vip.identifier])
    expect(await typed('label tag:none')).toEqual([plain.identifier])
    expect(await typed('label tag:none,vip')).toEqual([plain.identifier, vip.identifier])
    await tag(vip, 'needs call')
    expect(await typed('label tag:vip')).toEqual([])
    await tag(vip, 'VIP')
    expect(await refused('tag:vop')).toContain('There is no tag “vop”. There is needs call, VIP.')
  })

  it('follow a group that tags are put into, and a tag that is merged into another', async () => {
    const tags = await town.store.read(q => q.selectFrom('tags').selectAll().execute())
    const idOf = (name: string) => tags.find(t => t.name === name)?.id as string
    const groupId = await town.store.write(tx => groupNamed(tx, 'Worth'))
    await town.store.write(tx => changeTag(tx, idOf('VIP'), { name: 'VIP', groupId }))
    expect(await typed('label group:worth')).toEqual([vip.identifier])
    expect(await typed('label group:none')).toEqual([plain.identifier])
    await dropTag(town.store, idOf('VIP'), idOf('needs call'), ann())
    expect(await typed('label tag:"needs call"')).toEqual([vip.identifier])
    expect(await typed('label group:worth')).toEqual([])
    expect(await typed('label group:none')).toEqual([plain.identifier, vip.identifier])
    const thousands = Array.from({ length: 50 }, (_, i) => `tag ${i}`)
    await tag(plain, ...thousands)
    expect(await typed('label tag:"tag 49"')).toEqual([plain.identifier])
  })

  it('are found by what a field says, whatever its kind', async () => {
    const make = (name: string, kind: FieldForm['kind'], options: string[] = []) =>
      town.store.write(tx =>
        addField(
          tx,
          { owner: 'ticket', teamId: town.team.id },
          { name, kind, hint: '', options, initial: [], visible: false },
        ),
      )
    const [plan, seats, owner] = [
      await make('Plan', 'select', ['Gold', 'Silver']),
      await make('Seats', 'number'),
      await make('Owner', 'user'),
    ]
    const given = { [plan]: ['Gold'], [seats]: ['12.50'], [owner]: [town.ben.id] }
    await town.store.write(tx => setFields(tx, vip.id, given, ann()))
    expect(await typed('label field:plan=gold')).toEqual([vip.identifier])
    expect(await typed('label field:Plan=silver')).toEqual([])
    expect(await typed('label field:plan=silver field:plan=gold')).toEqual([vip.identifier])
    expect(await typed('label field:plan=none')).toEqual([plain.identifier])
    expect(await typed('label field:seats=12.5')).toEqual([vip.identifier])
    expect(await typed('label field:owner=ben')).toEqual([vip.identifier])
    await town.store.write(tx => setFields(tx, vip.id, { [plan]: [] }, ann()))
    expect(await typed('label field:plan=none')).toEqual([plain.identifier, vip.identifier])
    expect(await refused('field:colour=red')).toContain('There is no field “colour”. There is Owner, Plan, Seats.')
  })

  it('are found by what lies between two numbers or days, exactly, by words in a text, and by boxes', async () => {
    const make = (name: string, kind: FieldForm['kind'], teamId = town.team.id) =>
      town.store.write(tx =>
        addField(tx, { owner: 'ticket', teamId }, { name, kind, hint: '', options: [], initial: [], visible: false }),
      )
    const [size, until, remark, gift, keeper] = [
      await make('Size', 'number'),
      await make('Until', 'date'),
      await make('Remark', 'text'),
      await make('Gift', 'checkbox'),
      await make('Keeper', 'user'),
    ]
    const other = await town.store.write(tx =>
      createTeam(tx, { name: 'Billing', prefix: 'BIL', place: 'C0BIL', replyMode: 'ask', holdMs: 0, signature: '' }),
    )
    const elsewhere = await town.open({ subject: 'Span elsewhere', teamId: other, email: false })
    const [a, b, c] = [
      await town.open({ subject: 'Span one' }),
      await town.open({ subject: 'Span two' }),
      await town.open({ subject: 'Span three' }),
    ]
    const fill = (t: TicketRow, given: Record<string, string[]>) =>
      town.store.write(tx => setFields(tx, t.id, given, ann()))
    const text = 'Der Käufer schrieb: “Order A-1001 is late”, \u6771\u4eac.'
    await fill(a, { [size]: ['-12.5'], [until]: ['2026-01-31'], [remark]: [text], [gift]: ['yes'] })
    await fill(b, { [size]: ['1000000'], [until]: ['2026-02-01'], [keeper]: [town.ann.id] })
    const some = async (words: string) => (await typed(`span ${words}`)).reverse()
    const [A, B, C, E] = [a.identifier, b.identifier, c.identifier, elsewhere.identifier]
    for (const [words, wanted] of Object.entries({
      'field:size=-12.5..1000000': [A, B],
      'field:size=-100..': [A, B],
      'field:size=..0': [A],
      'field:size=0..': [B],
      'field:size=1000000.001..': [],
      'field:size=-12.4999..5': [],
      'field:size=..999999.9 field:size=none': [E, A, C],
      'field:size=..0 field:size=1000000': [A, B],
      'field:until=2026-01-31..2026-01-31': [A],
      'field:until=2026-02-01..': [B],
      'field:until=..2026-02-01': [A, B],
      'field:until=2026-01-31': [A],
      'field:remark~1001': [A],
      'field:"remark~kaufer LATE"': [A],
      'field:remark~京': [A],
      'field:"remark~kaufer early"': [],
      'field:remark~late field:remark=none': [E, A, B, C],
      'field:gift=yes': [A],
      'field:gift=no': [B, C],
      'field:gift=none': [E, B, C],
      'field:keeper=me': [B],
      'field:keeper=me field:size=0..': [B],
      'field:keeper=me field:size=..0': [],
    }))
      expect([words, await some(words)]).toEqual([words, wanted])
    const said = 'field:Size=..0,Size=3,Remark~late,Keeper=Ann'
    const filter: Filter = {
      fields: [
        { id: 'size', to: '0', is: ['3'] },
        { id: 'remark', has: 'late' },
        { id: 'keeper', is: [town.ann.id] },
      ],
    }
    expect((await town.store.read(q => findWords(q, filter))).split(/[:,]/).sort()).toEqual(said.split(/[:,]/).sort())
    expect(await refused('field:size=9..3')).toContain('It ends before it begins: 9 to 3.')
    expect(await refused('field:size=a..3')).toContain('Write a number')
    expect(await refused('field:until=2026-02-31..')).toContain('There is no such date.')
    expect(await refused('field:remark~!!')).toBe('Write a word that stands in it.')
    await fill(a, { [size]: [], [remark]: ['Nothing'] })
    expect(await some('field:size=..0')).toEqual([])
    expect(await some('field:remark~late')).toEqual([])
  })
})

describe('pages', () => {
  it('go on and back by key, also while tickets come in', async () => {
    for (let i = 0; i < 7; i++) await town.open({ subject: `Page ${i}` })
    const subjects = (page: Awaited<ReturnType<typeof find>>) => page.tickets.map(t => t.subject.slice(-1)).join('')
    const filter = { text: 'page' }
    const first = await find(filter, { limit: 3 })
    expect(subjects(first)).toBe('654')
    expect(first.newer).toBeNull()
    const second = await find(filter, { limit: 3, after: first.older as number })
    expect(subjects(second)).toBe('321')
    await town.open({ subject: 'Page 7' })
    const third = await find(filter, { limit: 3, after: second.older as number })
    expect(subjects(third)).toBe('0')
    expect(third.older).toBeNull()
    const back = await find(filter, { limit: 3, before: third.newer as number })
    expect(subjects(back)).toBe('321')
    const top = await find(filter, { limit: 3, before: back.newer as number })
    expect(subjects(top)).toBe('654')
    const newest = await find(filter, { limit: 3, before: top.newer as number })
    expect(subjects(newest)).toBe('765')
    expect(newest.newer).toBeNull()
  })

  it('are counted as far as somebody wants to know', async () => {
    const count = (most: number) =>
      searching(town.store, async q =>
        countFound(q, { text: 'page' }, await askerOf(q, town.ann, town.clock.now), most),
      )
    expect(await count(100)).toBe(8)
    expect(await count(5)).toBe(5)
  })
})

describe('tickets that were there before the index', () => {
  it('are entered step by step, the newest first', async () => {
    const all = await found({})
    await town.store.write(async tx => {
      // as the migration leaves it
      const last = await tx.q
        .selectFrom('ticket_docs')
        .select(e => e.fn.max('seq').as('seq'))
        .executeTakeFirstOrThrow()
      if (town.store.engine === 'sqlite') await sql`delete from ticket_words where rowid > 0`.execute(tx.q)
      else await sql`update ticket_docs set words = null`.execute(tx.q)
      await tx.q
        .insertInto('settings')
        .values({ name: 'find_backlog', value: String(Number(last.seq) + 1) })
        .execute()
    })
    expect(await found({})).toEqual([])
    expect(await town.store.write(tx => enterBacklog(tx, 5))).toBeGreaterThan(0)
    expect(await found({})).toEqual(all.slice(0, (await found({})).length))
    while (await town.store.write(tx => enterBacklog(tx, 5)));
    expect(await found({})).toEqual(all)
    expect(await town.store.read(isBacklog)).toBe(false)
    expect(await town.store.write(tx => enterBacklog(tx, 5))).toBe(0)
  })
})
