import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountOf } from '../../src/core/accounts.ts'
import { actorOf } from '../../src/core/agents.ts'
import { customerByAddress, learnFacts } from '../../src/core/customers.ts'
import { overture } from '../../src/core/events.ts'
import {
  addField,
  archiveField,
  changeField,
  type FieldForm,
  fieldsFor,
  MOST_FIELDS,
  type Owner,
  restoreField,
} from '../../src/core/fields/define.ts'
import { addForm, archiveForm, askedBy, changeForm } from '../../src/core/fields/forms.ts'
import { knownFields, type Whose } from '../../src/core/fields/known.ts'
import { setKnownFields } from '../../src/core/fields/people.ts'
import { fieldsOf, setFields } from '../../src/core/fields/values.ts'
import { type BadRow, importPeople, tryImport } from '../../src/core/people/import.ts'
import { personPage } from '../../src/core/people/page.ts'
import { setBaseRole } from '../../src/core/permissions/roles.ts'
import { meetsConditions } from '../../src/core/routing/conditions.ts'
import { factsOf } from '../../src/core/routing/facts.ts'
import { setTags } from '../../src/core/tags/tags.ts'
import { formsOf } from '../../src/core/teams.ts'
import { closeByAgent } from '../../src/core/tickets/close.ts'
import { setDetails, showOverdue } from '../../src/core/tickets/details.ts'
import { isPastDue } from '../../src/core/tickets/due.ts'
import { closeTicket, setStatus } from '../../src/core/tickets/status.ts'
import type { TicketRow } from '../../src/db/schema.ts'
import type { Tx } from '../../src/db/store.ts'
import { Problems } from '../../src/lib/problem.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
let ticket: TicketRow
const ids: Record<string, string> = {}

const tickets = (): Owner => ({ owner: 'ticket', teamId: town.team.id })
const define = async (form: Partial<FieldForm> & Pick<FieldForm, 'name' | 'kind'>, owner: Owner = tickets()) => {
  const whole = { hint: '', options: [], initial: [], visible: false, ...form }
  ids[form.name] = await town.store.write(tx => addField(tx, owner, whole))
  return ids[form.name]!
}
const fill = (name: string, ...texts: string[]) =>
  town.store.write(tx => setFields(tx, ticket.id, { [ids[name]!]: texts }, actorOf(town.ann)))
const filled = async () =>
  Object.fromEntries(
    ((await town.store.read(q => fieldsOf(q, [ticket.id]))).get(ticket.id) ?? []).map(f => [f.name, f.text]),
  )
const faults = async (work: Promise<unknown>): Promise<Record<string, string>> => {
  const error = await work.then(
    () => new Problems([]),
    e => e,
  )
  if (!(error instanceof Problems)) throw error
  return Object.fromEntries(error.problems.map(p => [p.field, p.message]))
}
const events = (kind: string) =>
  town.store.read(q =>
    q
      .selectFrom('events')
      .selectAll()
      .where('ticket_id', '=', ticket.id)
      .where('kind', '=', kind)
      .orderBy('id')
      .execute(),
  )
const cardVersion = () =>
  town.store.read(q =>
    q
      .selectFrom('deliveries')
      .select('version')
      .where('ticket_id', '=', ticket.id)
      .where('kind', '=', 'card')
      .executeTakeFirstOrThrow(),
  )

beforeAll(async () => {
  town = await startTown()
  ticket = await town.open()
  await define({ name: 'Line', kind: 'line' })
  await define({ name: 'Text', kind: 'text' })
  await define({ name: 'Number', kind: 'number' })
  await define({ name: 'Date', kind: 'date' })
  await define({ name: 'Plan', kind: 'select', options: ['Gold', 'Silver'] })
  await define({ name: 'Colours', kind: 'multi', options: ['Red', 'Blue', 'Berlin, blue'] })
  await define({ name: 'Insured', kind: 'checkbox' })
  await define({ name: 'Expert', kind: 'user' })
  await define({ name: 'Link', kind: 'url' })
})
afterAll(() => town.close())

describe('what is filled in', () => {
  it('is kept as its kind is written', async () => {
    const given: [name: string, typed: string[], shown: string][] = [
      ['Line', ['  two\n lines '], 'two lines'],
      ['Text', [' first\nsecond '], 'first\nsecond'],
      ['Number', ['+007.50'], '7.5'],
      ['Date', ['2028-02-29'], '2028-02-29'],
      ['Plan', ['gold'], 'Gold'],
      ['Colours', ['berlin, BLUE', 'Red', 'red'], 'Berlin, blue, Red'],
      ['Insured', ['true'], 'Yes'],
      ['Expert', [town.ben.id], 'Ben'],
      ['Link', ['https://tulip.test/a?b=c'], 'https://tulip.test/a?b=c'],
    ]
    for (const [name, typed, shown] of given) {
      await fill(name, ...typed)
      expect((await filled())[name]).toBe(shown)
    }
  })

  it('is refused where it is none of the kind, and nothing is changed', async () => {
    const bad: Record<string, string[]> = {
      Number: ['12,5', '1e3', 'Infinity', '1'.repeat(16)],
      Date: ['2027-02-29', '2026-13-01', '31.1.2026', 'tomorrow'],
      Plan: ['Bronze'],
      Colours: ['Green'],
      Insured: ['perhaps'],
      Expert: ['nobody'],
      Link: ['tulip.test', 'javascript:alert(1)', 'ftp://tulip.test', 'https://tulip.test/a b'],
      Line: ['x'.repeat(256)],
      Text: ['x'.repeat(3_001)],
    }
    const before = await filled()
    for (const [name, texts] of Object.entries(bad))
      for (const text of texts)
        expect(Object.keys(await faults(fill(name, text))), `${name}: ${text}`).toEqual([`field:${ids[name]}`])
    expect(await filled()).toEqual(before)
  })

  it('is told of once, with what it was before, and emptied again', async () => {
    const before = (await events('fields_changed')).length
    for (const _ of [1, 2]) await fill('Plan', 'Silver')
    for (const _ of [1, 2]) await fill('Insured')
    expect((await events('fields_changed')).slice(before)).toMatchObject([
      { actor_name: 'Ann', before: '{"fields":{"Plan":"Gold"}}', after: '{"fields":{"Plan":"Silver"}}' },
      { before: '{"fields":{"Insured":"Yes"}}', after: '{"fields":{"Insured":null}}' },
    ])
  })

  it('is told of once when two fill in the same at the same time', async () => {
    const before = (await events('fields_changed')).length
    await Promise.all([fill('Number', '8'), fill('Number', '8'), fill('Number', '8')])
    expect((await events('fields_changed')).length).toBe(before + 1)
    await fill('Number', '7.5')
  })

  it('is found by its beginning in any case, and numbers and dates by their order', async () => {
    const rows = await town.store.read(q =>
      q.selectFrom('field_values').selectAll().where('ticket_id', '=', ticket.id).orderBy('position').execute(),
    )
    const of = (name: string) => rows.filter(r => r.field_id === ids[name])
    expect(of('Colours').map(r => r.key)).toEqual(['berlin, blue', 'red'])
    expect(of('Number')[0]?.number).toBe(7.5)
    expect(Number(of('Date')[0]?.number)).toBe(Date.UTC(2028, 1, 29))
    expect(of('Text')[0]?.key).toBe('first second')
  })

  it('counts in the conditions of rules by the name of the field, each choice by itself', async () => {
    const facts = (await town.store.read(q => factsOf(q, [ticket.id]))).get(ticket.id)!
    const holds = (name: string, is: 'is' | 'is_not' | 'contains', value: string) =>
      meetsConditions({ meets: 'all', conditions: [{ on: 'field', name, is, value }] }, facts)
    expect(holds('colours', 'is', 'RED')).toBe(true)
    expect(holds('Colours', 'is_not', 'blue')).toBe(true)
    expect(holds('plan', 'is', 'silver')).toBe(true)
    expect(holds('expert', 'contains', 'ben')).toBe(true)
    expect(holds('unknown', 'is', 'x')).toBe(false)
  })

  it('has choices that differ in more than their case', async () => {
    await define({ name: 'Size', kind: 'select', options: ['Small', ' small ', 'Large', 'LARGE'] })
    const size = (await town.store.read(q => fieldsFor(q, tickets()))).find(f => f.name === 'Size')!
    expect(size.options).toEqual(['Small', 'Large'])
    await town.store.write(tx => archiveField(tx, size.id))
  })

  it('stays when its choice is taken away or its field is archived, and can be kept so', async () => {
    const plan = (await town.store.read(q => fieldsFor(q, tickets()))).find(f => f.name === 'Plan')!
    await town.store.write(tx => changeField(tx, plan.id, { ...plan, options: ['Gold'], initial: [] }))
    await fill('Plan', 'Silver')
    await town.store.write(tx => archiveField(tx, plan.id))
    await fill('Plan', 'Gold')
    expect((await filled()).Plan).toBe('Gold')
    await fill('Plan')
    expect(await faults(fill('Plan', 'Gold'))).toEqual({ [`field:${plan.id}`]: 'This field is no more.' })
    await town.store.write(tx => restoreField(tx, plan.id))
    await fill('Plan', 'Gold')
  })
})

describe('a form', () => {
  it('wants what is needed for a new ticket, and before one is closed', async () => {
    const formId = await town.store.write(tx =>
      addForm(tx, town.team.id, {
        name: 'Returns',
        priority: 'low',
        fields: [
          { id: ids.Line!, required: 'creation' },
          { id: ids.Date!, required: 'close' },
        ],
      }),
    )
    const line = `field:${ids.Line}`
    expect(await faults(town.open({ formId }))).toEqual({ [line]: 'Line must be filled in.' })
    expect(await faults(town.open({ formId, fields: { [ids.Line!]: ['x'], nothing: ['y'] } }))).toEqual({
      'field:nothing': 'This field is no more.',
    })
    const opened = await town.open({ formId, fields: { [ids.Line!]: ['INV-7'], [ids.Text!]: [' '] } })
    const close = (given = {}) =>
      town.store.write(tx => closeByAgent(tx, opened.id, 'Solved', given, actorOf(town.ann)))
    const ann = actorOf(town.ann)
    for (const work of [
      close,
      () => town.store.write(tx => closeTicket(tx, opened.id, 'Solved', ann)),
      () => town.store.write(tx => setStatus(tx, opened.id, 'closed', ann)),
    ])
      expect(await faults(work())).toEqual({
        [`field:${ids.Date}`]: 'Date must be filled in before the ticket is closed.',
      })
    const silent = await town.open({ formId, fields: { [ids.Line!]: ['INV-8'] } })
    await town.store.write(tx => closeTicket(tx, silent.id, 'No answer', overture))
    expect((await town.view(silent.id)).status).toBe('closed')
    for (const _ of [1, 2]) await close({ [ids.Date!]: ['2026-01-05'] })
    expect((await town.view(opened.id)).fields.map(f => [f.name, f.text])).toEqual([
      ['Line', 'INV-7'],
      ['Date', '2026-01-05'],
    ])
    expect((await town.view(opened.id)).status).toBe('closed')
    const past = await town.store.read(q =>
      q.selectFrom('events').selectAll().where('ticket_id', '=', opened.id).orderBy('id').execute(),
    )
    expect(past.map(e => e.kind)).toEqual(['ticket_created', 'fields_changed', 'ticket_closed'])
    expect(JSON.parse(past[0]?.after ?? '{}').fields).toEqual({ Line: 'INV-7' })
  })

  it('is made once by two who make it at the same time', async () => {
    const form = { name: 'Twins', priority: 'low' as const, fields: [] }
    const made = await Promise.allSettled([1, 2].map(() => town.store.write(tx => addForm(tx, town.team.id, form))))
    expect(made.map(m => m.status).sort()).toEqual(['fulfilled', 'rejected'])
    const [id] = made.flatMap(m => (m.status === 'fulfilled' ? [m.value] : []))
    await town.store.write(tx => archiveForm(tx, id!))
  })

  it('goes without archived fields, which come back to their place', async () => {
    const form = (await town.store.read(q => formsOf(q, town.team.id))).find(f => f.name === 'Returns')!
    const asked = () => town.store.read(async q => (await askedBy(q, form.id)).map(f => f.name))
    await town.store.write(tx => archiveField(tx, ids.Line!))
    expect(await asked()).toEqual(['Date'])
    const fields = [{ id: ids.Text!, required: null }]
    await town.store.write(tx => changeForm(tx, form.id, { ...form, fields }))
    await town.store.write(tx => restoreField(tx, ids.Line!))
    expect((await asked()).sort()).toEqual(['Line', 'Text'])
  })

  it('is never the last one to go, and belongs to its team', async () => {
    const all = await town.store.read(q => formsOf(q, town.team.id))
    await town.store.write(tx => archiveForm(tx, all[0]!.id))
    await expect(town.store.write(tx => archiveForm(tx, all[1]!.id))).rejects.toThrow('A team needs a form.')
  })
})

describe('the details of a ticket', () => {
  const set = (details: Parameters<typeof setDetails>[2]) =>
    town.store.write(tx => setDetails(tx, ticket.id, details, actorOf(town.ann)))

  it('are told of with what they were before', async () => {
    const dueAt = town.clock.now + 60_000
    for (const _ of [1, 2]) await set({ description: ' She collects vases. ', dueAt })
    expect(await events('details_changed')).toMatchObject([
      {
        before: '{"description":null,"due_at":null}',
        after: JSON.stringify({ description: 'She collects vases.', due_at: dueAt }),
      },
    ])
    expect(await faults(set({ description: 'x'.repeat(3_001), dueAt: 1e20 }))).toEqual({
      description: 'A description has at most 3000 characters.',
      due: 'There is no such time.',
    })
  })

  it('make it overdue when their time has come, which its card shows, once; closing ends that', async () => {
    await town.carry()
    const before = await cardVersion()
    await town.store.write(showOverdue)
    expect(await cardVersion()).toEqual(before)
    town.clock.now += 60_000
    await town.store.write(showOverdue)
    const drawn = await cardVersion()
    expect(drawn.version).toBe(before.version + 1)
    town.clock.now += 60_000
    await town.store.write(showOverdue)
    expect(await cardVersion()).toEqual(drawn)
    const view = await town.view(ticket.id)
    expect(isPastDue(view, town.clock.now)).toBe(true)
    expect(isPastDue({ ...view, closedAt: town.clock.now }, town.clock.now)).toBe(false)
  })
})

describe('whoever may only look', () => {
  it('changes nothing that is known of a ticket', async () => {
    await town.store.write(tx => setBaseRole(tx, town.ann.id, 'admin', town.ann))
    await town.store.write(tx => setBaseRole(tx, town.ben.id, 'viewer', town.ann))
    const ben = actorOf(town.ben)
    for (const work of [
      (tx: Tx) => setFields(tx, ticket.id, { [ids.Number!]: ['9'] }, ben),
      (tx: Tx) => setDetails(tx, ticket.id, { description: 'x' }, ben),
      (tx: Tx) => setTags(tx, ticket.id, ['x'], ben),
      (tx: Tx) => closeByAgent(tx, ticket.id, 'Solved', {}, ben),
    ])
      await expect(town.store.write(work)).rejects.toThrow('You may look at, but not change,')
    await town.store.write(tx => setBaseRole(tx, town.ben.id, 'agent', town.ann))
  })
})

describe('fields of customers and companies', () => {
  const customers: Owner = { owner: 'customer', teamId: null }
  const accounts: Owner = { owner: 'account', teamId: null }
  const jane = (): Whose => ({ owner: 'customer', id: ticket.customer_id })
  const known = (whose: Whose) =>
    town.store.read(async q => Object.fromEntries((await knownFields(q, whose)).map(k => [k.field.name, k.text])))
  const kept = () =>
    town.store.read(async q => {
      const row = await q
        .selectFrom('customers')
        .select('fields')
        .where('id', '=', ticket.customer_id)
        .executeTakeFirst()
      return JSON.parse(row?.fields ?? '{}')
    })

  it('are checked, and kept by their key, as templates and segments know them', async () => {
    await define({ name: 'Tariff', kind: 'select', options: ['Gold', 'Silver'] }, customers)
    await define({ name: 'Likes', kind: 'multi', options: ['Tulips', 'Roses, red'] }, customers)
    await define({ name: 'Owner', kind: 'user' }, customers)
    await define({ name: 'Since', kind: 'date' }, customers)
    const given = { [ids.Tariff!]: ['gold'], [ids.Likes!]: ['Roses, red', 'Tulips'], [ids.Owner!]: [town.ben.id] }
    for (const _ of [1, 2]) await town.store.write(tx => setKnownFields(tx, jane(), given, actorOf(town.ann)))
    expect(await kept()).toMatchObject({ tariff: 'Gold', likes: 'Roses, red, Tulips', owner: 'Ben' })
    const all = await town.store.read(q => knownFields(q, jane()))
    expect(all.find(k => k.field.name === 'Likes')?.values.sort()).toEqual(['Roses, red', 'Tulips'])
    expect(all.find(k => k.field.name === 'Owner')).toMatchObject({ values: [town.ben.id], picked: ['U0BEN'] })
    expect(
      await faults(
        town.store.write(tx => setKnownFields(tx, jane(), { [ids.Since!]: ['2026-02-30'] }, actorOf(town.ann))),
      ),
    ).toEqual({
      [`field:${ids.Since}`]: 'There is no such date. One looks like 2026-01-31.',
    })
    await town.store.write(tx => setKnownFields(tx, jane(), { [ids.Tariff!]: [] }, actorOf(town.ann)))
    expect(await kept()).not.toHaveProperty('tariff')
  })

  it('are checked when a list or a program brings them; what nobody defined is taken as it is', async () => {
    const learn = (fields: Record<string, string>) =>
      town.store.write(tx => learnFacts(tx, ticket.customer_id, { fields }))
    await learn({ Tariff: 'SILVER', shoe_size: '38' })
    expect(await kept()).toMatchObject({ tariff: 'Silver', shoe_size: '38' })
    expect(await faults(learn({ tariff: 'Tin' }))).toEqual({ tariff: 'Tariff: “Tin” cannot be chosen.' })
  })

  it('leave out the rows of a list that they cannot hold, and say why', async () => {
    const csv = () =>
      Readable.from(['email,Tariff,Since\nbob@globex.test,gold,2020-01-31\ncarl@globex.test,Tin,soon\n'])
    const bad: BadRow[] = []
    for (const _ of [1, 2]) await importPeople(town.store, csv(), actorOf(town.ann))
    expect(await tryImport(town.store, csv(), row => bad.push(row))).toMatchObject({ rows: 2, known: 1, bad: 1 })
    expect(bad).toEqual([
      {
        line: 2,
        address: 'carl@globex.test',
        reason: 'Tariff: “Tin” cannot be chosen. Since: There is no such date. One looks like 2026-01-31.',
      },
    ])
    const bob = await town.store.read(q => customerByAddress(q, 'bob@globex.test'))
    const page = await town.store.read(q => personPage(q, bob!.id, town.ann.id))
    expect(page.fields).toEqual([
      ['Tariff', 'Gold'],
      ['Since', '2020-01-31'],
    ])
    const { fields } = await town.store.read(q => personPage(q, ticket.customer_id, town.ann.id))
    expect(fields).toContainEqual(['Owner', 'Ben'])
    expect(JSON.stringify(fields)).not.toContain(town.ben.id)
  })

  it('keep what was there before they were defined, though no form can show it', async () => {
    const learn = { fields: { discount: 'a lot' } }
    await town.store.write(tx => learnFacts(tx, ticket.customer_id, learn))
    await define({ name: 'Discount', kind: 'number' }, customers)
    expect(await known(jane())).toMatchObject({ Discount: 'a lot' })
    await town.store.write(tx => setKnownFields(tx, jane(), { [ids.Discount!]: [] }, actorOf(town.ann)))
    expect(await known(jane())).toMatchObject({ Discount: 'a lot' })
    await town.store.write(tx => setKnownFields(tx, jane(), { [ids.Discount!]: ['10'] }, actorOf(town.ann)))
    expect(await kept()).toMatchObject({ discount: '10' })
  })

  it('count in rules, a company’s too', async () => {
    await define({ name: 'Region', kind: 'line' }, accounts)
    const id = (await town.store.read(q => accountOf(q, ticket.customer_id)))!
    await town.store.write(tx =>
      setKnownFields(tx, { owner: 'account', id }, { [ids.Region!]: ['North'] }, actorOf(town.ann)),
    )
    expect(await known({ owner: 'account', id })).toEqual({ Region: 'North' })
    const facts = (await town.store.read(q => factsOf(q, [ticket.id]))).get(ticket.id)!
    expect(facts.fields.get('region')).toEqual(['North'])
    expect(facts.fields.get('tariff')).toEqual(['Silver'])
  })

  it('are at most so many, and no two have one name or key', async () => {
    expect(await faults(define({ name: 'region ', kind: 'line' }, accounts))).toEqual({
      name: 'There is a field Region already.',
    })
    await town.store.write(tx => archiveField(tx, ids.Region!))
    const old = ids.Region!
    await define({ name: 'Région', kind: 'line' }, accounts)
    const keys = (await town.store.read(q => fieldsFor(q, accounts))).map(f => f.key)
    expect(keys).toEqual(['region_2', 'region'])
    for (let n = 1; n < MOST_FIELDS; n++) await define({ name: `Field ${n}`, kind: 'line' }, accounts)
    expect(await faults(define({ name: 'One more', kind: 'line' }, accounts))).toEqual({
      name: `There are at most ${MOST_FIELDS} fields. Archive one first.`,
    })
    await expect(town.store.write(tx => restoreField(tx, old))).rejects.toThrow('There are at most')
  })
})
