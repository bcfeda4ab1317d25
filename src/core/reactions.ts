import { z } from 'zod'
import type { TeamRow } from '../db/schema.ts'
import type { Tx } from '../db/store.ts'
import { Problem, Problems } from '../lib/problem.ts'

/** What an emoji can do: to the ticket when it is put on the card, or to a message in its thread. */
export const DEEDS = ['take', 'close', 'note', 'reopen', 'urgent'] as const
export type Deed = (typeof DEEDS)[number]

/** By which emoji each is done, named without colons; null: by none. */
export type Reactions = Record<Deed, string | null>

const USUAL: Reactions = { take: 'eyes', close: 'white_check_mark', note: 'lock', reopen: null, urgent: null }

const name = z
  .string()
  .max(100)
  .regex(/^[\p{L}\p{N}_+'-]+$/u)
  .nullable()
const Shape = z.object(Object.fromEntries(DEEDS.map(deed => [deed, name.default(USUAL[deed])])) as Record<Deed, never>)

/** A team's emoji; what it never set is as usual. */
export function reactionsOf({ reactions }: Pick<TeamRow, 'reactions'>): Reactions {
  return Shape.parse(reactions === null ? {} : JSON.parse(reactions)) as Reactions
}

/** What this emoji does in the team, if anything. The tone of its skin does not matter. */
export function deedOf(team: Pick<TeamRow, 'reactions'>, emoji: string): Deed | undefined {
  const bare = bareName(emoji)
  const all = reactionsOf(team)
  return DEEDS.find(deed => all[deed] === bare)
}

function bareName(emoji: string): string {
  return emoji.replace(/::skin-tone-[2-6]$/, '')
}

/** What people type for each: `:eyes:` or `eyes`; empty for none. */
export type TypedReactions = Record<Deed, string>

/** The emoji as they are stored. Throws Problems that name the deeds at fault. */
export function readReactions(typed: TypedReactions): Reactions {
  const faults: Problem[] = []
  const read = Object.fromEntries(DEEDS.map(deed => [deed, readName(deed, typed[deed], faults)])) as Reactions
  for (const [i, deed] of DEEDS.entries()) {
    const same = read[deed] !== null && DEEDS.slice(0, i).find(other => read[other] === read[deed])
    if (same) faults.push(new Problem('conflict', `:${read[deed]}: is used above already.`, deed))
  }
  if (faults.length) throw new Problems(faults)
  return read
}

function readName(deed: Deed, typed: string, faults: Problem[]): string | null {
  const text = bareName(typed.trim().replace(/^:(.*):$/, '$1')).toLowerCase()
  if (text === '') return null
  if (name.safeParse(text).success) return text
  faults.push(new Problem('invalid', 'Write the name of one emoji, such as :eyes:.', deed))
  return null
}

/** From now on the team's emoji do this. */
export async function setReactions(tx: Tx, teamId: string, reactions: Reactions): Promise<void> {
  await tx.q
    .updateTable('teams')
    .set({ reactions: JSON.stringify(Shape.parse(reactions)) })
    .where('id', '=', teamId)
    .execute()
}
