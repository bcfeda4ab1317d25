import { usualSenderOf } from '../../../core/agents.ts'
import { sendersOf } from '../../../core/senders/find.ts'
import { usualAmong } from '../../../core/senders/usual.ts'
import { teams } from '../../../core/teams.ts'
import type { TeamRow } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import type { SenderChoice } from '../views/tickets/new-ticket.ts'

/**
 * The team for which a form stands, and what it can send from: the one that was chosen, else the one whose channel the
 * form was opened in, else the first. Undefined while there is no team.
 */
export async function senderChoice(
  q: Query,
  user: string,
  { teamId, origin }: { teamId: string; origin: string | null },
): Promise<(SenderChoice & { teams: TeamRow[] }) | undefined> {
  const all = await teams(q)
  const team = all.find(t => t.id === teamId) ?? all.find(t => t.place === origin) ?? all[0]
  if (!team) return undefined
  const senders = await sendersOf(q, team.id)
  const { sender, instead } = await usualAmong(q, senders, [await usualSenderOf(q, team.id, user), team.sender_id])
  return {
    team,
    teams: all,
    senders: senders.map(s => ({ ...s, broken: s.broken_reason })),
    usual: { id: sender?.id ?? null, instead },
  }
}
