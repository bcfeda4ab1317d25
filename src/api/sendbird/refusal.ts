import { z } from 'zod'
import type { Fault, Refusal } from '../face.ts'

/**
 * A refusal: what Sendbird Desk says then is documented nowhere; this has what its programs read (`detail`), and what its
 * other services say (`error`, `code`, `message`).
 */
export const refused = z
  .object({
    error: z.literal(true),
    code: z.number().int(),
    message: z.string(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string().nullable(), message: z.string() })),
  })
  .meta({ id: 'SendbirdRefusal' })

/** The same of why it was refused. */
export function refusal(refusal: Refusal): z.infer<typeof refused> {
  const message = refusal.faults.map(said).join(' ')
  return {
    error: true,
    code: codeOf(refusal),
    message,
    detail: message,
    errors: refusal.faults.map(({ field, message }) => ({ field, message })),
  }
}

function said({ field, message }: Fault): string {
  return field ? `${field}: ${message}` : message
}

const MISSING = 400111
const NOT_FOUND = 400200
const OURS = 500999

/** https://sendbird.com/docs/calls has these; the others are made in the same way, of the HTTP status. */
const CODES: Record<number, number> = { 401: 401121, 404: NOT_FOUND }

function codeOf({ status, faults }: Refusal): number {
  if (status >= 500) return OURS
  if (status === 400 && faults.every(f => f.isMissing)) return MISSING
  return CODES[status] ?? status * 1000 + 100
}
