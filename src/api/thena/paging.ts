import { z } from 'zod'
import { Problem } from '../../lib/problem.ts'

const MOST_ON_PAGE = 100
const DEEPEST = 1_000_000

/** Which page is asked for, the first being 0, and how many are on each. */
export const paged = {
  page: z.coerce.number().int().min(0).max(DEEPEST).default(0),
  limit: z.coerce.number().int().min(1).max(MOST_ON_PAGE).default(MOST_ON_PAGE),
}

/** The same as a part of a list. Throws a Problem for a page that is further away than anybody turns to. */
export function spanOf({ page, limit }: { page: number; limit: number }): { offset: number; limit: number } {
  if (page * limit > DEEPEST)
    throw new Problem('invalid', `A list is read up to its ${DEEPEST.toLocaleString('en-US')}th entry.`, 'page')
  return { offset: page * limit, limit }
}

/** A page of what is all there. */
export function pageOf<T>(all: T[], query: { page: number; limit: number }): T[] {
  const { offset, limit } = spanOf(query)
  return all.slice(offset, offset + limit)
}
