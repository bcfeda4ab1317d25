import type { AgentRow, MessageRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf } from '../agents.ts'
import { redrawMessage } from '../deliveries/redraw.ts'
import { type Document, isEmpty } from '../document.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { ticketById } from '../tickets/find.ts'
import { decideMessage } from './decide.ts'
import { editMessage, removeMessage, sendCorrection } from './edit.ts'
import { messageById } from './find.ts'
import { keepAsNote } from './keep.ts'
import { changeNote, refuseOthers } from './notes.ts'

/** What changes of a message of ours; what is absent stays as it is. */
export interface MessageChange {
  body?: Document | undefined
  isCorrected?: boolean | undefined // whoever has the old text is told what it says now, in a mail of its own
  visibility?: 'public' | 'note' | undefined
  isPinned?: boolean | undefined // of a note
}

/**
 * Changes a message of ours that stands in no thread of its author's: its words by the author or a lead, within the hold
 * in the mail itself. Throws a Problem once the customer has them, unless they are to be corrected; for a note that is to
 * be public by whoever may not send; and for a mail that is out and is to be a note.
 */
export async function changeMessage(tx: Tx, id: string, change: MessageChange, agent: AgentRow): Promise<void> {
  const m = await ownMessage(tx.q, id, agent)
  if (change.body) await changeWords(tx, m, change.body, change.isCorrected ?? false, agent)
  if (change.visibility === 'public') await decideMessage(tx, id, 'public', actorOf(agent))
  if (change.visibility === 'note') await keepAsNote(tx, id, actorOf(agent))
  if (change.isPinned !== undefined) await changeNote(tx, id, { color: m.color, isPinned: change.isPinned }, agent)
}

async function changeWords(
  tx: Tx,
  m: MessageRow,
  body: Document,
  isCorrected: boolean,
  agent: AgentRow,
): Promise<void> {
  if (JSON.stringify(body) === m.body) return
  if (isEmpty(body)) throw new Problem('invalid', 'Write a message, or delete it.', 'message')
  await refuseOthers(tx.q, m, agent, 'message')
  const reach = await editMessage(tx, m.id, body, actorOf(agent))
  if (reach !== 'out' && reach !== 'leaving') return
  if (!isCorrected)
    throw new Problem(
      'conflict',
      'The customer has this text, or is about to get it: a mail cannot be changed any more. Have a correction sent in its place.',
      'message',
    )
  await sendCorrection(tx, m.id, actorOf(agent))
}

/**
 * Deletes a message of ours that stands in no thread of its author's, by the author or a lead; one that is held is not
 * sent, and of one that is out the desk is told. Deleting it again changes nothing.
 */
export async function takeMessageAway(tx: Tx, id: string, agent: AgentRow): Promise<void> {
  if ((await messageById(tx.q, id)).deleted_at !== null) return
  const m = await ownMessage(tx.q, id, agent)
  await refuseOthers(tx.q, m, agent)
  await tx.q.updateTable('messages').set({ pinned_at: null }).where('id', '=', id).execute()
  await removeMessage(tx, id, actorOf(agent))
  await redrawMessage(tx, id)
}

async function ownMessage(q: Query, id: string, agent: AgentRow): Promise<MessageRow> {
  const m = await messageById(q, id)
  await refuseUnlessMay(q, actorOf(agent), 'manage', await ticketById(q, m.ticket_id))
  if (m.deleted_at !== null) throw new Problem('conflict', 'This message was deleted.')
  if (m.author_kind !== 'agent') throw new Problem('conflict', 'Only what we wrote ourselves can be changed.')
  return m
}
