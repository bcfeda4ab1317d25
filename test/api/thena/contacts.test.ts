import { afterAll, beforeAll, expect, it } from 'vitest'
import { agentByHandle } from '../../../src/core/agents.ts'
import { overture } from '../../../src/core/events.ts'
import { historyOfPeople } from '../../../src/core/people/history.ts'
import { mergePeople } from '../../../src/core/people/merge.ts'
import { setBaseRole } from '../../../src/core/permissions/roles.ts'
import { wordsOf } from '../../support/desk.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program

beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann)
})
afterAll(() => world?.close())

const KEYS = [
  ...['id', 'name', 'firstName', 'lastName', 'email', 'emails', 'phoneNumber', 'avatarUrl', 'accountId', 'account'],
  ...['timezone', 'tags', 'customFieldValues', 'customFields', 'organizationId', 'isActive'],
  ...['createdAt', 'updatedAt', 'deletedAt'],
].sort()
const add = (body: object) => ann.post('/v1/customer-contacts', body)
const fieldsOf = (answered: { body: { errors: { field: string }[] } }) => answered.body.errors.map(e => e.field)

it('a customer is made with all that is known of them, and found by their address under both names', async () => {
  const account = (await ann.post('/v1/accounts', { name: 'Acme Ltd', primaryDomain: 'acme.test' })).body.data
  await ann.post('/v1/custom-field', { name: 'Tier', source: 'customer_contact', fieldType: 'text' })
  const { status, body } = await add({
    email: 'Jane.Doe@ACME.test',
    firstName: 'Jane',
    lastName: 'van Doe',
    phoneNumber: '+31 20 123',
    accountId: account.id,
    timezone: 'Europe/Amsterdam',
    tags: ['VIP', 'shop'],
    customFields: { tier: 'Gold' },
  })
  expect(status).toBe(201)
  expect(Object.keys(body.data).sort()).toEqual(KEYS)
  expect(body.data).toMatchObject({
    name: 'Jane van Doe',
    firstName: 'Jane',
    lastName: 'van Doe',
    email: 'jane.doe@acme.test',
    phoneNumber: '+31 20 123',
    account: 'Acme Ltd',
    timezone: 'Europe/Amsterdam',
    tags: ['shop', 'vip'],
    customFields: { Tier: 'Gold' },
  })
  for (const path of ['/v1/customer-contacts', '/v1/customers']) {
    expect((await ann.get(`${path}?email=JANE.doe@acme.test`)).body.data).toEqual([body.data])
    expect((await ann.get(`${path}/jane.doe@acme.test`)).body.data).toEqual(body.data)
    expect((await ann.get(`${path}/${body.data.id}`)).body.data).toEqual(body.data)
  }
  const history = await world.overture.store.read(q => historyOfPeople(q, body.data.id, 10))
  expect(history.every(h => h.by.startsWith('Ann'))).toBe(true)
  expect(history.at(-1)?.changes).toContainEqual({ name: 'name', before: null, after: 'Jane van Doe' })
})

it('what is known of a customer is changed, each by itself, and who did so is kept', async () => {
  const { id } = (await add({ email: 'rick@globex.test', name: 'Rick' })).body.data
  const patch = async (body: object) => (await ann.patch(`/v1/customer-contacts/${id}`, body)).body.data
  expect(await patch({ lastName: 'Roe' })).toMatchObject({ name: 'Rick Roe', account: 'Globex', phoneNumber: null })
  expect(await patch({ firstName: 'Richard' })).toMatchObject({ name: 'Richard Roe' })
  expect(await patch({ tags: ['late'] })).toMatchObject({ name: 'Richard Roe', tags: ['late'] })
  expect(await patch({ email: 'rick@home.test', phoneNumber: '7' })).toMatchObject({
    email: 'rick@globex.test',
    emails: ['rick@globex.test', 'rick@home.test'],
    phoneNumber: '7',
    tags: ['late'],
  })
  expect(await patch({ phoneNumber: null, accountId: null })).toMatchObject({ phoneNumber: null, accountId: null })
  const [tier] = (await ann.get('/v1/custom-field?source=customer_contact')).body.data
  expect(await patch({ customFieldValues: [{ customFieldId: tier.id, data: [{ value: 'Silver' }] }] })).toMatchObject({
    customFieldValues: [{ fieldId: tier.id, name: 'Tier', value: 'Silver' }],
  })
  expect(await patch({ customFields: { Tier: null } })).toMatchObject({ customFields: {} })
  const [newest] = await world.overture.store.read(q => historyOfPeople(q, id, 1))
  expect(newest).toMatchObject({
    by: expect.stringMatching(/^Ann/),
    changes: [{ name: 'Tier', before: 'Silver', after: null }],
  })
})

it('all that is wrong with a customer is said in the words of the request', async () => {
  expect(fieldsOf(await add({ email: 'nobody' }))).toEqual(['email'])
  expect((await add({ email: 'rick@home.test' })).body).toMatchObject({
    statusCode: 409,
    message: 'Richard Roe has the address rick@home.test already.',
  })
  expect(fieldsOf(await add({ email: 'support@tulip.test' }))).toEqual(['email'])
  expect(fieldsOf(await add({ email: 'a@new.test', timezone: 'Mars' }))).toEqual(['timezone'])
  expect(fieldsOf(await add({ email: 'a@new.test', name: 'x'.repeat(300) }))).toEqual(['name'])
  expect(fieldsOf(await add({ email: 'a@new.test', accountId: 'none' }))).toEqual(['accountId'])
  expect(fieldsOf(await add({ email: 'a@new.test', tags: ['x'.repeat(70)] }))).toEqual(['tags'])
  expect(fieldsOf(await add({ email: 'a@new.test', customFields: { Lost: 1 } }))).toEqual(['customFields.Lost'])
  expect(fieldsOf(await add({ email: 'a@new.test', customFields: { Tier: 'x'.repeat(300) } }))).toEqual([
    'customFields.Tier',
  ])
  expect(fieldsOf(await add({ email: 7, tags: 'x', timezone: false }))).toEqual(['email', 'timezone', 'tags'])
  expect((await ann.get('/v1/customers?email=a@new.test')).body.data).toEqual([]) // nothing of it was stored
  expect((await ann.get('/v1/customers/none')).status).toBe(404)
  expect((await ann.get('/v1/customers?email=nobody')).status).toBe(400)
  expect((await ann.patch('/v1/customers/none', {})).status).toBe(404)
  const other = (await ann.get('/v1/customers/jane.doe@acme.test')).body.data
  const taken = await ann.patch(`/v1/customers/${other.id}`, { email: 'rick@home.test' })
  expect([taken.status, taken.body.errors[0].field]).toEqual([409, 'email'])
})

it('lists are in pages whose order stays, of an account or of a tag', async () => {
  for (const n of [1, 2, 3]) await add({ email: `p${n}@pages.test`, tags: ['paged'] })
  const emails = async (query: string) =>
    (await ann.get(`/v1/customers?${query}`)).body.data.map((c: { email: string }) => c.email)
  expect(await emails('tag=Paged&limit=2')).toEqual(['p1@pages.test', 'p2@pages.test'])
  expect(await emails('tag=paged&limit=2&page=1')).toEqual(['p3@pages.test'])
  const { accountId } = (await ann.get('/v1/customers/p1@pages.test')).body.data
  expect(await emails(`accountId=${accountId}`)).toHaveLength(3)
  expect(await emails('page=9000')).toEqual([])
  expect((await ann.get('/v1/customers?page=999999&limit=100')).status).toBe(400)
  expect((await ann.get('/v1/customers?page=-1')).status).toBe(400)
})

it('a customer who turned out to be another is in no list, and their addresses lead to the other', async () => {
  const { store } = world.overture
  const [from, into] = [
    (await add({ email: 'twin@twins.test', tags: ['twins'] })).body.data,
    (await add({ email: 'other@twins.test', tags: ['twins'] })).body.data,
  ]
  await store.write(tx => mergePeople(tx, from.id, into.id, overture))
  expect((await ann.get('/v1/customers?tag=twins')).body.data).toMatchObject([{ id: into.id }])
  expect((await ann.get('/v1/customers?email=twin@twins.test')).body.data).toMatchObject([{ id: into.id }])
  expect((await ann.get(`/v1/customers/${from.id}`)).status).toBe(404)
  expect((await ann.patch(`/v1/customers/${from.id}`, { name: 'x' })).status).toBe(404)
  expect((await ann.get('/v1/customers')).body.data.map((c: { id: string }) => c.id)).not.toContain(from.id)
})

it('of ten at once one customer is made, and one request under one key is done once', async () => {
  const many = await Promise.all(Array.from({ length: 10 }, () => add({ email: 'once@once.test' })))
  expect(many.map(m => m.status).sort()).toEqual([201, ...Array(9).fill(409)])
  const ask = () => ann.post('/v1/customers', { email: 'key@once.test' }, { 'idempotency-key': 'contact' })
  const [first, again] = [await ask(), await ask()]
  expect([first.status, again.status, again.body.data.id]).toEqual([201, 201, first.body.data.id])
})

it('a company is made and changed; its people are found by its new name, and the cards in Slack have it', async () => {
  const card = await world.openTicket({ subject: 'Of a company' })
  const { accountId } = (await ann.get('/v1/customers/jane@acme.test')).body.data
  const { status, body } = await ann.patch(`/v1/accounts/${accountId}`, {
    name: 'Acme Holding',
    description: 'Since 1999',
    website: 'https://acme.test/',
    metadata: { crm: 1 },
  })
  expect(status).toBe(200)
  expect(body.data).toMatchObject({
    name: 'Acme Holding',
    primaryDomain: 'acme.test',
    description: 'Since 1999',
    website: 'https://acme.test/',
    metadata: { crm: 1 },
  })
  expect((await ann.get('/v1/accounts?domain=ACME.test')).body.data).toEqual([body.data])
  await world.slack.until(() => wordsOf(world.card(card.ts)).includes('Acme Holding'))
  expect((await ann.get(`/v1/customers/jane@acme.test`)).body.data.account).toBe('Acme Holding')
})

it('all that is wrong with a company is said in the words of the request', async () => {
  const make = (more: object) => ann.post('/v1/accounts', { name: 'Initech', ...more })
  expect(fieldsOf(await make({ name: ' ', primaryDomain: 'no domain' }))).toEqual(['name', 'primaryDomain'])
  expect((await make({ name: 'ACME holding' })).status).toBe(409)
  expect((await make({ primaryDomain: 'acme.test' })).body.message).toBe('Acme Holding has the domain acme.test.')
  expect(fieldsOf(await make({ primaryDomain: 'gmail.com' }))).toEqual(['primaryDomain'])
  expect(fieldsOf(await make({ customFields: { Lost: 1 } }))).toEqual(['customFields.Lost'])
  expect((await ann.get('/v1/accounts/none')).status).toBe(404)
  expect((await ann.patch('/v1/accounts/none', { name: 'x' })).status).toBe(404)
  const many = await Promise.all(Array.from({ length: 10 }, () => make({})))
  expect(many.filter(m => m.status === 201)).toHaveLength(1)
})

it('who may only look reads customers and companies, and changes none', async () => {
  const { store } = world.overture
  const ben = await programOf(world, world.ben)
  const [by, him] = await store.read(q => Promise.all([agentByHandle(q, world.ann.id), agentByHandle(q, world.ben.id)]))
  await store.write(tx => setBaseRole(tx, by!.id, 'admin', by!))
  await store.write(tx => setBaseRole(tx, him!.id, 'viewer', by!))
  const { data } = (await ben.get('/v1/customers/jane@acme.test')).body
  for (const answered of [
    await ben.post('/v1/customers', { email: 'b@ben.test' }),
    await ben.patch(`/v1/customers/${data.id}`, { name: 'x' }),
    await ben.post('/v1/accounts', { name: 'x' }),
    await ben.patch(`/v1/accounts/${data.accountId}`, { name: 'x' }),
  ])
    expect(answered.body).toMatchObject({
      statusCode: 403,
      message: expect.stringMatching(/^You may look, but not change anything\. Ask Ann/),
    })
  const reader = await programOf(world, world.ann, { scopes: ['people:read'] })
  expect((await reader.post('/v1/customers', { email: 'r@read.test' })).status).toBe(403)
})
