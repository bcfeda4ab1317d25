import type { Face } from '../face.ts'
import { attaching } from './attachments.ts'
import { readingComments } from './comments/read.ts'
import { commenting } from './comments/write.ts'
import { refusal, refused } from './envelope.ts'
import { reading } from './tickets/read.ts'

/** Thena's way: a key in `x-api-key`, and every answer in the same envelope. */
export const thena: Face = {
  name: 'Thena',
  prefix: '/v1',
  header: 'x-api-key',
  refusal,
  refused,
  async routes(server, options) {
    for (const part of [reading, readingComments, commenting, attaching]) await server.register(part, options)
  },
}
