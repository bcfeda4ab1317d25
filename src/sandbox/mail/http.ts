import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { viewOfMail } from './mailbox.ts'
import { pageOfMail } from './page.ts'
import type { Customer, Enclosure, Mail, MailboxView, MailView, MailWorld } from './types.ts'

const Upload = z.object({ name: z.string().min(1), type: z.string().optional(), base64: z.string() })
const Addresses = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)])
const Reply = z.object({
  text: z.string().min(1),
  html: z.string().optional(),
  quote: z.union([z.boolean(), z.enum(['gmail', 'outlook', 'apple'])]).optional(),
  from: z.string().optional(),
  cc: z.array(z.string()).optional(),
  attachments: z.array(Upload).optional(),
})
const Fresh = Reply.omit({ quote: true, from: true }).extend({ to: Addresses, subject: z.string() })
const Forward = z.object({ to: Addresses, text: z.string().optional() })
const Returned = z.object({
  status: z
    .string()
    .regex(/^[45]\.\d+\.\d+$/)
    .optional(),
  diagnostic: z.string().optional(),
  whole: z.boolean().optional(),
})
const Naming = z.object({ name: z.string().optional() })
const HabitChoice = z.object({
  habit: z.enum(['reads', 'answers', 'out-of-office', 'bounces', 'refuses', 'temporarily', 'full', 'slow']),
  text: z.string().optional(),
  delayMs: z.number().nonnegative().optional(),
  answerTo: z.enum(['reply-to', 'envelope']).optional(),
})

/** Adds the routes that types.ts lists to a fastify instance. Closing the instance ends its event streams too. */
export function mountMail(app: FastifyInstance, world: MailWorld): void {
  void app.register(
    async routes => {
      routes.setErrorHandler((error, _request, reply) => {
        const { code, text } = faultOf(error)
        return reply.code(code).send({ error: text })
      })
      readingRoutes(routes, world)
      mailboxRoutes(routes, world)
      actingRoutes(routes, world)
      eventRoute(routes, world)
    },
    { prefix: '/sandbox/mail', bodyLimit: 40 * 1024 * 1024 },
  )
}

function readingRoutes(app: FastifyInstance, world: MailWorld): void {
  app.get('/', () => world.snapshot())
  app.get<ById>('/mails/:id', ({ params }) => viewOfMail(found(world, params.id)))
  app.get<ById>('/mails/:id/raw', ({ params }, reply) => reply.type('message/rfc822').send(found(world, params.id).raw))
  app.get<ById>('/mails/:id/html', ({ params }, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox allow-popups",
      )
      .send(pageOfMail(found(world, params.id))),
  )
  app.get<{ Params: { id: string; index: string } }>('/mails/:id/attachments/:index', ({ params }, reply) => {
    const mail = found(world, params.id)
    const attachment = mail.attachments[Number(params.index)]
    if (!attachment) throw new Refused(404, 'The mail has no such attachment.')
    return sendFile(reply, attachment.name, attachment.type, mail.content(attachment.index))
  })
}

function mailboxRoutes(app: FastifyInstance, world: MailWorld): void {
  app.get<ByAddress>('/mailboxes/:address', ({ params }) => mailbox(world, params.address))
  app.put<ByAddress>('/mailboxes/:address', ({ params, body }) => {
    const { name } = Naming.parse(body ?? {})
    const customer = owner(world, params.address)
    if (name !== undefined) customer.called(name)
    return mailbox(world, customer.address)
  })
  app.put<ByAddress>('/mailboxes/:address/habit', ({ params, body }) => {
    const { habit, ...settings } = HabitChoice.parse(body)
    return mailbox(world, owner(world, params.address).does(habit, defined(settings)).address)
  })
  app.post<ByAddress>('/mailboxes/:address/write', ({ params, body }) => {
    const { attachments, ...fresh } = Fresh.parse(body)
    return view(owner(world, params.address).write({ ...defined(fresh), attachments: decoded(attachments) }))
  })
}

function actingRoutes(app: FastifyInstance, world: MailWorld): void {
  app.post<ById>('/mails/:id/reply', ({ params, body }) => {
    const { attachments, ...reply } = Reply.parse(body)
    return act(world, params.id, (owner, mail) =>
      owner.reply(mail, { ...defined(reply), attachments: decoded(attachments) }),
    )
  })
  app.post<ById>('/mails/:id/forward', ({ params, body }) => {
    const { to, text } = Forward.parse(body)
    return act(world, params.id, (owner, mail) => owner.forward(mail, to, text))
  })
  app.post<ById>('/mails/:id/bounce', ({ params, body }) => {
    const bounce = Returned.parse(body ?? {})
    return act(world, params.id, (owner, mail) => {
      if (mail.direction === 'written') throw new Refused(400, 'Only a mail that was received can be returned.')
      if (mail.envelope.from === '') throw new Refused(400, 'A mail from the null sender is never returned.')
      return owner.bounce(mail, defined(bounce))
    })
  })
  app.post<ById>('/mails/:id/complain', ({ params }) => act(world, params.id, (owner, mail) => owner.complain(mail)))
  app.post<ById>('/mails/:id/unsubscribe', async ({ params }) => {
    const mail = found(world, params.id)
    await world.customer(mail.mailbox).unsubscribe(mail)
    return viewOfMail(mail)
  })
  app.put('/outage', async ({ body }) => {
    await world.faults.outage(z.object({ down: z.boolean() }).parse(body).down)
    return world.snapshot()
  })
}

function eventRoute(app: FastifyInstance, world: MailWorld): void {
  const open = new Set<FastifyReply>()
  app.get('/events', (request, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    reply.raw.write(': the mail world\n\n')
    const stop = world.onChange(change => reply.raw.write(`data: ${JSON.stringify(change)}\n\n`))
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

type ById = { Params: { id: string } }
type ByAddress = { Params: { address: string } }

class Refused extends Error {
  statusCode: number

  constructor(statusCode: number, text: string) {
    super(text)
    this.statusCode = statusCode
  }
}

function faultOf(error: unknown): { code: number; text: string } {
  if (error instanceof z.ZodError) {
    return { code: 400, text: error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`).join('; ') }
  }
  const { statusCode, message } = error as { statusCode?: number; message: string }
  return { code: statusCode ?? 502, text: message }
}

function found(world: MailWorld, id: string): Mail {
  const mail = world.mail(id)
  if (!mail) throw new Refused(404, 'There is no such mail.')
  return mail
}

function owner(world: MailWorld, address: string): Customer {
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw new Refused(400, 'That is not an email address.')
  return world.customer(address)
}

function mailbox(world: MailWorld, address: string): MailboxView {
  const box = world.mailbox(address)
  if (!box) throw new Refused(404, 'There is no such mailbox.')
  return box
}

function act(world: MailWorld, id: string, action: (owner: Customer, mail: Mail) => Promise<Mail>): Promise<MailView> {
  const mail = found(world, id)
  return view(action(world.customer(mail.mailbox), mail))
}

async function view(mail: Promise<Mail>): Promise<MailView> {
  return viewOfMail(await mail)
}

function sendFile(reply: FastifyReply, name: string, type: string, content: Buffer): FastifyReply {
  return reply
    .type(type)
    .header('x-content-type-options', 'nosniff')
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
    .send(content)
}

function decoded(uploads: z.infer<typeof Upload>[] = []): Enclosure[] {
  return uploads.map(({ base64, ...upload }) => ({ ...defined(upload), content: Buffer.from(base64, 'base64') }))
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Without the keys whose value is undefined, which the types of this house treat as another thing than absent. */
function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}
