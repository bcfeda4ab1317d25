import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actorOf, agentByHandle } from '../../../src/core/agents.ts'
import { setBaseRole } from '../../../src/core/permissions/roles.ts'
import { closeTicket } from '../../../src/core/tickets/status.ts'
import type { BaseRole } from '../../../src/db/schema.ts'
import type { MessageView, Person } from '../../../src/sandbox/slack/types.ts'
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

/** A ticket that Ann opened in Slack, whose mail Jane has. */
async function open(entries: Record<string, string> = {}): Promise<{ name: string; card: MessageView }> {
  const card = await world.openTicket({ subject: 'Your order', ...entries })
  await world.settle()
  const name = /SUP-\d+/.exec(JSON.stringify(card))?.[0] as string
  return { name, card }
}

const mails = () => world.jane.inbox.map(mail => mail.text)
const inThread = (card: MessageView) => world.thread(card.ts).map(m => JSON.stringify(m.blocks))
const oneOf = (texts: string[], words: string) => texts.filter(text => text.includes(words)).length

const DOCUMENTED = `id content contentHtml contentJson contentMarkdown isEdited threadName commentVisibility commentType
  isPinned sourceEmailId metadata parentCommentId createdAt updatedAt author authorId authorUserType customerContactId
  customerContactEmail customerContactFirstName customerContactLastName customerContactAvatarUrl authorAvatarUrl
  impersonatedUserEmail impersonatedUserName impersonatedUserAvatar attachments deletedAt`.split(/\s+/)

describe('a public comment', () => {
  it('goes to the customer by mail, and stands in the thread, as the documented request asks for it', async () => {
    const { name, card } = await open()
    const { status, body } = await ann.post(`/v1/tickets/${name}/comment`, {
      content: 'Plain words',
      contentHtml: '<p>Your parcel left <b>today</b>.</p>',
      contentJson: '{"type":"doc","content":[]}',
      threadName: 'delivery',
      commentVisibility: 'public',
      commentType: 'reply',
      metadata: { order: 41, nested: { a: [1, null] } },
      attachmentIds: [],
      impersonatedUserEmail: 'robot@tulip.test',
      impersonatedUserName: 'Robot',
      impersonatedUserAvatar: 'https://tulip.test/robot.png',
      shouldSendEmail: true,
      deDuplicationKey: 'parcel-41',
      createdAt: '2026-01-05T09:00:00.000Z',
      commentAs: 'agent',
      unknown: true,
    })
    expect(status).toBe(201)
    expect(Object.keys(body.data)).toEqual(expect.arrayContaining(DOCUMENTED))
    expect(body.data).toMatchObject({
      content: 'Your parcel left today.',
      contentHtml: '<p>Your parcel left <strong>today</strong>.</p>',
      contentMarkdown: 'Your parcel left **today**.',
      commentVisibility: 'public',
      commentType: 'reply',
      threadName: 'delivery',
      metadata: { order: 41, nested: { a: [1, null] } },
      impersonatedUserEmail: 'robot@tulip.test',
      impersonatedUserName: 'Robot',
      impersonatedUserAvatar: 'https://tulip.test/robot.png',
      createdAt: '2026-01-05T09:00:00.000Z',
      author: 'Ann',
      authorUserType: 'AGENT',
      customerContactId: null,
      isEdited: false,
      deletedAt: null,
      ticketIdentifier: name,
      delivery: { state: 'queued' },
    })
    await world.settle()
    expect(oneOf(mails(), 'Your parcel left today.')).toBe(1)
    expect(world.jane.latest().from?.name).toContain('Ann') // whatever name a program gives
    expect(oneOf(inThread(card), 'Your parcel left ')).toBe(1)
    const after = await ann.get(`/v1/comments/${body.data.id}`)
    expect(after.body.data).toMatchObject({
      sourceEmailId: `<${world.jane.latest().messageId.replace(/[<>]/g, '')}>`,
      delivery: { state: 'sent' },
    })
  })

  it('on an internal ticket stays a note, and the answer says so', async () => {
    const { name, card } = await open()
    await world.overture.store.write(tx =>
      tx.q.updateTable('tickets').set({ published_at: null }).where('identifier', '=', name).execute(),
    )
    const { body } = await ann.post(`/v1/tickets/${name}/comment`, { content: 'Inside', commentVisibility: 'public' })
    expect(body.data).toMatchObject({ commentVisibility: 'private', commentType: 'note', delivery: null })
    await world.settle()
    expect(oneOf(mails(), 'Inside')).toBe(0)
    expect(oneOf(inThread(card), 'Inside')).toBe(1)
  })
})

describe('what does not say that it is public', () => {
  it.each([
    [{ commentVisibility: 'private' }],
    [{ isPublic: false }],
    [{}],
    [{ commentVisibility: 'public', shouldSendEmail: false }],
    [{ commentVisibility: 'public', commentType: 'note' }],
    [{ commentVisibility: 'private', isPublic: true }],
  ])('stays with us: %j', async how => {
    const { name, card } = await open()
    const content = `Between us ${JSON.stringify(how)}`
    const { status, body } = await ann.post(`/v1/tickets/${name}/comments`, { content, ...how })
    expect(status).toBe(201)
    expect(body.data).toMatchObject({ commentVisibility: 'private', delivery: null })
    await world.settle()
    expect(oneOf(mails(), 'Between us')).toBe(0)
    expect(oneOf(inThread(card), 'Between us')).toBe(1)
  })
})

describe('mentions', () => {
  it('call colleagues in the thread, as the concept page has it', async () => {
    const { name, card } = await open()
    const { body } = await ann.post(`/v1/tickets/${name}/comments`, {
      content: 'Please look at this',
      isPublic: false,
      mentions: [world.ben.id, 'ann@tulip.test', world.ben.id],
    })
    expect(body.data.commentVisibility).toBe('private')
    await world.settle()
    expect(oneOf(inThread(card), `<@${world.ben.id}>`)).toBe(1)
    expect(oneOf(inThread(card), `<@${world.ann.id}>`)).toBe(1)
  })

  it('beside a customer’s words call colleagues, too', async () => {
    const { name, card } = await open()
    const form = { content: 'Is anybody there?', customerEmail: 'jane@acme.test', mentions: [world.ben.id] }
    expect((await ann.post(`/v1/tickets/${name}/comment`, form)).status).toBe(201)
    await world.settle()
    expect(oneOf(inThread(card), `<@${world.ben.id}>`)).toBe(1)
  })

  it('of nobody are refused, with all other faults left for their turn', async () => {
    const { name } = await open()
    const { status, body } = await ann.post(`/v1/tickets/${name}/comments`, { content: 'x', mentions: ['user-789'] })
    expect(status).toBe(400)
    expect(body.errors).toEqual([{ field: 'mentions', message: 'There is no agent “user-789”.' }])
  })
})

describe('the customer’s own words', () => {
  it('come from their address, open the ticket again and go to nobody by mail', async () => {
    const { name, card } = await open()
    const { store } = world.overture
    await store.write(async tx => {
      const { id } = await tx.q
        .selectFrom('tickets')
        .select('id')
        .where('identifier', '=', name)
        .executeTakeFirstOrThrow()
      const agent = await agentByHandle(tx.q, world.ann.id)
      if (agent) await closeTicket(tx, id, 'Done', actorOf(agent))
    })
    const before = mails().length
    const { status, body } = await ann.post(`/v1/tickets/${name}/comment`, {
      content: 'When does it come?',
      customerEmail: 'Jane Doe <JANE@acme.test>',
    })
    expect(status).toBe(201)
    expect(body.data).toMatchObject({
      commentVisibility: 'public',
      authorUserType: 'CUSTOMER',
      customerContactEmail: 'jane@acme.test',
      customerContactFirstName: 'Jane',
      customerContactLastName: 'Doe',
      authorId: body.data.customerContactId,
      delivery: null,
    })
    await world.settle()
    expect((await ann.get(`/v1/tickets/${name}`)).body.data).toMatchObject({ statusId: 'open', closedAt: null })
    expect(mails().length).toBe(before)
    expect(oneOf(inThread(card), 'When does it come?')).toBe(1)
    expect(oneOf(inThread(card), `answered, so ${name} is open again`)).toBe(1)
  })

  it('that only say thanks open nothing', async () => {
    const { name } = await open()
    await ann.post(`/v1/tickets/${name}/comment`, { content: 'Thank you!', customerEmail: 'jane@acme.test' })
    expect((await ann.get(`/v1/tickets/${name}`)).body.data.statusId).toBe('awaiting_customer')
  })

  it.each([
    ['bob@globex.test', 'bob@globex.test is neither'],
    ['support@tulip.test', 'support@tulip.test is neither'],
    ['nobody', 'That is not an email address.'],
  ])('are nobody else’s: %s', async (customerEmail, why) => {
    const { name } = await open()
    const { status, body } = await ann.post(`/v1/tickets/${name}/comment`, { content: 'It is me', customerEmail })
    expect(status).toBe(400)
    expect(body.errors).toEqual([{ field: 'customerEmail', message: expect.stringContaining(why) }])
  })

  it('are not private', async () => {
    const { name } = await open()
    const { status, body } = await ann.post(`/v1/tickets/${name}/comment`, {
      content: 'x',
      customerEmail: 'jane@acme.test',
      commentVisibility: 'private',
    })
    expect([status, body.errors[0].field]).toEqual([400, 'commentVisibility'])
  })
})

describe('the same comment again', () => {
  it('under its key is the first one, and another one under that key is refused', async () => {
    const { name, card } = await open()
    const form = { content: 'Only once', commentVisibility: 'public', deDuplicationKey: `once ${name}` }
    const first = await ann.post(`/v1/tickets/${name}/comment`, form)
    const again = await ann.post(`/v1/tickets/${name}/comment`, form)
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body.data).toMatchObject({ id: first.body.data.id, content: 'Only once' })
    const other = await ann.post(`/v1/tickets/${name}/comment`, { ...form, content: 'Something else' })
    expect(other.status).toBe(409)
    await world.settle()
    expect(oneOf(mails(), 'Only once')).toBe(1)
    expect(oneOf(inThread(card), 'Only once')).toBe(1)
  })

  it('ten times at once is one', async () => {
    const { name } = await open()
    const form = { content: 'At once', commentVisibility: 'public', deDuplicationKey: `ten ${name}` }
    const all = await Promise.all(Array.from({ length: 10 }, () => ann.post(`/v1/tickets/${name}/comment`, form)))
    expect(all.map(a => a.status).sort()).toEqual([...Array(9).fill(200), 201])
    expect(new Set(all.map(a => a.body.data.id)).size).toBe(1)
    await world.settle()
    expect(oneOf(mails(), 'At once')).toBe(1)
  })

  it('with the same Idempotency-Key gets the very same answer', async () => {
    const { name } = await open()
    const key = { 'idempotency-key': `idem ${name}` }
    const first = await ann.post(`/v1/tickets/${name}/comment`, { content: 'Noted' }, key)
    const again = await ann.post(`/v1/tickets/${name}/comment`, { content: 'Noted' }, key)
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    expect((await ann.post(`/v1/tickets/${name}/comment`, { content: 'Other' }, key)).status).toBe(409)
  })
})

describe('what is refused', () => {
  it('is told whole', async () => {
    const { name } = await open()
    const { status, body } = await ann.post(`/v1/tickets/${name}/comment`, {
      content: 5,
      commentVisibility: 'everybody',
      mentions: 'ben',
      metadata: [],
      createdAt: 'yesterday',
    })
    expect(status).toBe(400)
    expect(body.errors.map((e: { field: string }) => e.field).sort()).toEqual([
      'commentVisibility',
      'content',
      'createdAt',
      'mentions',
      'metadata',
    ])
  })

  it.each([
    [{}, 'content'],
    [{ content: '  \n ' }, 'content'],
    [{ contentJson: '{' }, 'contentJson'],
    [{ content: 'x', parentCommentId: 'nothing' }, 'parentCommentId'],
    [{ content: 'x', createdAt: '2999-01-01T00:00:00Z' }, 'createdAt'],
    [{ content: 'x', metadata: { a: 'x'.repeat(20_000) } }, 'metadata'],
    [{ content: 'x', attachmentIds: ['nothing'] }, 'attachmentIds'],
  ])('names the field: %j', async (form, field) => {
    const { name } = await open()
    const { status, body } = await ann.post(`/v1/tickets/${name}/comment`, form)
    expect(status).toBe(400)
    expect(body.errors.map((e: { field: string }) => e.field)).toEqual([field])
  })

  it('is what is nested without end, or too long, without us being at a loss', async () => {
    const { name } = await open()
    const deep = (n: number) => `${'['.repeat(n)}${']'.repeat(n)}`
    for (const body of [
      `{"content":"x","zzz":${deep(100_000)}}`,
      `{"content":"x","metadata":{"a":${deep(9_000)}}}`,
      `{"contentJson":${JSON.stringify(deep(90_000))}}`,
      JSON.stringify({ content: 'x'.repeat(200_001) }),
      JSON.stringify({ contentHtml: '<div>'.repeat(40_000) }),
    ]) {
      const json = { 'content-type': 'application/json' }
      const { status } = await ann.post(`/v1/tickets/${name}/comment`, body, json)
      expect([status, body.slice(0, 40)]).toEqual([400, body.slice(0, 40)])
    }
  })

  it('is a comment on what is not there, or is no ticket', async () => {
    expect((await ann.post('/v1/tickets/nothing/comment', { content: 'x' })).status).toBe(404)
    expect((await ann.post('/v1/tickets/SUP-999999/comments', { content: 'x' })).status).toBe(404)
    expect((await ann.post('/v1/comments', { content: 'x', entityType: 'account', entityId: 'SUP-1' })).status).toBe(
      400,
    )
    expect((await ann.post('/v1/comments', { content: 'x', entityType: 'ticket' })).status).toBe(400)
  })

  it('is what its agent could not do in Slack', async () => {
    const { name } = await open()
    await as('viewer', world.ben, async () => {
      const refused = await ben.post(`/v1/tickets/${name}/comment`, { content: 'x', commentVisibility: 'public' })
      expect(refused.status).toBe(403)
      expect(refused.body.message).toContain(`You may look at, but not change, ${name}.`)
      expect((await ben.post(`/v1/tickets/${name}/comment`, { content: 'x' })).status).toBe(403)
    })
    await as('drafter', world.ben, async () => {
      const { status, body } = await ben.post(`/v1/tickets/${name}/comment`, {
        content: 'A draft of an answer',
        commentVisibility: 'public',
      })
      expect(status).toBe(201)
      expect(body.data).toMatchObject({ commentVisibility: 'private', delivery: { state: 'undecided' } })
    })
    await world.settle()
    expect(oneOf(mails(), 'A draft of an answer')).toBe(0)
    const reader = await programOf(world, world.ann, { scopes: ['tickets:read'] })
    expect((await reader.post(`/v1/tickets/${name}/comment`, { content: 'x' })).status).toBe(403)
  })
})

describe('a comment that names its ticket in the body', () => {
  it('is one below it, and may be about another comment', async () => {
    const { name } = await open()
    const first = await ann.post('/v1/comments', { content: 'First', entityType: 'ticket', entityId: name })
    const second = await ann.post('/v1/comments', {
      content: 'Second',
      entityType: 'ticket',
      entityId: first.body.data.entityId,
      parentCommentId: first.body.data.id,
    })
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body.data.parentCommentId).toBe(first.body.data.id)
    const elsewhere = await open()
    const { status } = await ann.post('/v1/comments', {
      content: 'Third',
      entityId: elsewhere.name,
      parentCommentId: first.body.data.id,
    })
    expect(status).toBe(400)
  })
})

/** Does it while they are no more than this. */
async function as(role: BaseRole, person: Person, work: () => Promise<unknown>): Promise<void> {
  const { store } = world.overture
  const become = (to: BaseRole) =>
    store.write(async tx => {
      const agent = (await agentByHandle(tx.q, person.id))!
      const admin = (await agentByHandle(tx.q, world.ann.id))!
      await setBaseRole(tx, admin.id, 'admin', admin)
      await setBaseRole(tx, agent.id, to, admin)
    })
  await become(role)
  await work()
  await become('agent')
}
