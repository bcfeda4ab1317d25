import { DateTime } from 'luxon'
import { z } from 'zod'
import type { TeamRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { nextTimeOfDay } from '../../lib/zone.ts'

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time looks like 09:00.')
const span = z.object({ from: clock, to: clock })

/** Numbers that are refused in words that name their limits. */
const number = (least: number, most: number, what = 'a number') => {
  const says = `Give ${what} from ${least} to ${most.toLocaleString('en')}.`
  return z.number(says).min(least, says).max(most, says)
}
const whole = (least: number, most: number) => number(least, most, 'a whole number').int('Give a whole number.')

const Rules = z.object({
  /** More recipients than this need somebody else's yes; null: never. */
  approvalOver: whole(0, 1_000_000).nullable().default(100),
  /** For so many days after they joined the team an agent's chats need somebody else's yes. */
  newAgentDays: whole(0, 365).default(0),
  /** What is to go out outside the working hours needs somebody else's yes. */
  outsideHours: z.boolean().default(false),
  /** A chat goes out after so many minutes unless somebody stops it; null: at once. */
  vetoMinutes: whole(1, 10_080).nullable().default(null),
  /** Nobody gets a chat in these hours of theirs; null: at any time. */
  quietHours: span.nullable().default({ from: '20:00', to: '08:00' }),
  /** A customer gets at most one chat in so many days; 0: any number. */
  capDays: whole(0, 365).default(7),
  perSecond: number(0.1, 10_000).default(10),
})

/** How a team's chats are agreed upon and when they go out. */
export type ChatRules = z.infer<typeof Rules>

/** The team's rules; what it never set is as usual. */
export function chatRulesOf({ chat_rules: text }: Pick<TeamRow, 'chat_rules'>): ChatRules {
  let rules = known.get(text)
  if (!rules) {
    rules = Object.freeze(Rules.parse(text ? JSON.parse(text) : {}))
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(text, rules)
  }
  return rules
}

/** They are read many times a second while chats are sent. */
const known = new Map<string | null, ChatRules>()
const MOST_KNOWN = 100

/** Sets a team's rules. Throws Problems that name the fields at fault. */
export async function setChatRules(tx: Tx, teamId: string, rules: ChatRules): Promise<void> {
  const read = Rules.safeParse(rules)
  if (!read.success)
    throw new Problems(read.error.issues.map(i => new Problem('invalid', i.message, String(i.path[0] ?? 'rules'))))
  await tx.q
    .updateTable('teams')
    .set({ chat_rules: JSON.stringify(read.data) })
    .where('id', '=', teamId)
    .execute()
}

/** The first moment from `at` on (ms UTC) at which somebody in this zone, or in ours where it is not known, may be written to. */
export function afterQuietHours(rules: ChatRules, zone: string | null, ours: string, at: number): number {
  if (!rules.quietHours) return at
  const theirs = DateTime.fromMillis(at, { zone: zone ?? ours })
  const local = theirs.isValid ? theirs : DateTime.fromMillis(at, { zone: ours })
  if (!isWithin(rules.quietHours, local)) return at
  return nextTimeOfDay(at, rules.quietHours.to, local.zoneName ?? ours)
}

/** A span may go past midnight; one that ends where it begins is the whole day. */
function isWithin({ from, to }: { from: string; to: string }, local: DateTime): boolean {
  const now = local.toFormat('HH:mm')
  return from < to ? from <= now && now < to : now >= from || now < to
}
