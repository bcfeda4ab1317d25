import { type SqlBool, sql } from 'kysely'
import type { SlaClockRow, TicketRow } from '../../db/schema.ts'
import type { Store, Tx } from '../../db/store.ts'
import { clockWords } from '../../lib/zone.ts'
import { agentById } from '../agents.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { queueDeskPost } from '../desk-posts.ts'
import { overture, record } from '../events.ts'
import { tellHooks } from '../hooks/heard.ts'
import { hoursOf } from '../hours/settings.ts'
import { postNotice } from '../messages/notice.ts'
import { thoseInCharge } from '../permissions/roles.ts'
import { teamById } from '../teams.ts'
import { put, reckoned } from './clocks.ts'
import { metricWords, policyFor } from './policies.ts'

const MOST = 100

interface Broken {
  clock: SlaClockRow
  ticket: TicketRow
}

/** Looks at all clocks that are due to be looked at, some at a time. */
export async function tendAllClocks(store: Store): Promise<void> {
  while ((await store.write(tendClocks)) === MOST);
}

/**
 * Looks at the clocks that are due to be looked at: warns in the thread, tells the team's place and the assignee, or else
 * the leads, of what is broken, each once. Returns how many it looked at.
 */
export async function tendClocks(tx: Tx): Promise<number> {
  const rows = await tx.q
    .selectFrom('sla_clocks')
    .selectAll()
    .where(sql<SqlBool>`look_at is not null`) // in the very words of the partial index
    .where('look_at', '<=', tx.now)
    .orderBy('look_at')
    .limit(MOST)
    .execute()
  const broken: Broken[] = []
  for (const clock of rows) {
    const ticket = await tx.q.selectFrom('tickets').selectAll().where('id', '=', clock.ticket_id).executeTakeFirst()
    if (ticket && ticket.deleted_at === null) broken.push(...(await look(tx, clock, ticket)))
    else await put(tx, clock.id, { settled_at: tx.now, look_at: null, running_since: null, due_at: null })
  }
  await tellOf(tx, broken)
  return rows.length
}

async function look(tx: Tx, known: SlaClockRow, ticket: TicketRow): Promise<Broken[]> {
  const policy = await policyFor(tx.q, ticket)
  const target = policy?.targets[known.metric] ?? null
  if (!policy || target === null) {
    await put(tx, known.id, { settled_at: tx.now, running_since: null, due_at: null, look_at: null })
    await redrawCard(tx, ticket.id)
    return []
  }
  const clock: SlaClockRow = { ...known, team_id: ticket.team_id, policy_id: policy.id, target_ms: target }
  const { due_at } = await reckoned(tx, clock)
  const isBroken = clock.breached_at === null && due_at !== null && due_at <= tx.now
  if (isBroken) clock.breached_at = tx.now
  else if (clock.warned_at === null && (await isNear(tx, clock))) {
    clock.warned_at = tx.now
    await warn(tx, { ...clock, due_at }, ticket)
  }
  await put(tx, clock.id, { ...clock, ...(await reckoned(tx, clock)) })
  await redrawCard(tx, ticket.id)
  return isBroken ? [{ clock: { ...clock, due_at }, ticket }] : []
}

/** Whether the moment to warn has come. */
async function isNear(tx: Tx, clock: SlaClockRow): Promise<boolean> {
  const { look_at } = await reckoned(tx, clock)
  return look_at !== null && look_at <= tx.now
}

async function warn(tx: Tx, clock: SlaClockRow, ticket: TicketRow): Promise<void> {
  const text = `⏱️ ${metricWords[clock.metric]}: a quarter of the working time is left. It is due ${await momentWords(tx, clock)}.`
  await postNotice(tx, ticket.id, text, `sla:warned:${clock.id}`, ticket.assignee_id)
  const more = { promise: metricWords[clock.metric], due: clock.due_at }
  await tellHooks(tx, [{ cause: 'clock', sourceId: clock.id, ticketId: ticket.id, more }])
}

/** In the team's own time. */
async function momentWords(tx: Tx, { team_id, due_at }: SlaClockRow): Promise<string> {
  const { zone } = hoursOf(await teamById(tx.q, team_id))
  return `${clockWords(due_at ?? tx.now, zone)} (${zone})`
}

/** What breaks at one time is told in one post to each place and person. */
async function tellOf(tx: Tx, broken: Broken[]): Promise<void> {
  for (const { clock, ticket } of broken) {
    const after = { promise: metricWords[clock.metric], due: clock.due_at }
    await record(tx, ticket.id, 'sla_breached', overture, undefined, after)
  }
  for (const [teamId, some] of groupedBy(broken, b => [b.ticket.team_id]))
    await say(tx, { teamId }, some, `sla:team:${teamId}`)
  const whom = new Map<Broken, string[]>()
  for (const b of broken) whom.set(b, await responsibleFor(tx, b.ticket))
  for (const [agentId, some] of groupedBy(broken, b => whom.get(b) ?? []))
    await say(tx, { agentId }, some, `sla:agent:${agentId}`)
}

async function responsibleFor(tx: Tx, ticket: TicketRow): Promise<string[]> {
  const assignee = ticket.assignee_id === null ? null : await agentById(tx.q, ticket.assignee_id)
  if (assignee && assignee.deactivated_at === null) return [assignee.id]
  return (await thoseInCharge(tx.q, ticket.team_id)).map(l => l.id)
}

function groupedBy(all: Broken[], keysOf: (b: Broken) => string[]): Map<string, Broken[]> {
  const groups = new Map<string, Broken[]>()
  for (const b of all) for (const key of keysOf(b)) groups.set(key, [...(groups.get(key) ?? []), b])
  return groups
}

const MOST_NAMED = 10

async function say(tx: Tx, to: { teamId: string } | { agentId: string }, some: Broken[], key: string): Promise<void> {
  const lines: string[] = []
  for (const { clock, ticket } of some.slice(0, MOST_NAMED))
    lines.push(
      `${ticket.identifier} · ${ticket.subject}: ${metricWords[clock.metric].toLowerCase()} was due ${await momentWords(tx, clock)}.`,
    )
  if (some.length > MOST_NAMED) lines.push(`And ${some.length - MOST_NAMED} more.`)
  const [first] = some as [Broken]
  await queueDeskPost(tx, {
    ...to,
    key: `${key}:${first.clock.id}`,
    kind: 'word',
    text: `🔴 ${some.length === 1 ? 'Overdue' : `${some.length} tickets are overdue`}\n${lines.join('\n')}`,
    ticketId: some.length === 1 ? first.ticket.id : null,
  })
}
