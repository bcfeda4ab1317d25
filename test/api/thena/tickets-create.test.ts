import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { agentById } from '../../../src/core/agents.ts'
import { addField } from '../../../src/core/fields/define.ts'
import { addForm } from '../../../src/core/fields/forms.ts'
import { keepUpload } from '../../../src/core/programs/uploads.ts'
import { createTeam, teams } from '../../../src/core/teams.ts'
import { ticketById } from '../../../src/core/tickets/find.ts'
import { hired } from '../../support/hired.ts'
import { type Program, programOf } from '../../support/program.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program

beforeAll(async () => {
  world = await startWorld({ env: { HOOKS_LOCAL: 'true' } })
  await hired(world)
  ann = await programOf(world, world.ann)
})
afterAll(() => world?.close())

const toJane = { title: 'Your parcel', requestorEmail: 'Jane Doe <jane@acme.test>', teamId: 'SUP' }
const byMail = { ...toJane, isPrivate: false, isProactive: true, proactiveChannels: ['email'] }

const rows = () =>
  world.overture.store.read(async q => {
    const tables = [
      'tickets',
      'messages',
      'deliveries',
      'customers',
      'api_facts',
      'events',
      'threads',
      'api_answers',
    ] as const
    const counts: Record<string, number> = {}
    for (const table of tables) counts[table] = (await q.selectFrom(table).selectAll().execute()).length
    return counts
  })

it('a proactive ticket by mail is mailed, shown in Slack, and answered whole', async () => {
  const { status, body } = await ann.post('/v1/tickets', { ...byMail, description: 'It is on its way.' })
  expect(status).toBe(201)
  expect(body).toMatchObject({ status: true, message: 'Success' })
  expect(body.data).toMatchObject({
    title: 'Your parcel',
    ticketIdentifier: 'SUP-1',
    description: 'It is on its way.',
    status: 'Waiting on customer',
    isPrivate: false,
    isProactive: true,
    proactiveChannels: ['email'],
    requestorEmail: 'jane@acme.test',
    customerContactFirstName: 'Jane',
    customerContactLastName: 'Doe',
    submitterEmail: 'ann@tulip.test',
  })
  const mail = await mailWith('It is on its way.')
  expect(mail).toMatchObject({ subject: 'Your parcel', from: { address: 'support@tulip.test' } })
  await cardWith('Your parcel')
})

it('every field of the documents is taken, and given back', async () => {
  const { fieldId, formId } = await setUp()
  const { status, body } = await ann.post('/v1/tickets', {
    ...byMail,
    title: 'Every field',
    assignedAgentId: await idOf('Ben'),
    assignedAgentEmail: 'ann@tulip.test',
    description: 'What it is about.',
    dueDate: '2030-01-31T10:00:00.000Z',
    submitterEmail: 'boss@tulip.test',
    priorityId: 'high',
    priorityName: 'Low',
    sentimentId: 'S1',
    metadata: { order: { number: 7 } },
    typeId: 'T1',
    source: 'EMAIL',
    aiGeneratedTitle: 'A title',
    aiGeneratedSummary: 'A summary',
    customFieldValues: [{ fieldId, value: 'Tulips' }],
    formId,
    commentContentHtml: '<p>Hello <b>Jane</b>, a comment.</p>',
    commentMetadata: { from: 'crm' },
    commentImpersonatedUserName: 'A robot',
    deDuplicationKey: 'every-field',
    type: 'INCIDENT',
    tags: ['vip', 'late'],
    customFields: {},
    somethingElse: 'is left out',
  })
  expect(status).toBe(201)
  expect(body.data).toMatchObject({
    title: 'Every field',
    description: 'What it is about.',
    dueDate: '2030-01-31T10:00:00.000Z',
    assignedAgentEmail: 'ben@tulip.test',
    submitterEmail: 'boss@tulip.test',
    priority: 'High',
    sentimentId: 'S1',
    metadata: { order: { number: 7 } },
    typeId: 'T1',
    type: 'INCIDENT',
    source: 'EMAIL',
    aiGeneratedTitle: 'A title',
    aiGeneratedSummary: 'A summary',
    customFieldValues: [{ fieldId, name: 'Flower', value: 'Tulips' }],
    customFields: { Flower: 'Tulips' },
    formId,
    tags: ['late', 'vip'],
    statusId: 'awaiting_customer',
  })
  expect(body.data).not.toHaveProperty('somethingElse')
  for (const key of DOCUMENTED) expect(body.data, key).toHaveProperty(key)
  expect(body.data.comment).toMatchObject({
    content: 'Hello Jane, a comment.',
    contentHtml: '<p>Hello <strong>Jane</strong>, a comment.</p>',
    commentVisibility: 'public',
    authorUserType: 'AGENT',
    metadata: { from: 'crm' },
    impersonatedUserName: 'A robot',
  })
  const mail = await mailWith('a comment.')
  expect(mail.text).not.toContain('What it is about.')
  expect((await ann.get(`/v1/tickets/${body.data.ticketIdentifier}`)).body.data).toMatchObject({ typeId: 'T1' })
})

it('a private ticket, and one for other channels than mail, is for the team alone', async () => {
  for (const way of [
    { isPrivate: true },
    { ...byMail, isPrivate: true },
    { isProactive: true },
    { ...byMail, proactiveChannels: ['slack'] },
  ]) {
    const { status, body } = await ann.post('/v1/tickets', {
      ...toJane,
      description: 'Among us.',
      proactiveChannels: null,
      ...way,
    })
    expect(status).toBe(201)
    expect(body.data).toMatchObject({ isPrivate: true, status: 'Internal', lastComment: null })
  }
  await world.settle()
  expect(world.jane.inbox.some(m => m.text.includes('Among us.'))).toBe(false)
})

it('what is neither private nor proactive is what the customer wrote, and they are answered by mail', async () => {
  const { status, body } = await ann.post('/v1/tickets', {
    ...toJane,
    title: 'From the web form',
    description: 'Where is it?',
  })
  expect(status).toBe(201)
  expect(body.data).toMatchObject({ status: 'Open', isPrivate: false, isProactive: false, source: 'API' })
  expect(body.data.lastCustomerComment).toBe(body.data.createdAt)
  const card = await cardWith('From the web form')
  expect(JSON.stringify(card.blocks)).toContain('Where is it?')
  await world.settle()
  expect(world.jane.inbox.some(m => m.text.includes('Where is it?'))).toBe(false)
  await world.ann.say({ channel: 'support', thread_ts: card.ts, text: 'It is here.' })
  const ask = await world.slack.until(() => world.ann.ephemerals().find(e => e.text.includes('Send this to')))
  await world.ann.click({ ephemeral: ask.id }, 'send_message')
  expect(await mailWith('It is here.')).toMatchObject({ to: [{ address: 'jane@acme.test' }] })
})

it('a ticket with no more than the three fields that are required begins with its title', async () => {
  const { status, body } = await ann.post('/v1/tickets', { ...toJane, title: 'Only a title' })
  expect(status).toBe(201)
  expect(body.data).toMatchObject({ title: 'Only a title', description: null })
  expect(JSON.stringify((await cardWith('Only a title')).blocks)).toContain('Only a title')
})

it('all that is wrong is said at once, by the names that were given', async () => {
  const before = await rows()
  const types = await ann.post('/v1/tickets', {
    title: 7,
    teamId: 'SUP',
    metadata: 'none',
    isPrivate: 'yes',
    proactiveChannels: ['fax'],
  })
  expect(types.status).toBe(400)
  const at = types.body.errors.map((e: { field: string }) => e.field)
  for (const field of ['title', 'requestorEmail', 'metadata', 'isPrivate', 'proactiveChannels.0'])
    expect(at).toContain(field)
  const cases: [object, string][] = [
    [{ teamId: 'NONE' }, 'teamId'],
    [{ requestorEmail: 'nobody' }, 'requestorEmail'],
    [{ requestorEmail: 'support@tulip.test' }, 'requestorEmail'],
    [{ title: ' ' }, 'title'],
    [{ assignedAgentId: 'x', assignedAgentEmail: 'ann@tulip.test' }, 'assignedAgentId'],
    [{ assignedAgentEmail: 'x@tulip.test' }, 'assignedAgentEmail'],
    [{ accountId: 'x' }, 'accountId'],
    [{ statusId: 'x', statusName: 'Open' }, 'statusId'],
    [{ statusName: 'x' }, 'statusName'],
    [{ priorityId: 'x' }, 'priorityId'],
    [{ priorityName: 'x' }, 'priorityName'],
    [{ formId: 'x' }, 'formId'],
    [{ customFieldValues: [{ fieldId: 'x', value: 1 }] }, 'customFieldValues.0'],
    [{ customFields: { x: 1 } }, 'customFields.x'],
    [{ closedAt: '2990-01-01T00:00:00Z' }, 'closedAt'],
    [{ closedAt: '2020-01-01T00:00:00Z', closedById: 'x' }, 'closedById'],
    [{ dueDate: '0000-01-01T00:00:00Z' }, 'dueDate'],
    [{ customerId: 'x' }, 'customerId'],
    [{ tags: ['x'.repeat(61)] }, 'tags'],
    [{ description: '', commentContent: ' ', ...byMail }, 'description'],
    [{ metadata: { long: 'x'.repeat(20_000) } }, 'metadata'],
  ]
  for (const [wrong, field] of cases) {
    const { status, body } = await ann.post('/v1/tickets', { ...toJane, description: 'Hello.', ...wrong })
    expect([status, body.errors.map((e: { field: string }) => e.field)], field).toEqual([
      400,
      expect.arrayContaining([field]),
    ])
  }
  const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
  const endless = await ann.post('/v1/tickets', `{"title":${deep}}`, { 'content-type': 'application/json' })
  expect([endless.status, endless.body.message]).toEqual([400, 'This is nested more than 100 deep.'])
  const many = await ann.post('/v1/tickets', { ...toJane, priorityId: 'x', statusId: 'y', assignedAgentId: 'z' })
  expect(many.body.errors).toHaveLength(3)
  expect(await rows()).toEqual(before)
})

it('files go with its first message: those that were handed in, and those that are named by their URLs', async () => {
  const { agent_id } = await world.overture.store.read(q =>
    q.selectFrom('api_keys').select('agent_id').executeTakeFirstOrThrow(),
  )
  const kept = { name: 'invoice.txt', type: 'text/plain', bytes: Buffer.from('7 tulips') }
  const handedIn = await world.overture.store.write(async tx => keepUpload(tx, await agentById(tx.q, agent_id), kept))
  const site = createServer((_, response) => response.setHeader('content-type', 'text/plain').end('a parcel')).listen(
    0,
    '127.0.0.1',
  )
  await once(site, 'listening')
  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/parcel.txt`
  const asked = {
    ...byMail,
    description: 'With files.',
    commentAttachmentIds: [handedIn],
    attachmentUrls: [url],
    deDuplicationKey: 'files',
  }
  const { status, body } = await ann.post('/v1/tickets', asked)
  expect(status).toBe(201)
  expect(body.data.comment.attachments.map((a: { name: string }) => a.name).sort()).toEqual([
    'invoice.txt',
    'parcel.txt',
  ])
  site.close()
  expect((await ann.post('/v1/tickets', asked)).status).toBe(200) // nothing is fetched or taken again
  const mail = await mailWith('With files.')
  expect(mail.attachments.map(a => a.name).sort()).toEqual(['invoice.txt', 'parcel.txt'])
  const gone = await ann.post('/v1/tickets', { ...byMail, description: 'x', commentAttachmentIds: [handedIn] })
  expect([gone.status, gone.body.errors[0].field]).toEqual([400, 'commentAttachmentIds'])
  const shut = await ann.post('/v1/tickets', { ...byMail, description: 'x', attachmentUrls: ['http://10.0.0.1/x'] })
  expect([shut.status, shut.body.errors[0].field]).toEqual([400, expect.stringMatching(/^attachmentUrls/)])
})

it('what was closed elsewhere comes in closed, at its own time', async () => {
  const { status, body } = await ann.post('/v1/tickets', {
    ...{ ...toJane, title: 'An old one', description: 'It was late.' },
    ...{ createdAt: '2024-01-01T00:00:00Z', closedAt: '2024-01-02T00:00:00+01:00', closedById: 'ben@tulip.test' },
  })
  expect(status).toBe(201)
  expect(body.data).toMatchObject({
    status: 'Closed',
    createdAt: '2024-01-01T00:00:00.000Z',
    closedAt: '2024-01-01T23:00:00.000Z',
    closedByEmail: 'ben@tulip.test',
    lastCustomerComment: '2024-01-01T00:00:00.000Z',
  })
  expect(
    (await ann.post('/v1/tickets', { ...byMail, description: 'x', closedAt: '2024-01-02T00:00:00Z' })).body.errors,
  ).toMatchObject([{ field: 'closedAt' }])
})

it('a ticket is given out at once where that is asked for, and only there', async () => {
  const queued = async (more: object) => {
    const { id } = (await ann.post('/v1/tickets', { ...toJane, description: 'Whose?', ...more })).body.data
    const { queued_at } = await world.overture.store.read(q => ticketById(q, id))
    return queued_at !== null
  }
  expect(await queued({ performRouting: true })).toBe(true) // nobody is there, so it waits
  expect(await queued({ performRouting: true, assignedAgentEmail: 'ben@tulip.test' })).toBe(false)
  expect(await queued({ performRouting: false })).toBe(false)
  expect(await queued({})).toBe(false)
})

it('nothing is opened in a team that is no more', async () => {
  const form = { name: 'Old', prefix: 'OLD', place: 'C0OLD', replyMode: 'ask', holdMs: 0, signature: '' } as const
  const teamId = await world.overture.store.write(async tx => {
    const id = await createTeam(tx, form)
    await tx.q.updateTable('teams').set({ archived_at: tx.now }).where('id', '=', id).execute()
    return id
  })
  for (const way of [toJane, { ...toJane, isPrivate: true }]) {
    const { status, body } = await ann.post('/v1/tickets', { ...way, teamId })
    expect([status, body.errors[0]]).toEqual([400, { field: 'teamId', message: 'The team Old is no more.' }])
  }
})

it('nothing is taken in from whom we are not to hear of', async () => {
  const at = { address: 'spam@initech.test', reason: 'Spam.', created_at: 0, until_at: null, ended_at: null }
  await world.overture.store.write(async tx => {
    const { id } = await tx.q.selectFrom('agents').select('id').limit(1).executeTakeFirstOrThrow()
    await tx.q
      .insertInto('bans')
      .values({ ...at, created_by: id })
      .execute()
  })
  const { status, body } = await ann.post('/v1/tickets', { ...toJane, requestorEmail: 'spam@initech.test' })
  expect([status, body.errors]).toEqual([
    409,
    [{ field: 'requestorEmail', message: 'Nothing from spam@initech.test is taken in: Spam.' }],
  ])
})

it('a company is given to a customer who has none, and is not taken from one who has', async () => {
  const accountId = (await ann.get('/v1/tickets/SUP-1')).body.data.accountId
  const other = await ann.post('/v1/tickets', {
    ...toJane,
    requestorEmail: 'kim@gmail.com',
    description: 'x',
    accountId,
  })
  expect(other.body.data).toMatchObject({ accountId, account: 'Acme' })
  const globex = (await ann.post('/v1/tickets', { ...toJane, requestorEmail: 'bob@globex.test', description: 'x' }))
    .body.data.accountId
  const refused = await ann.post('/v1/tickets', { ...toJane, description: 'x', accountId: globex })
  expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'accountId'])
  const fresh = await ann.post('/v1/tickets', {
    ...toJane,
    requestorEmail: 'new@initech.test',
    description: 'x',
    accountId,
  })
  expect(fresh.body.data).toMatchObject({ account: 'Acme' })
})

it('the same de-duplication key is the same ticket, whichever kind it is, and another body under it is refused', async () => {
  for (const way of [byMail, { ...toJane, isPrivate: true }, toJane]) {
    const asked = { ...way, description: 'Once.', deDuplicationKey: `once ${JSON.stringify(way).length}` }
    const all = await Promise.all(Array.from({ length: 10 }, () => ann.post('/v1/tickets', asked)))
    expect(all.map(a => a.status).sort()).toEqual([...Array(9).fill(200), 201])
    expect(new Set(all.map(a => a.body.data.id)).size).toBe(1)
    expect((await ann.post('/v1/tickets', { ...asked, title: 'Another' })).status).toBe(409)
  }
  await world.settle()
  expect(world.jane.inbox.filter(m => m.text.includes('Once.'))).toHaveLength(1)
})

it('the same request under the same Idempotency-Key is done once', async () => {
  const once = { 'idempotency-key': 'one of ten' }
  const all = await Promise.all(Array.from({ length: 10 }, () => ann.post('/v1/tickets', toJane, once)))
  expect(all.map(a => a.status)).toEqual(Array(10).fill(201))
  expect(new Set(all.map(a => a.body.data.id)).size).toBe(1)
  expect((await ann.post('/v1/tickets', { ...toJane, title: 'Other' }, once)).status).toBe(409)
})

it('without a sender nothing is opened that customers are to have mail of, and the refusal says what to do', async () => {
  await world.overture.store.write(tx => tx.q.updateTable('senders').set({ removed_at: tx.now }).execute())
  const before = await rows()
  for (const way of [byMail, toJane]) {
    const { status, body } = await ann.post('/v1/tickets', {
      ...way,
      requestorEmail: 'new@customer.test',
      description: 'Hello.',
    })
    expect([status, body.message]).toEqual([
      400,
      expect.stringContaining('This team has no address to send from. Add one in Set-up.'),
    ])
  }
  expect(await rows()).toEqual(before)
  expect((await ann.post('/v1/tickets', { ...toJane, isPrivate: true, description: 'x' })).status).toBe(201)
  await world.overture.store.write(tx => tx.q.updateTable('senders').set({ removed_at: null }).execute())
})

it('nobody opens by a key what they may not open in Slack, and what a drafter opens waits', async () => {
  const role = (who: string, role: 'viewer' | 'drafter' | null) =>
    world.overture.store.write(tx =>
      tx.q.updateTable('agents').set({ role }).where('email', '=', `${who.toLowerCase()}@tulip.test`).execute(),
    )
  const ben = await programOf(world, world.ben)
  await role('Ben', 'viewer')
  for (const way of [byMail, toJane, { ...toJane, isPrivate: true }]) {
    const { status, body } = await ben.post('/v1/tickets', { ...way, description: 'Hello.' })
    expect([status, body.message]).toEqual([403, expect.stringContaining('You may not open tickets in this team.')])
  }
  let fetched = 0
  const site = createServer((_, response) => response.end(String(++fetched))).listen(0, '127.0.0.1')
  await once(site, 'listening')
  const attachmentUrls = [`http://127.0.0.1:${(site.address() as AddressInfo).port}/x.txt`]
  expect((await ben.post('/v1/tickets', { ...byMail, description: 'x', attachmentUrls })).status).toBe(403)
  expect((await ann.post('/v1/tickets', { ...byMail, teamId: 'NONE', attachmentUrls })).status).toBe(400)
  expect(fetched).toBe(0) // nothing is asked for what would be refused
  site.close()
  await role('Ben', 'drafter')
  const { status, body } = await ben.post('/v1/tickets', { ...byMail, description: 'Hello from a drafter.' })
  expect([status, body.data.isPrivate]).toEqual([201, true])
  await world.settle()
  expect(world.jane.inbox.some(m => m.text.includes('Hello from a drafter.'))).toBe(false)
  await role('Ben', null)
  const reader = await programOf(world, world.ben, { scopes: ['tickets:read'] })
  expect((await reader.post('/v1/tickets', toJane)).status).toBe(403)
})

const mailWith = (text: string) => world.slack.until(() => world.jane.inbox.find(m => m.text.includes(text)))
const cardWith = (text: string) =>
  world.slack.until(() =>
    world.slack
      .channel('support')
      .messages()
      .find(m => m.bot_id && m.text.includes(text)),
  )

const idOf = (name: string) =>
  world.overture.store.read(
    async q =>
      (
        await q
          .selectFrom('agents')
          .select('id')
          .where('email', '=', `${name.toLowerCase()}@tulip.test`)
          .executeTakeFirstOrThrow()
      ).id,
  )

function setUp() {
  return world.overture.store.write(async tx => {
    const [team] = await teams(tx.q)
    const teamId = team?.id ?? ''
    const owner = { owner: 'ticket', teamId } as const
    const fieldId = await addField(tx, owner, {
      name: 'Flower',
      kind: 'line',
      hint: '',
      options: [],
      initial: [],
      visible: false,
    })
    const formId = await addForm(tx, teamId, {
      name: 'Flowers',
      priority: 'low',
      fields: [{ id: fieldId, required: 'creation' }],
    })
    return { fieldId, formId }
  })
}

/** As the documents of the API print them. */
const TEAM =
  'Id Name Identifier Icon Color OrganizationId ParentTeamId Description ConfigurationId TeamOwnerId IsActive IsPrivate CreatedAt UpdatedAt DeletedAt ArchivedAt'.split(
    ' ',
  )
const DOCUMENTED = [
  ...'id ticketIdentifier title ticketId description source accountId status statusId priority priorityId storyPoints account'.split(
    ' ',
  ),
  ...TEAM.flatMap(key => [`team${key}`, `subTeam${key}`]),
  ...'isPrivate typeId type assignedAgent assignedAgentId assignedAgentEmail assignedAgentAvatar requestorEmail'.split(
    ' ',
  ),
  ...'customerContactId customerContactFirstName customerContactLastName customerContactEmail submitterEmail'.split(
    ' ',
  ),
  ...'customFieldValues deletedAt archivedAt createdAt updatedAt formId aiGeneratedTitle aiGeneratedSummary sentiment'.split(
    ' ',
  ),
  ...'sentimentId lastCustomerComment lastVendorComment closedAt closedBy closedById closedByEmail lastComment comment'.split(
    ' ',
  ),
]

it('the sample of Thena’s concept page is a ticket of the customer whom it names by their id', async () => {
  const jane = await ann.post('/v1/customers', { email: 'sam@sample.test', firstName: 'Sam' })
  for (const name of ['Impacted system', 'deviceType'])
    await ann.post('/v1/custom-field', { name, source: 'ticket', fieldType: 'single_line', teamId: 'SUP' })
  const sample = {
    title: 'Unable to access account',
    description: 'Customer reported login issues on mobile app',
    type: 'INCIDENT',
    priority: 'HIGH',
    status: 'NEW',
    source: 'EMAIL',
    customerId: jane.body.data.id,
    teamId: 'SUP',
    tags: ['mobile-app', 'login'],
    customFields: { 'Impacted system': 'Mobile Authentication', deviceType: 'iOS' },
  }
  const { status, body } = await ann.post('/v1/tickets', sample)
  expect([status, body.message]).toEqual([201, 'Success'])
  expect(body.data).toMatchObject({
    requestorEmail: 'sam@sample.test',
    customerId: jane.body.data.id,
    type: 'INCIDENT',
    priority: 'High',
    source: 'EMAIL',
    tags: ['login', 'mobile-app'],
    customFields: sample.customFields,
    uid: body.data.id,
    number: body.data.ticketId,
  })
  const { customerId: _, ...ofNobody } = sample
  const refused = await ann.post('/v1/tickets', { ...ofNobody, tags: 'mobile-app' })
  expect([refused.status, refused.body.errors]).toEqual([
    400,
    [
      { field: 'tags', message: 'This must be a list, not text.' },
      { field: 'requestorEmail', message: 'This, or a customerId, is needed.' },
    ],
  ])
  const elsewhere = await ann.post('/v1/tickets', { ...sample, teamId: 'team-456', customerId: 'cust-123' })
  expect(elsewhere.body.errors).toEqual([
    { field: 'teamId', message: 'There is no team “team-456”.' },
    { field: 'customerId', message: 'There is no customer “cust-123”.' },
  ])
})
