import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { ban } from '../../src/core/bans.ts'
import { customerByAddress, customerFor, learnFacts, searchCustomers } from '../../src/core/customers.ts'
import { historyOf } from '../../src/core/events.ts'
import { addField } from '../../src/core/fields/define.ts'
import { setKnownFields } from '../../src/core/fields/people.ts'
import { accountPage } from '../../src/core/people/account.ts'
import { changePerson, type PersonForm } from '../../src/core/people/edit.ts'
import { type BadRow, importPeople, tryImport } from '../../src/core/people/import.ts'
import { mergePeople } from '../../src/core/people/merge.ts'
import { addCustomerNote, removeCustomerNote } from '../../src/core/people/notes.ts'
import { personPage } from '../../src/core/people/page.ts'
import { setGrants } from '../../src/core/permissions/grants.ts'
import { setBaseRole, setTeamRole } from '../../src/core/permissions/roles.ts'
import { customerKnownAs, externalIdOf, knowAs } from '../../src/core/programs/external-ids.ts'
import { idsOf, numbered } from '../../src/core/programs/numbers.ts'
import { suppress } from '../../src/core/suppressions.ts'
import { unsubscribe } from '../../src/core/unsubscriptions.ts'
import type { Problems } from '../../src/lib/problem.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const idOf = async (address: string) => (await town.store.read(q => customerByAddress(q, address)))?.id as string
const pageOf = (id: string, agent = town.ann) => town.store.read(q => personPage(q, id, agent.id))
const form: PersonForm = { name: 'Jane Doe', company: 'Acme', zone: '', tags: [], address: '' }
const change = (id: string, more: Partial<PersonForm>) =>
  town.store.write(tx => changePerson(tx, id, { ...form, ...more }, actorOf(town.ann)))
const faultsOf = (work: Promise<unknown>) =>
  work.then(
    () => ({}),
    e => Object.fromEntries((e as Problems).problems.map(p => [p.field, p.message])),
  )
const csv = (...lines: string[]) => Readable.from([lines.join('\n')])

describe('a customer’s page', () => {
  it('shows all that is known: tickets, bounces, consent, notes, tags and fields', async () => {
    const ticket = await town.open()
    await town.carry(l => (l.channel === 'email' ? { sent: { id: 'x' } } : { sent: { id: '1', root: '1' } }))
    const id = ticket.customer_id
    await town.store.write(async tx => {
      await learnFacts(tx, id, { tags: ['VIP'], fields: { plan: 'gold' } })
      await suppress(tx, 'jane@acme.test', 'A mail to it came back.', 'bounce')
      await unsubscribe(tx, { address: 'jane@acme.test', kind: 'news', chatId: null, reason: 'Left.', source: 'mail' })
      await addCustomerNote(tx, id, 'Likes tulips.', town.ann)
    })
    expect(await pageOf(id)).toMatchObject({
      name: 'Jane Doe',
      company: { name: 'Acme' },
      addresses: [{ address: 'jane@acme.test', obstacle: 'A mail to it came back.', left: ['news'] }],
      tags: ['vip'],
      fields: [['plan', 'gold']],
      tickets: [{ identifier: 'SUP-1', subject: 'Your order' }],
      ticketCount: 1,
      notes: [{ text: 'Likes tulips.', by: 'Ann' }],
    })
  })

  it('tells who changed what: before, after, and when; the same again is no change', async () => {
    const { customer_id: id } = await town.open()
    const plan = { name: 'Plan', kind: 'line', hint: '', options: [], initial: [], visible: false } as const
    const field = await town.store.write(tx =>
      addField(tx, { owner: 'customer', teamId: null }, { ...plan, options: [], initial: [] }),
    )
    const fill = (text: string) =>
      town.store.write(tx => setKnownFields(tx, { owner: 'customer', id }, { [field]: [text] }, actorOf(town.ben)))
    for (const text of ['gold', 'silver', 'silver']) {
      town.clock.now += 1_000
      await fill(text)
    }
    for (const _ of [1, 2]) await change(id, { name: 'Jane Roe', tags: ['VIP'] })
    const [tags, name, silver, gold, ...others] = (await pageOf(id)).history
    expect(others).toEqual([])
    expect(tags).toMatchObject({ by: 'Ann', changes: [{ name: 'tags', before: null, after: 'vip' }] })
    expect(name).toMatchObject({ by: 'Ann', changes: [{ name: 'name', before: 'Jane Doe', after: 'Jane Roe' }] })
    expect(silver).toMatchObject({ by: 'Ben', changes: [{ name: 'Plan', before: 'gold', after: 'silver' }] })
    expect(gold).toEqual({
      by: 'Ben',
      at: town.clock.now - 2_000,
      changes: [{ name: 'Plan', before: null, after: 'gold' }],
    })
    await importPeople(town.store, csv('Email,Plan', 'jane@acme.test,bronze'), actorOf(town.ann))
    expect((await pageOf(id)).history[0]).toMatchObject({ by: 'Ann', changes: [{ before: 'silver', after: 'bronze' }] })
  })

  it('says of an address that it is banned', async () => {
    const { customer_id } = await town.open()
    await town.store.write(tx => ban(tx, { address: 'jane@acme.test', reason: 'Threats.', by: town.ann }))
    expect((await pageOf(customer_id)).addresses[0]?.obstacle).toBe('It is banned: Threats.')
  })

  it('names only those tickets that the asker may see', async () => {
    const { customer_id } = await town.open()
    await town.open({ agent: town.ben })
    await town.store.write(async tx => {
      await setBaseRole(tx, town.ann.id, 'admin', town.ann)
      await setGrants(
        tx,
        'agent',
        { view: 'own', manage: 'own', transfer: 'own', export: 'own', download: 'own' },
        town.ann,
      )
    })
    expect((await pageOf(customer_id)).ticketCount).toBe(2)
    expect((await pageOf(customer_id, town.ben)).tickets.map(t => t.identifier)).toEqual(['SUP-2'])
    expect(
      await town.store.read(async q => accountPage(q, (await pageOf(customer_id)).company?.id ?? '', town.ben.id)),
    ).toMatchObject({
      name: 'Acme',
      domain: 'acme.test',
      people: [{ name: 'Jane Doe', address: 'jane@acme.test' }],
      peopleCount: 1,
      openCount: 1,
    })
  })

  it('is changed with each fault under its field', async () => {
    const { customer_id: id } = await town.open()
    const bob = await town.store.write(tx => customerFor(tx, 'bob@globex.test', 'Bob'))
    expect(await faultsOf(change(id, { name: ' ', zone: 'Mars/Olympus', address: 'bob@globex.test' }))).toEqual({
      name: 'Give them a name.',
      zone: 'Write a time zone as Europe/Amsterdam or America/New_York.',
      address: "bob@globex.test is Bob's. If they are one person, merge the two.",
    })
    await change(id, {
      name: 'Jane Roe',
      company: 'Globex',
      zone: 'Europe/Paris',
      tags: ['Vip'],
      address: 'j@roe.test',
    })
    expect(await pageOf(id)).toMatchObject({
      name: 'Jane Roe',
      company: { id: (await pageOf(bob.id)).company?.id },
      zone: 'Europe/Paris',
      tags: ['vip'],
      addresses: [{ address: 'j@roe.test' }, { address: 'jane@acme.test' }], // of one moment, by name
    })
    const found = await town.store.read(q => searchCustomers(q, 'roe globex j@roe'))
    expect(found.map(c => c.id)).toEqual([id])
  })

  it('has notes that their author or a lead takes back', async () => {
    const { customer_id: id } = await town.open()
    const note = await town.store.write(tx => addCustomerNote(tx, id, 'Rude.', town.ann))
    await town.store.write(tx => setTeamRole(tx, town.ann.id, town.team.id, 'lead', town.ann))
    await expect(town.store.write(tx => removeCustomerNote(tx, note, town.ben))).rejects.toThrow('Only a lead')
    await town.store.write(tx => removeCustomerNote(tx, note, town.ann))
    expect((await pageOf(id)).notes).toEqual([])
    await expect(town.store.write(tx => addCustomerNote(tx, id, ' ', town.ann))).rejects.toThrow('Write a note.')
  })
})

describe('two customers who are one person', () => {
  it('become one, who has what both had, and whose mails go where they went', async () => {
    const first = await town.open()
    const second = await town.open({ customer: { typed: 'jd@home.test' } })
    const [jane, home] = [await idOf('jane@acme.test'), await idOf('jd@home.test')]
    await town.store.write(async tx => {
      await learnFacts(tx, jane, { tags: ['vip'], fields: { plan: 'gold' } })
      await learnFacts(tx, home, { tags: ['vip', 'nl'], fields: { plan: 'free', size: '9' } })
      await addCustomerNote(tx, home, 'Has two addresses.', town.ann)
      await mergePeople(tx, home, jane, actorOf(town.ann))
    })
    expect(await pageOf(jane)).toMatchObject({
      name: 'Jane Doe',
      addresses: [{ address: 'jane@acme.test' }, { address: 'jd@home.test' }],
      tags: ['nl', 'vip'],
      fields: [
        ['plan', 'gold'],
        ['size', '9'],
      ],
      ticketCount: 2,
      notes: [{ text: 'Has two addresses.' }],
    })
    expect((await town.view(second.id)).customer).toMatchObject({ id: jane, address: 'jd@home.test' })
    expect((await town.store.read(q => historyOf(q, second.id)))[0]).toMatchObject({ kind: 'customer_merged' })
    expect((await town.store.read(q => searchCustomers(q, 'jd@home')))[0]?.id).toBe(jane)
    await expect(pageOf(home)).rejects.toThrow('This customer is no more.')
    await expect(town.store.write(tx => mergePeople(tx, home, jane, actorOf(town.ann)))).rejects.toThrow('no more')
    await expect(town.store.write(tx => mergePeople(tx, jane, jane, actorOf(town.ann)))).rejects.toThrow(
      'somebody else',
    )
    await town.arrive({
      key: '<1@home.test>',
      from: { address: 'jd@home.test', name: 'Jane' },
      tokens: [await town.token(second.id)],
    })
    expect((await town.messages(second.id)).at(-1)).toMatchObject({ author_kind: 'customer', author_id: jane })
    expect(first.customer_id).toBe(jane)
  })

  it('are found by whatever other systems called either, and by both numbers', async () => {
    for (const typed of ['jane@acme.test', 'jd@home.test', 'j@old.test']) await town.open({ customer: { typed } })
    const [jane, home, old] = [await idOf('jane@acme.test'), await idOf('jd@home.test'), await idOf('j@old.test')]
    await town.store.write(tx => knowAs(tx, 'sendbird', 'jane-1', jane))
    town.clock.now += 1
    const numbers = await town.store.write(async tx => {
      for (const _ of [1, 2]) await knowAs(tx, 'sendbird', 'home-1', home)
      await knowAs(tx, 'proto', 'jane-1', old)
      const numbers = await numbered(tx, { customer: [jane, home, old] })
      await mergePeople(tx, old, home, actorOf(town.ann))
      await mergePeople(tx, home, jane, actorOf(town.ann))
      return [...numbers.values()]
    })
    expect(await town.store.read(q => idsOf(q, 'customer', numbers))).toEqual(new Map(numbers.map(n => [n, jane])))
    expect(await town.store.read(q => customerKnownAs(q, 'sendbird', 'home-1'))).toBe(jane)
    expect(await town.store.read(q => customerKnownAs(q, 'proto', 'jane-1'))).toBe(jane)
    expect(await town.store.read(q => customerKnownAs(q, 'proto', 'home-1'))).toBeUndefined()
    expect(await town.store.read(q => externalIdOf(q, 'sendbird', [jane, old]))).toEqual(new Map([[jane, 'jane-1']]))
    const bob = await town.store.write(tx => customerFor(tx, 'bob@globex.test'))
    await expect(town.store.write(tx => knowAs(tx, 'sendbird', 'home-1', bob.id))).rejects.toThrow(
      'Another customer is known by this id.',
    )
  })

  it('keep the name of the one who has one', async () => {
    await town.open({ customer: { typed: 'jd@home.test' } })
    await town.open()
    const [jane, home] = [await idOf('jane@acme.test'), await idOf('jd@home.test')]
    await town.store.write(tx => mergePeople(tx, jane, home, actorOf(town.ann)))
    expect((await pageOf(home)).name).toBe('Jane Doe')
  })
})

describe('a list of customers', () => {
  const lines = [
    'Email,Name,Company,Tags,Time Zone,Zone,Plan',
    'jane@acme.test,Jane Roe,Acme,vip;nl,x,Europe/Paris,gold',
    'bob@globex.test,Bob Stone,Globex BV,,,,',
    'not an address,Nobody,,,,,',
    'eve@mars.test,Eve,,,,Mars/Olympus,',
  ]

  it('is tried first: what is new, whom we know, and what is left out and why', async () => {
    await town.open()
    const bad: BadRow[] = []
    const found = await tryImport(town.store, csv(...lines), row => bad.push(row))
    expect(found).toEqual({ rows: 4, added: 1, known: 1, bad: 2 })
    expect(bad).toEqual([
      { line: 3, address: 'not an address', reason: expect.stringContaining('address') },
      { line: 4, address: 'eve@mars.test', reason: 'Mars/Olympus is no time zone. Write it as Europe/Amsterdam.' },
    ])
    expect(await idOf('bob@globex.test')).toBeUndefined()
  })

  it('adds who is new and what is new, and a second time nothing', async () => {
    const { customer_id: jane } = await town.open()
    for (const added of [1, 0]) {
      expect(await importPeople(town.store, csv(...lines), actorOf(town.ann))).toMatchObject({
        added,
        known: 2 - added,
        bad: 2,
      })
      expect(await pageOf(jane)).toMatchObject({ name: 'Jane Doe', zone: 'Europe/Paris', tags: ['nl', 'vip'] })
      expect(await pageOf(await idOf('bob@globex.test'))).toMatchObject({
        name: 'Bob Stone',
        company: { name: 'Globex BV' },
      })
    }
  })

  it('that is none is refused with the reason', async () => {
    await expect(importPeople(town.store, csv('Name', 'Jane'), actorOf(town.ann))).rejects.toThrow(
      'must be called address or email',
    )
    await expect(importPeople(town.store, csv('Email'), actorOf(town.ann))).rejects.toThrow('The file has no rows')
  })
})
