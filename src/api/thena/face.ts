import type { Face } from '../face.ts'
import { customFields } from './custom-fields/routes.ts'
import { refusal, refused } from './envelope.ts'
import { priorities } from './priorities.ts'
import { search } from './search.ts'
import { statuses } from './statuses.ts'
import { acting } from './tickets/act.ts'
import { inBulk } from './tickets/bulk.ts'
import { changing } from './tickets/change.ts'
import { creating } from './tickets/create.ts'
import { drafting } from './tickets/drafts.ts'
import { listing } from './tickets/list.ts'
import { reading } from './tickets/read.ts'
import { relating } from './tickets/relate.ts'

const SETUP = [customFields, priorities, statuses]
const TICKETS = [creating, listing, reading, changing, acting, relating, inBulk, drafting, search]

/** Thena's way: a key in `x-api-key`, and every answer in the same envelope. */
export const thena: Face = {
  name: 'Thena',
  prefix: '/v1',
  header: 'x-api-key',
  refusal,
  refused,
  async routes(server, options) {
    for (const part of [...SETUP, ...TICKETS]) await server.register(part, options)
  },
}
