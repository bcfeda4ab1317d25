import { afterAll, beforeAll, expect, it } from 'vitest'
import { historyOf } from '../../../src/core/events.ts'
import { addField } from '../../../src/core/fields/define.ts'
import { createTeam, teams } from '../../../src/core/teams.ts'
import { hired } from '../../support/hired.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let ben: Program

beforeAll(async () => {
  world = await startWorld()
  await hired(world)
  ann = await programOf(world, world.ann)
  ben = await programOf(world, world.ben)
})
afterAll(() => world?.close())

const fresh = async (more: object = {}) => {
  const asked = {
    title: 'A parcel',
    requestorEmail: 'jane@acme.test',
    teamId: 'SUP',
    description: 'Where is it?',
    ...more,
  }
  return (await ann.post('/v1/tickets', asked)).body.data
}
const as = (role: 'viewer' | 'drafter' | null) =>
  world.overture.store.write(tx =>
    tx.q.updateTable('agents').set({ role }).where('email', '=', 'ben@tulip.test').execute(),
  )
const events = async (id: string) => (await world.overture.store.read(q => historyOf(q, id))).map(e => e.kind)

it('all of a ticket can be changed at once; what is absent stays', async () => {
  const t = await fresh()
  const fieldId = await world.overture.store.write(async tx => {
    const owner = { owner: 'ticket', teamId: (await teams(tx.q))[0]?.id ?? '' } as const
    return addField(tx, owner, {
      name: 'Colour',
      kind: 'select',
      hint: '',
      options: ['red', 'blue'],
      initial: [],
      visible: false,
    })
  })
  const { status, body } = await ann.patch(`/v1/tickets/${t.id}`, {
    title: 'Two parcels',
    requestorEmail: 'john@acme.test',
    description: 'Both are late.',
    dueDate: '2030-01-31T12:00:00+02:00',
    priorityName: 'urgent',
    statusName: 'On hold',
    assignedAgentEmail: 'ben@tulip.test',
    metadata: { a: 1 },
    sentimentId: 'angry',
    customFieldValues: [{ customFieldId: fieldId, data: [{ value: 'Blue' }] }],
    tags: ['late'],
  })
  expect(status).toBe(200)
  expect(body.data).toMatchObject({
    title: 'Two parcels',
    requestorEmail: 'john@acme.test',
    description: 'Both are late.',
    dueDate: '2030-01-31T10:00:00.000Z',
    priority: 'Urgent',
    statusId: 'on_hold',
    assignedAgentEmail: 'ben@tulip.test',
    metadata: { a: 1 },
    sentimentId: 'angry',
    customFields: { Colour: 'blue' },
    tags: ['late'],
    source: 'API',
  })
  const { body: less } = await ann.patch(`/v1/tickets/${t.ticketIdentifier}`, {
    dueDate: null,
    assignedAgentId: null,
    customFields: { colour: null },
  })
  expect(less.data).toMatchObject({
    title: 'Two parcels',
    dueDate: null,
    assignedAgentId: null,
    customFields: {},
    tags: ['late'],
  })
  expect(await events(t.id)).toEqual(
    expect.arrayContaining(['details_changed', 'facts_changed', 'priority_changed', 'ticket_snoozed']),
  )
  const card = await world.slack.until(() =>
    world.slack
      .channel('support')
      .messages()
      .find(m => JSON.stringify(m.blocks).includes('Two parcels')),
  )
  await world.slack.until(() => JSON.stringify(world.card(card.ts).blocks).includes('Both are late.'))
})

it('a ticket given back as it was answered is left as it is', async () => {
  const t = await fresh()
  const before = await events(t.id)
  const { status, body } = await ann.patch(`/v1/tickets/${t.id}`, t)
  expect([status, body.data.updatedAt]).toEqual([200, t.updatedAt])
  expect(await events(t.id)).toEqual(before)
})

it('with one fault in it nothing is changed, and all faults are said', async () => {
  const t = await fresh()
  const { status, body } = await ann.patch(`/v1/tickets/${t.id}`, {
    ...{ title: 'Other', priorityId: 'x', statusId: 'y', assignedAgentId: 'z', formId: 'w', tags: ['x'.repeat(61)] },
    ...{ customFields: { Colour: 'green' }, isPrivate: true },
  })
  expect(status).toBe(409)
  const at = body.errors.map((e: { field: string }) => e.field)
  for (const field of [
    'priorityId',
    'statusId',
    'assignedAgentId',
    'formId',
    'tags',
    'customFields.Colour',
    'isPrivate',
  ])
    expect(at).toContain(field)
  expect((await ann.get(`/v1/tickets/${t.id}`)).body.data).toEqual({ ...t, comment: undefined })
})

it('a private ticket is published, once, and goes to the customer then', async () => {
  const t = await fresh({ isPrivate: true, description: 'Published words.' })
  const { status, body } = await ann.patch(`/v1/tickets/${t.id}`, { isPrivate: false })
  expect([status, body.data.isPrivate, body.data.statusId]).toEqual([200, false, 'awaiting_customer'])
  await world.slack.until(() => world.jane.inbox.find(m => m.text.includes('Published words.')))
  expect((await ann.patch(`/v1/tickets/${t.id}`, { isPrivate: true })).status).toBe(409)
})

it('a ticket goes to another team', async () => {
  const t = await fresh()
  const place = world.slack.channel('general').id
  await world.overture.store.write(tx =>
    createTeam(tx, { name: 'Sales', prefix: 'SAL', place, replyMode: 'ask', holdMs: 0, signature: '' }),
  )
  const secret = await fresh({ isPrivate: true })
  const moved = await ann.patch(`/v1/tickets/${secret.id}`, { teamId: 'sal' })
  expect(moved.body.data).toMatchObject({
    teamName: 'Sales',
    teamIdentifier: 'SAL',
    ticketIdentifier: secret.ticketIdentifier,
  })
  const unsendable = await ann.patch(`/v1/tickets/${t.id}`, { teamId: 'SAL' }) // which has no address to answer from
  expect([unsendable.status, unsendable.body.errors]).toMatchObject([400, [{ field: 'teamId' }]])
  const refused = await ann.patch(`/v1/tickets/${t.id}`, { teamId: 'NONE' })
  expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'teamId'])
})

it('one thing at a time: assign, status, archive and back, delete', async () => {
  const t = await fresh()
  const at = `/v1/tickets/${t.id}`
  const given = await ann.post(`${at}/assign`, { assignedAgentId: 'ben@tulip.test' })
  expect([given.status, given.body.data.assignedAgentEmail, given.body.data.status]).toEqual([
    201,
    'ben@tulip.test',
    'In progress',
  ])
  expect((await ann.post(`${at}/assign`, { assignedAgentId: null })).body.data).toMatchObject({
    assignedAgentId: null,
    status: 'Open',
  })
  expect((await ann.post(`${at}/assign`, {})).status).toBe(400)
  for (const body of [{ status: 'IN_PROGRESS' }, { statusId: 'closed' }, { statusName: 'New' }])
    expect((await ann.patch(`${at}/status`, body)).status).toBe(200)
  expect((await ann.get(at)).body.data).toMatchObject({ status: 'Open', closedAt: null })
  expect((await ann.patch(`${at}/status`, { statusId: 'x' })).body.errors).toMatchObject([{ field: 'statusId' }])
  expect((await ann.patch(`${at}/status`, {})).status).toBe(400)
  const away = await ann.post(`${at}/archive`)
  expect([away.status, away.body.data.archivedAt]).toEqual([201, expect.any(String)])
  const json = { 'content-type': 'application/json' } // as many programs send with no body, too
  expect((await ann.post(`${at}/unarchive`, undefined, json)).body.data).toMatchObject({
    archivedAt: null,
    closedAt: null,
  })
  expect((await ann.post(`${at}/unarchive`)).status).toBe(409)
  const gone = await ann.delete(at, json)
  expect([gone.status, gone.body.data.deletedAt]).toEqual([200, expect.any(String)])
  for (const again of [
    await ann.delete(at),
    await ann.get(at),
    await ann.patch(at, {}),
    await ann.post(`${at}/assign`, { assignedAgentId: null }),
  ])
    expect(again.status).toBe(404)
})

it('whoever may only look, or sees their own alone, changes nothing of others', async () => {
  const t = await fresh()
  const at = `/v1/tickets/${t.id}`
  const tries = [
    () => ben.patch(at, { title: 'Other' }),
    () => ben.patch(at, {}),
    () => ben.post(`${at}/assign`, { assignedAgentEmail: 'ben@tulip.test' }),
    () => ben.patch(`${at}/status`, { statusName: 'Closed' }),
    () => ben.post(`${at}/archive`),
    () => ben.post(`${at}/unarchive`),
    () => ben.delete(at),
  ]
  await as('viewer')
  for (const attempt of tries) expect((await attempt()).status).toBe(403)
  await as('drafter')
  const secret = await fresh({ isPrivate: true })
  const refused = await ben.patch(`/v1/tickets/${secret.id}`, { isPrivate: false })
  expect([refused.status, refused.body.message]).toEqual([
    403,
    expect.stringContaining('waits for somebody else to send it'),
  ])
  await as(null)
})
