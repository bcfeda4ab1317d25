import type { FastifyInstance } from 'fastify'
import type { Face } from '../face.ts'
import { agents } from './agents.ts'
import { sendingChats } from './chat-sending.ts'
import { chatTickets } from './chat-tickets.ts'
import { readingChats } from './chats.ts'
import { customers } from './customers.ts'
import { groups } from './groups.ts'
import { conversing } from './messages.ts'
import { refusal, refused } from './refusal.ts'
import { changingTickets } from './ticket-changes.ts'
import { readingTickets } from './tickets.ts'

const PARTS = [
  agents,
  changingTickets,
  chatTickets,
  conversing,
  customers,
  groups,
  readingChats,
  readingTickets,
  sendingChats,
]

/** Sendbird Desk's way: a token in a header of its own, numbers for ids, and lists by limit and offset. */
export const sendbird: Face = {
  name: 'Sendbird',
  prefix: '/platform/v1',
  header: 'sendbirddeskapitoken',
  refusal,
  refused,
  async routes(server, options) {
    readNothing(server)
    for (const part of PARTS) await server.register(part, options)
  },
}

/** Sendbird's programs say that they send JSON whatever they send, also where they send nothing. */
function readNothing(server: FastifyInstance): void {
  const read = server.getDefaultJsonParser('error', 'error')
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, {}) : read(request, String(body), done),
  )
}
