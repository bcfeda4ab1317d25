import { preparedFor } from '../../db/prepared.ts'
import type { AgentRow, MessageRow, NoteColor } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf } from '../agents.ts'
import { redrawCard, redrawMessage } from '../deliveries/redraw.ts'
import { type Document, isEmpty } from '../document.ts'
import { record } from '../events.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { refuseUnlessLead } from '../permissions/roles.ts'
import { DESK } from '../threads.ts'
import { ticketById } from '../tickets/find.ts'
import type { PinnedNote } from '../view.ts'
import { deleteMessage, editMessage } from './edit.ts'
import { messageById } from './find.ts'

export interface NoteChange {
  body?: Document // absent: as it is
  color: NoteColor | null
  isPinned: boolean
}

/**
 * Changes a note: its words only by their author or a lead, its colour and pin by all who may change the ticket. Throws a
 * Problem for one that is no note, and under `message` for words that are empty or stand in Slack, where only their author
 * can change them.
 */
export async function changeNote(tx: Tx, id: string, change: NoteChange, agent: AgentRow): Promise<void> {
  const m = await noteById(tx.q, id)
  await refuseUnlessMay(tx.q, actorOf(agent), 'manage', await ticketById(tx.q, m.ticket_id))
  if (change.body && JSON.stringify(change.body) !== m.body) {
    if (isEmpty(change.body)) throw new Problem('invalid', 'Write a note, or delete it.', 'message')
    await refuseOthers(tx.q, m, agent, 'message')
    await editMessage(tx, id, change.body, actorOf(agent))
  }
  const isPinned = m.pinned_at !== null
  if (change.color === m.color && change.isPinned === isPinned) return
  await tx.q
    .updateTable('messages')
    .set({ color: change.color, pinned_at: change.isPinned ? (m.pinned_at ?? tx.now) : null })
    .where('id', '=', id)
    .execute()
  const kind = change.isPinned === isPinned ? 'note_coloured' : change.isPinned ? 'note_pinned' : 'note_unpinned'
  await record(tx, m.ticket_id, kind, actorOf(agent), { color: m.color }, { color: change.color, message: id })
  await redrawMessage(tx, id)
  await redrawCard(tx, m.ticket_id)
}

/** Deletes a note, by its author or a lead; deleting it again changes nothing. Throws a Problem for others' and for no note. */
export async function deleteNote(tx: Tx, id: string, agent: AgentRow): Promise<void> {
  const m = await messageById(tx.q, id)
  if (m.deleted_at !== null) return
  await noteById(tx.q, id)
  await refuseOthers(tx.q, m, agent)
  await tx.q.updateTable('messages').set({ pinned_at: null }).where('id', '=', id).execute()
  await deleteMessage(tx, id, actorOf(agent))
  await redrawMessage(tx, id)
}

async function noteById(q: Query, id: string): Promise<MessageRow> {
  const m = await messageById(q, id)
  if (m.deleted_at !== null) throw new Problem('conflict', 'This note was deleted.')
  if (m.author_kind !== 'agent' || m.visibility !== 'note') throw new Problem('conflict', 'This is not a note.')
  return m
}

/** Throws a Problem unless the agent may change or delete its words: their own, or as a lead, but none that stand in Slack. */
export async function refuseOthers(q: Query, m: MessageRow, agent: AgentRow, field?: string): Promise<void> {
  if (await isWrittenAtDesk(q, m))
    throw new Problem(
      'conflict',
      `${m.author_name} wrote this in the thread. What they change or delete there changes here, too.`,
      field,
    )
  if (m.author_id === agent.id) return
  const { team_id } = await ticketById(q, m.ticket_id)
  try {
    await refuseUnlessLead(q, agent.id, team_id)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new Problem(error.code, `Only ${m.author_name} or a lead may do this. ${error.message}`, field)
  }
}

/** It is a message of somebody's there, not a post of ours. */
async function isWrittenAtDesk(q: Query, m: MessageRow): Promise<boolean> {
  if (m.from_thread_id === null) return false
  const thread = await q.selectFrom('threads').select('channel').where('id', '=', m.from_thread_id).executeTakeFirst()
  return thread?.channel === DESK
}

/** Ids of a ticket's notes, pinned ones first, then the newest. */
export async function notesOf(q: Query, ticketId: string, limit: number): Promise<string[]> {
  const rows = await q
    .selectFrom('messages')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('author_kind', '=', 'agent')
    .where('visibility', '=', 'note')
    .where('deleted_at', 'is', null)
    .orderBy(e => e.case().when('pinned_at', 'is', null).then(1).else(0).end())
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(r => r.id)
}

/** The pinned notes of tickets, by ticket, oldest first. */
export async function pinnedNotes(q: Query, ticketIds: string[]): Promise<Map<string, PinnedNote[]>> {
  const found = new Map<string, PinnedNote[]>()
  if (!ticketIds.length) return found
  const rows = await selectPinned(q, ticketIds)
  for (const { id, ticket_id, text, color, author_name } of rows) {
    const notes = found.get(ticket_id) ?? []
    found.set(ticket_id, [...notes, { id, text, color, by: author_name }])
  }
  return found
}

const selectPinned = preparedFor((q, ids) =>
  q
    .selectFrom('messages')
    .select(['id', 'ticket_id', 'text', 'color', 'author_name'])
    .where('ticket_id', 'in', ids)
    .where('pinned_at', 'is not', null)
    .where('visibility', '=', 'note')
    .where('deleted_at', 'is', null)
    .orderBy('id'),
)
