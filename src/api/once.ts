import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Answer, answerKnown, fingerprintOf, once, type Request } from '../core/programs/once.ts'
import type { Store, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'
import { callerOf } from './caller.ts'

/** With the same key the same request is done once, and gets the first answer whenever it comes again (within two days). */
export const onceHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('The same request again under the same key is answered as the first time; another one is refused (409).'),
})

/**
 * Answers a request that changes something: the work and the memory of it are one transaction. What is to follow once that
 * is durable, and must be harmless when it is done again, is waited for. Throws a Problem for another request under the same key.
 * `show` adds what nobody is to remember, such as secrets.
 */
export async function answer(
  store: Store,
  request: FastifyRequest,
  reply: FastifyReply,
  work: (tx: Tx) => Promise<Answer>,
  then?: (body: unknown) => Promise<void>,
  show: (body: unknown) => unknown = body => body, // perhaps a promise
): Promise<FastifyReply> {
  const asked = askedOnce(request)
  const { status, body } = await store.write(tx => (asked ? once(tx, asked, () => work(tx)) : work(tx)))
  await then?.(body)
  return reply.code(status).send(await show(body))
}

/** What the request was answered before, for work that is to be spared before the transaction, such as fetching files. */
export async function answeredBefore(store: Store, request: FastifyRequest): Promise<Answer | undefined> {
  const asked = askedOnce(request)
  return asked && store.read(q => answerKnown(q, asked))
}

/** What makes a request one that is done once: its key, and all that it asks; undefined when it has no key. */
export function askedOnce(request: FastifyRequest): Request | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || key.length > 255)
    throw new Problem('invalid', 'One key of at most 255 characters.', 'idempotency-key')
  const { method, url, body } = request
  const agent = callerOf(request).agent.id
  return { key: fingerprintOf(agent, key), fingerprint: fingerprintOf(method, url, body) }
}
