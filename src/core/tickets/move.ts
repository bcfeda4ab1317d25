import type { SenderRow, TeamRow, ThreadRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { queueCard } from '../deliveries/queue.ts'
import { redrawAbove, redrawCard } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { postNotice } from '../messages/notice.ts'
import { showNewest } from '../messages/unseen.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { routeTicket } from '../routing/assign.ts'
import { sendersOf } from '../senders/find.ts'
import { usableSender } from '../senders/usual.ts'
import { formsOf, teamById } from '../teams.ts'
import { beginThreads, DESK, endThread, threadOf } from '../threads.ts'
import { refuseMerged } from './find.ts'
import { lockTicket } from './lock.ts'
import { subStatuses } from './sub-statuses.ts'

const MOST_SHOWN = 20

/**
 * Moves a ticket to another team: a new card in its place, with the newest messages below; the old card points there. The
 * identifier stays, since customers have it. Mails come from the sender named, or the team's usual one; whoever has the
 * ticket keeps it only as a member. The same team again changes nothing. Throws a Problem under `team` or `sender`.
 */
export async function moveToTeam(
  tx: Tx,
  id: string,
  to: { teamId: string; senderId: string | null },
  actor: Actor,
): Promise<void> {
  const ticket = await lockTicket(tx, id)
  await refuseUnlessMay(tx.q, actor, 'transfer', ticket)
  if (ticket.team_id === to.teamId) return
  await refuseMerged(tx.q, ticket, 'team')
  const [old, team] = [await teamById(tx.q, ticket.team_id), await teamById(tx.q, to.teamId)]
  if (team.archived_at !== null) throw new Problem('conflict', `The team ${team.name} is no more.`, 'team')
  if (ticket.general_at === null)
    throw new Problem('conflict', `${ticket.identifier} has no card before it is answered.`, 'team')
  const sender = await senderIn(tx.q, ticket, to)
  const keeps = ticket.assignee_id !== null && (await isMember(tx.q, team.id, ticket.assignee_id))
  const form = (await formsOf(tx.q, team.id))[0]
  await tx.q
    .updateTable('tickets')
    .set({
      team_id: team.id,
      sender_id: sender?.id ?? null,
      form_id: form?.id ?? null,
      updated_at: tx.now,
      ...(!(await hasSubStatus(tx.q, team.id, ticket, keeps)) && { sub_status_id: null }),
      ...(!keeps && { assignee_id: null, assigned_by: null, assigned_at: null, queued_at: null, queued_for: null }),
      ...(!keeps && ticket.status === 'in_progress' && { status: 'open' as const }),
    })
    .where('id', '=', id)
    .execute()
  await redrawAbove(tx, [id])
  await record(
    tx,
    id,
    'team_changed',
    actor,
    { team: old.name, sender: await addressOf(tx.q, ticket.sender_id) },
    { team: team.name, sender: sender?.address ?? null },
  )
  await beginThere(tx, ticket, old, team, actor)
  if (!keeps && (ticket.status === 'open' || ticket.status === 'in_progress'))
    await routeTicket(tx, ticket, { lastSenderId: null })
}

/** An internal ticket needs none, and has one all the same where there is one: it may be published. */
async function senderIn(
  q: Query,
  ticket: TicketRow,
  { teamId, senderId }: { teamId: string; senderId: string | null },
): Promise<SenderRow | undefined> {
  if (ticket.published_at === null) return (await sendersOf(q, teamId)).find(s => !senderId || s.id === senderId)
  const sender = await usableSender(q, teamId, senderId)
  if (senderId && sender.id !== senderId)
    throw new Problem('conflict', 'This sender is not one of the team. Choose another.', 'sender')
  return sender
}

/** Whether the ticket keeps its sub-status there: one of all teams, below a status that it keeps. */
async function hasSubStatus(q: Query, teamId: string, ticket: TicketRow, keepsAssignee: boolean): Promise<boolean> {
  if (ticket.sub_status_id === null || (!keepsAssignee && ticket.status === 'in_progress')) return false
  return (await subStatuses(q, teamId)).some(s => s.id === ticket.sub_status_id)
}

async function isMember(q: Query, teamId: string, agentId: string): Promise<boolean> {
  const row = await q
    .selectFrom('team_members')
    .select('agent_id')
    .where('team_id', '=', teamId)
    .where('agent_id', '=', agentId)
    .executeTakeFirst()
  return row !== undefined
}

async function addressOf(q: Query, senderId: string | null): Promise<string | null> {
  if (!senderId) return null
  return (
    (await q.selectFrom('senders').select('address').where('id', '=', senderId).executeTakeFirst())?.address ?? null
  )
}

async function beginThere(tx: Tx, ticket: TicketRow, old: TeamRow, team: TeamRow, actor: Actor): Promise<void> {
  const before = await threadOf(tx.q, ticket.id, 'desk')
  await postNotice(
    tx,
    ticket.id,
    `${actor.name} moved ${ticket.identifier} to the team ${team.name}. What is written here goes on there.`,
    `left:${before.id}`,
  )
  await endThread(tx, before.id)
  const place = { ticketId: ticket.id, channel: DESK, side: 'desk' as const, place: team.place }
  const desk = (await beginThreads(tx, [place]))[0] as ThreadRow
  await queueCard(tx, ticket.id, desk)
  const newest = await tx.q
    .selectFrom('messages')
    .select('id')
    .where('ticket_id', '=', ticket.id)
    .where('author_kind', '!=', 'system')
    .where('deleted_at', 'is', null)
    .orderBy('id', 'desc')
    .limit(MOST_SHOWN)
    .execute()
  await postNotice(
    tx,
    ticket.id,
    `${actor.name} moved ${ticket.identifier} here from the team ${old.name}.`,
    `came:${desk.id}`,
  )
  await showNewest(
    tx,
    ticket.id,
    newest.map(m => m.id),
  )
  await redrawCard(tx, ticket.id)
}

/** The senders that a ticket's mails may come from in a team, and which one they would. */
export async function sendersThere(q: Query, teamId: string): Promise<{ all: SenderRow[]; usual: SenderRow | null }> {
  const all = await sendersOf(q, teamId)
  const usual = await usableSender(q, teamId, null).catch(error => {
    if (error instanceof Problem) return null
    throw error
  })
  return { all, usual }
}
