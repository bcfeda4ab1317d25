import { afterAll, beforeAll, expect, it } from 'vitest'
import { wordsOf } from '../../support/desk.ts'
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

/** The keys that the documents name, and those that we add. */
const KEYS = [
  ...['id', 'name', 'displayName', 'description', 'isDefault', 'teamId', 'organizationId', 'createdAt', 'updatedAt'],
  ...['parentStatusId', 'parentStatus'],
].sort()

it('the four statuses and ours below them are always there, and stay as they are', async () => {
  const { body } = await ann.get('/v1/tickets/status')
  expect(body.data.map((s: { id: string }) => s.id)).toEqual([
    ...['open', 'scheduled', 'in_progress', 'internal', 'on_hold', 'awaiting_customer', 'closed'],
  ])
  expect(Object.keys(body.data[0]).sort()).toEqual(KEYS)
  expect(body.data[0]).toMatchObject({ name: 'Open', isDefault: true, parentStatusId: null })
  expect((await ann.get('/v1/tickets/status/internal')).body.data).toMatchObject({ parentStatus: 'In progress' })
  const change = await ann.patch('/v1/tickets/status/open', { name: 'New' })
  expect([change.status, change.body.message]).toEqual([409, 'Open cannot be changed: it is what tickets begin with.'])
  const removal = await ann.delete('/v1/tickets/status/closed')
  expect([removal.status, removal.body.message]).toEqual([
    409,
    'Closed cannot be deleted: there are always tickets that need it.',
  ])
  expect((await ann.get('/v1/tickets/status?page=1')).body.data).toEqual([])
  expect((await ann.get('/v1/tickets/status?limit=2&page=1')).body.data[0].id).toBe('in_progress')
})

it('a status of a team is made as the documents have it, shown in Slack beside its parent, changed and removed', async () => {
  const card = await world.openTicket({ subject: 'A contract' })
  const made = await ann.post('/v1/tickets/status', {
    displayName: 'Waiting for the lawyers',
    description: 'They take weeks.',
    isDefault: false,
    name: 'waiting_for_lawyers',
    teamId,
    parentStatusId: 'in_progress',
    moveParentTickets: false,
  })
  expect(made.status).toBe(201)
  expect(Object.keys(made.body.data).sort()).toEqual(KEYS)
  expect(made.body.data).toMatchObject({
    name: 'Waiting for the lawyers',
    description: 'They take weeks.',
    teamId,
    parentStatus: 'In progress',
  })
  const { id } = made.body.data
  await world.ann.click({ message: { channel: world.slack.channel('support').id, ts: card.ts } }, 'status')
  await world.slack.until(() => world.ann.modals().length > 0)
  expect((await world.ann.submit({ status: 'Waiting for the lawyers' })).became).not.toBe('errors')
  await world.slack.until(() => wordsOf(world.card(card.ts)).includes('In progress · Waiting for the lawyers'))
  expect((await ann.get('/v1/tickets/SUP-1')).body.data).toMatchObject({
    statusId: id,
    status: 'Waiting for the lawyers',
  })

  await ann.patch(`/v1/tickets/status/${id}`, { displayName: 'At the lawyers' })
  expect((await ann.get(`/v1/tickets/status/${id}`)).body.data).toMatchObject({ displayName: 'At the lawyers' })
  await world.slack.until(() => wordsOf(world.card(card.ts)).includes('At the lawyers'))
  expect((await ann.patch(`/v1/tickets/status/${id}`, { parentStatusId: 'open' })).status).toBe(409)
  expect((await ann.delete(`/v1/tickets/status/${id}`)).status).toBe(200)
  expect((await ann.get('/v1/tickets/SUP-1')).body.data).toMatchObject({ statusId: 'in_progress' })
  expect((await ann.delete(`/v1/tickets/status/${id}`)).status).toBe(404)
  expect((await ann.get(`/v1/tickets/status/${id}`)).status).toBe(404)
})

it('a status takes in the tickets of its parent when that is asked', async () => {
  const made = await ann.post('/v1/tickets/status', {
    name: 'Being worked on',
    parentStatusId: 'In progress',
    teamId: 'SUP',
    moveParentTickets: true,
  })
  expect((await ann.get('/v1/tickets/SUP-1')).body.data.statusId).toBe(made.body.data.id)
})

it('all that is wrong with a status is said, in the words of the request', async () => {
  const make = (body: object) => ann.post('/v1/tickets/status', { parentStatusId: 'open', teamId, ...body })
  expect((await make({ name: 'x', parentStatusId: 'lost' })).body.errors).toEqual([
    { field: 'parentStatusId', message: 'A status is below one of open, in_progress, on_hold, closed.' },
  ])
  expect((await make({})).body.errors).toEqual([{ field: 'name', message: 'Give the status a name.' }])
  expect((await make({ name: 'ON HOLD' })).status).toBe(409)
  expect((await make({ name: 'x', isDefault: true })).body.errors[0].field).toBe('isDefault')
  expect((await make({ name: 'x', teamId: 'none' })).body).toMatchObject({ statusCode: 404 })
  const types = await make({ name: 7, isDefault: 'yes', moveParentTickets: 1 })
  expect([types.status, types.body.errors.map((e: { field: string }) => e.field)]).toEqual([
    400,
    ['name', 'isDefault', 'moveParentTickets'],
  ])
})

it('the same request under one key makes one status, and of ten at once one is made', async () => {
  const body = { name: 'Only once', parentStatusId: 'open', teamId }
  const first = await ann.post('/v1/tickets/status', body, { 'idempotency-key': 'status-1' })
  const again = await ann.post('/v1/tickets/status', body, { 'idempotency-key': 'status-1' })
  expect([first.status, again.status, again.body.data.id]).toEqual([201, 201, first.body.data.id])
  const gone = await ann.delete(`/v1/tickets/status/${first.body.data.id}`, { 'idempotency-key': 'status-2' })
  const goneAgain = await ann.delete(`/v1/tickets/status/${first.body.data.id}`, { 'idempotency-key': 'status-2' })
  expect([gone.status, goneAgain.status]).toEqual([200, 200])
  const many = await Promise.all(
    Array.from({ length: 10 }, () => ann.post('/v1/tickets/status', { ...body, name: 'At once' })),
  )
  expect(many.map(m => m.status).sort()).toEqual([201, ...Array(9).fill(409)])
})

it('leads set statuses up; others read them', async () => {
  await annLeads(world)
  const body = { name: 'By Ben', parentStatusId: 'open', teamId }
  expect((await ben.post('/v1/tickets/status', body)).body).toMatchObject({
    statusCode: 403,
    message: expect.stringMatching(/^Only a lead may do this\. Ask Ann/),
  })
  const { data } = (await ann.post('/v1/tickets/status', body)).body
  expect((await ben.patch(`/v1/tickets/status/${data.id}`, { name: 'x' })).status).toBe(403)
  expect((await ben.delete(`/v1/tickets/status/${data.id}`)).status).toBe(403)
  expect((await ben.get(`/v1/tickets/status/${data.id}`)).status).toBe(200)
})

it('priorities are four', async () => {
  const { body } = await ann.get('/v1/tickets/priority')
  expect(body.data.map((p: { id: string }) => p.id)).toEqual(['low', 'medium', 'high', 'urgent'])
  expect(body.data.filter((p: { isDefault: boolean }) => p.isDefault)).toMatchObject([{ name: 'Medium' }])
})
