import { afterAll, beforeAll, expect, it } from 'vitest'
import { joinTeam } from '../../../src/core/agents.ts'
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

const begun = {
  title: 'Your parcel is late',
  requestorEmail: 'jane@acme.test',
  teamId: 'SUP',
  draftScope: 'personal',
  ...{ isProactive: true, proactiveChannels: ['email'], description: 'It comes on Thursday.', priorityName: 'High' },
}

it('a ticket that a program begins is a draft in Slack, where its agent sends it', async () => {
  const { status, body } = await ann.post('/v1/tickets/draft', { ...begun, metadata: { from: 'crm' } })
  expect(status).toBe(201)
  expect(body.data).toMatchObject({
    uid: expect.any(String),
    status: 'draft',
    draftScope: 'personal',
    entityType: 'ticket',
    content: { title: 'Your parcel is late', requestorEmail: 'jane@acme.test' },
    metadata: { from: 'crm' },
    createdBy: body.data.lastModifiedBy,
    createdAt: body.data.updatedAt,
  })
  expect((await ann.get(`/v1/tickets/draft/${body.data.uid}`)).body.data).toEqual(body.data)
  expect((await ann.get('/v1/tickets/draft')).body.data).toEqual([body.data])
  expect((await ben.get(`/v1/tickets/draft/${body.data.uid}`)).status).toBe(404)
  expect((await ben.get('/v1/tickets/draft')).body.data).toEqual([])
  const { slack, ann: person } = world
  await person.openHome()
  const { id: view } = await slack.until(() => person.home())
  await person.click({ view }, 'home_tab:drafts')
  await slack.until(() => JSON.stringify(person.home()?.blocks).includes('Your parcel is late'))
  await person.click({ view }, 'open_draft')
  const modal = await slack.until(() => person.modals().at(-1))
  expect(JSON.stringify(modal)).toContain('It comes on Thursday.')
  await person.close()
  await person.click({ view }, 'send_draft')
  const mail = await slack.until(() => world.jane.inbox.find(m => m.subject === 'Your parcel is late'))
  expect(mail.text).toContain('It comes on Thursday.')
  const sent = (await ann.get('/v1/tickets/SUP-1')).body.data
  expect(sent).toMatchObject({ title: 'Your parcel is late', priority: 'High', requestorEmail: 'jane@acme.test' })
  expect((await ann.get(`/v1/tickets/draft/${body.data.uid}`)).status).toBe(404)
})

it('a draft of the team is there for its agents, until one of them throws it away', async () => {
  const { body } = await ann.post('/v1/tickets/draft', { ...begun, draftScope: 'team' })
  const at = `/v1/tickets/draft/${body.data.uid}`
  expect(body.data.draftScope).toBe('team')
  await world.overture.store.write(async tx => {
    const { id } = await tx.q.selectFrom('teams').select('id').executeTakeFirstOrThrow()
    for (const { id: agentId } of await tx.q.selectFrom('agents').select('id').execute())
      await joinTeam(tx, agentId, id)
  })
  expect((await ben.get(at)).status).toBe(200)
  expect((await ben.delete(at)).status).toBe(200)
  expect((await ann.delete(at)).status).toBe(404)
})

it('what cannot be begun is said by the names that were given', async () => {
  const { status, body } = await ann.post('/v1/tickets/draft', {
    ...begun,
    teamId: 'x',
    requestorEmail: 'x',
    title: ' ',
    priorityName: 'x',
    assignedAgentId: 'x',
  })
  expect(status).toBe(400)
  expect(body.errors.map((e: { field: string }) => e.field).sort()).toEqual([
    'assignedAgentId',
    'priorityName',
    'requestorEmail',
    'teamId',
    'title',
  ])
  expect((await ann.post('/v1/tickets/draft', { ...begun, draftScope: 'all' })).body.errors).toMatchObject([
    { field: 'draftScope' },
  ])
  const once = { 'idempotency-key': 'a draft' }
  const all = await Promise.all([1, 2, 3].map(() => ann.post('/v1/tickets/draft', begun, once)))
  expect(new Set(all.map(a => a.body.data.uid)).size).toBe(1)
  await world.overture.store.write(tx =>
    tx.q.updateTable('agents').set({ role: 'viewer' }).where('email', '=', 'ben@tulip.test').execute(),
  )
  expect((await ben.post('/v1/tickets/draft', begun)).status).toBe(403)
})
