import type { CustomerRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { tellHooks } from '../hooks/heard.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'
import { refreshSearch } from './edit.ts'
import { recordingChanges } from './history.ts'

/**
 * Two customers turned out to be one person: afterwards `intoId` has the addresses, tickets, notes, tags, fields and other systems' ids of both,
 * keeping its own where they differ, and the other is no more. Mails go where they went before, since each ticket keeps its
 * address. Throws a Problem when they are the same, or one of them is no more.
 */
export async function mergePeople(tx: Tx, fromId: string, intoId: string, actor: Actor): Promise<void> {
  await refuseUnlessChangesSome(tx.q, actor)
  if (fromId === intoId) throw new Problem('invalid', 'Choose somebody else.', 'person')
  const [from, into] = [await livingRow(tx.q, fromId), await livingRow(tx.q, intoId)]
  const tickets = await tx.q
    .selectFrom('tickets')
    .select(['id', 'deleted_at'])
    .where('customer_id', '=', fromId)
    .execute()
  await recordingChanges(tx, { owner: 'customer', id: intoId }, actor, async () => {
    await moveAll(tx, fromId, intoId)
    await joinFacts(tx, from, into)
  })
  await tx.q
    .updateTable('customers')
    .set({ merged_into_id: intoId, name: '', search: '', account_id: null, zone: null, fields: null })
    .where('id', '=', fromId)
    .execute()
  await tellHooks(tx, [{ cause: 'customer_gone', sourceId: fromId, more: { mergedInto: intoId } }])
  await refreshSearch(tx, intoId)
  for (const { id, deleted_at } of tickets) {
    if (deleted_at !== null) continue
    await record(tx, id, 'customer_merged', actor, { customer: from.name }, { customer: into.name })
    await redrawCard(tx, id)
  }
}

async function livingRow(q: Query, id: string): Promise<CustomerRow> {
  const row = await q.selectFrom('customers').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row || row.merged_into_id !== null) throw new Problem('not_found', 'This customer is no more.', 'person')
  return row
}

async function moveAll(tx: Tx, fromId: string, intoId: string): Promise<void> {
  const theirs = { customer_id: intoId }
  await tx.q.updateTable('addresses').set(theirs).where('customer_id', '=', fromId).execute()
  await tx.q.updateTable('tickets').set(theirs).where('customer_id', '=', fromId).execute()
  await tx.q.updateTable('customer_notes').set(theirs).where('customer_id', '=', fromId).execute()
  await tx.q.updateTable('people_events').set({ owner_id: intoId }).where('owner_id', '=', fromId).execute()
  await tx.q.updateTable('external_ids').set(theirs).where('customer_id', '=', fromId).execute()
  await tx.q.updateTable('chat_recipients').set(theirs).where('customer_id', '=', fromId).execute()
  await tx.q
    .updateTable('messages')
    .set({ author_id: intoId })
    .where('author_kind', '=', 'customer')
    .where('author_id', '=', fromId)
    .where('ticket_id', 'in', tx.q.selectFrom('tickets').select('id').where('customer_id', '=', intoId))
    .execute()
  await tx.q
    .insertInto('customer_tags')
    .columns(['customer_id', 'tag'])
    .expression(e =>
      e
        .selectFrom('customer_tags')
        .select([e.val(intoId).as('customer_id'), 'tag'])
        .where('customer_id', '=', fromId),
    )
    .onConflict(c => c.doNothing())
    .execute()
  await tx.q.deleteFrom('customer_tags').where('customer_id', '=', fromId).execute()
}

async function joinFacts(tx: Tx, from: CustomerRow, into: CustomerRow): Promise<void> {
  const fields = { ...JSON.parse(from.fields ?? '{}'), ...JSON.parse(into.fields ?? '{}') }
  const isNameless = into.name.includes('@') && !from.name.includes('@') // known by their address alone
  await tx.q
    .updateTable('customers')
    .set({
      name: isNameless ? from.name : into.name,
      account_id: into.account_id ?? from.account_id,
      zone: into.zone ?? from.zone,
      fields: Object.keys(fields).length ? JSON.stringify(fields) : null,
    })
    .where('id', '=', into.id)
    .execute()
}
