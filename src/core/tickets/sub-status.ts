import type { ParentStatus, Status, SubStatusRow, TicketRow } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { redrawCardsIn } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { refuseUnlessLead } from '../permissions/roles.ts'
import { change } from './change.ts'
import { lockTicket } from './lock.ts'
import { parentOf } from './parent-status.ts'
import { snoozeTicket } from './snooze.ts'
import { closeTicket, reopenTicket, setStatus } from './status.ts'
import { subStatusById } from './sub-statuses.ts'

/**
 * Puts a ticket into a sub-status, and into its parent unless it is below that one already; null takes it off and leaves the
 * status. A change to a status below another parent takes it off by itself. Throws a Problem under `status` for one that its
 * team has not, and where the parent cannot be set.
 */
export async function setSubStatus(tx: Tx, ticketId: string, id: string | null, actor: Actor): Promise<void> {
  const ticket = await lockTicket(tx, ticketId, actor)
  if (id === null) return change(tx, ticket, 'status_changed', actor, { sub_status_id: null })
  const to = await held(tx, id)
  if (to.team_id !== null && to.team_id !== ticket.team_id)
    throw new Problem('invalid', `The team of ${ticket.identifier} has no status ${to.name}.`, 'status')
  await setParentStatus(tx, ticketId, to.parent, to.name, actor)
  await change(tx, await lockTicket(tx, ticketId), 'status_changed', actor, { sub_status_id: id })
}

/** Sets a status by hand, and nothing more exact beside it. Throws a Problem as setStatus does. */
export async function setPlainStatus(tx: Tx, ticketId: string, status: Status, actor: Actor): Promise<void> {
  await setSubStatus(tx, ticketId, null, actor)
  await setStatus(tx, ticketId, status, actor)
}

/**
 * Puts a ticket below one of the four; one that is there stays as it is. On hold it is snoozed until its customer answers,
 * and closed for this reason. Throws a Problem under `status` for an internal one, which no answer would wake, and Problems as closing does.
 */
async function setParentStatus(
  tx: Tx,
  ticketId: string,
  parent: ParentStatus,
  reason: string,
  actor: Actor,
): Promise<void> {
  const ticket = await lockTicket(tx, ticketId, actor)
  if (parentOf(ticket.status) === parent) return
  if (parent === 'closed') return closeTicket(tx, ticketId, reason, actor)
  if (parent !== 'on_hold') return setStatus(tx, ticketId, parent, actor)
  if (ticket.published_at === null)
    throw new Problem(
      'conflict',
      `${ticket.identifier} is internal, so no answer would end its hold. Snooze it until a date first.`,
      'status',
    )
  if (ticket.closed_at !== null) await reopenTicket(tx, ticketId, actor)
  await snoozeTicket(tx, ticketId, { until: null, untilAnswer: true }, actor)
}

/** The sub-status, which nobody removes until the end of the transaction. */
async function held(tx: Tx, id: string): Promise<SubStatusRow> {
  await tx.q
    .updateTable('sub_statuses')
    .set(e => ({ name: e.ref('name') }))
    .where('id', '=', id)
    .execute()
  return subStatusById(tx.q, id)
}

const AT_ONCE = 100

/**
 * Removes a sub-status; its tickets are below its parent as before, and nothing else of them changes. A few tickets at a
 * time, so that nobody waits meanwhile; what is left after a crash is still there, to be removed once more.
 */
export async function dropSubStatus(store: Store, id: string, actor: Actor): Promise<void> {
  await store.read(q => refuseUnlessMayDrop(q, id, actor))
  while (!(await store.write(tx => dropSome(tx, id, actor))));
}

async function refuseUnlessMayDrop(q: Query, id: string, actor: Actor): Promise<void> {
  const { team_id } = await subStatusById(q, id)
  if (actor.kind === 'agent' && actor.id) await refuseUnlessLead(q, actor.id, team_id ?? undefined)
}

/** True when no ticket has it any more, and it is gone. */
async function dropSome(tx: Tx, id: string, actor: Actor): Promise<boolean> {
  const having = () => tx.q.selectFrom('tickets').selectAll().where('sub_status_id', '=', id)
  const tickets = await having().orderBy('id').limit(AT_ONCE).execute()
  await move(tx, tickets, null, actor)
  if (tickets.length) return false
  const gone = await tx.q.selectFrom('sub_statuses').select('id').where('id', '=', id).executeTakeFirst()
  if (!gone) return true
  await held(tx, id)
  if (await having().executeTakeFirst()) return false // somebody was put into it while we waited
  await tx.q.deleteFrom('sub_statuses').where('id', '=', id).execute()
  return true
}

const MOST_TAKEN_IN = 10_000

/** The status of each parent that is nothing but the parent. */
const PLAIN: Record<ParentStatus, Status> = {
  open: 'open',
  in_progress: 'in_progress',
  on_hold: 'snoozed',
  closed: 'closed',
}

/**
 * Puts the tickets of a sub-status's team that are plainly in its parent into it, a few at a time. Throws a Problem under
 * `moveParentTickets` when there are more than 10,000.
 */
export async function takeIn(store: Store, id: string, actor: Actor): Promise<void> {
  const to = await store.read(q => subStatusById(q, id))
  let last = ''
  for (;;) {
    const done = await store.write(async tx => {
      const tickets = await plainly(tx.q, to).where('id', '>', last).orderBy('id').limit(AT_ONCE).execute()
      await move(tx, tickets, await held(tx, id), actor)
      return tickets.at(-1)?.id
    })
    if (done === undefined) return
    last = done
  }
}

/** Throws a Problem under `moveParentTickets` where more tickets would be put into a sub-status than are changed at once. */
export async function refuseTooManyToTakeIn(q: Query, to: Pick<SubStatusRow, 'parent' | 'team_id'>): Promise<void> {
  const some = q.selectFrom(
    plainly(q, to)
      .limit(MOST_TAKEN_IN + 1)
      .as('some'),
  )
  const { n } = await some.select(e => e.fn.countAll().as('n')).executeTakeFirstOrThrow()
  if (Number(n) > MOST_TAKEN_IN)
    throw new Problem(
      'limited',
      `More than ${MOST_TAKEN_IN.toLocaleString('en-US')} tickets have this status. Move them in steps.`,
      'moveParentTickets',
    )
}

function plainly(q: Query, { parent, team_id }: Pick<SubStatusRow, 'parent' | 'team_id'>) {
  return q
    .selectFrom('tickets')
    .selectAll()
    .where('status', '=', PLAIN[parent])
    .where('sub_status_id', 'is', null)
    .where('deleted_at', 'is', null)
    .$if(team_id !== null, t => t.where('team_id', '=', team_id as string))
}

/** Cards of closed tickets, of which there may be any number, are drawn when something else happens to them. */
async function move(tx: Tx, tickets: TicketRow[], to: SubStatusRow | null, actor: Actor): Promise<void> {
  if (!tickets.length) return
  const ids = tickets.map(t => t.id)
  await tx.q
    .updateTable('tickets')
    .set({ sub_status_id: to?.id ?? null, updated_at: tx.now })
    .where('id', 'in', ids)
    .execute()
  const known = [...new Set(tickets.flatMap(t => t.sub_status_id ?? []))]
  const names = known.length
    ? await tx.q.selectFrom('sub_statuses').select(['id', 'name']).where('id', 'in', known).execute()
    : []
  for (const { id, sub_status_id } of tickets) {
    const before = names.find(n => n.id === sub_status_id)?.name ?? null
    await record(tx, id, 'status_changed', actor, { sub_status: before }, { sub_status: to?.name ?? null })
  }
  const open = tx.q.selectFrom('tickets').select('id').where('closed_at', 'is', null).where('id', 'in', ids)
  await redrawCardsIn(tx, open)
}
