import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { storeInbound } from '../../../core/inbound/store.ts'
import type { Store } from '../../../db/store.ts'
import type { Log } from '../../../lib/log.ts'
import { keyOf } from '../identity.ts'
import type { Envelope } from './recipients.ts'

export interface PostedOptions {
  store: Store
  log: Log
  secret: string
  maxBytes: number
  isOpen(): boolean // false: we are stopping
}

const WINDOW_MS = 5 * 60_000
const AT_ONCE = 8 // each may hold a whole mail before its signature can be checked
const MOST_RECIPIENTS = 100
const TYPES = ['message/rfc822', 'application/octet-stream']

/**
 * `POST /mail/inbound`: a raw mail, signed. Answers 200 once it is stored (`stored`, or `known` for the same mail again),
 * else an error as JSON; after 503 the same is to be posted again.
 */
export function mountPosted(server: FastifyInstance, options: PostedOptions): void {
  const { store, log, secret, maxBytes, isOpen } = options
  let busy = 0

  server.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(TYPES, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.setErrorHandler((error: FastifyError, _request, reply) => answerFault(error, reply))
    scope.post('/mail/inbound', { bodyLimit: maxBytes, onRequest: admit }, take)
  })

  /** Before the body is heard: nobody without a signature of these minutes makes us hold a mail. */
  async function admit(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    if (!isTimely(request) || !signatureIn(request)) return refuse(reply)
    if (busy >= AT_ONCE || !isOpen()) return later(reply)
    busy++
    reply.raw.once('close', () => busy--)
    return undefined
  }

  async function take(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const raw = request.body as Buffer | undefined
    if (!raw?.length) return reply.code(400).send({ error: 'The mail is empty.' })
    if (!isSigned(request, raw)) return refuse(reply)
    try {
      const arrival = { channel: 'email', key: keyOf(raw), raw, envelope: envelopeOf(request) }
      const isNew = await store.write(tx => storeInbound(tx, arrival))
      return reply.send({ status: isNew ? 'stored' : 'known' })
    } catch (error) {
      log.error({ err: error }, 'A posted mail could not be stored; its sender was asked to try again.')
      return later(reply)
    }
  }

  function isTimely(request: FastifyRequest): boolean {
    const timestamp = one(request, 'x-overture-timestamp')
    return /^\d{1,12}$/.test(timestamp) && Math.abs(store.now() - Number(timestamp) * 1000) <= WINDOW_MS
  }

  function isSigned(request: FastifyRequest, raw: Buffer): boolean {
    const signed = ['x-overture-timestamp', 'x-envelope-from', 'x-envelope-to'].map(name => `${one(request, name)}\n`)
    const right = createHmac('sha256', secret).update(signed.join('')).update(raw).digest()
    const given = Buffer.from(signatureIn(request), 'hex')
    return given.length === right.length && timingSafeEqual(given, right)
  }

  function answerFault(error: FastifyError, reply: FastifyReply): FastifyReply {
    const code = error.statusCode ?? 500
    if (code === 413) return reply.code(413).send({ error: `The mail is larger than ${maxBytes} bytes.` })
    if (code === 415) return reply.code(415).send({ error: `Post the mail as ${TYPES.join(' or ')}.` })
    if (code < 500) return reply.code(code).send({ error: error.message })
    log.error({ err: error }, 'Taking in a posted mail went wrong.')
    return later(reply)
  }
}

function signatureIn(request: FastifyRequest): string {
  return /^v1=([0-9a-f]{64})$/i.exec(one(request, 'x-overture-signature'))?.[1] ?? ''
}

/** `<>` is the null sender; without the header the sender is not known. */
function envelopeOf(request: FastifyRequest): Envelope {
  const from = one(request, 'x-envelope-from')
  const to = one(request, 'x-envelope-to')
    .split(/[\s,]+/)
    .filter(address => address)
    .slice(0, MOST_RECIPIENTS)
  return { by: 'http', ...(from ? { from: from.replace(/^<|>$/g, '') } : {}), ...(to.length ? { to } : {}) }
}

function one(request: FastifyRequest, name: string): string {
  const value = request.headers[name]
  return typeof value === 'string' ? value.trim() : ''
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply.code(401).send({ error: 'The signature is missing, wrong, or older than five minutes.' })
}

function later(reply: FastifyReply): FastifyReply {
  return reply.code(503).header('retry-after', '5').send({ error: 'It cannot be stored at the moment. Post it again.' })
}
