import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setBaseRole } from '../../../src/core/permissions/roles.ts'
import { wordsOf } from '../../support/desk.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

/** What Proto documents, asked as it documents it. One story: each part goes on where the one before ended. */
let world: World
let ann: Program
let ben: Program
beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann, { header: 'authorization' })
  ben = await programOf(world, world.ben, { header: 'authorization' })
})
afterAll(() => world?.close())

const BASE = '/api/platform/v1'
const customer = (id: string, what: string) => `${BASE}/customers/SUP/customer/${id}/${what}`
const put = (id: string, body: object, by = ann) => by.put(`${BASE}/customers/SUP/create-customer/${id}`, body)
const open = (body: object, by = ann) => by.post(`${BASE}/conversations/SUP/create-ticket`, body)
const rows = () =>
  world.overture.store.read(async q => ({
    customers: (await q.selectFrom('customers').select('id').execute()).length,
    tickets: (await q.selectFrom('tickets').select('id').execute()).length,
  }))

const JANE = {
  external_customer_id: 'crm-77',
  name: 'Jane Doe',
  location: 'Lisbon',
  email: 'jane@acme.test',
  phone_number: '+351 555 0100',
  avatar: 'https://acme.test/jane.png',
}

describe('create-customer', () => {
  it('adds a customer, and answers all that it was told', async () => {
    const { status, body } = await put('u-1', JANE)
    expect(status).toBe(200)
    expect(body).toEqual({
      id: expect.any(String),
      provided_unique_id: 'u-1',
      ...JANE,
      emails: ['jane@acme.test'],
      tags: [],
      custom_fields: [],
    })
    expect((await ann.get(customer('u-1', 'get-customer'))).body).toEqual(body)
  })

  it('changes what it names, and leaves the rest', async () => {
    const { body } = await put('u-1', {
      name: 'Jane D. Doe',
      email: 'Jane.Doe@acme.test',
      location: '',
      phone_number: null,
    })
    expect(body).toMatchObject({
      name: 'Jane D. Doe',
      email: 'jane@acme.test',
      emails: ['jane@acme.test', 'jane.doe@acme.test'],
      location: null,
      phone_number: JANE.phone_number,
      external_customer_id: 'crm-77',
    })
    expect((await put('u-1', { external_customer_id: 'crm-78' })).body.external_customer_id).toBe('crm-78')
    expect((await rows()).customers).toBe(1)
  })

  it('has a customer whom we know by their address known by the id', async () => {
    const { body } = await put('u-1-as-well', { email: 'jane.doe@acme.test' })
    expect(body).toMatchObject({ provided_unique_id: 'u-1-as-well', name: 'Jane D. Doe' })
    expect((await ann.get(customer('u-1', 'get-customer'))).body.id).toBe(body.id)
  })

  it('ten times at once adds one', async () => {
    const before = await rows()
    const all = await Promise.all(Array.from({ length: 10 }, () => put('u-2', { name: 'Kim', email: 'kim@acme.test' })))
    expect(new Set(all.map(a => a.status))).toEqual(new Set([200]))
    expect(new Set(all.map(a => a.body.id)).size).toBe(1)
    expect((await rows()).customers).toBe(before.customers + 1)
  })

  it('refuses somebody new without an address, and one that cannot be theirs', async () => {
    const before = await rows()
    const faultsOf = async (id: string, body: object) => {
      const { status, body: answered } = await put(id, body)
      return [
        status,
        Array.isArray(answered.detail) ? answered.detail.map((d: { loc: unknown }) => d.loc) : answered.detail,
      ]
    }
    expect(await faultsOf('u-3', { name: 'Nobody' })).toEqual([422, [['body', 'email']]])
    expect(await faultsOf('u-3', { email: 'nowhere' })).toEqual([422, [['body', 'email']]])
    expect(await faultsOf('u-3', { email: 'support@tulip.test' })).toEqual([422, [['body', 'email']]])
    expect(await faultsOf('u-3', { email: 5, name: ['x'] })).toEqual([
      422,
      [
        ['body', 'name'],
        ['body', 'email'],
      ],
    ])
    expect((await faultsOf('u-2', { email: 'jane@acme.test' }))[0]).toBe(409)
    expect((await faultsOf('u-2', { external_customer_id: 'crm-78' }))[0]).toBe(409)
    expect(await rows()).toEqual(before)
  })

  it('is told of nobody by 404, and of no team', async () => {
    expect(await ann.get(customer('nobody', 'get-customer'))).toMatchObject({
      status: 404,
      body: { detail: 'No customer is known by this id.' },
    })
    expect((await ann.get(`${BASE}/customers/NONE/customer/u-1/get-customer`)).status).toBe(404)
    expect((await ann.get(customer('jane@acme.test', 'get-customer'))).body.name).toBe('Jane D. Doe')
  })
})

describe('add-tags', () => {
  it('makes new ones only when that is asked for', async () => {
    const refused = await ann.put(customer('u-1', 'add-tags'), { tags: ['VIP', 'wholesale'] })
    expect(refused.status).toBe(422)
    expect(refused.body.detail[0]).toMatchObject({ loc: ['body', 'tags'], type: 'value_error' })
    const made = await ann.put(customer('u-1', 'add-tags'), { tags: ['VIP', 'wholesale'], create_if_not_exists: true })
    expect(made.body.tags).toEqual(['vip', 'wholesale'])
    expect((await ann.put(customer('u-2', 'add-tags'), { tags: ['Vip'] })).body.tags).toEqual(['vip'])
    expect((await ann.put(customer('u-1', 'add-tags'), { tags: ['vip'] })).body.tags).toEqual(['vip', 'wholesale'])
    expect((await ann.put(customer('u-1', 'add-tags'), { tags: [' '], create_if_not_exists: true })).status).toBe(422)
  })
})

it('what ten programs tell of a customer at once is all known', async () => {
  const numbers = Array.from({ length: 10 }, (_, n) => n)
  for (const n of numbers) await ann.post(`${BASE}/custom-fields/SUP/create-custom-field`, { name: `Field ${n}` })
  const told = numbers.flatMap(n => [
    ann.put(customer('u-2', 'add-tags'), { tags: [`tag ${n}`], create_if_not_exists: true }),
    ann.put(customer('u-2', 'add-custom-fields'), { custom_fields: [{ name: `Field ${n}`, value: n }] }),
  ])
  expect((await Promise.all(told)).map(a => a.status)).toEqual(told.map(() => 200))
  const { body } = await ann.get(customer('u-2', 'get-customer'))
  expect(body.tags).toEqual([...numbers.map(n => `tag ${n}`), 'vip'])
  expect(body.custom_fields.map((f: { value: string }) => f.value)).toEqual(numbers.map(String))
  for (const { id } of body.custom_fields)
    await ann.delete(`${BASE}/custom-fields/SUP/custom-field/${id}/delete-custom-fields`)
})

describe('custom fields', () => {
  let plan = ''
  const list = async () => (await ann.get(`${BASE}/custom-fields/SUP/list-custom-fields`)).body

  it('are added and listed', async () => {
    expect(await list()).toEqual([])
    const { status, body } = await ann.post(`${BASE}/custom-fields/SUP/create-custom-field`, {
      name: 'Plan',
      type: 'select',
      options: ['Basic', 'Gold'],
      description: 'What they pay for',
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      id: expect.any(String),
      name: 'Plan',
      key: 'plan',
      type: 'select',
      description: 'What they pay for',
      options: ['Basic', 'Gold'],
    })
    plan = body.id
    await ann.post(`${BASE}/custom-fields/SUP/create-custom-field`, { name: 'Since' })
    expect((await list()).map((f: { name: string }) => f.name)).toEqual(['Plan', 'Since'])
  })

  it('are refused with all that is wrong', async () => {
    const twin = await ann.post(`${BASE}/custom-fields/SUP/create-custom-field`, { name: 'plan' })
    expect(twin.status).toBe(409)
    const wrong = await ann.post(`${BASE}/custom-fields/SUP/create-custom-field`, { type: 'money', options: 'x' })
    expect(wrong.status).toBe(422)
    expect(wrong.body.detail).toEqual([
      { loc: ['body', 'name'], msg: 'field required', type: 'value_error.missing' },
      { loc: ['body', 'type'], msg: expect.any(String), type: 'value_error' },
      { loc: ['body', 'options'], msg: expect.any(String), type: 'value_error' },
    ])
  })

  it('are filled in by name or id, and emptied', async () => {
    const fill = (custom_fields: object[]) => ann.put(customer('u-1', 'add-custom-fields'), { custom_fields })
    const { body } = await fill([
      { id: plan, value: 'gold' },
      { name: 'since', value: 2021 },
    ])
    expect(body.custom_fields).toEqual([
      { id: plan, name: 'Plan', value: 'Gold' },
      { id: expect.any(String), name: 'Since', value: '2021' },
    ])
    expect((await fill([{ name: 'Since', value: null }])).body.custom_fields).toHaveLength(1)
    const wrong = await fill([
      { id: plan, value: 'Silver' },
      { name: 'Nothing', value: 1 },
    ])
    expect(wrong.body.detail.map((d: { loc: unknown }) => d.loc)).toEqual([['body', 'custom_fields', 1]])
    expect((await fill([{ id: plan, value: 'Silver' }])).body.detail[0].loc).toEqual([
      'body',
      'custom_fields',
      0,
      'value',
    ])
  })

  it('are asked for no more once they are deleted', async () => {
    const path = `${BASE}/custom-fields/SUP/custom-field/${plan}/delete-custom-fields`
    expect((await ann.delete(path)).status).toBe(200)
    expect((await ann.delete(path)).status).toBe(404)
    expect((await list()).map((f: { name: string }) => f.name)).toEqual(['Since'])
    expect((await ann.get(customer('u-1', 'get-customer'))).body.custom_fields).toEqual([])
  })
})

describe('create-ticket', () => {
  it('opens one that stays with us, with its card in Slack', async () => {
    const { status, body } = await open({ subject: 'A late parcel', provided_unique_id: 'u-1' })
    expect(status).toBe(200)
    expect(body).toEqual({ id: expect.any(String), short_id: 'SUP-1', status: 'Pending' })
    const card = await world.slack.until(() =>
      world.slack
        .channel('support')
        .messages()
        .find(m => m.text.includes('A late parcel')),
    )
    expect(wordsOf(card)).toContain('Jane D. Doe')
    await world.settle()
    expect(world.jane.inbox).toEqual([])
  })

  it.each([
    ['external_customer_id', 'crm-78'],
    ['gateway_profile_id', 'jane.doe@acme.test'],
    ['customer_id', 'jane@acme.test'],
  ])('finds the customer by %s', async (by, value) => {
    expect((await open({ subject: by, [by]: value })).status).toBe(200)
  })

  it('takes a message, a priority and an assignee beside', async () => {
    const { id: assignee } = await world.overture.store.read(q =>
      q.selectFrom('agents').select('id').where('handle', '=', world.ben.id).executeTakeFirstOrThrow(),
    )
    const { body } = await open({
      subject: 'The invoice',
      customer_id: 'jane@acme.test',
      message: 'We look into it.',
      priority: 'urgent',
      assignee,
    })
    const card = await world.slack.until(() =>
      world.slack
        .channel('support')
        .messages()
        .find(m => m.text.includes('The invoice')),
    )
    expect(wordsOf(card)).toContain(world.ben.id)
    expect(wordsOf(card)).toContain('Urgent')
    const note = await world.overture.store.read(q =>
      q.selectFrom('messages').selectAll().where('ticket_id', '=', body.id).executeTakeFirstOrThrow(),
    )
    expect(note).toMatchObject({ visibility: 'note' })
    expect(note.body).toContain('We look into it.')
  })

  it('refuses a customer named twice or not at all, and nothing is opened', async () => {
    const before = await rows()
    const none = await open({ subject: 'x' })
    expect(none).toMatchObject({ status: 422, body: { detail: [{ loc: ['body'], type: 'value_error' }] } })
    expect((await open({ subject: 'x', customer_id: 'jane@acme.test', provided_unique_id: 'u-1' })).status).toBe(422)
    expect((await open({ subject: ' ', provided_unique_id: 'u-1' })).body.detail[0].loc).toEqual(['body', 'subject'])
    expect((await open({ provided_unique_id: 5 })).body.detail.map((d: { type: string }) => d.type)).toEqual([
      'value_error.missing',
      'value_error',
    ])
    expect(await open({ subject: 'x', provided_unique_id: 'nobody' })).toMatchObject({
      status: 404,
      body: { detail: expect.any(String) },
    })
    expect((await open({ subject: 'x', provided_unique_id: 'u-1', assignee: 'cara@tulip.test' })).status).toBe(404)
    expect(await rows()).toEqual(before)
  })

  it('opens one of ten that come at once under one key', async () => {
    const before = await rows()
    const send = (subject: string) =>
      ann.post(
        `${BASE}/conversations/SUP/create-ticket`,
        { subject, provided_unique_id: 'u-1' },
        { 'idempotency-key': 'once' },
      )
    const all = await Promise.all(Array.from({ length: 10 }, () => send('Once')))
    expect(new Set(all.map(a => a.body.id)).size).toBe(1)
    expect((await rows()).tickets).toBe(before.tickets + 1)
    expect((await send('Another')).status).toBe(409)
  })
})

describe('a key', () => {
  it('opens what its scopes say: without a key 401, without the scope 403', async () => {
    const reader = await programOf(world, world.ann, { header: 'authorization', scopes: ['people:read'] })
    expect((await reader.get(customer('u-1', 'get-customer'))).status).toBe(200)
    expect(await put('u-1', { name: 'X' }, reader)).toMatchObject({
      status: 403,
      body: { detail: 'This key may not do that: it lacks the scope people:write.' },
    })
    const elsewhere = await programOf(world, world.ann, { header: 'authorization', networks: ['10.0.0.0/8'] })
    const refused = await elsewhere.get(customer('u-1', 'get-customer'))
    expect(refused).toMatchObject({ status: 401, body: { detail: 'This key opens nothing.' } })
    expect(refused.headers.get('www-authenticate')).toBe('Bearer')
    const over = await programOf(world, world.ann, {
      header: 'authorization',
      expiresAt: world.overture.store.now() + 60_000,
    })
    expect((await over.get(customer('u-1', 'get-customer'))).status).toBe(200)
    world.wait(61_000)
    expect((await over.get(customer('u-1', 'get-customer'))).status).toBe(401)
  })

  it('has its last use noted', async () => {
    const program = await programOf(world, world.ann, { header: 'authorization' })
    const lastUse = () =>
      world.overture.store.read(q =>
        q.selectFrom('api_keys').select('last_used_at').where('shown', '=', program.key.slice(0, 8)).executeTakeFirst(),
      )
    expect(await lastUse()).toEqual({ last_used_at: null })
    await program.get(customer('u-1', 'get-customer'))
    expect((await lastUse())?.last_used_at).toBeGreaterThan(0)
  })

  it('of a viewer, or of somebody who leads nothing, does no more than they may', async () => {
    const agentOf = (handle: string) =>
      world.overture.store.read(q =>
        q.selectFrom('agents').selectAll().where('handle', '=', handle).executeTakeFirstOrThrow(),
      )
    const lead = await agentOf(world.ann.id)
    const other = await agentOf(world.ben.id)
    await world.overture.store.write(tx => setBaseRole(tx, lead.id, 'admin', lead))
    const define = () => ben.post(`${BASE}/custom-fields/SUP/create-custom-field`, { name: 'Size' })
    expect(await define()).toMatchObject({ status: 403, body: { detail: 'Only a lead may do this. Ask Ann Archer.' } })
    expect((await open({ subject: 'Of an agent', provided_unique_id: 'u-1' }, ben)).status).toBe(200)

    await world.overture.store.write(tx => setBaseRole(tx, other.id, 'viewer', lead))
    const before = await rows()
    expect((await ben.get(customer('u-1', 'get-customer'))).status).toBe(200)
    expect(await open({ subject: 'Of a viewer', provided_unique_id: 'u-1' }, ben)).toMatchObject({
      status: 403,
      body: { detail: 'You may not open tickets in this team. Ask Ann Archer.' },
    })
    const looks = { status: 403, body: { detail: 'You may look, but not change anything. Ask Ann Archer.' } }
    expect(await put('u-9', { email: 'new@acme.test' }, ben)).toMatchObject(looks)
    expect(await ben.put(customer('u-1', 'add-tags'), { tags: ['vip'] })).toMatchObject(looks)
    expect(await ben.put(customer('u-1', 'add-custom-fields'), { custom_fields: [] })).toMatchObject(looks)
    expect(await rows()).toEqual(before)
  })
})
