import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agentByHandle, seeAgent } from '../../src/core/agents.ts'
import { grantsOf, setGrants } from '../../src/core/permissions/grants.ts'
import { setBaseRole } from '../../src/core/permissions/roles.ts'
import { createKey } from '../../src/core/programs/keys.ts'
import type { BaseRole } from '../../src/db/schema.ts'
import { describedAt, type Program, programOf, programWith } from '../support/program.ts'
import { startWorld, type World } from '../support/world.ts'
import { ATTACKS, CHANGES, HUSHED, OPENING, PLACES } from './asked.ts'

/** What somebody may not see or do in Slack no program with a key of theirs sees or does, whatever it asks. */
let world: World
let known: Record<string, string> // what Ann has, by what it is called in the requests below
let own: Program // of an agent whose grants reach their own tickets alone
let viewer: Program
let drafter: Program

const SECRET = /hush/i // stands in all that is only Ann's

beforeAll(async () => {
  world = await startWorld({
    env: {
      API_PER_MINUTE: '1000000',
      HOOKS_LOCAL: 'true',
      HOLD_SECONDS: '600',
      PUBLIC_URL: 'https://overture.tulip.test',
    },
  })
  const ann = await programOf(world, world.ann)
  await world.overture.store.write(async tx => {
    const id = (await agentByHandle(tx.q, world.ann.id))?.id ?? ''
    await setBaseRole(tx, id, 'admin', { id })
    const reach = { view: 'own', manage: 'own', transfer: 'own', export: 'own', download: 'own' } as const
    await setGrants(tx, 'agent', reach, { id })
    await setGrants(tx, 'viewer', { ...(await grantsOf(tx.q)).viewer, view: 'own', download: 'own' }, { id })
  })
  own = await hire('Oscar', 'agent')
  viewer = await hire('Vera', 'viewer')
  drafter = await hire('Dora', 'drafter')
  known = await whatAnnHas(ann)
  await ann.patch(`/v1/webhooks/${known.hook}`, { isActive: false })
})
afterAll(() => world?.close())

/** What was begun is done, so that nothing changes by itself. */
async function still(): Promise<void> {
  await world.settle()
  await world.overture.hooks.flush()
}

async function hire(name: string, role: BaseRole): Promise<Program> {
  return world.overture.store.write(async tx => {
    const admin = await agentByHandle(tx.q, world.ann.id)
    const email = `${name.toLowerCase()}@tulip.test`
    const agent = await seeAgent(tx, { handle: `U${name.toUpperCase()}`, name, email })
    await setBaseRole(tx, agent.id, role, { id: admin?.id ?? '' })
    const form = { agentId: agent.id, name: 'Test', scopes: null, networks: null, expiresAt: null }
    return programWith(world, (await createKey(tx, form, agent)).key)
  })
}

async function whatAnnHas(ann: Program): Promise<Record<string, string>> {
  const made = async (path: string, body?: unknown, headers?: Record<string, string>) => {
    const answered = await ann.post(path, body, headers)
    if (answered.status >= 300) throw new Error(`${path}: ${JSON.stringify(answered.body)}`)
    return answered.body.data ?? answered.body
  }
  const file = async () => {
    const form = new FormData()
    form.append('file', new Blob(['hush bytes'], { type: 'text/plain' }), 'hush.txt')
    return (await made('/v1/attachments', form))[0].id
  }
  const ticket = await made('/v1/tickets', HUSHED)
  const inNote = await file()
  const note = await made(`/v1/tickets/${ticket.id}/comment`, {
    content: 'A hush note',
    attachmentIds: [inNote],
    metadata: { of: 'hush' },
    deDuplicationKey: 'note',
  })
  await made(`/v1/tickets/${ticket.id}/comment`, { content: 'Hush, it came', customerEmail: 'jane@acme.test' })
  const draft = await made('/v1/tickets/draft', { ...OPENING, title: 'A hush draft', draftScope: 'personal' })
  const hook = await made('/v1/webhooks', { url: 'http://127.0.0.1:1/hush', description: 'A hush hook' })
  const delivery = await made(`/v1/webhooks/${hook.id}/test`)
  const chat = await made('/platform/v1/proactive_chats', {
    message: 'News for all',
    groupKey: 'SUP',
    customerIds: ['jane@acme.test'],
    exclusions: { openTicket: false, writtenToDays: null },
    agentId: 'ann@tulip.test',
  })
  const { body } = await world.inTime(async () => {
    const told = await ann.get(`/platform/v1/proactive_chats/${chat.id}/tickets`)
    return told.body.count ? told : null
  })
  const [sent] = body.results
  await made(`/v1/tickets/${sent.channelUrl}/comment`, { content: 'A hush word on the news' })
  const number = (await ann.get(`/platform/v1/tickets/${ticket.ticketIdentifier}`)).body.id
  return {
    ticket: ticket.id,
    identifier: ticket.ticketIdentifier,
    number: String(number),
    note: note.id,
    inNote,
    waiting: await file(),
    draft: draft.uid,
    hook: hook.id,
    delivery: delivery.id,
    chat: String(chat.id),
    sent: String(sent.id),
    sentId: sent.channelUrl,
    customer: ticket.customerId,
    ann: 'ann@tulip.test',
  }
}

interface Attack {
  method: string
  path: string
  body: unknown
}

/** All of the above, and each other request of the description without more than its path. */
async function attacks(mine: string, more: Record<string, unknown[]> = {}): Promise<Attack[]> {
  const { paths } = await describedAt(world.overture.url)
  const bare = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => {
      const steps = path.split('/')
      const face = path.startsWith('/platform') ? { tickets: '{number}' } : {}
      const places: Record<string, string> = { ...PLACES, ...face }
      return `${method} ${steps.map((s, i) => (s.startsWith('{') ? (places[steps[i - 1] ?? ''] ?? 'SUP') : s)).join('/')}`
    }),
  )
  const deleting = bare.filter(b => b.startsWith('delete'))
  const last = [...bare.filter(b => !deleting.includes(b)), ...deleting].map(b => [b, [undefined]] as const)
  const all = [...Object.entries({ ...ATTACKS, ...more }), ...last]
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, name) => ({ ...known, mine })[name as string] ?? name)
  return all.flatMap(([request, bodies]) =>
    bodies.map(body => {
      const [method = '', path = ''] = filled(request).split(' ')
      const asked = body === undefined ? (method === 'get' ? undefined : {}) : JSON.parse(filledIn(body, filled))
      return { method, path, body: asked }
    }),
  )
}

function filledIn(body: unknown, filled: (text: string) => string): string {
  return JSON.stringify(body).replace(/"(\{\w+\})"/g, (_, place) => JSON.stringify(filled(place)))
}

async function ask(program: Program, { method, path, body }: Attack) {
  if (path.endsWith('/content')) {
    const answered = await fetch(`${world.overture.url}${path}`, { headers: { 'x-api-key': program.key } })
    return { status: answered.status, text: await answered.text() }
  }
  const answered =
    method === 'get' || method === 'delete' ? await program[method](path) : await program[method as 'post'](path, body)
  return { status: answered.status, text: JSON.stringify(answered.body) ?? '' }
}

/** All rows, but what is noted of who asked. */
async function rows(tables: readonly string[]): Promise<Record<string, string>> {
  return world.overture.store.read(async q => {
    const found: Record<string, string> = {}
    for (const table of tables) {
      const all = await q
        .selectFrom(table as 'tickets')
        .selectAll()
        .execute()
      found[table] = all
        .map(row => JSON.stringify({ ...row, next_number: undefined }))
        .sort()
        .join('\n')
    }
    return found
  })
}

function changed(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before).flatMap(table => {
    const [were, are] = [before[table]?.split('\n') ?? [], after[table]?.split('\n') ?? []]
    const [old, now] = [new Set(were), new Set(are)]
    return [
      ...were.filter(row => !now.has(row)).map(row => `- ${table} ${row}`),
      ...are.filter(row => !old.has(row)).map(row => `+ ${table} ${row}`),
    ]
  })
}

const TABLES = [
  ...['tickets', 'messages', 'deliveries', 'events', 'threads', 'attachments', 'uploads', 'drafts', 'hooks'],
  ...['hook_deliveries', 'api_facts', 'ticket_tags', 'tags', 'field_values', 'ticket_links', 'teams', 'team_members'],
  ...['agents', 'fields', 'forms', 'sub_statuses', 'customers', 'customer_tags', 'accounts', 'addresses', 'chats'],
  ...['chat_recipients', 'chat_steps', 'external_ids', 'people_events', 'api_answers', 'settings'],
]

describe('a key of somebody who sees their own tickets alone', () => {
  it('shows nothing of others’, and changes nothing of them', async () => {
    const { body } = await own.post('/v1/tickets', { ...OPENING, title: 'Mine', isPrivate: true, description: 'Mine' })
    expect(body.data.ticketIdentifier).toBeTruthy()
    await still()
    const before = await annsRows()
    const isOfChats = ({ method, path }: Attack) => method !== 'get' && path.includes('/proactive_chats/')
    for (const attack of (await attacks(body.data.id)).filter(a => !isOfChats(a))) {
      // those are the team's
      const { status, text } = await ask(own, attack)
      const what = `${attack.method} ${attack.path} ${JSON.stringify(attack.body)}: ${status} ${text}`
      expect(status, what).toBeLessThan(500)
      expect(text, what).not.toMatch(SECRET)
      expect(changed(before, await annsRows()), what).toEqual([])
    }
  }, 120_000)
})

/** What there is of Ann's: her tickets with all that hangs on them, her drafts, files and webhooks, and what leads set. */
async function annsRows(): Promise<Record<string, string>> {
  const all = await rows(TABLES)
  const hers = [known.ticket, known.sentId, known.draft, known.waiting, known.hook] as string[]
  const set = ['teams', 'team_members', 'fields', 'forms', 'sub_statuses', 'hooks', 'settings']
  return Object.fromEntries(
    Object.entries(all).map(([table, text]) => [
      table,
      set.includes(table)
        ? text
        : text
            .split('\n')
            .filter(row => hers.some(id => row.includes(id)))
            .join('\n'),
    ]),
  )
}

describe('a key of somebody who may only look', () => {
  it('changes nothing at all', async () => {
    await still()
    const before = await rows(TABLES)
    for (const attack of await attacks(known.ticket as string, CHANGES)) {
      const { status, text } = await ask(viewer, attack)
      const what = `${attack.method} ${attack.path} ${JSON.stringify(attack.body)}: ${status} ${text}`
      expect(status, what).toBeLessThan(500)
      expect(text, what).not.toMatch(SECRET)
      expect(changed(before, await rows(TABLES)), what).toEqual([])
    }
  }, 120_000)
})

describe('a key of somebody who may do all of it', () => {
  it('is shown and does what was refused to the others', async () => {
    const ann = await programOf(world, world.ann)
    let [done, shown] = [0, 0]
    for (const attack of await attacks(known.sentId as string)) {
      if (attack.method === 'delete') continue
      const { status, text } = await ask(ann, attack)
      if (status < 300) done++
      if (SECRET.test(text)) shown++
    }
    expect(done).toBeGreaterThan(100)
    expect(shown).toBeGreaterThan(20)
  }, 120_000)
})

describe('a key of somebody whose mails others send', () => {
  it('has no mail queued, whatever it asks', async () => {
    const mails = () =>
      world.overture.store.read(q =>
        q
          .selectFrom('deliveries as d')
          .innerJoin('threads as t', 't.id', 'd.thread_id')
          .select('d.id')
          .where('t.side', '=', 'customer')
          .orderBy('d.id')
          .execute(),
      )
    const before = await mails()
    for (const attack of await attacks(known.ticket as string, CHANGES)) {
      const { status, text } = await ask(drafter, attack)
      const what = `${attack.method} ${attack.path} ${JSON.stringify(attack.body)}: ${status} ${text}`
      expect(status, what).toBeLessThan(500)
      expect(await mails(), what).toEqual(before)
    }
  }, 120_000)
})
