import { afterAll, beforeAll, expect, it } from 'vitest'
import { agentByHandle } from '../../../src/core/agents.ts'
import { setBaseRole } from '../../../src/core/permissions/roles.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let ben: Program

beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann)
  ben = await programOf(world, world.ben)
})
afterAll(() => world?.close())

const fieldsIn = (answered: { body: { errors: { field: string }[] } }) => answered.body.errors.map(e => e.field)
const idOf = async (who: Program) => {
  const me = who === ann ? world.ann : world.ben
  return (await world.overture.store.read(q => agentByHandle(q, me.id)))!.id
}

it('teams are listed with all that the documents say of one', async () => {
  const { body } = await ann.get('/v1/teams')
  expect(body.data).toHaveLength(1)
  expect(body.data[0]).toMatchObject({
    name: 'Support',
    identifier: 'SUP',
    channelId: world.slack.channel('support').id,
    replyMode: 'ask',
    isActive: true,
    icon: null,
    parentTeamId: null,
  })
  expect((await ann.get(`/v1/teams/${body.data[0].id}`)).body.data).toEqual(body.data[0])
  expect((await ann.get('/v1/teams/sup')).body.data).toEqual(body.data[0])
  expect((await ann.get('/v1/teams/none')).status).toBe(404)
})

it('a team is made in a channel, which Overture enters, and changed', async () => {
  const channelId = world.slack.channel('general').id
  const made = await ann.post('/v1/teams', { name: 'Sales', identifier: 'sal', channelId, holdSeconds: 2.5 })
  expect(made.status).toBe(201)
  expect(made.body.data).toMatchObject({
    name: 'Sales',
    identifier: 'SAL',
    channelId,
    holdSeconds: 2.5,
    reopenDays: 14,
  })
  expect((await ann.get('/v1/teams/SAL')).body.data.channelProblem).toBe(null)
  expect((await ann.get('/v1/forms?teamId=SAL')).body.data).toMatchObject([{ name: 'General', isDefault: true }])
  const changed = await ann.patch('/v1/teams/SAL', { name: 'Sales EU', replyMode: 'notes', signature: 'Tulip' })
  expect(changed.body.data).toMatchObject({
    name: 'Sales EU',
    replyMode: 'notes',
    signature: 'Tulip',
    holdSeconds: 2.5,
  })
})

it('all that is wrong with a team is said in the words of the request', async () => {
  const make = (body: object) => ann.post('/v1/teams', { name: 'New', identifier: 'NEW', channelId: 'C0NEW', ...body })
  expect(fieldsIn(await make({ name: ' ', identifier: '1', channelId: '' }))).toEqual([
    'name',
    'identifier',
    'channelId',
  ])
  expect(fieldsIn(await make({ identifier: 'SUP' }))).toEqual(['identifier'])
  expect(fieldsIn(await make({ channelId: world.slack.channel('support').id }))).toEqual(['channelId'])
  expect(fieldsIn(await make({ name: 'x'.repeat(81), signature: 'x'.repeat(3_001) }))).toEqual(['name', 'signature'])
  expect(fieldsIn(await make({ holdSeconds: 601, reopenDays: 0.5, replyMode: 'x' }))).toEqual([
    'replyMode',
    'holdSeconds',
    'reopenDays',
  ])
  expect(fieldsIn(await ann.patch('/v1/teams/SAL', { senderId: 'none' }))).toEqual(['senderId'])
  expect((await ann.patch('/v1/teams/none', {})).status).toBe(404)
})

it('agents join a team, are something in it, and leave it', async () => {
  const id = await idOf(ben)
  const path = '/v1/teams/SAL/members'
  const joined = await ann.post(path, { agentId: id })
  expect([joined.status, joined.body.data.teamRole]).toEqual([201, 'member'])
  expect((await ann.post(path, { email: joined.body.data.email, role: 'drafter' })).body.data).toMatchObject({
    id,
    teamRole: 'drafter',
    teams: [{ name: 'Sales EU', role: 'drafter' }],
  })
  expect((await ann.post(path, { userId: id })).body.data.teamRole).toBe('drafter')
  expect((await ann.get(path)).body.data).toMatchObject([{ id, teamRole: 'drafter', joinedAt: expect.any(String) }])
  expect((await ann.get(`/v1/agents?teamId=SAL`)).body.data).toMatchObject([{ id }])
  expect((await ann.delete(`${path}/${id}`)).status).toBe(200)
  expect((await ann.delete(`${path}/${id}`)).status).toBe(404)
  expect((await ann.get(path)).body.data).toEqual([])
  expect(fieldsIn(await ann.post(path, {}))).toEqual(['agentId'])
  expect(fieldsIn(await ann.post(path, { agentId: 'none' }))).toEqual(['agentId'])
  expect(fieldsIn(await ann.post(path, { agentId: id, role: 'king' }))).toEqual(['role'])
})

it('agents are listed under both names, and say themselves how they look and when they work', async () => {
  const { data } = (await ann.get('/v1/agents')).body
  expect(data).toEqual((await ann.get('/v1/users')).body.data)
  const me = data.find((a: { slackUserId: string }) => a.slackUserId === world.ann.id)
  expect(me).toMatchObject({ availability: 'online', role: 'agent', alias: null, isActive: true, deletedAt: null })
  expect((await ann.get(`/v1/agents?email=${me.email.toUpperCase()}`)).body.data).toEqual([me])
  expect((await ann.get(`/v1/users/${me.email}`)).body.data).toEqual(me)
  const until = new Date(world.overture.store.now() + 3_600_000).toISOString()
  const patch = (body: object) => ann.patch(`/v1/agents/${me.id}`, body)
  expect((await patch({ alias: 'Annie', signature: 'Best, Ann', capacity: 5 })).body.data).toMatchObject({
    alias: 'Annie',
    displayName: 'Annie',
    signature: 'Best, Ann',
    capacity: 5,
  })
  expect((await patch({ availability: 'away', availableAt: until })).body.data).toMatchObject({
    availability: 'away',
    availableAt: until,
    alias: 'Annie',
  })
  expect((await patch({ availability: 'online', capacity: null, alias: null })).body.data).toMatchObject({
    availability: 'online',
    availableAt: null,
    capacity: null,
    alias: null,
  })
  expect(fieldsIn(await patch({ alias: 'x'.repeat(81), signature: 'x'.repeat(3_001) }))).toEqual(['alias', 'signature'])
  expect(fieldsIn(await patch({ availability: 'away', availableAt: '2000-01-01T00:00:00Z' }))).toEqual(['availableAt'])
  expect(fieldsIn(await patch({ availability: 'gone', capacity: 0, availableAt: 'soon' }))).toEqual([
    'availability',
    'availableAt',
    'capacity',
  ])
  expect((await ann.get('/v1/agents/none')).status).toBe(404)
})

it('nobody says these things for somebody else; roles are for admins, and a team’s set-up for its leads', async () => {
  const [mine, his] = [await idOf(ann), await idOf(ben)]
  expect((await ann.patch(`/v1/agents/${his}`, { alias: 'x' })).status).toBe(403)
  expect((await ann.patch(`/v1/agents/${mine}`, { role: 'admin' })).body.data.role).toBe('admin')
  expect((await ann.patch(`/v1/agents/${mine}`, { role: 'agent' })).body.message).toContain('This is the last admin.')
  expect((await ben.patch(`/v1/agents/${his}`, { role: 'admin' })).status).toBe(403)
  expect((await ann.patch(`/v1/agents/${his}`, { role: 'viewer' })).body.data.role).toBe('viewer')
  for (const answered of [
    await ben.post('/v1/teams', { name: 'His', identifier: 'HIS', channelId: 'C0HIS' }),
    await ben.patch('/v1/teams/SUP', { name: 'His' }),
    await ben.post('/v1/teams/SUP/members', { agentId: his, role: 'lead' }),
    await ben.delete(`/v1/teams/SUP/members/${mine}`),
  ])
    expect(answered.status).toBe(403)
  const { store } = world.overture
  await store.write(tx => setBaseRole(tx, his, 'agent', { id: mine }))
})

it('a channel that another organisation reads is none for a team', async () => {
  const channelId = world.slack.channel('acme-and-tulip').id
  const refused = await ann.post('/v1/teams', { name: 'Open', identifier: 'OPN', channelId })
  expect(refused.body).toMatchObject({ statusCode: 400, errors: [{ field: 'channelId' }] })
  expect(refused.body.message).toContain('shared with another organisation')
})
