import type { Face } from '../face.ts'
import { definingFields } from './custom-fields.ts'
import { knowing } from './customers.ts'
import { refusal, refused, statusOf } from './refusal.ts'
import { openingTickets } from './tickets.ts'

/** Proto's way: a key as a bearer's token, and each path names a subcompany, which is a team of ours. */
export const proto: Face = {
  name: 'Proto',
  prefix: '/api/platform/v1',
  header: 'authorization',
  refusal,
  refused,
  statusOf,
  async routes(server, options) {
    for (const part of [definingFields, knowing, openingTickets]) await server.register(part, options)
  },
}
