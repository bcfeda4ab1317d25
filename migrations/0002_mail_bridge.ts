import { type Kysely, sql } from 'kysely'

/** What the mail bridge knows of a mail and its author, of what became of one, and of who may be written to from where. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const s = db.schema

  await s.alterTable('messages').addColumn('kind', 'text').execute()
  await s.alterTable('messages').addColumn('doubt', 'text').execute()
  await s.alterTable('messages').addColumn('copies', 'text').execute()
  await s.alterTable('messages').addColumn('calls_id', 'text').execute()

  await s.alterTable('deliveries').addColumn('place', 'text').execute()
  await s.alterTable('deliveries').addColumn('copies', 'text').execute()
  await s.alterTable('deliveries').addColumn('bounce_class', 'text').execute()
  await s.alterTable('deliveries').addColumn('bounce_status', 'text').execute()
  await s.alterTable('deliveries').addColumn('bounced_at', 'bigint').execute()
  await s.alterTable('deliveries').addColumn('handed', 'text').execute()
  await s
    .alterTable('deliveries')
    .addColumn('deferrals', 'integer', c => c.notNull().defaultTo(0))
    .execute()
  await s.alterTable('deliveries').addColumn('deferred_at', 'bigint').execute()
  await s.alterTable('deliveries').addColumn('late_at', 'bigint').execute()
  await s.alterTable('deliveries').addColumn('uncertain_at', 'bigint').execute()

  await sql`create index deliveries_deferred on deliveries (deferred_at) where deferred_at is not null and late_at is null`.execute(
    db,
  )

  await s
    .alterTable('attachments')
    .addColumn('minor', 'integer', c => c.notNull().defaultTo(0))
    .execute()
  await s.alterTable('attachments').addColumn('link_until', 'bigint').execute()

  await s.alterTable('inbound').addColumn('kind', 'text').execute()
  await s.alterTable('inbound').addColumn('rule', 'text').execute()
  await s.alterTable('inbound').addColumn('dropped_at', 'bigint').execute()
  await sql`create index inbound_kept on inbound (received_at) where dropped_at is null and channel <> 'slack' and state in ('recorded', 'ignored')`.execute(
    db,
  )
  await s.alterTable('inbound').addColumn('from_address', 'text').execute()
  await s.alterTable('inbound').addColumn('passed_at', 'bigint').execute()
  await sql`create index inbound_from on inbound (from_address, received_at) where from_address is not null`.execute(db)
  await sql`create index inbound_held on inbound (from_address, received_at) where state = 'held'`.execute(db)

  await s.alterTable('tickets').addColumn('continues_id', 'text').execute()
  await s.alterTable('tickets').addColumn('merged_into_id', 'text').execute()
  await s.alterTable('tickets').addColumn('archived_at', 'bigint').execute()
  await s.alterTable('tickets').addColumn('spam_at', 'bigint').execute()
  await s.alterTable('tickets').addColumn('looks_like_id', 'text').execute()
  await sql`create index tickets_continues on tickets (continues_id) where continues_id is not null`.execute(db)
  await sql`create index agents_email on agents (lower(email))`.execute(db)

  await s
    .alterTable('teams')
    .addColumn('reopen_days', 'integer', c => c.notNull().defaultTo(14))
    .execute()
  await s.alterTable('teams').addColumn('sender_id', 'text').execute()
  await s.alterTable('team_members').addColumn('sender_id', 'text').execute()

  await s
    .createTable('sender_aliases')
    .addColumn('address', 'text', c => c.primaryKey())
    .addColumn('sender_id', 'text', c => c.notNull().references('senders.id'))
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await sql`create index sender_aliases_sender on sender_aliases (sender_id)`.execute(db)

  await s
    .createTable('bans')
    .addColumn('address', 'text', c => c.primaryKey())
    .addColumn('reason', 'text', c => c.notNull())
    .addColumn('created_by', 'text')
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()

  await s
    .createTable('alerts')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('key', 'text', c => c.notNull())
    .addColumn('team_id', 'text')
    .addColumn('text', 'text', c => c.notNull())
    .addColumn('raised_at', 'bigint', c => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('end_text', 'text')
    .addColumn('external_id', 'text')
    .addColumn('attempts', 'integer', c => c.notNull())
    .addColumn('due_at', 'bigint')
    .execute()
  await sql`create unique index alerts_key on alerts (key) where ended_at is null`.execute(db)
  await sql`create index alerts_due on alerts (due_at) where due_at is not null`.execute(db)
}
