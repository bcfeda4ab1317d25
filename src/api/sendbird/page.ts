import type { FastifyRequest } from 'fastify'
import { z } from 'zod'

const MOST_OFFSET = 10_000 // who wants what is further down looks for it more closely
export const MOST_COUNTED = 10_000

/** Which part of a list is asked for. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  offset: z.coerce.number().int().min(0).max(MOST_OFFSET).default(0),
}

/** What a list of these looks like. */
export function pageShape<Item extends z.ZodType>(item: Item) {
  return z.object({
    count: z.number().int(),
    next: z.string().nullable(),
    previous: z.string().nullable(),
    results: z.array(item),
  })
}

interface Part {
  limit: number
  offset: number
}

/** A part of a list of so many, with the addresses of those beside it. More than 10,000 are not counted. */
export function pageOf<Item>(request: FastifyRequest, { limit, offset }: Part, count: number, results: Item[]) {
  const hasMore = offset + limit < count && offset + limit <= MOST_OFFSET
  return {
    count,
    next: hasMore ? addressOf(request, offset + limit) : null,
    previous: offset > 0 ? addressOf(request, Math.max(offset - limit, 0)) : null,
    results,
  }
}

function addressOf({ protocol, host, url }: FastifyRequest, offset: number): string {
  const [path, query] = url.split('?')
  const asked = new URLSearchParams(query)
  asked.set('offset', String(offset))
  return `${protocol}://${host}${path}?${asked}`
}

/** The part of a list that is short enough to be read whole. */
export function partOf<Item>(items: Item[], { limit, offset }: Part): Item[] {
  return items.slice(offset, offset + limit)
}
