import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTeam, formsOf } from '../../../src/core/teams.ts'
import { annLeads, firstTeamOf } from '../../support/hired.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let ben: Program
let teamId: string

beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann)
  ben = await programOf(world, world.ben)
  teamId = await firstTeamOf(world)
})
afterAll(() => world?.close())

const KEYS = [
  ...['uid', 'slug', 'source', 'fieldType', 'name', 'isActive', 'description', 'options', 'metadata', 'teamId'],
  ...['placeholderText', 'hintText', 'mandatoryOnClose', 'mandatoryOnCreation', 'visibleToCustomer'],
  ...['editableByCustomer', 'autoAddToAllForms', 'defaultValue', 'lookup'],
]
const add = (body: object, by = ann) =>
  by.post('/v1/custom-field', { source: 'ticket', fieldType: 'single_line', teamId, ...body })

it('a field is added as the documents have it, and Slack’s form asks for it', async () => {
  const { status, body } = await ann.post('/v1/custom-field', {
    name: 'Order number',
    source: 'ticket',
    fieldType: 'single_line',
    isActive: true,
    description: 'From the shop',
    options: [],
    metadata: { shop: 7 },
    placeholderText: 'A-1',
    hintText: 'It stands on the invoice',
    mandatoryOnClose: true,
    mandatoryOnCreation: false,
    visibleToCustomer: true,
    editableByCustomer: false,
    autoAddToAllForms: true,
    defaultValue: 'A-0',
    teamId,
    lookup: null,
  })
  expect(status).toBe(201)
  expect(Object.keys(body.data)).toEqual(expect.arrayContaining(KEYS))
  expect(body.data).toMatchObject({
    slug: 'order_number',
    source: 'ticket',
    fieldType: 'single_line',
    description: 'From the shop',
    metadata: { shop: 7 },
    placeholderText: 'A-1',
    hintText: 'It stands on the invoice',
    mandatoryOnClose: true,
    mandatoryOnCreation: false,
    visibleToCustomer: true,
    autoAddToAllForms: true,
    defaultValue: 'A-0',
    isActive: true,
  })
  expect((await ann.get(`/v1/custom-field/${body.data.uid}`)).body.data).toEqual(body.data)
  await world.ann.command('/ticket', { channel: 'support' })
  await world.slack.until(() => JSON.stringify(world.ann.modals()).includes('Order number'))
})

it('each type of field is known, under its other names, too', async () => {
  const typeOf = async (fieldType: string, more = {}) => {
    const { body } = await add({ name: `A ${fieldType}`, fieldType, ...more })
    return body.data.fieldType
  }
  const options = [{ value: 'Red' }, { value: 'Blue' }]
  expect(await typeOf('multi_line')).toBe('multi_line')
  expect(await typeOf('number', { defaultValue: 12 })).toBe('number')
  expect(await typeOf('Date')).toBe('date')
  expect(await typeOf('single_choice', { options })).toBe('dropdown')
  expect(await typeOf('multi-select', { options, defaultValue: ['Red'] })).toBe('multi_select')
  expect(await typeOf('boolean', { defaultValue: true })).toBe('checkbox')
  expect(await typeOf('user lookup')).toBe('user_lookup')
  expect(await typeOf('url')).toBe('url')
  const { status, body } = await add({ name: 'A colour', fieldType: 'colour' })
  expect([status, body.errors]).toEqual([
    400,
    [
      {
        field: 'fieldType',
        message:
          'A field is one of single_line, multi_line, number, date, dropdown, multi_select, checkbox, user_lookup, url.',
      },
    ],
  ])
})

it('all that is wrong with a field is said at once', async () => {
  const { body } = await add({ name: ' ', fieldType: 'dropdown', hintText: 'x'.repeat(301), options: [{ value: ' ' }] })
  expect(body.errors.map((e: { field: string }) => e.field)).toEqual(['name', 'hintText', 'options'])
  expect((await add({ name: 'x', fieldType: 'number', defaultValue: 'many' })).body.errors[0].field).toBe(
    'defaultValue',
  )
  expect((await add({ name: 'ORDER number' })).status).toBe(409)
  expect((await add({ name: 'x', source: 'moon' })).body.errors[0].field).toBe('source')
  expect((await add({ name: 'x', teamId: 'none' })).status).toBe(404)
  const types = await ann.post('/v1/custom-field', { name: 1, fieldType: null, options: 'x', metadata: [] })
  expect(types.body.errors.map((e: { field: string }) => e.field).sort()).toEqual(
    ['name', 'source', 'fieldType', 'options', 'metadata'].sort(),
  )
})

it('a field is changed, asked for when it is needed, archived and brought back', async () => {
  const { data } = (await add({ name: 'Colour', fieldType: 'dropdown', options: [{ value: 'Red' }] })).body
  expect(data).toMatchObject({ autoAddToAllForms: false, mandatoryOnClose: false })
  const path = `/v1/custom-field/${data.id}`
  const needed = await ann.patch(path, { mandatoryOnCreation: true, options: [{ value: 'Red' }, { value: 'Blue' }] })
  expect(needed.body.data).toMatchObject({ mandatoryOnCreation: true, mandatoryOnClose: true, autoAddToAllForms: true })
  expect(needed.body.data.options).toEqual([
    { id: 'Red', value: 'Red' },
    { id: 'Blue', value: 'Blue' },
  ])
  expect((await ann.patch(path, { mandatoryOnCreation: false })).body.data).toMatchObject({
    name: 'Colour',
    mandatoryOnCreation: false,
    mandatoryOnClose: true,
  })
  expect((await ann.patch(path, { mandatoryOnClose: false })).body.data).toMatchObject({ mandatoryOnClose: false })
  expect((await ann.patch(path, { fieldType: 'number' })).status).toBe(409)
  expect((await ann.delete(path)).body.data).toMatchObject({ isActive: false })
  expect((await ann.get(path)).body.data).toMatchObject({ isActive: false, deletedAt: expect.any(String) })
  expect((await ann.patch(path, { isActive: true })).body.data).toMatchObject({ isActive: true, deletedAt: null })
  expect((await ann.get('/v1/custom-field/none')).status).toBe(404)
})

it('fields of customers and companies are no team’s; lists are of a team, of a source, or of all', async () => {
  const tier = (await ann.post('/v1/custom-field', { name: 'Tier', source: 'account', fieldType: 'text' })).body.data
  expect(tier).toMatchObject({ source: 'account', teamId: null })
  await add({ name: 'Birthday', source: 'customer_contact', fieldType: 'date' })
  const list = async (query: string) => (await ann.get(`/v1/custom-field?${query}`)).body.data
  expect((await list('source=account')).map((f: { name: string }) => f.name)).toEqual(['Tier'])
  expect(await list('teamId=SUP&source=account')).toEqual([])
  expect((await list('source=ticket&limit=2')).map((f: { name: string }) => f.name)).toEqual([
    'Order number',
    'A multi_line',
  ])
  expect((await list('')).map((f: { name: string }) => f.name)).toEqual(expect.arrayContaining(['Tier', 'Birthday']))
  expect((await ann.get('/v1/custom-field?limit=101')).status).toBe(400)
})

it('where there are several teams a field of tickets names its own', async () => {
  const body = { name: 'Whose', source: 'ticket', fieldType: 'text' }
  const form = { name: 'Sales', prefix: 'SAL', place: 'C0SALES', replyMode: 'ask' as const, holdMs: 0, signature: '' }
  await world.overture.store.write(tx => createTeam(tx, form))
  expect((await ann.post('/v1/custom-field', body)).body.errors[0].field).toBe('teamId')
  expect((await ann.post('/v1/custom-field', { ...body, teamId: 'SAL' })).status).toBe(201)
})

it('of ten at once one is made, and the same request under one key is done once', async () => {
  const many = await Promise.all(Array.from({ length: 10 }, () => add({ name: 'At once', autoAddToAllForms: true })))
  expect(many.filter(m => m.status === 201)).toHaveLength(1)
  const body = { name: 'Once', source: 'account', fieldType: 'text' }
  const [first, again] = [
    await ann.post('/v1/custom-field', body, { 'idempotency-key': 'field' }),
    await ann.post('/v1/custom-field', body, { 'idempotency-key': 'field' }),
  ]
  expect(again.body.data.id).toBe(first.body.data.id)
})

it('leads set fields up; others read them', async () => {
  await annLeads(world)
  expect((await add({ name: 'By Ben' }, ben)).status).toBe(403)
  const { data } = (await add({ name: 'By Ann' })).body
  expect((await ben.patch(`/v1/custom-field/${data.id}`, { name: 'x' })).status).toBe(403)
  expect((await ben.delete(`/v1/custom-field/${data.id}`)).status).toBe(403)
  expect((await ben.get(`/v1/custom-field/${data.id}`)).status).toBe(200)
  expect(await world.overture.store.read(q => formsOf(q, teamId))).toHaveLength(1)
})
