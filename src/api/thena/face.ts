import type { Face } from '../face.ts'
import { accounts } from './accounts.ts'
import { contacts } from './contacts.ts'
import { customFields } from './custom-fields/routes.ts'
import { refusal, refused } from './envelope.ts'
import { priorities } from './priorities.ts'
import { statuses } from './statuses.ts'
import { tags } from './tags.ts'
import { reading } from './tickets/read.ts'
import { tagging } from './tickets/tags.ts'

/** Thena's way: a key in `x-api-key`, and every answer in the same envelope. */
export const thena: Face = {
  name: 'Thena',
  prefix: '/v1',
  header: 'x-api-key',
  refusal,
  refused,
  async routes(server, options) {
    for (const part of [reading, statuses, priorities, customFields, accounts, contacts, tags, tagging])
      await server.register(part, options)
  },
}
