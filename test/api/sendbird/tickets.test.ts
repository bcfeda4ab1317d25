import { afterAll, beforeAll, expect, it } from 'vitest'
import { addField } from '../../../src/core/fields/define.ts'
import { grantsOf, setGrants } from '../../../src/core/permissions/grants.ts'
import { setTeamRole } from '../../../src/core/permissions/roles.ts'
import { createTeam, teams } from '../../../src/core/teams.ts'
import { ticketByIdentifier } from '../../../src/core/tickets/find.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let ben: Program
const header = { header: 'sendbirddeskapitoken' }

beforeAll(async () => {
  world = await startWorld()
  ann = await programOf(world, world.ann, header)
  ben = await programOf(world, world.ben, header)
  await world.openTicket({ subject: 'A late parcel' })
  await world.openTicket({ subject: 'A wrong bill' })
})
afterAll(() => world?.close())

const get = async (path: string) => (await ann.get(`/platform/v1/tickets${path}`)).body
const idsOf = (list: { results: { identifier: string }[] }) => list.results.map(t => t.identifier)

const TICKET = [
  ...['id', 'project', 'channelName', 'channelUrl', 'createdAt', 'closedAt', 'issuedAt', 'durationTime', 'pendingTime'],
  ...['conversationTime', 'customer', 'status2', 'closeStatus', 'recentAssignment', 'closeComment', 'closeMessage'],
  ...['info', 'messageCount', 'lastMessage', 'priority', 'group', 'relatedChannels', 'customFields'],
  ...['firstResponseTime', 'proactiveChatCreatedBy', 'updatedAt'],
]

it('a ticket is answered with all that Sendbird tells of one', async () => {
  const ticket = await get('/SUP-1')
  expect(Object.keys(ticket)).toEqual(expect.arrayContaining(TICKET))
  expect(ticket).toMatchObject({
    project: 1,
    channelName: 'A late parcel',
    status2: 'PROACTIVE',
    priority: 'MEDIUM',
    messageCount: 1,
    lastMessage: 'Hello Jane, your order is ready.',
    issuedAt: null,
    firstResponseTime: null,
    durationTime: null,
    customer: {
      sendbirdId: 'jane@acme.test',
      channelType: 'SENDBIRD',
      displayName: 'jane@acme.test',
      customFields: [],
    },
    group: { key: 'sup' },
    closeStatus: null,
  })
  expect(Number.isInteger(ticket.id)).toBe(true)
  expect(await get(`/${ticket.id}`)).toEqual(ticket)
  expect((await ann.get(`/platform/v1/tickets/${ticket.id}/`)).body).toEqual(ticket)
})

it('tickets are listed in parts, the newest first or the oldest', async () => {
  const first = await get('?limit=1')
  expect(first).toMatchObject({ count: 2, previous: null })
  expect(idsOf(first)).toEqual(['SUP-2'])
  const second = (await ann.get(first.next.replace(world.overture.url, ''))).body
  expect(idsOf(second)).toEqual(['SUP-1'])
  expect(second.next).toBeNull()
  expect(second.previous).toContain('offset=0')
  expect(idsOf(await get('?order=created_at'))).toEqual(['SUP-1', 'SUP-2'])
  expect(idsOf(await get('?order=created_at&offset=1'))).toEqual(['SUP-2'])
  for (const odd of ['limit=0', 'limit=501', 'offset=-1', 'offset=10001', 'limit=x', 'status2=NEW', 'agent=nobody'])
    expect((await ann.get(`/platform/v1/tickets?${odd}`)).status, odd).toBe(400)
})

it('tickets are found by where they stand, whose they are and what they say', async () => {
  const { channelUrl } = await get('/SUP-1')
  const of = async (query: string) => idsOf(await get(`?${query}`))
  expect(await of('status2=PROACTIVE&group=sup&priority=MEDIUM')).toEqual(['SUP-2', 'SUP-1'])
  expect(await of('status2=PENDING')).toEqual([])
  expect(await of('q=parcel')).toEqual(['SUP-1'])
  expect(await of(`channel_url=${channelUrl}`)).toEqual(['SUP-1'])
  expect(await of('channel_url=nothing')).toEqual([])
  expect(await of('sendbird_id=jane@acme.test')).toEqual(['SUP-2', 'SUP-1'])
  expect(await of('sendbird_id=nobody')).toEqual([])
})

it('a ticket is given its priority and fields, by name or key', async () => {
  await world.overture.store.write(async tx => {
    const [team] = await teams(tx.q)
    const line = { name: 'Order number', kind: 'line', hint: '', options: [], initial: [], visible: false } as const
    await addField(tx, { owner: 'ticket', teamId: team?.id as string }, { ...line, options: [], initial: [] })
  })
  await world.overture.store.write(async tx => {
    const [team] = await teams(tx.q)
    const teamId = team?.id as string
    const form = { hint: '', options: [], initial: [], visible: false }
    await addField(tx, { owner: 'ticket', teamId }, { ...form, name: 'Weight', kind: 'number' })
    await addField(tx, { owner: 'ticket', teamId }, { ...form, name: 'Owner', kind: 'user' })
  })
  const heavy = await ann.patch('/platform/v1/tickets/SUP-1', { customFields: { Weight: 'heavy' } })
  expect(heavy).toMatchObject({ status: 400, body: { errors: [{ field: 'customFields.Weight' }] } })
  const nobody = await ann.patch('/platform/v1/tickets/SUP-1', { customFields: { Owner: 'nobody@tulip.test' } })
  expect(nobody).toMatchObject({ status: 400, body: { errors: [{ field: 'Owner' }] } })
  const both = { Weight: 7, Owner: 'ben@tulip.test' }
  const filled = (await ann.patch('/platform/v1/tickets/SUP-1', { customFields: both })).body.customFields
  expect(filled).toEqual([
    { key: 'Weight', value: '7' },
    { key: 'Owner', value: 'Ben Bakker' },
  ])
  await ann.patch('/platform/v1/tickets/SUP-1', { customFields: { Weight: '', Owner: null } })
  const changed = await ann.patch('/platform/v1/tickets/SUP-1', {
    priority: 'URGENT',
    customFields: JSON.stringify({ 'Order number': 'A-17' }),
  })
  expect(changed.body).toMatchObject({ priority: 'URGENT', customFields: [{ key: 'Order number', value: 'A-17' }] })
  const unknown = await ann.patch('/platform/v1/tickets/SUP-1', { customFields: { Colour: 'red' } })
  expect(unknown).toMatchObject({ status: 400, body: { code: 400100 } })
  expect(unknown.body.message).toContain('There is no field Colour.')
  expect((await ann.patch('/platform/v1/tickets/SUP-1', { customFields: 'no JSON' })).status).toBe(400)
})

it('the customer’s answer is told with its times, and an agent answers it', async () => {
  const mail = world.jane.inbox.find(m => m.subject.includes('parcel'))
  if (!mail) throw new Error('no mail')
  await world.jane.reply(mail, 'Where is it? I have been waiting for a week now.')
  const asked = await world.slack.until(async () => {
    const ticket = await get('/SUP-1')
    return ticket.issuedAt && ticket.status2 === 'PENDING' && ticket
  })
  expect(asked).toMatchObject({ firstResponseTime: null, messageCount: 2 })
  world.wait(60_000)
  expect((await get('/SUP-1')).pendingTime).toBeGreaterThanOrEqual(60)
  const said = await ann.post('/platform/v1/tickets/SUP-1/messages', { message: 'It is on its way.' })
  expect(said).toMatchObject({ status: 201, body: { message: 'It is on its way.', isPrivate: false } })
  expect(said.body.sender).toMatchObject({ type: 'AGENT' })
  await world.slack.until(() => world.jane.inbox.some(m => m.text.includes('It is on its way.')))
  const note = await ann.post('/platform/v1/tickets/SUP-1/messages', { message: 'She is cross.', isPrivate: true })
  expect(note.body).toMatchObject({ isPrivate: true, deliveryStatus: null })
  const answered = await get('/SUP-1')
  expect(answered.firstResponseTime).toBeGreaterThanOrEqual(60)
  expect(answered.conversationTime).toBeGreaterThanOrEqual(60)
  expect(answered).toMatchObject({ messageCount: 3, lastMessage: 'It is on its way.', status2: 'PROACTIVE' })
  const list = await get('/SUP-1/messages?limit=3')
  expect(list).toMatchObject({ count: 4, previous: null })
  expect(list.results.map((m: { sender: { type: string } }) => m.sender.type)).toEqual(['AGENT', 'CUSTOMER', 'AGENT'])
  expect(world.jane.inbox.some(m => m.text.includes('She is cross.'))).toBe(false)
})

it('the same message under one key is written once, also when ten ask at once', async () => {
  const before = (await get('/SUP-1/messages')).count
  const ask = () => ann.post('/platform/v1/tickets/SUP-1/messages', { message: 'Once.' }, { 'idempotency-key': 'once' })
  const ten = await Promise.all(Array.from({ length: 10 }, ask))
  expect(new Set(ten.map(a => a.body.id)).size).toBe(1)
  expect((await get('/SUP-1/messages')).count).toBe(before + 1)
})

it('a ticket is closed with a last word, and opened again', async () => {
  const closed = await ann.patch('/platform/v1/tickets/SUP-1/close', {
    closeComment: 'It arrived.',
    closeMessage: 'Glad that it arrived. Goodbye!',
  })
  expect(closed).toMatchObject({
    status: 200,
    body: {
      status2: 'CLOSED',
      closeStatus: 'AGENT',
      closeComment: 'It arrived.',
      closeMessage: 'Glad that it arrived. Goodbye!',
    },
  })
  expect(closed.body.durationTime).toBeGreaterThanOrEqual(60)
  await world.slack.until(() => world.jane.inbox.some(m => m.text.includes('Goodbye!')))
  const again = await ann.patch('/platform/v1/tickets/SUP-1/close', { closeMessage: 'Goodbye again!' })
  expect(again.body.closeMessage).toBe('Glad that it arrived. Goodbye!')
  expect(idsOf(await get('?status2=CLOSED'))).toEqual(['SUP-1'])
  const open = (await ann.patch('/platform/v1/tickets/SUP-1/reopen')).body
  expect(open).toMatchObject({ closedAt: null, closeComment: null, closeMessage: null })
  expect(['PENDING', 'ACTIVE']).toContain(open.status2)
})

it('a ticket is moved to where it stands by hand', async () => {
  const move = async (status2: string) => {
    const { status, body } = await ann.patch('/platform/v1/tickets/SUP-1', { status2 })
    return status === 200 ? body.status2 : [status, body.errors[0].field]
  }
  for (const status2 of ['ACTIVE', 'IDLE', 'PENDING', 'CLOSED', 'PROACTIVE', 'PENDING'])
    expect(await move(status2)).toBe(status2)
  expect(await move('INITIALIZED')).toEqual([400, 'status2'])
  expect(await move('WORK_IN_PROGRESS')).toEqual([400, 'status2'])
})

it('a program may say that it sends JSON, and send nothing', async () => {
  const json = { 'content-type': 'application/json; charset=utf8' }
  const reopened = await ann.patch('/platform/v1/tickets/SUP-1/reopen', '', json)
  expect(reopened.status).toBe(200)
  const missing = await ann.post('/platform/v1/proactive_chats', '', json)
  expect(missing).toMatchObject({ status: 400, body: { code: 400111 } })
  expect(await ann.post('/platform/v1/proactive_chats', '{', json)).toMatchObject({
    status: 400,
    body: { code: 400100 },
  })
})

it('a ticket is given to an agent, and moved to another group', async () => {
  const [, agent] = (await ann.get('/platform/v1/agents')).body.results
  const given = (await ann.post('/platform/v1/tickets/SUP-1/assign', { agentId: agent.id })).body
  expect(given).toMatchObject({ status2: 'ACTIVE', recentAssignment: { agent: { id: agent.id } } })
  expect(idsOf(await get(`?agent=${agent.id}`))).toEqual(['SUP-1'])
  await world.overture.store.write(async tx => {
    const place = world.slack.channel('general').id
    const form = { name: 'Billing', prefix: 'BIL', place, replyMode: 'ask', holdMs: 0, signature: '' } as const
    const id = await createTeam(tx, form)
    const [first] = await teams(tx.q)
    const sender = await tx.q.selectFrom('senders').selectAll().executeTakeFirstOrThrow()
    await tx.q
      .insertInto('senders')
      .values({ ...sender, id: 'bills', team_id: id, address: 'bills@tulip.test' })
      .execute()
    expect(first?.id).not.toBe(id)
  })
  const { id } = given
  const moved = await ann.post('/platform/v1/tickets/transfer_to_group', {
    tickets: [id],
    status: 'PENDING',
    groupKey: 'bil',
  })
  expect(moved).toMatchObject({
    status: 200,
    body: { results: [{ id, group: { key: 'bil' }, status2: 'PENDING', recentAssignment: null, identifier: 'SUP-1' }] },
  })
  const unknown = await ann.post('/platform/v1/tickets/transfer_to_group', { tickets: [999_999], groupKey: 'bil' })
  expect(unknown).toMatchObject({ status: 400, body: { errors: [{ field: 'tickets' }] } })
  const nowhere = await ann.post('/platform/v1/tickets/transfer_to_group', { tickets: [id], groupKey: 'none' })
  expect(nowhere).toMatchObject({ status: 400, body: { errors: [{ field: 'groupKey' }] } })
})

it('a key may do what its agent may', async () => {
  const { store } = world.overture
  await store.write(async tx => {
    const handle = world.ben.id
    const agent = await tx.q.selectFrom('agents').select('id').where('handle', '=', handle).executeTakeFirstOrThrow()
    for (const team of await teams(tx.q)) await setTeamRole(tx, agent.id, team.id, 'viewer', agent)
  })
  const { id } = await get('/SUP-2')
  expect((await ben.get(`/platform/v1/tickets/${id}`)).status).toBe(200)
  const refused = [
    await ben.patch(`/platform/v1/tickets/${id}`, { priority: 'LOW' }),
    await ben.patch(`/platform/v1/tickets/${id}/close`, {}),
    await ben.patch(`/platform/v1/tickets/${id}/reopen`),
    await ben.post(`/platform/v1/tickets/${id}/assign`, { agentId: null }),
    await ben.post(`/platform/v1/tickets/${id}/messages`, { message: 'Hello' }),
    await ben.post(`/platform/v1/tickets/${id}/messages`, { message: 'Hello', isPrivate: true }),
    await ben.post('/platform/v1/tickets/transfer_to_group', { tickets: [id], groupKey: 'bil' }),
  ]
  for (const { status, body } of refused) expect({ status, code: body.code }).toEqual({ status: 403, code: 403100 })
  await store.write(async tx => {
    const agent = await tx.q
      .selectFrom('agents')
      .selectAll()
      .where('handle', '=', world.ben.id)
      .executeTakeFirstOrThrow()
    await setGrants(tx, 'viewer', { ...(await grantsOf(tx.q)).viewer, view: 'own' }, agent)
  })
  expect((await ben.get(`/platform/v1/tickets/${id}`)).status).toBe(403)
  expect((await ben.get(`/platform/v1/tickets/${id}/messages`)).status).toBe(403)
  expect((await ben.get('/platform/v1/tickets')).body).toMatchObject({ count: 0, results: [] })
  const { channelUrl } = await get('/SUP-2')
  expect((await ben.get(`/platform/v1/tickets?channel_url=${channelUrl}`)).body.count).toBe(0)
})

it('what is not there is refused in Sendbird’s words', async () => {
  for (const path of ['tickets/999999', 'tickets/nothing', 'tickets/SUP-99', 'agents/x', 'groups/x', 'customers/x'])
    expect((await ann.get(`/platform/v1/${path}`)).body, path).toMatchObject({ error: true, code: 400200 })
  const { status, body } = await ann.get('/platform/v1/nowhere')
  expect({ status, code: body.code }).toEqual({ status: 404, code: 400200 })
  const bare = await fetch(`${world.overture.url}/platform/v1/tickets`)
  expect([bare.status, (await bare.json()).code]).toEqual([401, 401121])
  const ticket = await world.overture.store.read(q => ticketByIdentifier(q, 'SUP-2'))
  expect((await ann.get(`/platform/v1/tickets/${ticket.id}`)).body.identifier).toBe('SUP-2')
})
