import type { Face } from '../face.ts'
import { customFields } from './custom-fields/routes.ts'
import { refusal, refused } from './envelope.ts'
import { priorities } from './priorities.ts'
import { statuses } from './statuses.ts'
import { creating } from './tickets/create.ts'
import { reading } from './tickets/read.ts'

/** Thena's way: a key in `x-api-key`, and every answer in the same envelope. */
export const thena: Face = {
  name: 'Thena',
  prefix: '/v1',
  header: 'x-api-key',
  refusal,
  refused,
  async routes(server, options) {
    for (const part of [customFields, priorities, statuses, creating, reading]) await server.register(part, options)
  },
}
