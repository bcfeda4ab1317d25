import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { teamNamed } from '../../../core/programs/named.ts'
import { listForProgram } from '../../../core/programs/ticket-list.ts'
import { ticketRecords } from '../../../core/programs/tickets.ts'
import { callerOf } from '../../caller.ts'
import type { ApiOptions } from '../../options.ts'
import { envelope, enveloped } from '../envelope.ts'
import { asGiven } from '../faults.ts'
import { paged } from '../paging.ts'
import { ticketOf, ticketShape } from './ticket.ts'

const RANGES = ['1d', '2d', '1w', '2w', '3w', '4w', '1m', '3m'] as const

/** Lists tickets. */
export const listing: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/tickets',
    {
      config: { scope: 'tickets:read' },
      schema: {
        summary: 'Tickets, those that began last first',
        querystring: z.object({
          teamId: z.string().max(200).optional(),
          dateRange: z
            .enum(RANGES)
            .optional()
            .describe('Those that began on so many of the last days, weeks or months (UTC), today included.'),
          ...paged,
          after: z
            .string()
            .max(200)
            .optional()
            .describe('The id of the last ticket read, in place of `page`: any depth is as fast.'),
        }),
        response: { 200: enveloped(z.array(ticketShape)) },
      },
    },
    async request => {
      const { teamId, dateRange, page, limit, after = null } = request.query
      const { agent } = callerOf(request)
      const data = await store.read(async q => {
        const team = teamId ? (await asGiven({ team: 'teamId' }, () => teamNamed(q, teamId))).id : null
        const from = dateRange ? beginOf(dateRange, store.now()) : null
        const ids = await listForProgram(q, agent.id, { teamId: team, from, offset: page * limit, after, limit })
        const records = await ticketRecords(q, ids)
        return ids.flatMap(id => records.get(id) ?? []).map(ticketOf)
      })
      return envelope(data, store.now())
    },
  )
}

/** The first moment of so many last days, in UTC: of `1d` today's. */
function beginOf(range: (typeof RANGES)[number], now: number): number {
  const [count, unit] = [Number(range[0]), range[1]]
  const today = new Date(now)
  const [year, month, day] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()]
  if (unit === 'm') return Date.UTC(year, month - count, Math.min(day + 1, daysOf(year, month - count)))
  return Date.UTC(year, month, day + 1 - count * (unit === 'w' ? 7 : 1))
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
}
