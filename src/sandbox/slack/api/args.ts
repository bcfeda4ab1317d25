import type { Json } from '../types.ts'
import { Refusal } from '../world.ts'

/** The arguments of one call, however they were sent: forms carry everything as text, objects as JSON. */
export class Args {
  readonly given: Json

  constructor(given: Json) {
    this.given = given
  }

  has(name: string): boolean {
    return this.text(name) !== undefined
  }

  text(name: string): string | undefined {
    const value = this.given[name]
    if (value === undefined || value === null || value === '') return undefined
    return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
  }

  flag(name: string): boolean {
    return ['true', '1'].includes(this.text(name) ?? '')
  }

  number(name: string): number | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : Number(text)
  }

  /** An object or array; throws `error` when it is not JSON. */
  json(name: string, error = 'invalid_arguments'): Json {
    const value = this.given[name]
    if (typeof value !== 'string') return value ?? undefined
    if (value === '') return undefined
    try {
      return JSON.parse(value)
    } catch {
      throw new Refusal(error)
    }
  }
}

/** The page of a list that `cursor` and `limit` ask for. */
export function pageOf<T>(all: T[], args: Args, limits = { usual: 100, most: 1000 }): { page: T[]; next: string } {
  const limit = args.number('limit') ?? limits.usual
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.most) throw new Refusal('invalid_limit')
  const cursor = args.text('cursor')
  const start = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64').toString().replace('next:', ''))
  if (!Number.isInteger(start) || start < 0) throw new Refusal('invalid_cursor')
  const end = start + limit
  return { page: all.slice(start, end), next: end < all.length ? Buffer.from(`next:${end}`).toString('base64') : '' }
}
