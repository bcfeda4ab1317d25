import type { ExpressionBuilder } from 'kysely'
import type { Schema } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { reached, reachesAll, type Scope, scopeOf } from '../permissions/may.ts'

/** So many tickets can be paged over; further ones are reached by the last one that was read. */
export const DEEPEST = 10_000

/** Which tickets a program asks for. */
export interface TicketList {
  teamId: string | null // null: of all teams
  from: number | null // when they began (ms UTC), at the earliest
  offset: number
  after: string | null // id of the last ticket that was read; those that began before it
  limit: number
}

/**
 * Ids of tickets that the agent may see, those that began last first; deleted ones, spam, and a chat's that nobody answered
 * are left out. Throws a Problem under `page` for more than 10,000 to step over, and under `after` for a ticket that is not there.
 */
export async function listForProgram(q: Query, agentId: string, list: TicketList): Promise<string[]> {
  const { teamId, from, offset, after, limit } = list
  if (offset + limit > DEEPEST)
    throw new Problem(
      'invalid',
      `Pages end at the ${DEEPEST.toLocaleString('en-US')}th ticket. Ask for those after the last one that you read, or of a team, or of later days.`,
      'page',
    )
  const scope = await scopeOf(q, agentId, 'view')
  const last = after === null ? null : await momentOf(q, after)
  let query = q
    .selectFrom('tickets')
    .select('id')
    .where('deleted_at', 'is', null)
    .where('general_at', 'is not', null)
    .where('spam_at', 'is', null)
  if (teamId !== null) query = query.where('team_id', '=', teamId)
  if (from !== null) query = query.where('created_at', '>=', from)
  if (!reachesAll(scope)) query = query.where(e => e.and([reached(e, scope), ...ownOnly(e, scope)]))
  if (last)
    query = query
      .where('created_at', '<=', last.created_at) // says it once more, as an index can be entered
      .where(e =>
        e.or([
          e('created_at', '<', last.created_at),
          e.and([e('created_at', '=', last.created_at), e('id', '<', last.id)]),
        ]),
      )
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').offset(offset).limit(limit).execute()
  return rows.map(r => r.id)
}

/** Whom no team's tickets are shown to sees their own: said plainly, so that they are found without looking at all others. */
function ownOnly(e: ExpressionBuilder<Schema, 'tickets'>, { agentId, everywhere, teams }: Scope) {
  const seesMore = everywhere === 'all' || [...teams.values()].some(reach => reach === 'all' || reach === 'team')
  return seesMore ? [] : [e.or([e('assignee_id', '=', agentId), e('created_by', '=', agentId)])]
}

async function momentOf(q: Query, id: string): Promise<{ id: string; created_at: number }> {
  const row = await q.selectFrom('tickets').select(['id', 'created_at']).where('id', '=', id).executeTakeFirst()
  if (!row) throw new Problem('invalid', 'This ticket is no more.', 'after')
  return row
}
