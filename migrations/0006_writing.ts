import { type Kysely, sql } from 'kysely'

/** What writing to a customer takes beside the mail itself: templates, moments to send at, drafts, reminders, blind copies. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const s = db.schema

  await s.alterTable('deliveries').addColumn('scheduled_at', 'bigint').execute()
  await s.alterTable('deliveries').addColumn('zone', 'text').execute()
  await s
    .alterTable('deliveries')
    .addColumn('unless_answered', 'integer', c => c.notNull().defaultTo(0))
    .execute()
  await s.alterTable('deliveries').addColumn('asked_at', 'bigint').execute()
  await s.alterTable('deliveries').addColumn('blind', 'text').execute()
  await s.alterTable('deliveries').addColumn('sender_id', 'text').execute()
  await s.alterTable('deliveries').addColumn('author', 'text').execute()
  await sql`create index deliveries_scheduled on deliveries (scheduled_at)
    where scheduled_at is not null and asked_at is null and state = 'held'`.execute(db)

  await s
    .createTable('templates')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('team_id', 'text', c => c.references('teams.id'))
    .addColumn('agent_id', 'text', c => c.notNull().references('agents.id'))
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('subject', 'text', c => c.notNull())
    .addColumn('body', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('updated_at', 'bigint', c => c.notNull())
    .execute()
  await sql`create unique index templates_team on templates (team_id, name) where team_id is not null`.execute(db)
  await sql`create unique index templates_own on templates (agent_id, name) where team_id is null`.execute(db)

  await s
    .createTable('mail_wishes')
    .addColumn('message_id', 'text', c => c.primaryKey().references('messages.id'))
    .addColumn('copy_to', 'text', c => c.notNull())
    .addColumn('blind_to', 'text', c => c.notNull())
    .addColumn('scheduled_at', 'bigint')
    .addColumn('zone', 'text')
    .addColumn('unless_answered', 'integer', c => c.notNull())
    .execute()

  await s
    .createTable('drafts')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('agent_id', 'text', c => c.notNull().references('agents.id'))
    .addColumn('team_id', 'text')
    .addColumn('ticket_id', 'text')
    .addColumn('stamp', 'bigint', c => c.notNull())
    .addColumn('shared_at', 'bigint')
    .addColumn('form', 'text', c => c.notNull())
    .addColumn('about', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('updated_at', 'bigint', c => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('ended_by', 'text')
    .execute()
  await sql`create index drafts_agent on drafts (agent_id, updated_at) where ended_at is null`.execute(db)
  await sql`create index drafts_shared on drafts (team_id, updated_at) where ended_at is null and shared_at is not null`.execute(
    db,
  )
  await sql`create index drafts_ended on drafts (ended_at) where ended_at is not null`.execute(db)

  await s
    .createTable('reminders')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('ticket_id', 'text', c => c.notNull().references('tickets.id'))
    .addColumn('agent_id', 'text', c => c.notNull().references('agents.id'))
    .addColumn('due_at', 'bigint', c => c.notNull())
    .addColumn('note', 'text', c => c.notNull())
    .addColumn('dedup_key', 'text', c => c.unique())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('ended_by', 'text')
    .execute()
  await sql`create index reminders_due on reminders (due_at) where ended_at is null`.execute(db)
  await sql`create index reminders_ticket on reminders (ticket_id, due_at) where ended_at is null`.execute(db)

  await sql`create index customers_account on customers (account_id, id) where account_id is not null`.execute(db)
  await sql`create index tickets_open_with on tickets (customer_id, updated_at)
    where closed_at is null and deleted_at is null and general_at is not null`.execute(db)
}
