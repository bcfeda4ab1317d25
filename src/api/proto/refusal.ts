import { z } from 'zod'
import type { Refusal } from '../face.ts'

/** A refusal: a list of what is wrong with the request where something is, else a sentence. */
export const refused = z
  .object({
    detail: z.union([
      z.string(),
      z.array(z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string(), type: z.string() })),
    ]),
  })
  .meta({ id: 'ProtoRefusal' })

const UNPROCESSABLE = 422

/** What is wrong with a request is told as 422, whatever it is. */
export function statusOf(status: number): number {
  return status === 400 ? UNPROCESSABLE : status
}

/** The body of a refusal. Which shape it has is documented nowhere; this is what its framework says (FastAPI). */
export function refusal({ status, faults, part = 'body' }: Refusal): z.infer<typeof refused> {
  if (statusOf(status) !== UNPROCESSABLE) return { detail: faults.map(f => f.message).join(' ') }
  return {
    detail: faults.map(({ field, message, isMissing }) => {
      return {
        loc: [
          PARTS[part],
          ...(field === null ? [] : field.split('.').map(step => (/^\d{1,9}$/.test(step) ? Number(step) : step))),
        ],
        msg: isMissing ? 'field required' : message,
        type: isMissing ? 'value_error.missing' : 'value_error',
      }
    }),
  }
}

const PARTS = { body: 'body', querystring: 'query', params: 'path', headers: 'header' } as const
