import type { Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import type { Actor } from '../events.ts'
import { decideMessage, undoSend } from './decide.ts'
import { messageById } from './find.ts'

/**
 * Afterwards a message of ours is a note: one that was not decided is kept, one that is held is taken back. Says which it
 * was. Throws a Problem for what is not ours, and for what the customer has already.
 */
export async function keepAsNote(tx: Tx, id: string, actor: Actor): Promise<'kept' | 'taken_back' | 'was_note'> {
  const m = await messageById(tx.q, id)
  if (m.deleted_at !== null) throw new Problem('conflict', 'This message was deleted.')
  if (m.author_kind !== 'agent') throw new Problem('invalid', 'Only what we wrote ourselves can be kept as a note.')
  if (m.visibility === 'note') return 'was_note'
  if (m.visibility === 'public') {
    await undoSend(tx, id, actor)
    return 'taken_back'
  }
  return (await decideMessage(tx, id, 'note', actor)) ? 'kept' : 'was_note'
}
