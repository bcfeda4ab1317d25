import { type Kysely, sql } from 'kysely'

/** What a team does with its tickets: links, snoozing, moves, notes, deleting, and forgetting a customer. */
export async function up(db: Kysely<unknown>, bytes: 'blob' | 'bytea'): Promise<void> {
  const s = db.schema

  await s.alterTable('tickets').addColumn('parent_id', 'text').execute()
  await s.alterTable('tickets').addColumn('split_from_id', 'text').execute()
  await s.alterTable('tickets').addColumn('snoozed_at', 'bigint').execute()
  await s.alterTable('tickets').addColumn('snoozed_until', 'bigint').execute()
  await s.alterTable('tickets').addColumn('snoozed_for', 'text').execute()
  await s.alterTable('tickets').addColumn('snoozed_by', 'text').execute()
  await s.alterTable('tickets').addColumn('deleted_by', 'text').execute()
  await sql`create index tickets_parent on tickets (parent_id) where parent_id is not null`.execute(db)
  await sql`create index tickets_split on tickets (split_from_id) where split_from_id is not null`.execute(db)
  await sql`create index tickets_merged on tickets (merged_into_id) where merged_into_id is not null`.execute(db)
  await sql`create index tickets_snoozed on tickets (snoozed_until) where snoozed_until is not null`.execute(db)
  const pattern = sql.raw(bytes === 'bytea' ? ' text_pattern_ops' : '')
  await sql`create index tickets_subject on tickets (lower(subject)${pattern})`.execute(db)

  await s
    .createTable('ticket_links')
    .addColumn('ticket_id', 'text', c => c.notNull().references('tickets.id'))
    .addColumn('other_id', 'text', c => c.notNull().references('tickets.id'))
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('ticket_links_pk', ['ticket_id', 'other_id'])
    .execute()

  await s.alterTable('threads').addColumn('ended_at', 'bigint').execute()

  await s.alterTable('messages').addColumn('color', 'text').execute()
  await s.alterTable('messages').addColumn('pinned_at', 'bigint').execute()
  await s.alterTable('messages').addColumn('moved_from_id', 'text').execute()
  await sql`create index messages_pinned on messages (ticket_id, id) where pinned_at is not null`.execute(db)
  await sql`create index messages_moved on messages (moved_from_id) where moved_from_id is not null`.execute(db)
  await sql`create index messages_copies on messages (id) where copies is not null`.execute(db)
  await sql`create index messages_author on messages (author_address) where author_address is not null`.execute(db)
  await sql`create index deliveries_copies on deliveries (id) where copies is not null`.execute(db)
  await sql`create index attachments_sha256 on attachments (sha256)`.execute(db)
  await sql`create index chat_files_sha256 on chat_files (sha256)`.execute(db)

  await s.alterTable('inbound').addColumn('ticket_id', 'text').execute()
  await s.alterTable('inbound').addColumn('given_by', 'text').execute()

  await s
    .createTable('erasures')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('customer_id', 'text')
    .addColumn('addresses', 'text', c => c.notNull())
    .addColumn('agent_id', 'text', c => c.notNull())
    .addColumn('step', 'text', c => c.notNull())
    .addColumn('cursor', 'text', c => c.notNull())
    .addColumn('counts', 'text', c => c.notNull())
    .addColumn('attempts', 'integer', c => c.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('finished_at', 'bigint')
    .execute()
  await sql`create index erasures_due on erasures (due_at) where due_at is not null`.execute(db)
  await sql`create index chat_posts_ticket on chat_posts (ticket_id, id) where ticket_id is not null`.execute(db)
  await s
    .createTable('forgotten')
    .addColumn('hash', 'text', c => c.primaryKey())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
}
