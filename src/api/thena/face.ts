import type { Face } from '../face.ts'
import { attaching } from './attachments.ts'
import { readingComments } from './comments/read.ts'
import { commenting } from './comments/write.ts'
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
    const parts = [attaching, commenting, creating, customFields, priorities, reading, readingComments, statuses]
    for (const part of parts) await server.register(part, options)
  },
}
