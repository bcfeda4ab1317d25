import type { FastifyInstance } from 'fastify'
import { ticketByIdentifier } from '../../core/tickets/find.ts'
import type { Store } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { showPage } from './page.ts'

/**
 * `GET /t/SUP-41`: leads to the ticket's thread at the desk, where only those get in who may. It tells nothing of the
 * ticket itself. `threadUrl` says where the thread is; null when there is none.
 */
export function mountTicketLinks(
  server: FastifyInstance,
  store: Store,
  threadUrl: (ticketId: string) => Promise<string | null>,
): void {
  server.get<{ Params: { identifier: string } }>('/t/:identifier', async ({ params }, reply) => {
    const ticket = await store.read(q => ticketByIdentifier(q, params.identifier)).catch(unlessMissing)
    const url = ticket && (await threadUrl(ticket.id))
    if (!url) return showPage(reply, 404, ticket ? NO_THREAD : NO_TICKET)
    return reply.header('cache-control', 'private, no-store').header('x-robots-tag', 'noindex').redirect(url, 302)
  })
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof Problem)) throw error
}

const NO_TICKET = { title: 'There is no such ticket', text: ['Look at the number once more: it is like SUP-41.'] }
const NO_THREAD = {
  title: 'This ticket is not shown in Slack',
  text: ['It is one of many that a chat began, and nobody has answered it yet.'],
}
