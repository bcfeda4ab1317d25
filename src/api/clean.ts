import type { FastifyRequest } from 'fastify'
import { Problem } from '../lib/problem.ts'

const DEEPEST = 100

/** Takes out of what was asked what no database keeps: NUL, and halves of characters. Throws a Problem for what has no bottom. */
export async function cleanInput(request: FastifyRequest): Promise<void> {
  if (request.body && typeof request.body === 'object' && !Buffer.isBuffer(request.body))
    request.body = cleaned(request.body)
  if (request.query) request.query = cleaned(request.query)
  if (request.params) request.params = cleaned(request.params)
}

function cleaned(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed()
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEEPEST) throw new Problem('invalid', `This is nested more than ${DEEPEST} deep.`)
  if (Array.isArray(value)) return value.map(inner => cleaned(inner, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleaned(key), cleaned(inner, depth + 1)]))
}
