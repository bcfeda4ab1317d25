import { afterAll, beforeAll, expect, it } from 'vitest'
import { chatRulesOf, setChatRules } from '../../../src/core/chats/rules.ts'
import { setTeamRole } from '../../../src/core/permissions/roles.ts'
import { suppress } from '../../../src/core/suppressions.ts'
import { teams } from '../../../src/core/teams.ts'
import { unsubscribe } from '../../../src/core/unsubscriptions.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let ben: Program
let agentId: number
const customerIds: number[] = []

const header = { header: 'sendbirddeskapitoken' }
const create = async (email: string, program = ann) =>
  (await program.post('/platform/v1/customers', { sendbirdId: email })).body.id as number

beforeAll(async () => {
  world = await startWorld({ env: { PUBLIC_URL: 'https://overture.test' } })
  ann = await programOf(world, world.ann, header)
  ben = await programOf(world, world.ben, header)
  world.mail.customer('Bob <bob@globex.test>')
  customerIds.push(await create('jane@acme.test'), await create('bob@globex.test'))
  const agents = (await ann.get('/platform/v1/agents')).body.results
  agentId = agents.find((a: { displayName: string }) => a.displayName === world.ann.name).id
})
afterAll(() => world?.close())

const CHAT = [
  ...['id', 'project', 'message', 'messageCount', 'createdBy', 'assignedGroup', 'sentCount', 'respondedCount'],
  ...['closedCount', 'customersList', 'createdAt', 'updatedAt', 'priority'],
]

it('a proactive chat goes to its customers as a mail each, and is answered as Sendbird does', async () => {
  const { status, body } = await ann.post('/platform/v1/proactive_chats', {
    message: 'Our summer hours begin on Monday. We are here from 8 to 16.',
    groupKey: 'sup',
    customerIds,
    agentId,
    priority: 'HIGH',
  })
  expect(status).toBe(201)
  expect(Object.keys(body)).toEqual(expect.arrayContaining(CHAT))
  expect(body).toMatchObject({
    id: 1,
    project: 1,
    message: 'Our summer hours begin on Monday. We are here from 8 to 16.',
    messageCount: 1,
    createdBy: { id: agentId, displayName: 'Ann Archer', status: 'ACTIVE', tier: 'INTERMEDIATE' },
    assignedGroup: { key: 'sup' },
    respondedCount: 0,
    closedCount: 0,
    customersList: customerIds.join(','),
    priority: 'HIGH',
    subject: 'Our summer hours begin on Monday',
    blocked: [],
  })
  expect(Date.parse(body.createdAt)).not.toBeNaN()
  const mail = await world.slack.until(() => world.jane.inbox[0])
  expect(mail.subject).toContain('Our summer hours begin on Monday')
  await world.slack.until(async () => (await ann.get('/platform/v1/proactive_chats/1')).body.sentCount === 2)
  await world.jane.reply(mail, 'Thank you, I will come by on Tuesday to look at it.')
  const answered = await world.slack.until(async () => {
    const chat = (await ann.get('/platform/v1/proactive_chats/1/')).body
    return chat.respondedCount === 1 && chat
  })
  expect(answered).toMatchObject({ id: 1, sentCount: 2, state: 'FINISHED' })
})

it('chats are listed by limit and offset, and looked for', async () => {
  const list = (await ann.get('/platform/v1/proactive_chats?limit=50&offset=0')).body
  expect(list).toMatchObject({ count: 1, next: null, previous: null, results: [{ id: 1 }] })
  const of = async (query: string) => (await ann.get(`/platform/v1/proactive_chats?${query}`)).body.count
  expect(await of(`created_by=${agentId}&group=sup&priority=HIGH&q=summer`)).toBe(1)
  expect(await of('priority=LOW')).toBe(0)
  expect(await of('q=winter')).toBe(0)
  expect(await of('start_date=2020-01-01&end_date=2020-12-31')).toBe(0)
  expect(await of('start_date=2020-01-01&end_date=2999-12-31')).toBe(1)
  expect((await ann.get('/platform/v1/proactive_chats?group=nobody')).status).toBe(400)
})

it('each recipient has a ticket, which is listed with its chat', async () => {
  const list = (await ann.get('/platform/v1/proactive_chat_tickets?limit=1')).body
  expect(list).toMatchObject({ count: 2, results: [{ proactiveChat: 1, proactiveChatCreatedBy: { id: agentId } }] })
  expect(list.next).toContain('offset=1')
  const janes = (await ann.get(`/platform/v1/proactive_chats/1/tickets?customer=${customerIds[0]}`)).body
  expect(janes).toMatchObject({ count: 1, results: [{ customer: { id: customerIds[0] }, messageCount: 2 }] })
  const silent = (await ann.get('/platform/v1/proactive_chat_tickets?status2=PROACTIVE')).body.results
  expect(silent).toMatchObject([{ customer: { email: 'bob@globex.test' }, status2: 'PROACTIVE', issuedAt: null }])
  expect((await ann.get('/platform/v1/proactive_chat_tickets?q=bob')).status).toBe(400)
  expect((await ann.get('/platform/v1/proactive_chats/1/tickets?q=bob')).body.count).toBe(1)
  const { id } = silent[0]
  expect((await ann.get(`/platform/v1/proactive_chat_tickets/${id}`)).body.id).toBe(id)
})

it('a follow-up goes to those who have not answered, and one to a single recipient', async () => {
  const followed = await ann.post('/platform/v1/proactive_chats/1/follow_up_message', { message: 'Have you seen it?' })
  expect(followed.status).toBe(201)
  expect(followed.body).toMatchObject({ step: 1, recipients: 1, chat: { id: 1, messageCount: 2 } })
  const bob = world.mail.customer('Bob <bob@globex.test>')
  await world.slack.until(() => bob.inbox.some(m => m.text.includes('Have you seen it?')))
  const [ticket] = (await ann.get('/platform/v1/proactive_chats/1/tickets?q=bob')).body.results
  const one = await ann.post(`/platform/v1/proactive_chat_tickets/${ticket.id}/follow_up_message`, { message: 'Bob?' })
  expect(one).toMatchObject({ status: 201, body: { ticket: ticket.id, message: 'Bob?', isPrivate: false } })
  await world.slack.until(() => bob.inbox.some(m => m.text.includes('Bob?')))
})

const chat = (more: object) => ({
  message: 'Something new.',
  groupKey: 'sup',
  customerIds,
  agentId,
  exclusions: { openTicket: false, writtenToDays: null },
  ...more,
})
const count = async () => (await ann.get('/platform/v1/proactive_chats')).body.count

it('what is missing or names nobody is refused with all faults at once, and nothing is kept', async () => {
  const before = await count()
  const missing = await ann.post('/platform/v1/proactive_chats', {})
  expect(missing).toMatchObject({ status: 400, body: { error: true, code: 400111 } })
  expect(missing.body.errors.map((e: { field: string }) => e.field).sort()).toEqual([
    'agentId',
    'customerIds',
    'groupKey',
    'message',
  ])
  const wrong = await ann.post(
    '/platform/v1/proactive_chats',
    chat({ groupKey: 'no', agentId: 999_999, customerIds: [999_999] }),
  )
  expect(wrong).toMatchObject({ status: 400, body: { code: 400100 } })
  expect(wrong.body.errors.map((e: { field: string }) => e.field)).toEqual(['groupKey', 'agentId', 'customerIds'])
  expect(wrong.body.detail).toBe(wrong.body.message)
  for (const more of [{ customerIds: [] }, { priority: 'SOON' }, { message: ' ' }, { customerIds: ['x'] }])
    expect(await ann.post('/platform/v1/proactive_chats', chat(more))).toMatchObject({ status: 400 })
  expect(await count()).toBe(before)
})

it('whoever must not be written to is told of, and a chat that nobody would get is refused', async () => {
  const { store } = world.overture
  const carol = await create('carol@initech.test')
  await store.write(tx => suppress(tx, 'carol@initech.test', 'It does not exist.', 'bounce'))
  const mixed = await ann.post('/platform/v1/proactive_chats', chat({ customerIds: [carol, customerIds[1]] }))
  expect(mixed).toMatchObject({
    status: 201,
    body: {
      blockedCount: 1,
      blocked: [{ customer: carol, email: 'carol@initech.test', reason: 'It does not exist.' }],
    },
  })
  const before = await count()
  const refused = await ann.post('/platform/v1/proactive_chats', chat({ customerIds: [carol] }))
  expect(refused).toMatchObject({ status: 409, body: { code: 409100, errors: [{ field: 'customerIds' }] } })
  expect(refused.body.message).toContain('It does not exist.')
  expect(await count()).toBe(before)
})

it('the same request twice, or ten times at once, is one chat', async () => {
  const before = await count()
  const headers = { 'idempotency-key': 'summer' }
  const ten = await Promise.all(
    Array.from({ length: 10 }, () => ann.post('/platform/v1/proactive_chats', chat({}), headers)),
  )
  expect(new Set(ten.map(a => a.body.id)).size).toBe(1)
  expect(ten.every(a => a.status === 201)).toBe(true)
  expect(await count()).toBe(before + 1)
  expect((await ann.post('/platform/v1/proactive_chats', chat({ priority: 'LOW' }), headers)).status).toBe(409)
})

it('a chat to more than the team allows waits for somebody else, who approves it', async () => {
  const { store } = world.overture
  await store.write(async tx => {
    for (const team of await teams(tx.q))
      await setChatRules(tx, team.id, { ...chatRulesOf(team), approvalOver: 1, capDays: 0 })
  })
  const waiting = await ann.post('/platform/v1/proactive_chats', chat({ subject: 'For two' }))
  expect(waiting).toMatchObject({ status: 201, body: { state: 'AWAITING_APPROVAL', subject: 'For two', sentCount: 0 } })
  expect(waiting.body.approvalReason).toContain('need approval')
  const url = `/platform/v1/proactive_chats/${waiting.body.id}`
  expect((await ann.patch(url, { state: 'SENDING' })).status).toBe(403)
  expect((await ben.patch(url, { state: 'SENDING' })).body.state).toBe('SENDING')
  const other = (await ann.post('/platform/v1/proactive_chats', chat({ subject: 'Not this one' }))).body
  const stopped = await ben.patch(`/platform/v1/proactive_chats/${other.id}`, { state: 'STOPPED', reason: 'Enough.' })
  expect(stopped).toMatchObject({ status: 200, body: { state: 'STOPPED', reason: 'Ben Bakker stopped it. Enough.' } })
  expect((await ben.patch(`/platform/v1/proactive_chats/${other.id}`, { state: 'PAUSED' })).status).toBe(409)
  expect((await ann.get('/platform/v1/proactive_chats/999')).body).toMatchObject({ error: true, code: 400200 })
})

it('who drafts makes a chat that somebody else sends, and follows nobody up', async () => {
  const { store } = world.overture
  await store.write(async tx => {
    const [team] = await teams(tx.q)
    const handle = world.ben.id
    const agent = await tx.q.selectFrom('agents').select('id').where('handle', '=', handle).executeTakeFirstOrThrow()
    await setTeamRole(tx, agent.id, team?.id as string, 'drafter', agent)
  })
  const drafted = await ben.post('/platform/v1/proactive_chats', chat({ customerIds: [customerIds[0]] }))
  expect(drafted).toMatchObject({ status: 201, body: { state: 'AWAITING_APPROVAL' } })
  expect(drafted.body).toMatchObject({
    approvalReason: 'Its author drafts: somebody else sends it.',
    createdBy: { id: agentId },
    requestedBy: { displayName: 'Ben Bakker' },
  })
  const [ticket] = (await ann.get('/platform/v1/proactive_chats/1/tickets?q=bob')).body.results
  const one = await ben.post(`/platform/v1/proactive_chat_tickets/${ticket.id}/follow_up_message`, { message: 'Bob!' })
  expect(one.status).toBe(403)
  const all = await ben.post('/platform/v1/proactive_chats/1/follow_up_message', { message: 'All!' })
  expect(all.status).toBe(403)
})

it('whoever left such chats is followed up no more, unless they wrote to us', async () => {
  const { store } = world.overture
  const leave = (address: string) =>
    store.write(tx => unsubscribe(tx, { address, kind: 'news', chatId: null, reason: 'They left.', source: 'mail' }))
  await leave('bob@globex.test')
  await leave('jane@acme.test')
  const of = async (q: string) => (await ann.get(`/platform/v1/proactive_chats/1/tickets?q=${q}`)).body.results[0].id
  const follow = async (q: string) =>
    ann.post(`/platform/v1/proactive_chat_tickets/${await of(q)}/follow_up_message`, { message: 'Still there?' })
  expect(await follow('bob')).toMatchObject({ status: 409, body: { message: expect.stringContaining('They left.') } })
  expect((await follow('jane')).status).toBe(201)
})

it('who may only look writes to nobody', async () => {
  const { store } = world.overture
  await store.write(async tx => {
    const [team] = await teams(tx.q)
    const agent = await tx.q
      .selectFrom('agents')
      .select('id')
      .where('handle', '=', world.ben.id)
      .executeTakeFirstOrThrow()
    await setTeamRole(tx, agent.id, team?.id as string, 'viewer', agent)
  })
  const refused = await ben.post('/platform/v1/proactive_chats', chat({}))
  expect(refused).toMatchObject({ status: 403, body: { error: true, code: 403100 } })
  expect(refused.body.message).toContain('You may not write to customers of this team.')
  const follow = await ben.post('/platform/v1/proactive_chats/1/follow_up_message', { message: 'Hello?' })
  expect(follow.status).toBe(403)
  expect((await ben.patch('/platform/v1/proactive_chats/1', { state: 'STOPPED' })).status).toBe(403)
})
