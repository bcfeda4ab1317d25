import { z } from 'zod'

/** How a ticket began. */
export type Source = 'agent' | 'customer' | 'chat'
export const SOURCES: Source[] = ['agent', 'customer', 'chat']

/** What is chosen to find those that have nothing there. */
export const NONE = 'none'

/** What stands for whoever looks, so that a team's view shows each their own. */
export const ME = 'me'

const STATUSES = [
  'draft',
  'scheduled',
  'awaiting_customer',
  'open',
  'in_progress',
  'internal',
  'snoozed',
  'closed',
] as const
export const PRIORITIES = ['urgent', 'high', 'medium', 'low'] as const
export { STATUSES }

/** The spans of time that can be said in a word: the last day, week, month. */
export const LAST = ['1d', '2d', '1w', '2w', '3w', '4w', '1m', '2m', '3m'] as const

const day = z.iso.date()
const span = z.union([
  z.literal('none'),
  z.object({ last: z.enum(LAST) }),
  z.object({ from: day.optional(), to: day.optional() }).refine(s => s.from !== undefined || s.to !== undefined),
])

const choices = z.array(z.string()).nonempty()

/** A custom field by its key: one of these values, or from and to (as it keeps them), or all of these words in it. */
const field = z
  .object({
    id: z.string(),
    is: choices.optional(),
    from: z.string().optional(),
    to: z.string().optional(),
    has: z.string().optional(),
  })
  .refine(f => f.is || f.from !== undefined || f.to !== undefined || f.has !== undefined)

/** So many custom fields can be asked for at once. */
export const MOST_FIELDS = 20

const Shape = z.object({
  /** Words, "phrases", begin* and -words that must not be there. */
  text: z.string().optional(),
  status: z.array(z.enum(STATUSES)).nonempty().optional(),
  subStatus: choices.optional(), // beside the statuses: any of both is enough
  priority: z.array(z.enum(PRIORITIES)).nonempty().optional(),
  assignee: choices.optional(), // ids of agents
  team: choices.optional(),
  by: choices.optional(), // who opened it: ids of agents
  channel: choices.optional(),
  source: z
    .array(z.enum(SOURCES as [string, ...string[]]))
    .nonempty()
    .optional(),
  tags: choices.optional(),
  tagGroups: choices.optional(),
  fields: z.array(field).nonempty().optional(),
  customer: choices.optional(),
  created: span.optional(),
  updated: span.optional(),
  answered: span.optional(),
  /** What was put away is found only when it is asked for. */
  away: z.enum(['archived', 'spam']).optional(),
})

/**
 * What is looked for: all that is given must hold; of several values of one, one is enough. `none` among them finds what
 * has nothing there.
 */
export type Filter = z.infer<typeof Shape>

export type Span = z.infer<typeof span>

/** The filter that was kept as JSON; what a later version wrote and we do not know is left out. */
export function readFilter(json: string): Filter {
  const kept = JSON.parse(json) as Record<string, unknown>
  const known = Object.entries(kept).filter(([key, value]) => Shape.safeParse({ [key]: value }).success)
  return Shape.parse(Object.fromEntries(known))
}
