import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { newId } from '../lib/id.ts'
import type { Log } from '../lib/log.ts'
import { Problem, type ProblemCode, Problems } from '../lib/problem.ts'
import type { Face, Fault, Refusal } from './face.ts'
import { isMissing, sentence, wordsOf } from './words.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    names?: Record<string, string> // how this route's callers spell the fields that core finds at fault
  }
}

const STATUS_OF: Record<ProblemCode, number> = {
  invalid: 400,
  not_found: 404,
  conflict: 409,
  forbidden: 403,
  limited: 422,
}

/** Says no in the words of the face; what is no refusal is a fault of ours, told with a reference to the log. */
export function refusing(face: Pick<Face, 'refusal' | 'statusOf'>, log: Log) {
  return (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const refusal = refusalOf(error, request.routeOptions.config.names ?? {}) ?? unexpected(error, log)
    if (refusal.status === 401) reply.header('www-authenticate', 'Bearer')
    return reply.code(face.statusOf?.(refusal.status) ?? refusal.status).send(face.refusal(refusal, new Date()))
  }
}

/** Why the request was refused, or undefined for what is no refusal. */
export function refusalOf(error: FastifyError | Error, names: Record<string, string>): Refusal | undefined {
  const faultOf = ({ field, message }: Problem): Fault => ({ field: field ? spelled(field, names) : null, message })
  if (error instanceof Problems) return { status: worst(error.problems), faults: error.problems.map(faultOf) }
  if (error instanceof Problem) return { status: STATUS_OF[error.code], faults: [faultOf(error)] }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const faults = error.validation.map(v => ({
      field: v.instancePath.split('/').slice(1).join('.') || null,
      message: wordsOf(v),
      ...(isMissing(v) && { isMissing: true as const }),
    }))
    return { status: 400, faults, ...(isPart(error.validationContext) && { part: error.validationContext }) }
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
  return status >= 500 && status !== 503
    ? undefined
    : { status, faults: [{ field: null, message: sentence(FRAMEWORK[codeOf(error)] ?? error.message) }] }
}

/** How callers spell a field. Its name may be a caller's own, and be that of something that all objects have. */
export function spelled(field: string, names: Record<string, string>): string {
  return (Object.hasOwn(names, field) && names[field]) || field
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}

/** What the framework says too briefly, for whoever has not written it. */
const FRAMEWORK: Record<string, string> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send JSON, and say so in the header Content-Type: application/json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is no JSON that can be read',
  FST_ERR_CTP_BODY_TOO_LARGE: 'This is too large: a request has 4 MB at most, beside files',
}

function isPart(context: string | undefined): context is NonNullable<Refusal['part']> {
  return context === 'body' || context === 'querystring' || context === 'params' || context === 'headers'
}

/** Of several faults the one that nothing in the request can mend. */
function worst(problems: Problem[]): number {
  const statuses = problems.map(p => STATUS_OF[p.code])
  if (statuses.length === 1) return statuses[0] as number
  return [403, 409].find(s => statuses.includes(s)) ?? 400
}

function unexpected(err: unknown, log: Log): Refusal {
  const reference = newId().slice(-12)
  log.error({ err, reference }, 'A request of the API went wrong.')
  const message = `Something went wrong on our side. Tell whoever runs Overture this reference: ${reference}.`
  return { status: 500, faults: [{ field: null, message }] }
}
