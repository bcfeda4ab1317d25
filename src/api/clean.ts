import type { FastifyRequest } from 'fastify'
import { Problem } from '../lib/problem.ts'

/** Nothing that anybody means lies deeper; it would be more than we can look through. */
const DEEPEST = 64

/** Takes out of what was asked what no database keeps: NUL, and halves of characters. Throws a Problem for what is nested without end. */
export async function cleanInput(request: FastifyRequest): Promise<void> {
  if (request.body && typeof request.body === 'object' && !Buffer.isBuffer(request.body))
    request.body = cleaned(request.body)
  if (request.query) request.query = cleaned(request.query)
  if (request.params) request.params = cleaned(request.params)
}

function cleaned(value: unknown, depth = 0): unknown {
  if (depth > DEEPEST) throw new Problem('invalid', `What is asked is nested more than ${DEEPEST} deep.`)
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed()
  if (Array.isArray(value)) return value.map(inner => cleaned(inner, depth + 1))
  if (value && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [cleaned(key) as string, cleaned(inner, depth + 1)]),
    )
  return value
}
