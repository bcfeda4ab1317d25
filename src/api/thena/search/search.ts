import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { searchAccounts } from '../../../core/accounts.ts'
import { searchCustomers } from '../../../core/customers.ts'
import { searching } from '../../../core/find/entry.ts'
import { askerOf, countFound, findTickets } from '../../../core/find/find.ts'
import { ticketRecords } from '../../../core/programs/tickets.ts'
import { Problem } from '../../../lib/problem.ts'
import { callerOf } from '../../caller.ts'
import type { ApiOptions } from '../../options.ts'
import { ticketOf, ticketShape } from '../tickets/ticket.ts'
import { filterIn } from './filter.ts'

const MOST_COUNTED = 10_000
const DEEPEST = 1_000

const asked = z.object({
  q: z
    .string()
    .max(1_000)
    .default('*')
    .describe('Words, "phrases", begin* and -words that must not be there; * is all.'),
  query_by: z.string().max(1_000).optional().describe('Not looked at: all of a ticket is searched.'),
  filter_by: z
    .string()
    .max(4_000)
    .optional()
    .describe(
      'Of tickets: `statusId:=open && priorityId:=[high,urgent] && teamId:=SUP`, also assignedAgentId, customerContactId, tags.',
    ),
  sort_by: z.string().max(1_000).optional().describe('Not looked at: what began last is first.'),
  page: z.coerce.number().int().min(1).max(DEEPEST).default(1),
  per_page: z.coerce.number().int().min(1).max(100).default(10),
})

function foundShape<Document extends z.ZodType>(document: Document) {
  return z.object({
    facet_counts: z.array(z.never()),
    found: z.number().int().describe(`At most ${MOST_COUNTED}: more are not counted.`),
    hits: z.array(z.object({ document })),
    page: z.number().int(),
    request_params: z.object({ collection_name: z.string(), q: z.string(), per_page: z.number().int() }),
    search_cutoff: z.boolean(),
  })
}

const personShape = z.object({ id: z.string(), name: z.string(), email: z.string(), company: z.string().nullable() })
const accountShape = z.object({ id: z.string(), name: z.string() })

/** Looks for tickets, customers and companies, as the search engine behind Thena answers. */
export const search: FastifyPluginAsyncZod<ApiOptions> = async (server, { store }) => {
  server.get(
    '/search/tickets',
    {
      config: { scope: 'tickets:read' },
      schema: { summary: 'Look for tickets', querystring: asked, response: { 200: foundShape(ticketShape) } },
    },
    async request => {
      const { query } = request
      const { agent } = callerOf(request)
      const span = spanOf(query)
      return searching(store, async q => {
        const filter = {
          ...(await filterIn(q, query.filter_by ?? '')),
          ...(wordsOf(query.q) && { text: wordsOf(query.q) }),
        }
        const asker = await askerOf(q, agent, store.now())
        const { tickets } = await findTickets(q, filter, asker, { limit: span.to })
        const ids = tickets.slice(span.from).map(t => t.id)
        const records = await ticketRecords(q, ids)
        const documents = ids.flatMap(id => records.get(id) ?? []).map(ticketOf)
        const found = await countFound(q, filter, asker, MOST_COUNTED)
        return foundOf('tickets', query, documents, found, found === MOST_COUNTED)
      })
    },
  )

  for (const collection of ['customers', 'customer-contacts'])
    server.get(
      `/search/${collection}`,
      {
        config: { scope: 'people:read' },
        schema: { summary: 'Look for customers', querystring: asked, response: { 200: foundShape(personShape) } },
      },
      async ({ query }) => {
        const span = spanOf(query)
        const all = await store.read(q => searchCustomers(q, wordsOf(query.q), span.to + 1))
        const people = all
          .slice(span.from, span.to)
          .map(({ id, name, address, company }) => ({ id, name, email: address, company }))
        return foundOf(collection, query, people, all.length, all.length > span.to)
      },
    )

  server.get(
    '/search/accounts',
    {
      config: { scope: 'people:read' },
      schema: { summary: 'Look for companies', querystring: asked, response: { 200: foundShape(accountShape) } },
    },
    async ({ query }) => {
      const span = spanOf(query)
      const all = await store.read(q => searchAccounts(q, wordsOf(query.q), span.to + 1))
      return foundOf('accounts', query, all.slice(span.from, span.to), all.length, all.length > span.to)
    },
  )
}

type Asked = z.infer<typeof asked>

function wordsOf(q: string): string {
  return q.trim() === '*' ? '' : q.trim()
}

/** Throws a Problem for a page that is further away than anybody looks. */
function spanOf({ page, per_page }: Asked): { from: number; to: number } {
  const to = page * per_page
  if (to > DEEPEST)
    throw new Problem(
      'invalid',
      `Found are shown up to the ${DEEPEST.toLocaleString('en-US')}th. Ask more exactly.`,
      'page',
    )
  return { from: to - per_page, to }
}

function foundOf<T>(
  collection_name: string,
  { q, page, per_page }: Asked,
  documents: T[],
  found: number,
  isMore: boolean,
) {
  const hits = documents.map(document => ({ document }))
  return {
    facet_counts: [],
    found,
    hits,
    page,
    request_params: { collection_name, q, per_page },
    search_cutoff: isMore,
  }
}
