import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ticketNamed } from '../../../core/programs/named.ts'
import { type Answer, answerKnown, once } from '../../../core/programs/once.ts'
import type { Store, Tx } from '../../../db/store.ts'
import { Problem, Problems } from '../../../lib/problem.ts'
import { callerOf } from '../../caller.ts'
import { askedOnce, onceHeaders } from '../../once.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { changeTicket } from './change.ts'
import { filesFor, openOne } from './create.ts'
import { id, newTicketShape, ticketFields } from './new-ticket.ts'

const MOST_OPENED = 100
const MOST_URLS = 20 // of all tickets together
const MOST_CHANGED = 500

const brief = z.object({ id: z.string(), title: z.string() })
const failed = z.object({
  index: z.number().int(),
  title: z.string(),
  errors: z.array(z.object({ field: z.string().nullable(), message: z.string() })),
})

/** Opens and changes many tickets at once; each has its own fate. */
export const inBulk: FastifyPluginAsyncZod<ApiOptions> = async (server, options) => {
  const { store, readHtml } = options
  const config = { scope: 'tickets:write' } as const

  server.post(
    '/tickets/bulk',
    {
      config,
      schema: {
        summary: 'Open many tickets',
        description: 'Each by itself: what could not be opened is told beside the others, unless none could be.',
        headers: onceHeaders,
        body: z.object({
          tickets: z.array(newTicketShape).min(1).max(MOST_OPENED),
          options: z.object({ stopOnError: z.boolean().nullish() }).nullish(),
        }),
        response: { 201: enveloped(z.array(brief)).extend({ failed: z.array(failed) }) },
      },
    },
    async (request, reply) => {
      const { agent } = callerOf(request)
      const { tickets, options: how } = request.body
      const urls = tickets.reduce((sum, t) => sum + (t.attachmentUrls?.length ?? 0), 0)
      if (urls > MOST_URLS) throw new Problem('invalid', `At most ${MOST_URLS} URLs of files at once.`, 'tickets')
      const [data, faults]: [z.infer<typeof brief>[], z.infer<typeof failed>[]] = [[], []]
      const problems: Problem[] = []
      for (const [index, ticket] of tickets.entries()) {
        const found = await apart(async () => {
          const files = (await known(store, request, index)) ? [] : await filesFor(options, ticket, agent)
          return alone(store, request, index, async tx => {
            const opened = await openOne(tx, ticket, agent, readHtml, { files })
            return { id: opened.ticket.id, title: opened.ticket.subject }
          })
        })
        if (Array.isArray(found)) {
          faults.push({
            index,
            title: ticket.title,
            errors: found.map(({ field = null, message }) => ({ field, message })),
          })
          problems.push(
            ...found.map(p => new Problem(p.code, p.message, `tickets.${index}${p.field ? `.${p.field}` : ''}`)),
          )
          if (how?.stopOnError) break
        } else data.push(found)
      }
      if (!data.length) throw new Problems(problems)
      return reply.code(201).send({ ...envelope(data, store.now()), failed: faults })
    },
  )

  server.patch(
    '/tickets/bulk',
    {
      config,
      schema: {
        summary: 'Change many tickets',
        headers: onceHeaders,
        body: z.object({
          ticketIds: z.array(id).min(1).max(MOST_CHANGED),
          statusId: ticketFields.statusId,
          typeId: ticketFields.typeId,
          priorityId: ticketFields.priorityId,
          assignedAgentId: ticketFields.assignedAgentId,
          isPrivate: ticketFields.isPrivate,
        }),
        response: {
          200: enveloped(
            z.object({ updated: z.array(brief), skipped: z.array(z.object({ id: z.string(), reason: z.string() })) }),
          ),
        },
      },
    },
    async request => {
      const { agent } = callerOf(request)
      const { ticketIds, ...changes } = request.body
      const [updated, skipped]: [z.infer<typeof brief>[], { id: string; reason: string }[]] = [[], []]
      for (const [index, name] of [...new Set(ticketIds)].entries()) {
        const done = await apart(() =>
          alone(store, request, index, async tx => {
            const ticket = await ticketNamed(tx.q, name)
            await changeTicket(tx, ticket.id, changes, agent)
            return { id: ticket.id, title: ticket.subject }
          }),
        )
        if (Array.isArray(done)) skipped.push({ id: name, reason: done.map(p => p.message).join(' ') })
        else updated.push(done)
      }
      return envelope({ updated, skipped }, store.now())
    },
  )
}

/** What came of it, or why nothing did. */
async function apart<T>(work: () => Promise<T>): Promise<T | Problem[]> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problems) return error.problems
    if (error instanceof Problem) return [error]
    throw error
  }
}

/** One of the works of a request, in a transaction of its own; under a key it is done once, as the request is. */
async function alone<T>(
  store: Store,
  request: FastifyRequest,
  index: number,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const asked = partOf(request, index)
  if (!asked) return store.write(work)
  const { body } = await store.write(tx => once(tx, asked, async () => ({ status: 200, body: await work(tx) })))
  return body as T
}

async function known(store: Store, request: FastifyRequest, index: number): Promise<Answer | undefined> {
  const asked = partOf(request, index)
  return asked && store.read(q => answerKnown(q, asked))
}

function partOf(request: FastifyRequest, index: number) {
  const asked = askedOnce(request)
  return asked && { ...asked, key: `${asked.key}\n${index}` }
}
