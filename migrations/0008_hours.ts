import { type Kysely, sql } from 'kysely'

/** Working hours, what a team promises (SLA), closing by itself, what is said at the desk by itself, and figures. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const s = db.schema

  await s.alterTable('teams').addColumn('hours', 'text').execute()
  await s.alterTable('teams').addColumn('auto_close', 'text').execute()
  await s.alterTable('teams').addColumn('digest', 'text').execute()
  await s.alterTable('teams').addColumn('digest_at', 'bigint').execute()
  await s.alterTable('agents').addColumn('hours', 'text').execute()
  await takeHoursOutOfChatRules(db as Kysely<Teams>)

  await s
    .createTable('sla_policies')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('team_id', 'text', c => c.notNull().references('teams.id'))
    .addColumn('position', 'integer', c => c.notNull())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('meets', 'text', c => c.notNull())
    .addColumn('conditions', 'text', c => c.notNull())
    .addColumn('next_response_ms', 'bigint')
    .addColumn('update_ms', 'bigint')
    .addColumn('resolution_ms', 'bigint')
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await sql`create index sla_policies_team on sla_policies (team_id, position)`.execute(db)

  await s
    .createTable('sla_clocks')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('ticket_id', 'text', c => c.notNull().references('tickets.id'))
    .addColumn('team_id', 'text', c => c.notNull())
    .addColumn('policy_id', 'text', c => c.notNull())
    .addColumn('metric', 'text', c => c.notNull())
    .addColumn('target_ms', 'bigint', c => c.notNull())
    .addColumn('spent_ms', 'bigint', c => c.notNull())
    .addColumn('started_at', 'bigint', c => c.notNull())
    .addColumn('running_since', 'bigint')
    .addColumn('due_at', 'bigint')
    .addColumn('look_at', 'bigint')
    .addColumn('warned_at', 'bigint')
    .addColumn('breached_at', 'bigint')
    .addColumn('settled_at', 'bigint')
    .addColumn('met', 'integer')
    .execute()
  await sql`create unique index sla_clocks_unsettled on sla_clocks (ticket_id, metric) where settled_at is null`.execute(
    db,
  )
  await sql`create index sla_clocks_look on sla_clocks (look_at) where look_at is not null`.execute(db)
  await sql`create index sla_clocks_team on sla_clocks (team_id) where settled_at is null`.execute(db)
  await sql`create index sla_clocks_settled on sla_clocks (settled_at, team_id, met) where settled_at is not null`.execute(
    db,
  )
  await sql`create index sla_clocks_breached on sla_clocks (breached_at, team_id) where breached_at is not null`.execute(
    db,
  )

  await s
    .createTable('silences')
    .addColumn('ticket_id', 'text', c => c.primaryKey().references('tickets.id'))
    .addColumn('team_id', 'text', c => c.notNull())
    .addColumn('since', 'bigint', c => c.notNull())
    .addColumn('step', 'integer', c => c.notNull())
    .execute()
  await sql`create index silences_team on silences (team_id, step, since)`.execute(db)
  await sql`insert into silences (ticket_id, team_id, since, step)
    select id, team_id, updated_at, 0 from tickets
    where status = 'awaiting_customer' and closed_at is null and deleted_at is null and general_at is not null`.execute(
    db,
  )

  await s
    .createTable('answer_times')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('team_id', 'text', c => c.notNull())
    .addColumn('ticket_id', 'text', c => c.notNull())
    .addColumn('whose', 'text', c => c.notNull())
    .addColumn('took_ms', 'bigint', c => c.notNull())
    .addColumn('at', 'bigint', c => c.notNull())
    .execute()
  await sql`create index answer_times_at on answer_times (at, id)`.execute(db)
  await sql`create index messages_said on messages (created_at, id)
    where visibility = 'public' and automatic is null`.execute(db)
  await sql`create index tickets_open_of on tickets (team_id, assignee_id)
    where closed_at is null and deleted_at is null and general_at is not null`.execute(db)

  await s
    .createTable('desk_posts')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('key', 'text', c => c.notNull().unique())
    .addColumn('team_id', 'text')
    .addColumn('agent_id', 'text')
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('text', 'text', c => c.notNull())
    .addColumn('ticket_id', 'text')
    .addColumn('figures', 'text')
    .addColumn('external_id', 'text')
    .addColumn('attempts', 'integer', c => c.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await sql`create index desk_posts_due on desk_posts (due_at) where due_at is not null`.execute(db)
  await sql`create index desk_posts_ticket on desk_posts (ticket_id, id) where ticket_id is not null`.execute(db)
}

interface Teams {
  teams: { id: string; chat_rules: string | null; hours: string | null }
}

/** They were set for chats alone; now they are the team's. */
async function takeHoursOutOfChatRules(db: Kysely<Teams>): Promise<void> {
  const teams = await db.selectFrom('teams').select(['id', 'chat_rules']).where('chat_rules', 'is not', null).execute()
  for (const { id, chat_rules } of teams) {
    const { zone, workingDays, workingHours, ...rest } = JSON.parse(chat_rules ?? '{}')
    const days: number[] = workingDays ?? [1, 2, 3, 4, 5]
    const slots = slotsOf(workingHours ?? { from: '09:00', to: '17:00' })
    const week = [1, 2, 3, 4, 5, 6, 7].map(day => (days.includes(day) ? slots : []))
    const hours = JSON.stringify({ zone: zone ?? 'UTC', week, holidays: [] })
    await db
      .updateTable('teams')
      .set({ chat_rules: JSON.stringify(rest), hours })
      .where('id', '=', id)
      .execute()
  }
}

/** A span may have gone past midnight; one that ended where it began was the whole day. */
function slotsOf({ from, to }: { from: string; to: string }): { from: string; to: string }[] {
  if (from < to) return [{ from, to }]
  if (from === to) return [{ from: '00:00', to: '24:00' }]
  return [...(to === '00:00' ? [] : [{ from: '00:00', to }]), { from, to: '24:00' }]
}
