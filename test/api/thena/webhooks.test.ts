import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { actorOf, agentByHandle } from '../../../src/core/agents.ts'
import { fromText } from '../../../src/core/document.ts'
import { postMessage } from '../../../src/core/messages/post.ts'
import { setBaseRole } from '../../../src/core/permissions/roles.ts'
import { setPriority } from '../../../src/core/tickets/change.ts'
import { ticketByIdentifier } from '../../../src/core/tickets/find.ts'
import { type HookSink, isSignedBy, type Received, startHookSink } from '../../support/hook-sink.ts'
import { type Program, programOf } from '../../support/program.ts'
import { until } from '../../support/until.ts'
import { startWorld, type World } from '../../support/world.ts'

let world: World
let ann: Program
let sink: HookSink

beforeAll(async () => {
  world = await startWorld({ env: { HOOKS_LOCAL: 'true' } })
  ann = await programOf(world, world.ann)
  await world.openTicket()
  await world.settle()
})
afterAll(() => world?.close())

beforeEach(async () => {
  sink = await startHookSink()
})
afterEach(async () => {
  for (const { id } of (await ann.get('/v1/webhooks')).body.data) await ann.delete(`/v1/webhooks/${id}`)
  await sink.close()
})

const subscribe = async (given: object = {}) => {
  const { status, body } = await ann.post('/v1/webhooks', { url: sink.url, ...given })
  expect(status).toBe(201)
  return body.data
}
const store = () => world.overture.store
const prioritise = async (priority: 'low' | 'medium' | 'high' | 'urgent') => {
  const agent = await store().read(q => agentByHandle(q, world.ann.id))
  if (!agent) throw new Error('Nobody.')
  await store().write(async tx =>
    setPriority(tx, (await ticketByIdentifier(tx.q, 'SUP-1')).id, priority, actorOf(agent)),
  )
}
const say = async (text: string, visibility: 'public' | 'note') => {
  const agent = await store().read(q => agentByHandle(q, world.ann.id))
  if (!agent) throw new Error('Nobody.')
  return store().write(async tx => {
    const { id } = await ticketByIdentifier(tx.q, 'SUP-1')
    return postMessage(tx, { ticketId: id, author: actorOf(agent), body: fromText(text), visibility })
  })
}
const gotAt = async (n: number) => {
  await until(() => sink.got.length > n)
  return sink.got[n] as Received
}
const deliveries = async (id: string, query = '') => (await ann.get(`/v1/webhooks/${id}/deliveries${query}`)).body.data

describe('a webhook', () => {
  it('is made with every key, its secret is shown once, and it is read, listed, changed and removed', async () => {
    const made = await subscribe({
      description: 'CRM',
      events: ['ticket:comment:created', 'account:*'],
      teamIds: ['SUP'],
    })
    expect(Object.keys(made).sort()).toEqual(
      [
        ...[
          'id',
          'url',
          'description',
          'format',
          'events',
          'teamIds',
          'includePrivate',
          'isActive',
          'offReason',
          'offAt',
        ],
        ...['isSigned', 'secret', 'oldSecretUntil', 'failingSince', 'lastProblem', 'lastDeliveredAt', 'createdBy'],
        ...['createdById', 'createdAt', 'updatedAt'],
      ].sort(),
    )
    expect(made).toMatchObject({
      url: sink.url,
      events: ['ticket:comment:added', 'account:*'],
      includePrivate: false,
      isActive: true,
      createdBy: 'Ann',
    })
    expect(made.secret).toMatch(/^whsec_/)
    const { body } = await ann.get(`/v1/webhooks/${made.id}`)
    expect(body.data).toEqual({ ...made, secret: null })
    expect((await ann.get('/v1/webhooks')).body.data).toEqual([body.data])
    const rows = await store().read(q => q.selectFrom('hooks').select(['url', 'secret']).execute())
    expect(JSON.stringify(rows)).not.toMatch(/secret-path|whsec_/)
    const changed = await ann.patch(`/v1/webhooks/${made.id}`, { events: null, teamIds: null, includePrivate: true })
    expect(changed.body.data).toMatchObject({ events: ['*'], teamIds: null, includePrivate: true, url: sink.url })
    expect((await ann.delete(`/v1/webhooks/${made.id}`)).status).toBe(200)
    expect((await ann.get(`/v1/webhooks/${made.id}`)).status).toBe(404)
  })

  it('is refused with all that is wrong at once', async () => {
    const { status, body } = await ann.post('/v1/webhooks', { url: 'https://10.0.0.1/a', events: ['ticket:sold'] })
    expect(status).toBe(400)
    expect(body.errors).toEqual([
      { field: 'url', message: '10.0.0.1 is not in the public internet.' },
      { field: 'events', message: 'There is no event ticket:sold.' },
    ])
    expect((await ann.post('/v1/webhooks', {})).body.errors[0].field).toBe('url')
    expect((await ann.post('/v1/webhooks', { url: 1, events: 'all' })).body.errors).toHaveLength(2)
    expect((await ann.post('/v1/webhooks', { url: sink.url, teamIds: ['NONE'] })).body.errors[0].field).toBe('teamIds')
    expect((await ann.post('/v1/webhooks', { url: sink.url, teamIds: [] })).status).toBe(400)
  })

  it('is made once for the same request, whose secret nobody remembers', async () => {
    const ask = () => ann.post('/v1/webhooks', { url: sink.url }, { 'idempotency-key': 'once' })
    const all = await Promise.all(Array.from({ length: 10 }, ask))
    expect(new Set(all.map(a => a.body.data.id)).size).toBe(1)
    expect(all.filter(a => a.body.data.secret).length).toBe(1)
    const kept = await store().read(q => q.selectFrom('api_answers').select('body').execute())
    expect(JSON.stringify(kept)).not.toContain('whsec_')
  })

  it('is for those who lead, and for keys that reach so far', async () => {
    const made = await subscribe()
    const ben = await programOf(world, world.ben)
    const reader = await programOf(world, world.ann, { scopes: ['webhooks:read'] })
    expect((await reader.get('/v1/webhooks')).status).toBe(200)
    expect((await reader.post('/v1/webhooks', { url: sink.url })).status).toBe(403)
    const agent = await store().read(q => agentByHandle(q, world.ann.id))
    if (!agent) throw new Error('Nobody.')
    await store().write(tx => setBaseRole(tx, agent.id, 'admin', agent))
    try {
      for (const [method, path] of [
        ['get', ''],
        ['post', ''],
        ['get', `/${made.id}`],
        ['patch', `/${made.id}`],
        ['delete', `/${made.id}`],
        ['post', `/${made.id}/rotate-secret`],
        ['delete', `/${made.id}/old-secret`],
        ['get', `/${made.id}/deliveries`],
        ['post', `/${made.id}/test`],
        ['post', `/${made.id}/deliveries/x/replay`],
      ] as const) {
        const body = method === 'post' && path === '' ? { url: sink.url } : {}
        const { status, body: said } = await ben[method](`/v1/webhooks${path}`, body as never)
        expect([method, path, status]).toEqual([method, path, 403])
        expect(said.message).toContain('Ask Ann.')
      }
    } finally {
      await store().write(tx => tx.q.updateTable('agents').set({ role: null }).execute())
    }
  })
})

describe('what happens', () => {
  it('is posted in the envelope, signed, with every key that events have', async () => {
    const { secret, id } = await subscribe()
    await prioritise('urgent')
    const [event] = await until(
      () => sink.of('ticket:priority:changed'),
      all => all.length === 1,
    )
    if (!event) throw new Error('Nothing came.')
    expect(isSignedBy(secret, event)).toBe(true)
    expect(isSignedBy('another', event)).toBe(false)
    expect(event.headers['content-type']).toContain('application/json')
    const agent = await store().read(q => agentByHandle(q, world.ann.id))
    expect(event.body).toMatchObject({
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      eventType: 'ticket:priority:changed',
      timestamp: expect.stringMatching(/Z$/),
      orgId: 'overture',
      actor: { id: agent?.id, type: 'AGENT', email: agent?.email },
      metadata: { webhookId: id, isReplay: false },
    })
    const { ticket, previousTicket } = event.body.payload
    for (const key of [
      ...[
        'id',
        'ticketId',
        'title',
        'description',
        'customerContactId',
        'customerContactEmail',
        'priorityId',
        'statusId',
      ],
      ...['customerContactFirstName', 'customerContactLastName', 'statusName', 'priorityName', 'sentimentId'],
      ...['sentimentName', 'source', 'createdAt', 'teamId', 'teamName', 'teamIdentifier', 'subTeamId', 'subTeamName'],
      ...['isEscalated', 'customer', 'assignedTo', 'assignedAgent', 'tags', 'isArchived', 'customFields', 'metadata'],
      ...['aiGeneratedTitle', 'aiGeneratedSummary', 'lastCustomerComment', 'lastVendorComment', 'proactiveChannels'],
      'isProactive',
    ])
      expect(ticket, key).toHaveProperty(key)
    expect(ticket).toMatchObject({
      ticketIdentifier: 'SUP-1',
      priorityName: 'Urgent',
      customer: { email: 'jane@acme.test', name: 'jane@acme.test' },
    })
    expect(previousTicket).toEqual({ id: ticket.id, priority: 'Medium', priorityId: 'medium', priorityName: 'Medium' })
    const [updated] = await until(
      () => sink.of('ticket:updated'),
      all => all.length === 1,
    )
    expect(updated?.body.eventId).not.toBe(event.body.eventId)
    expect(updated?.body.payload.previousTicket.priorityId).toBe('medium')
  })

  it('is posted only to those who asked for it', async () => {
    const other = await startHookSink()
    await subscribe({ url: other.url, events: ['ticket:status:changed'] })
    await subscribe({ events: ['ticket:priority:changed'] })
    await prioritise('low')
    await until(() => sink.got.length === 1)
    await world.overture.hooks.flush()
    expect(sink.got.map(r => r.body.eventType)).toEqual(['ticket:priority:changed'])
    expect(other.got).toEqual([])
    await other.close()
  })

  it('has notes only where they are asked for', async () => {
    const other = await startHookSink()
    await subscribe({ events: ['ticket:comment:*'] })
    await subscribe({ url: other.url, events: ['ticket:comment:*'], includePrivate: true })
    await say('She pays late', 'note')
    await say('It is on its way', 'public')
    await until(() => other.got.length === 2)
    await until(() => sink.got.length === 1)
    await world.overture.hooks.flush()
    expect(other.got.map(r => [r.body.payload.comment.content, r.body.payload.comment.commentVisibility])).toEqual([
      ['She pays late', 'private'],
      ['It is on its way', 'public'],
    ])
    expect(sink.got.map(r => r.body.payload.comment.content)).toEqual(['It is on its way'])
    expect(sink.got[0]?.body.payload.comment).toMatchObject({
      contentHtml: expect.stringContaining('It is on its way'),
      authorUserType: 'AGENT',
      customerContactId: null,
    })
    expect(JSON.stringify(sink.got)).not.toContain('pays late')
    await other.close()
  })

  it('of a new ticket and its answer comes in order, with the first comment and who did it', async () => {
    const { body } = await ann.post('/v1/webhooks', { url: sink.url, events: ['ticket:*', 'user:*', 'account:*'] })
    await world.mail
      .customer('Max <max@beta.test>')
      .write({ to: 'support@tulip.test', subject: 'Where?', text: 'Where is it?' })
    const [created] = await until(
      () => sink.of('ticket:created'),
      all => all.length === 1,
    )
    expect(created?.body.actor).toMatchObject({ type: 'CUSTOMER', email: 'max@beta.test' })
    expect(created?.body.payload.comment).toMatchObject({ content: 'Where is it?', commentVisibility: 'public' })
    await until(() => sink.of('ticket:comment:added').length === 1)
    await until(() => sink.of('user:created').length === 1)
    await until(() => sink.of('account:created').length === 1)
    const ofTicket = sink.got.filter(r => r.body.payload.ticket).map(r => r.body.eventType)
    expect(ofTicket.indexOf('ticket:created')).toBeLessThan(ofTicket.indexOf('ticket:comment:added'))
    expect(sink.of('user:created')[0]?.body.payload.user).toMatchObject({
      email: 'max@beta.test',
      userType: 'CUSTOMER',
    })
    expect(body.data.events).toEqual(['ticket:*', 'user:*', 'account:*'])
  })

  it('has the customer’s answer, and all that it changes', async () => {
    await subscribe({ events: ['ticket:*'] })
    const letter = await world.slack.until(() => world.jane.inbox.find(m => m.subject.includes('Your order')))
    await world.jane.reply(letter, { text: 'Where is it?' })
    const [answered] = await until(
      () => sink.of('ticket:answered'),
      all => all.length === 1,
    )
    expect(answered?.body.payload.comment).toMatchObject({
      content: 'Where is it?',
      authorUserType: 'CUSTOMER',
      customerContactEmail: 'jane@acme.test',
    })
    expect(answered?.body.actor).toMatchObject({ type: 'CUSTOMER', email: 'jane@acme.test' })
    const [changed] = await until(
      () => sink.of('ticket:status:changed'),
      all => all.length === 1,
    )
    expect(changed?.body.payload.previousTicket).toMatchObject({ statusId: 'awaiting_customer' })
    await until(() => sink.of('ticket:comment:added').length === 1)
  })

  it('goes as flat texts to a workflow of Slack', async () => {
    const { id, events } = await subscribe({ format: 'words', teamIds: ['SUP'] })
    expect(events).toEqual(['ticket:answered'])
    await ann.post(`/v1/webhooks/${id}/test`)
    expect(Object.keys((await gotAt(0)).body)).toEqual(['identifier', 'subject', 'customer', 'link'])
    const letter = await world.slack.until(() => world.jane.inbox.find(m => m.subject.includes('Your order')))
    await world.jane.reply(letter, { text: 'Hello?' })
    await until(() => sink.got.length === 2)
    const card = world.slack
      .channel('support')
      .messages()
      .find(m => m.text.includes('SUP-1'))
    expect(sink.got[1]?.body).toEqual({
      identifier: 'SUP-1',
      subject: 'Your order',
      customer: 'Jane Doe <jane@acme.test>',
      link: `https://tulip.slack.com/archives/${world.slack.channel('support').id}/p${card?.ts.replace('.', '')}`,
    })
    expect(
      (await ann.post('/v1/webhooks', { url: sink.url, format: 'words', events: ['ticket:created'] })).status,
    ).toBe(400)
  })
})

describe('a delivery', () => {
  it('that is not taken is tried again with the same event, in the order of its ticket, and follows no redirect', async () => {
    const { id } = await subscribe({ events: ['ticket:priority:changed'] })
    sink.answers(302)
    await prioritise('medium')
    await until(() => sink.got.length === 1)
    await prioritise('high')
    const [newest, oldest] = await until(
      () => deliveries(id),
      all => all.length === 2 && all[1].attempts === 1 && all[1].problem !== null,
    )
    expect(oldest).toMatchObject({
      state: 'queued',
      responseStatus: 302,
      responseBody: 'Not now',
      problem: 'It answered with 302.',
    })
    expect(newest).toMatchObject({ state: 'queued', attempts: 0 })
    sink.answers(200)
    world.wait(2_000)
    await world.overture.hooks.flush()
    expect(sink.got.map(r => r.body.payload.ticket.priorityId)).toEqual(['medium', 'medium', 'high'])
    expect(sink.got[1]?.raw).toBe(sink.got[0]?.raw)
    expect((await deliveries(id, '?state=delivered')).map((d: { responseStatus: number }) => d.responseStatus)).toEqual(
      [200, 200],
    )
    expect((await ann.get(`/v1/webhooks/${id}`)).body.data).toMatchObject({ lastProblem: null, failingSince: null })
  })

  it('is replayed with the same event id, and says that it was', async () => {
    const { id } = await subscribe({ events: ['ticket:priority:changed'] })
    await prioritise('low')
    await until(() => sink.got.length === 1)
    const [first] = await until(
      () => deliveries(id),
      all => all[0]?.state === 'delivered',
    )
    const { status, body } = await ann.post(`/v1/webhooks/${id}/deliveries/${first.id}/replay`)
    expect(status).toBe(201)
    expect(body.data).toMatchObject({ eventId: first.eventId, isReplay: true, state: 'queued' })
    await until(() => sink.got.length === 2)
    expect(sink.got[1]?.body).toMatchObject({ eventId: first.eventId, metadata: { isReplay: true } })
    expect(sink.got[1]?.body.payload.previousTicket).toEqual(sink.got[0]?.body.payload.previousTicket)
    expect((await ann.post(`/v1/webhooks/${id}/deliveries/nothing/replay`)).status).toBe(404)
  })

  it('can be a test, and the log is paged', async () => {
    const { id, secret } = await subscribe()
    expect((await ann.post(`/v1/webhooks/${id}/test`)).body.data.eventType).toBe('webhook:test')
    await ann.post(`/v1/webhooks/${id}/test`)
    await until(() => sink.got.length === 2)
    expect(sink.got.every(r => isSignedBy(secret, r))).toBe(true)
    const [newest] = await deliveries(id, '?limit=1')
    const rest = await deliveries(id, `?before=${newest.id}`)
    expect(rest).toHaveLength(1)
    expect((await ann.get(`/v1/webhooks/${id}/deliveries?limit=1000`)).status).toBe(400)
  })

  it('is signed with both secrets while one takes the place of another', async () => {
    const { id, secret } = await subscribe()
    const { body } = await ann.post(`/v1/webhooks/${id}/rotate-secret`)
    const fresh = body.data.secret
    expect(fresh).not.toBe(secret)
    await ann.post(`/v1/webhooks/${id}/test`)
    const both = await gotAt(0)
    expect([isSignedBy(secret, both), isSignedBy(fresh, both)]).toEqual([true, true])
    expect((await ann.delete(`/v1/webhooks/${id}/old-secret`)).body.data.oldSecretUntil).toBeNull()
    await ann.post(`/v1/webhooks/${id}/test`)
    const one = await gotAt(1)
    expect([isSignedBy(secret, one), isSignedBy(fresh, one)]).toEqual([false, true])
  })

  it('survives that we end in the middle', async () => {
    const { id } = await subscribe({ events: ['ticket:priority:changed'] })
    sink.answers(503)
    await prioritise('urgent')
    await until(async () => (await deliveries(id))[0]?.attempts === 1)
    await world.restart()
    sink.answers(200)
    world.wait(5_000)
    await until(async () => (await deliveries(id))[0]?.state === 'delivered')
    expect(sink.got.at(-1)?.raw).toBe(sink.got[0]?.raw)
  })

  it('that says nothing is wanted any more switches the webhook off, which is told, until it is switched on', async () => {
    const { id } = await subscribe({ events: ['ticket:priority:changed'] })
    sink.answers(410)
    await prioritise('low')
    await until(async () => !(await ann.get(`/v1/webhooks/${id}`)).body.data.isActive)
    const told = await world.slack.until(() =>
      world.slack
        .channel('support')
        .messages()
        .find(m => m.text.includes('was switched off')),
    )
    expect(told.text).toContain('nothing is wanted there any more')
    expect(told.text).not.toContain('secret-path')
    expect((await ann.post(`/v1/webhooks/${id}/test`)).status).toBe(409)
    await prioritise('high') // nobody is told
    sink.answers(200)
    expect((await ann.patch(`/v1/webhooks/${id}`, { isActive: true })).body.data).toMatchObject({
      isActive: true,
      offReason: null,
    })
    await prioritise('medium')
    await until(() => sink.got.length === 2)
    expect(sink.got.map(r => r.body.payload.ticket.priorityId)).toEqual(['low', 'medium'])
  })
})
