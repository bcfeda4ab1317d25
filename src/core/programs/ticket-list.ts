import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
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
  const all = (e: Asked) =>
    e.and([...within(e, { teamId, from, last }), ...(reachesAll(scope) ? [] : [reached(e, scope)])])
  const newest = (having: (e: Asked) => Condition, span: { offset: number; limit: number }) =>
    q
      .selectFrom('tickets')
      .select(['id', 'created_at'])
      .where('deleted_at', 'is', null)
      .where('general_at', 'is not', null)
      .where('spam_at', 'is', null)
      .where(e => e.and([all(e), having(e)]))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .offset(span.offset)
      .limit(span.limit)
  if (seesOthers(scope)) return idsOf(await newest(e => e.lit(true), { offset, limit }).execute())
  // an index leads to what somebody has, another one to what they opened: both are read from their newest on
  const span = { offset: 0, limit: offset + limit }
  const of = (column: 'assignee_id' | 'created_by') =>
    q.selectFrom(newest(e => e(column, '=', agentId), span).as('own')).selectAll()
  const rows = await q
    .selectFrom(of('assignee_id').union(of('created_by')).as('own'))
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .offset(offset)
    .limit(limit)
    .execute()
  return idsOf(rows)
}

type Asked = ExpressionBuilder<Schema, 'tickets'>
type Condition = Expression<SqlBool>

interface Bounds extends Pick<TicketList, 'teamId' | 'from'> {
  last: Begun | null
}

function within(e: Asked, { teamId, from, last }: Bounds): Condition[] {
  return [
    ...(teamId === null ? [] : [e('team_id', '=', teamId)]),
    ...(from === null ? [] : [e('created_at', '>=', from)]),
    ...(last === null ? [] : [e('created_at', '<=', last.created_at), before(e, last)]), // the first, as an index can be entered
  ]
}

function before(e: Asked, { id, created_at: at }: Begun): Condition {
  return e.or([e('created_at', '<', at), e.and([e('created_at', '=', at), e('id', '<', id)])])
}

/** Whether any team's tickets are shown to them beside their own. */
function seesOthers({ everywhere, teams }: Scope): boolean {
  return everywhere === 'all' || [...teams.values()].some(reach => reach === 'all' || reach === 'team')
}

interface Begun {
  id: string
  created_at: number
}

function idsOf(rows: Begun[]): string[] {
  return rows.map(r => r.id)
}

async function momentOf(q: Query, id: string): Promise<Begun> {
  const row = await q.selectFrom('tickets').select(['id', 'created_at']).where('id', '=', id).executeTakeFirst()
  if (!row) throw new Problem('invalid', 'This ticket is no more.', 'after')
  return row
}
