import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { storeInbound } from '../../../core/inbound/store.ts'
import type { Store } from '../../../db/store.ts'
import type { Log } from '../../../lib/log.ts'
import { keyOf } from '../identity.ts'
import { one, signatureIn } from './posted-signature.ts'
import type { Envelope } from './recipients.ts'

export interface PostedOptions {
  store: Store
  log: Log
  secret: string
  maxBytes: number
  isOpen(): boolean // false: we are stopping
}

const AT_ONCE = 8 // each may hold a whole mail before its signature can be checked
const MOST_RECIPIENTS = 100
const JSON_TYPE = 'application/json'
const RAW_TYPES = ['message/rfc822', 'application/octet-stream']

/** What was posted, as it is stored. */
interface Taken {
  raw: Buffer
  envelope: Envelope
}

/** Why it cannot be a mail, field by field. */
interface Faults {
  faults: { field: string; message: string }[]
}

/**
 * `POST /mail/inbound`: a mail, as it came or as JSON, signed. Answers 200 once it is stored (`stored`, or `known` for the
 * same mail again), else an error as JSON; after 503 the same is to be posted again.
 */
export function mountPosted(server: FastifyInstance, options: PostedOptions): void {
  const { store, log, secret, maxBytes, isOpen } = options
  let busy = 0

  server.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser([...RAW_TYPES, JSON_TYPE], { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    scope.setErrorHandler((error: FastifyError, _request, reply) => answerFault(error, reply))
    scope.post('/mail/inbound', { bodyLimit: maxBytes, onRequest: admit }, take)
  })

  /** Before the body is heard: nobody without a signature of these minutes makes us hold a mail. */
  async function admit({ headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (!signatureIn(headers)?.isTimely(store.now())) return refuse(reply)
    if (busy >= AT_ONCE || !isOpen()) return later(reply)
    busy++
    reply.raw.once('close', () => busy--)
    return undefined
  }

  async function take(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = request.body as Buffer | undefined
    if (!body?.length) return reply.code(400).send({ error: 'The mail is empty.' })
    if (!signatureIn(request.headers)?.isBy(secret, body)) return refuse(reply)
    const taken = isJson(request) ? await readJson(body, store.now()) : { raw: body, envelope: envelopeOf(request) }
    if ('faults' in taken) return reply.code(400).send({ error: sentenceOf(taken), errors: taken.faults })
    try {
      const arrival = { channel: 'email', key: keyOf(taken.raw), ...taken }
      const isNew = await store.write(tx => storeInbound(tx, arrival))
      return reply.send({ status: isNew ? 'stored' : 'known' })
    } catch (error) {
      log.error({ err: error }, 'A posted mail could not be stored; its sender was asked to try again.')
      return later(reply)
    }
  }

  function answerFault(error: FastifyError, reply: FastifyReply): FastifyReply {
    const code = error.statusCode ?? 500
    if (code === 413) return reply.code(413).send({ error: `The mail is larger than ${maxBytes} bytes.` })
    if (code === 415)
      return reply.code(415).send({ error: `Post the mail as ${[...RAW_TYPES, JSON_TYPE].join(', ')}.` })
    if (code < 500) return reply.code(code).send({ error: error.message })
    log.error({ err: error }, 'Taking in a posted mail went wrong.')
    return later(reply)
  }
}

function isJson({ headers }: FastifyRequest): boolean {
  return one(headers, 'content-type').toLowerCase().startsWith(JSON_TYPE)
}

/** A mail made of JSON. Most deployments get none, so what reads it is loaded when it is needed. */
async function readJson(body: Buffer, now: number): Promise<Taken | Faults> {
  const { isFromSomebody, mailOf, postedMail } = await import('./posted-json.ts')
  const json = parsed(body)
  if (json === undefined) return { faults: [{ field: '', message: 'The body is no JSON.' }] }
  const { data, error } = postedMail.safeParse(json)
  if (error) return { faults: error.issues.map(i => ({ field: i.path.join('.'), message: i.message })) }
  if (!isFromSomebody(data)) return { faults: [{ field: 'from', message: 'This is not an email address.' }] }
  const { from, to } = data.envelope ?? {}
  return { raw: mailOf(data, body, now), envelope: envelopeWith(from, to ?? []) }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

function sentenceOf({ faults }: Faults): string {
  return faults.map(f => (f.field ? `${f.field}: ${f.message}` : f.message)).join(' ')
}

/** `<>` is the null sender; without the header the sender is not known. */
function envelopeOf({ headers }: FastifyRequest): Envelope {
  const from = one(headers, 'x-envelope-from')
  return envelopeWith(from || undefined, one(headers, 'x-envelope-to').split(/[\s,]+/))
}

function envelopeWith(from: string | undefined, recipients: string[]): Envelope {
  const to = recipients
    .map(address => address.trim())
    .filter(Boolean)
    .slice(0, MOST_RECIPIENTS)
  return {
    by: 'http',
    ...(from === undefined ? {} : { from: from.replace(/^<|>$/g, '') }),
    ...(to.length ? { to } : {}),
  }
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply.code(401).send({ error: 'The signature is missing, wrong, or older than five minutes.' })
}

function later(reply: FastifyReply): FastifyReply {
  return reply.code(503).header('retry-after', '5').send({ error: 'It cannot be stored at the moment. Post it again.' })
}
