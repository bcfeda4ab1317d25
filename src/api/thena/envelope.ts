import { z } from 'zod'
import type { Fault, Refusal } from '../face.ts'
import { isoOf, moment } from '../moment.ts'

export { isoOf, moment } from '../moment.ts'

/** What an answer with this in it looks like. */
export function enveloped<Data extends z.ZodType>(data: Data) {
  return z.object({ status: z.literal(true), message: z.string(), timestamp: moment, data })
}

/** The same of what it holds. */
export function envelope<Data>(data: Data, at: number) {
  return { status: true as const, message: 'Success', timestamp: isoOf(at), data }
}

/** A refusal: what Thena says then is documented nowhere; this suits both ways that its programs may expect. */
export const refused = z
  .object({
    status: z.literal(false),
    statusCode: z.number().int(),
    message: z.string(),
    error: z.string(),
    timestamp: moment,
    data: z.null(),
    errors: z.array(z.object({ field: z.string().nullable(), message: z.string() })),
  })
  .meta({ id: 'ThenaRefusal' })

/** The same of why it was refused. */
export function refusal({ status, faults }: Refusal, at: Date): z.infer<typeof refused> {
  return {
    status: false,
    statusCode: status,
    message: faults.map(said).join(' '),
    error: WORDS[status] ?? 'Error',
    timestamp: at.toISOString(),
    data: null,
    errors: faults.map(({ field, message }) => ({ field, message })),
  }
}

/** Many programs show the sentence alone, so one that points at a field names it. */
function said({ field, message }: Fault): string {
  return field && /^Th(is|at) /.test(message) ? `${field}: ${message}` : message
}

const WORDS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
}
