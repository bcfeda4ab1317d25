import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Entry, Json, Person, Say, SlackSandbox, Upload } from './types.ts'
import { SlackSays } from './world.ts'

const Ref = z.object({ channel: z.string(), ts: z.string() })
const AtChannel = z.object({ channel: z.string() })
const WhoAt = AtChannel.extend({ user: z.string().optional() })
const Reaction = Ref.extend({ name: z.string() })
const Upload64 = z.object({ name: z.string().min(1), mimetype: z.string().optional(), base64: z.string() })
const Blocks = z.array(z.looseObject({ type: z.string() }))
const PlaceShape = z.union([
  z.object({ message: Ref }),
  z.object({ ephemeral: z.string() }),
  z.object({ view: z.string() }),
])
const Saying = AtChannel.extend({
  text: z.string().optional(),
  blocks: Blocks.optional(),
  thread_ts: z.string().optional(),
  broadcast: z.boolean().optional(),
  files: z.array(Upload64).optional(),
})
const Click = z.object({
  place: PlaceShape,
  actionId: z.string(),
  entry: z.unknown().optional(),
  at: z.object({ block: z.string().optional(), value: z.string().optional() }).optional(),
})

/** What a person can do over HTTP, by the last part of the route. */
const actions: Record<string, (person: Person, body: unknown) => Promise<unknown>> = {
  command(person, body) {
    const { line, channel } = AtChannel.extend({ line: z.string().min(1) }).parse(body)
    return person.command(line, { channel })
  },
  shortcut(person, body) {
    const { callbackId, message } = z.object({ callbackId: z.string(), message: Ref.optional() }).parse(body)
    return message ? person.messageShortcut(callbackId, message) : person.shortcut(callbackId)
  },
  say(person, body) {
    const { files, ...say } = Saying.parse(body)
    return person.say({ ...defined(say), ...(files ? { files: files.map(decoded) } : {}) } as Say)
  },
  edit(person, body) {
    const {
      text = '',
      blocks,
      ...ref
    } = Ref.extend({ text: z.string().optional(), blocks: Blocks.optional() }).parse(body)
    return person.edit(ref, blocks ?? text)
  },
  remove: (person, body) => person.remove(Ref.parse(body)),
  react(person, body) {
    const { name, ...ref } = Reaction.parse(body)
    return person.react(ref, name)
  },
  unreact(person, body) {
    const { name, ...ref } = Reaction.parse(body)
    return person.unreact(ref, name)
  },
  click(person, body) {
    const { place, actionId, entry, at } = Click.parse(body)
    return person.click(place, actionId, entry === undefined ? undefined : readEntry(entry), at && defined(at))
  },
  choose(person, body) {
    const { key, entry, view } = z
      .object({ key: z.string(), entry: z.unknown(), view: z.string().optional() })
      .parse(body)
    return person.choose(key, readEntry(entry), view)
  },
  suggest(person, body) {
    const { place, key, query } = z.object({ place: PlaceShape, key: z.string(), query: z.string() }).parse(body)
    return person.suggest(place, key, query)
  },
  submit(person, body) {
    const { entries = {}, view } = z
      .object({ entries: z.record(z.string(), z.unknown()).optional(), view: z.string().optional() })
      .parse(body ?? {})
    const read = Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, readEntry(entry)]))
    return person.submit(read, view === undefined ? {} : { view })
  },
  close: (person, body) => person.close(defined(z.object({ all: z.boolean().optional() }).parse(body ?? {}))),
  async home(person, body) {
    const { tab } = z.object({ tab: z.enum(['home', 'messages']).optional() }).parse(body ?? {})
    return { home: await person.openHome(tab) }
  },
  async dismiss(person, body) {
    person.dismiss(z.object({ ephemeral: z.string() }).parse(body).ephemeral)
  },
  join: (person, body) => person.join(AtChannel.parse(body).channel),
  leave: (person, body) => person.leave(AtChannel.parse(body).channel),
  async read(person, body) {
    person.read(AtChannel.parse(body).channel)
  },
  invite(person, body) {
    const { channel, user } = WhoAt.parse(body)
    return person.invite(channel, user)
  },
  kick(person, body) {
    const { channel, user } = WhoAt.parse(body)
    return person.kick(channel, user)
  },
}

/** Adds the routes that types.ts lists to a fastify instance. Closing the instance ends its event streams too. */
export function mountSlack(app: FastifyInstance, slack: SlackSandbox): void {
  void app.register(
    async routes => {
      routes.setErrorHandler((error, _request, reply) => {
        const { status, ...fault } = faultOf(error)
        return reply.code(status).send(fault)
      })
      routes.get<{ Params: { who: string } }>('/as/:who', ({ params }) => slack.snapshot(params.who))
      for (const [name, act] of Object.entries(actions))
        routes.post<{ Params: { who: string } }>(
          `/as/:who/${name}`,
          async ({ params, body }) => (await act(slack.as(params.who), body)) ?? {},
        )
      routes.put('/outage', async ({ body }) => {
        slack.outage(z.object({ on: z.boolean() }).parse(body).on)
        return {}
      })
      fileRoute(routes, slack)
      eventRoute(routes, slack)
    },
    { prefix: '/sandbox/slack', bodyLimit: 40 * 1024 * 1024 },
  )
}

function fileRoute(app: FastifyInstance, slack: SlackSandbox): void {
  app.get<{ Params: { id: string }; Querystring: { download?: string } }>('/files/:id', ({ params, query }, reply) => {
    const file = slack.file(params.id)
    if (!file) return reply.code(404).send({ error: 'There is no such file.', code: 'file_not_found' })
    const isShown = query.download === undefined && /^image\/(png|jpeg|gif)$/.test(file.mimetype)
    const how = isShown ? 'inline' : 'attachment'
    return reply
      .type(file.mimetype)
      .header('x-content-type-options', 'nosniff')
      .header('content-disposition', `${how}; filename*=UTF-8''${encodeURIComponent(file.name)}`)
      .send(file.bytes)
  })
}

function eventRoute(app: FastifyInstance, slack: SlackSandbox): void {
  const open = new Set<FastifyReply>()
  app.get('/events', (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.raw.write(': slack\n\n')
    const stop = slack.onChange(change => reply.raw.write(`data: ${JSON.stringify(change)}\n\n`))
    open.add(reply)
    request.raw.once('close', () => {
      stop()
      open.delete(reply)
    })
  })
  app.addHook('preClose', async () => {
    for (const reply of open) reply.raw.end()
  })
}

const MISSING = ['user_not_found', 'channel_not_found', 'message_not_found', 'no_modal']

function faultOf(error: unknown): { status: number; error: string; code: string } {
  if (error instanceof SlackSays)
    return { status: MISSING.includes(error.code) ? 404 : 400, error: error.message, code: error.code }
  if (error instanceof z.ZodError)
    return {
      status: 400,
      error: error.issues.map(i => `${i.path.join('.')}: ${i.message}`).join('; '),
      code: 'invalid',
    }
  const { statusCode = 500, message } = error as { statusCode?: number; message: string }
  return { status: statusCode, error: message, code: 'internal' }
}

/** An entry as it came over HTTP, where uploads carry base64. */
function readEntry(entry: Json): Entry {
  const isUploads = Array.isArray(entry) && entry.length > 0 && entry.every(e => typeof e?.base64 === 'string')
  return isUploads ? entry.map((upload: Json) => decoded(Upload64.parse(upload))) : (entry ?? null)
}

function decoded({ name, mimetype, base64 }: z.infer<typeof Upload64>): Upload {
  return { name, bytes: Buffer.from(base64, 'base64'), ...(mimetype ? { mimetype } : {}) }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}
