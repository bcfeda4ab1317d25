import type { LiftRow } from '../db/schema.ts'
import type { Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { Problem } from '../lib/problem.ts'
import type { Actor } from './events.ts'
import { refuseUnlessLead } from './permissions/roles.ts'

export interface Lift extends Pick<LiftRow, 'address' | 'what' | 'reason' | 'note'> {
  actor: Actor
}

/**
 * Keeps who says that an address may be written to again, and why. Throws a Problem under `note` when that is missing, and
 * for an agent where leads decide.
 */
export async function noteLift(tx: Tx, { actor, ...lift }: Lift): Promise<void> {
  if (actor.kind === 'agent' && actor.id) await refuseUnlessLead(tx.q, actor.id)
  const note = lift.note.trim()
  if (!note) throw new Problem('invalid', 'Say why, for those who ask later.', 'note')
  await tx.q
    .insertInto('lifts')
    .values({ ...lift, id: newId(), note, lifted_by: actor.id ?? actor.name, lifted_at: tx.now })
    .execute()
}
