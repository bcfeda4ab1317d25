import { prepared } from '../../db/prepared.ts'
import type { SenderRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { overture, record } from '../events.ts'
import { senderById, sendersOf } from './find.ts'

/** What a new ticket is sent from at first: `sender` is undefined when the team has none that works. */
export interface UsualSender {
  sender: SenderRow | undefined
  instead: string | null // why it is not the one that was set, a finished sentence
}

/** The agent's own usual sender in the team, else the team's, else the oldest that works. */
export async function usualSender(q: Query, teamId: string, agentId: string | null): Promise<UsualSender> {
  return usualAmong(q, await sendersOf(q, teamId), await usualIds(q, teamId, agentId))
}

/** The same, of a team's senders and those that were set, the agent's own first. */
export async function usualAmong(q: Query, all: SenderRow[], set: (string | null)[]): Promise<UsualSender> {
  let instead: string | null = null
  for (const id of set) {
    if (id === null) continue
    const sender = all.find(s => s.id === id)
    if (sender?.broken_at === null) return { sender, instead }
    instead ??= await whyNot(q, id, sender)
  }
  const sender = all.find(s => s.broken_at === null)
  return { sender, instead: sender ? instead : null }
}

async function usualIds(q: Query, teamId: string, agentId: string | null): Promise<(string | null)[]> {
  const [team] = (await selectTeams(q, { teamId })).rows
  const [member] = agentId === null ? [] : (await selectMembers(q, { teamId, agentId })).rows
  return [member?.sender_id ?? null, team?.sender_id ?? null]
}

const selectTeams = prepared((q, v: { teamId: string }) =>
  q.selectFrom('teams').select('sender_id').where('id', '=', v.teamId),
)

const selectMembers = prepared((q, v: { teamId: string; agentId: string }) =>
  q.selectFrom('team_members').select('sender_id').where('team_id', '=', v.teamId).where('agent_id', '=', v.agentId),
)

async function whyNot(q: Query, id: string, sender: SenderRow | undefined): Promise<string> {
  if (sender) return `Nothing can be sent from ${sender.address} at the moment: ${sender.broken_reason}`
  const { address, removed_at } = await senderById(q, id)
  return removed_at === null ? `${address} is another team's by now.` : `${address} was removed.`
}

/**
 * The sender wished for if the team has it, else the usual one of the agent or the team. Throws a Problem when there is
 * none, or when nothing can be sent from it.
 */
export async function usableSender(
  q: Query,
  teamId: string,
  wished: string | null,
  agentId: string | null = null,
): Promise<SenderRow> {
  const all = await sendersOf(q, teamId)
  const usual = async () => (await usualAmong(q, all, await usualIds(q, teamId, agentId))).sender
  const sender = all.find(s => s.id === wished) ?? (await usual()) ?? all[0]
  if (!sender) throw new Problem('conflict', 'This team has no address to send from. Add one in Set-up.', 'sender')
  if (sender.broken_at !== null)
    throw new Problem('conflict', `Nothing can be sent from ${sender.address}: ${sender.broken_reason}`, 'sender')
  return sender
}

/**
 * The sender of a ticket's next mail. One that was removed is replaced by another of the team, which the card shows.
 * `known` keeps senders for further tickets of the same transaction.
 */
export async function senderFor(tx: Tx, ticket: TicketRow, known = new Map<string, SenderRow>()): Promise<SenderRow> {
  const id = ticket.sender_id
  const own = id ? (known.get(id) ?? (await senderById(tx.q, id))) : undefined
  if (own) known.set(own.id, own)
  if (own && own.removed_at === null) return own // a broken one waits, so that nothing changes its sender by an outage
  const sender = await usableSender(tx.q, ticket.team_id, null)
  await tx.q.updateTable('tickets').set({ sender_id: sender.id }).where('id', '=', ticket.id).execute()
  if (own) {
    await record(tx, ticket.id, 'sender_replaced', overture, { sender: own.address }, { sender: sender.address })
    await redrawCard(tx, ticket.id)
  }
  return sender
}
