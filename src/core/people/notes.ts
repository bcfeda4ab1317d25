import type { AgentRow, CustomerNoteRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf } from '../agents.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'
import { refuseUnlessLead } from '../permissions/roles.ts'

/** A note as it is shown, with the name of who wrote it. */
export type CustomerNote = Pick<CustomerNoteRow, 'id' | 'text' | 'created_at'> & { by: string; agentId: string }

type Author = Pick<AgentRow, 'id' | 'name'>

const LONGEST = 3_000

/** Keeps something in mind of a customer, for agents only. Returns the note's id. */
export async function addCustomerNote(tx: Tx, customerId: string, text: string, by: Author): Promise<string> {
  await refuseUnlessChangesSome(tx.q, actorOf(by))
  const kept = text.trim()
  if (!kept) throw new Problem('invalid', 'Write a note.', 'note')
  if (kept.length > LONGEST) throw new Problem('invalid', 'A note has at most 3000 characters.', 'note')
  const id = newId()
  await tx.q
    .insertInto('customer_notes')
    .values({ id, customer_id: customerId, agent_id: by.id, text: kept, created_at: tx.now, deleted_at: null })
    .execute()
  return id
}

/** Takes a note back: one's own, or anybody's for a lead. */
export async function removeCustomerNote(tx: Tx, id: string, by: Author): Promise<void> {
  await refuseUnlessChangesSome(tx.q, actorOf(by))
  const note = await tx.q.selectFrom('customer_notes').select('agent_id').where('id', '=', id).executeTakeFirst()
  if (!note) throw new Problem('not_found', 'This note is no more.')
  if (note.agent_id !== by.id) await refuseUnlessLead(tx.q, by.id)
  await tx.q.updateTable('customer_notes').set({ deleted_at: tx.now }).where('id', '=', id).execute()
}

/** The notes on a customer, newest first. */
export function customerNotes(q: Query, customerId: string, limit: number): Promise<CustomerNote[]> {
  return q
    .selectFrom('customer_notes as n')
    .innerJoin('agents as a', 'a.id', 'n.agent_id')
    .select(['n.id', 'n.text', 'n.created_at', 'a.name as by', 'a.id as agentId'])
    .where('n.customer_id', '=', customerId)
    .where('n.deleted_at', 'is', null)
    .orderBy('n.id', 'desc')
    .limit(limit)
    .execute()
}
