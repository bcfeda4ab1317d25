import { afterAll, beforeAll, expect, it } from 'vitest'
import { agentByHandle } from '../../../src/core/agents.ts'
import { setBaseRole, setTeamRole } from '../../../src/core/permissions/roles.ts'
import { teams } from '../../../src/core/teams.ts'
import type { AgentRow } from '../../../src/db/schema.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let ben: Program
const header = { header: 'sendbirddeskapitoken' }
const at = '/platform/v1'

beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann, header)
  ben = await programOf(world, world.ben, header)
})
afterAll(() => world?.close())

const agentRow = (id: string) => world.overture.store.read(async q => (await agentByHandle(q, id)) as AgentRow)

it('agents are answered as Sendbird tells of them', async () => {
  const { body } = await ann.get(`${at}/agents`)
  expect(body).toMatchObject({ count: 2, next: null, previous: null })
  const [first] = body.results
  expect(Object.keys(first)).toEqual(
    expect.arrayContaining([
      ...['id', 'displayName', 'project', 'user', 'sendbirdId', 'role', 'status', 'connection', 'email'],
      ...['photoThumbnailUrl', 'connectionUpdatedAt', 'tier'],
    ]),
  )
  expect(first).toMatchObject({
    displayName: 'Ann Archer',
    role: 'AGENT',
    status: 'ACTIVE',
    connection: 'ONLINE',
    tier: 'INTERMEDIATE',
  })
  expect((await ann.get(`${at}/agents/${first.id}`)).body).toEqual(first)
  expect((await ann.get(`${at}/agents?limit=1&offset=1`)).body.results).toMatchObject([{ displayName: 'Ben Bakker' }])
  expect((await ann.get(`${at}/agents?status=INACTIVE`)).body.count).toBe(0)
})

it('an agent says whether they may be given tickets; of others an admin does', async () => {
  const [anns, bens] = (await ann.get(`${at}/agents`)).body.results.map((a: { id: number }) => a.id)
  const away = await ann.patch(`${at}/agents/${anns}/connection`, { connection: 'AWAY' })
  expect(away).toMatchObject({ status: 200, body: { id: anns, connection: 'AWAY' } })
  expect((await agentRow(world.ann.id)).availability).toBe('away')
  expect((await ann.patch(`${at}/agents/${anns}/connection`, { connection: 'BUSY' })).status).toBe(400)
  const { store } = world.overture
  const annRow = await agentRow(world.ann.id)
  await store.write(tx => setBaseRole(tx, annRow.id, 'admin', annRow))
  const refused = await ben.patch(`${at}/agents/${anns}/connection`, { connection: 'OFFLINE' })
  expect(refused).toMatchObject({ status: 403, body: { code: 403100 } })
  expect((await ann.patch(`${at}/agents/${bens}/connection`, { connection: 'OFFLINE' })).body.connection).toBe(
    'OFFLINE',
  )
})

it('an agent’s name and role are changed by who may', async () => {
  const [anns, bens] = (await ann.get(`${at}/agents`)).body.results.map((a: { id: number }) => a.id)
  const named = await ben.patch(`${at}/agents/${bens}`, { displayName: 'Benny' })
  expect(named.body.displayName).toBe('Benny')
  expect((await ben.patch(`${at}/agents/${anns}`, { displayName: 'Anna' })).status).toBe(403)
  expect((await ben.patch(`${at}/agents/${bens}`, { role: 'ADMIN' })).status).toBe(403)
  expect((await ann.patch(`${at}/agents/${bens}`, { role: 'ADMIN' })).body.role).toBe('ADMIN')
  expect((await ann.patch(`${at}/agents/${bens}`, { displayName: 'Bennie' })).status).toBe(403) // it is his own to say
  expect((await ann.patch(`${at}/agents/${bens}`, { role: 'AGENT' })).body.role).toBe('AGENT')
  expect((await ben.patch(`${at}/agents/${bens}`, { displayName: '' })).body.displayName).toBe('Ben Bakker')
})

it('groups have a key, and agents are added to them and taken from them', async () => {
  const { body } = await ann.get(`${at}/groups`)
  expect(body).toMatchObject({ count: 1, results: [{ key: 'sup', project: 1, createdBy: null, description: '' }] })
  const [group] = body.results
  expect((await ann.get(`${at}/groups/${group.id}`)).body).toEqual(group)
  expect((await ann.get(`${at}/groups/sup`)).body).toEqual(group)
  const [, { id: bens }] = (await ann.get(`${at}/agents`)).body.results
  const names = (answered: { body: { members: { displayName: string }[] } }) =>
    answered.body.members.map(m => m.displayName)
  const added = await ann.post(`${at}/groups/sup/membership`, { agentId: bens })
  expect(names(added)).toContain('Ben Bakker')
  const [team] = await world.overture.store.read(teams)
  const [annRow, benRow] = [await agentRow(world.ann.id), await agentRow(world.ben.id)]
  await world.overture.store.write(tx => setTeamRole(tx, benRow.id, team?.id as string, 'viewer', annRow))
  await ann.post(`${at}/groups/sup/membership`, { agentIds: [bens] }) // what somebody is in it stays
  expect((await ben.post(`${at}/groups/sup/membership`, { agentId: bens })).status).toBe(403)
  expect((await ben.delete(`${at}/groups/sup/membership?agentId=${bens}`)).status).toBe(403)
  const role = await world.overture.store.read(q =>
    q.selectFrom('team_members').select('role').where('agent_id', '=', benRow.id).executeTakeFirst(),
  )
  expect(role).toEqual({ role: 'viewer' })
  expect(names(await ann.delete(`${at}/groups/${group.id}/membership?agentId=${bens}`))).not.toContain('Ben Bakker')
  expect((await ann.delete(`${at}/groups/sup/membership`)).status).toBe(400)
  expect((await ann.post(`${at}/groups/sup/membership`, { agentId: 999_999 })).status).toBe(400)
})

it('a customer is made once, by an address or by a name of Sendbird’s', async () => {
  const made = await ann.post(`${at}/customers`, {
    sendbirdId: 'user-17',
    displayName: 'Jane Doe',
    email: 'Jane@Acme.test',
  })
  expect(made).toMatchObject({
    status: 201,
    body: {
      sendbirdId: 'user-17',
      displayName: 'Jane Doe',
      email: 'jane@acme.test',
      channelType: 'SENDBIRD',
      project: 1,
    },
  })
  expect(Object.keys(made.body)).toEqual(
    expect.arrayContaining([
      ...[
        'id',
        'sendbirdId',
        'channelType',
        'project',
        'createdAt',
        'displayName',
        'photoThumbnailUrl',
        'customFields',
      ],
    ]),
  )
  const again = await ann.post(`${at}/customers`, { sendbirdId: 'user-17' })
  expect(again).toMatchObject({ status: 200, body: { id: made.body.id } })
  const byAddress = await ann.post(`${at}/customers`, { sendbirdId: 'bob@globex.test', displayName: 'Bob' })
  expect(byAddress).toMatchObject({ status: 201, body: { sendbirdId: 'bob@globex.test', email: 'bob@globex.test' } })
  expect((await ann.get(`${at}/customers?sendbird_id=user-17`)).body).toMatchObject({
    count: 1,
    results: [{ id: made.body.id }],
  })
  expect((await ann.get(`${at}/customers?sendbird_id=user-99`)).body).toMatchObject({ count: 0, results: [] })
  expect((await ann.get(`${at}/customers/${made.body.id}`)).body).toEqual(made.body)
  expect((await ann.get(`${at}/customers?limit=1`)).body).toMatchObject({ count: 2, results: [{ displayName: 'Bob' }] })
  const nowhere = await ann.post(`${at}/customers`, { sendbirdId: 'user-18' })
  expect(nowhere).toMatchObject({ status: 400, body: { errors: [{ field: 'email' }] } })
  const taken = await ann.post(`${at}/customers`, { sendbirdId: 'x', email: 'support@tulip.test' })
  expect(taken).toMatchObject({ status: 400, body: { errors: [{ field: 'email' }] } })
})

it('ten who make the same customer at once make one', async () => {
  const ask = () => ann.post(`${at}/customers`, { sendbirdId: 'user-20', email: 'carol@initech.test' })
  const ten = await Promise.all(Array.from({ length: 10 }, ask))
  expect(new Set(ten.map(a => a.body.id)).size).toBe(1)
  expect(ten.every(a => a.status === 200 || a.status === 201)).toBe(true)
})

it('custom fields are JSON in a text, beside those that are known', async () => {
  const { id } = (await ann.get(`${at}/customers?sendbird_id=user-17`)).body.results[0]
  const filled = await ann.patch(`${at}/customers/${id}/custom_fields`, { customFields: '{"plan":"gold","size":9}' })
  expect(filled.body.customFields).toEqual([
    { key: 'plan', value: 'gold' },
    { key: 'size', value: '9' },
  ])
  const changed = await ann.patch(`${at}/customers/${id}`, { displayName: 'Jane Roe', customFields: { size: null } })
  expect(changed.body).toMatchObject({ displayName: 'Jane Roe', customFields: [{ key: 'plan', value: 'gold' }] })
  for (const customFields of ['{', '[1]', JSON.stringify({ [`k${'x'.repeat(20)}`]: 'y' }), { a: 'x'.repeat(191) }]) {
    const refused = await ann.patch(`${at}/customers/${id}/custom_fields`, { customFields })
    expect(refused).toMatchObject({ status: 400, body: { code: 400100, errors: [{ field: 'customFields' }] } })
  }
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, 'v']))
  expect((await ann.patch(`${at}/customers/${id}`, { customFields: many })).status).toBe(400)
})

it('who may only look changes no customer', async () => {
  const [annRow, benRow] = [await agentRow(world.ann.id), await agentRow(world.ben.id)]
  await world.overture.store.write(tx => setBaseRole(tx, benRow.id, 'viewer', annRow))
  const { id } = (await ben.get(`${at}/customers?sendbird_id=user-17`)).body.results[0]
  for (const { status } of [
    await ben.post(`${at}/customers`, { sendbirdId: 'dave@x.test' }),
    await ben.post(`${at}/customers`, { sendbirdId: 'user-17' }),
    await ben.patch(`${at}/customers/${id}`, { displayName: 'No' }),
    await ben.patch(`${at}/customers/${id}/custom_fields`, { customFields: '{}' }),
  ])
    expect(status).toBe(403)
})
