import { sql } from 'kysely'
import { preparedFor } from '../../db/prepared.ts'
import type { TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import type { RelatedTicket, Relations } from '../view.ts'
import { ticketById } from './find.ts'
import { lockTicket } from './lock.ts'

export const UNRELATED: Relations = { parent: null, children: [], childCounts: { open: 0, closed: 0 }, links: [] }

const MOST_STEPS = 20 // between a ticket and the top of its family

/** Afterwards each of the two cards names the other. Linking them again changes nothing. Throws a Problem for one and the same. */
export async function linkTickets(tx: Tx, id: string, otherId: string, actor: Actor): Promise<void> {
  const [ticket, other] = [await ticketById(tx.q, id), await ticketById(tx.q, otherId)]
  await refuseUnlessMay(tx.q, actor, 'manage', ticket)
  await refuseUnlessMay(tx.q, actor, 'view', other)
  if (ticket.id === other.id) throw new Problem('invalid', 'A ticket cannot be linked to itself.', 'ticket')
  if (!(await insertLink(tx, ticket.id, other.id))) return
  await record(tx, ticket.id, 'ticket_linked', actor, undefined, { other: other.identifier })
  await record(tx, other.id, 'ticket_linked', actor, undefined, { other: ticket.identifier })
  await redrawCard(tx, ticket.id)
  await redrawCard(tx, other.id)
}

/** False when they were linked before. */
export async function insertLink(tx: Tx, id: string, otherId: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx.q
    .insertInto('ticket_links')
    .values([
      { ticket_id: id, other_id: otherId, created_at: tx.now },
      { ticket_id: otherId, other_id: id, created_at: tx.now },
    ])
    .onConflict(c => c.doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Afterwards the two have nothing to do with each other. Unlinking them again changes nothing. */
export async function unlinkTickets(tx: Tx, id: string, otherId: string, actor: Actor): Promise<void> {
  const [ticket, other] = [await ticketById(tx.q, id), await ticketById(tx.q, otherId)]
  await refuseUnlessMay(tx.q, actor, 'manage', ticket)
  await refuseUnlessMay(tx.q, actor, 'view', other)
  const { numDeletedRows } = await tx.q
    .deleteFrom('ticket_links')
    .where(e =>
      e.or([
        e.and([e('ticket_id', '=', id), e('other_id', '=', otherId)]),
        e.and([e('ticket_id', '=', otherId), e('other_id', '=', id)]),
      ]),
    )
    .executeTakeFirst()
  if (numDeletedRows === 0n) return
  await record(tx, id, 'ticket_unlinked', actor, undefined, { other: other.identifier })
  await record(tx, otherId, 'ticket_unlinked', actor, undefined, { other: ticket.identifier })
  await redrawCard(tx, id)
  await redrawCard(tx, otherId)
}

/**
 * Makes a ticket the sub-ticket of another, or of none (null); both cards say so. Throws a Problem under `ticket` where it
 * would be above itself.
 */
export async function setParent(tx: Tx, id: string, parentId: string | null, actor: Actor): Promise<void> {
  const ticket = await lockTicket(tx, id, actor)
  if (ticket.parent_id === parentId) return
  const parent = parentId === null ? null : await ticketById(tx.q, parentId)
  if (parent) await refuseUnlessMay(tx.q, actor, 'view', parent)
  if (parent) await refuseCycle(tx.q, ticket, parent)
  const before = ticket.parent_id === null ? null : await anyIdentifier(tx.q, ticket.parent_id)
  await tx.q.updateTable('tickets').set({ parent_id: parentId, updated_at: tx.now }).where('id', '=', id).execute()
  await record(tx, id, 'parent_changed', actor, { parent: before }, { parent: parent?.identifier ?? null })
  for (const card of [id, ticket.parent_id, parentId]) if (card) await redrawCard(tx, card)
}

/** Throws a Problem where no ticket can be opened below this one: it is gone or merged, or the actor must not see it. */
export async function refuseAsParent(q: Query, id: string, actor: Actor): Promise<void> {
  const parent = await ticketById(q, id)
  await refuseUnlessMay(q, actor, 'view', parent)
  const into = parent.merged_into_id && (await anyIdentifier(q, parent.merged_into_id))
  if (into)
    throw new Problem('conflict', `${parent.identifier} was merged into ${into}: open the sub-ticket there.`, 'ticket')
}

async function refuseCycle(q: Query, ticket: TicketRow, parent: TicketRow): Promise<void> {
  let above: Pick<TicketRow, 'id' | 'parent_id'> | undefined = parent
  for (let steps = 0; above && steps <= MOST_STEPS; steps++) {
    if (above.id === ticket.id)
      throw new Problem('conflict', `${ticket.identifier} is above ${parent.identifier}, or the same.`, 'ticket')
    if (!above.parent_id) return
    above = await q
      .selectFrom('tickets')
      .select(['id', 'parent_id'])
      .where('id', '=', above.parent_id)
      .executeTakeFirst()
  }
  if (above) throw new Problem('conflict', `Sub-tickets go ${MOST_STEPS} deep at most.`, 'ticket')
}

async function anyIdentifier(q: Query, id: string): Promise<string | null> {
  const row = await q.selectFrom('tickets').select('identifier').where('id', '=', id).executeTakeFirst()
  return row?.identifier ?? null
}

const MOST_SHOWN = 50

/** What each of these tickets has to do with others. */
export async function relationsOf(q: Query, ids: string[]): Promise<Map<string, Relations>> {
  if (!ids.length) return new Map()
  const found = new Map<string, Relations>()
  const of = (id: string) => {
    const known = found.get(id) ?? { ...UNRELATED, children: [], links: [] }
    found.set(id, known)
    return known
  }
  const parents = await selectParents(q, ids)
  for (const row of parents) of(row.of).parent = related(row)
  const children = await selectChildren(q, ids)
  for (const row of children) of(row.of as string).children.push(related(row))
  for (const row of children.length ? await countChildren(q, ids) : []) {
    const [all, closed] = [Number(row.all), Number(row.closed)]
    of(row.of as string).childCounts = { open: all - closed, closed }
  }
  const links = await selectLinks(q, ids)
  for (const row of links) of(row.of).links.push(related(row))
  return found
}

const selectParents = preparedFor((q, ids) =>
  q
    .selectFrom('tickets as t')
    .innerJoin('tickets as o', 'o.id', 't.parent_id')
    .select(['t.id as of', 'o.id', 'o.identifier', 'o.subject', 'o.status', 'o.closed_at'])
    .where('t.id', 'in', ids)
    .where('o.deleted_at', 'is', null),
)

/** Of each ticket as many as can be shown, the open ones first: one with thousands leaves the others theirs. */
const selectChildren = preparedFor((q, ids) => {
  const all = q
    .selectFrom('tickets as o')
    .select(['o.parent_id as of', 'o.id', 'o.identifier', 'o.subject', 'o.status', 'o.closed_at'])
    .select(
      sql<number>`row_number() over (partition by o.parent_id
        order by case when o.closed_at is null then 0 else 1 end, o.id)`.as('place'),
    )
    .where('o.parent_id', 'in', ids)
    .where('o.deleted_at', 'is', null)
  return q.selectFrom(all.as('c')).selectAll().where('place', '<=', MOST_SHOWN).orderBy('place')
})

const countChildren = preparedFor((q, ids) =>
  q
    .selectFrom('tickets')
    .select(e => ['parent_id as of', e.fn.countAll().as('all'), e.fn.count('closed_at').as('closed')])
    .where('parent_id', 'in', ids)
    .where('deleted_at', 'is', null)
    .groupBy('parent_id'),
)

const selectLinks = preparedFor((q, ids) =>
  q
    .selectFrom('ticket_links as l')
    .innerJoin('tickets as o', 'o.id', 'l.other_id')
    .select(['l.ticket_id as of', 'o.id', 'o.identifier', 'o.subject', 'o.status', 'o.closed_at'])
    .where('l.ticket_id', 'in', ids)
    .where('o.deleted_at', 'is', null)
    .orderBy('l.created_at')
    .orderBy('o.id')
    .limit(MOST_SHOWN * ids.length),
)

function related(row: Pick<TicketRow, 'id' | 'identifier' | 'subject' | 'status' | 'closed_at'>): RelatedTicket {
  const { id, identifier, subject, status, closed_at } = row
  return { id, identifier, subject, status, isClosed: closed_at !== null }
}

/** The sub-tickets of a ticket that are still open. */
export function openChildren(q: Query, id: string): Promise<Pick<TicketRow, 'id' | 'identifier'>[]> {
  return q
    .selectFrom('tickets')
    .select(['id', 'identifier'])
    .where('parent_id', '=', id)
    .where('closed_at', 'is', null)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
}
