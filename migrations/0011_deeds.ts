import { type Kysely, sql } from 'kysely'

/**
 * The marks of tickets whose entry in the full-text index is to be written anew; what is being done with many tickets at
 * once; how a mail was to go that waits for a colleague; who changed what is known of customers. An index goes that another
 * stands in for: each change of a ticket wrote it, too.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('stale_entries')
    .addColumn('ticket_id', 'text', c => c.primaryKey())
    .addColumn('stale_at', 'bigint', c => c.notNull())
    .execute()
  // their entries lack the marks by which spans and words of fields are found
  await sql`insert into stale_entries (ticket_id, stale_at) select distinct ticket_id, 0 from field_values`.execute(db)
  await db.schema
    .createTable('deeds')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('key', 'text', c => c.notNull().unique())
    .addColumn('agent_id', 'text', c => c.notNull().references('agents.id'))
    .addColumn('deed', 'text', c => c.notNull())
    .addColumn('meant', 'text', c => c.notNull())
    .addColumn('tickets', 'text')
    .addColumn('looked', 'integer', c => c.notNull())
    .addColumn('result', 'text', c => c.notNull())
    .addColumn('due_at', 'bigint', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await db.schema
    .createTable('mail_wishes')
    .addColumn('message_id', 'text', c => c.primaryKey().references('messages.id'))
    .addColumn('copy_to', 'text', c => c.notNull())
    .addColumn('blind_to', 'text', c => c.notNull())
    .addColumn('scheduled_at', 'bigint')
    .addColumn('zone', 'text')
    .addColumn('unless_answered', 'integer', c => c.notNull())
    .execute()
  await db.schema
    .createTable('people_events')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('owner', 'text', c => c.notNull())
    .addColumn('owner_id', 'text', c => c.notNull())
    .addColumn('actor_kind', 'text', c => c.notNull())
    .addColumn('actor_id', 'text')
    .addColumn('actor_name', 'text', c => c.notNull())
    .addColumn('before', 'text', c => c.notNull())
    .addColumn('after', 'text', c => c.notNull())
    .addColumn('at', 'bigint', c => c.notNull())
    .execute()
  await sql`create index people_events_owner on people_events (owner_id, id)`.execute(db)
  await sql`create index chat_posts_ticket on chat_posts (ticket_id, id) where ticket_id is not null`.execute(db)
  await sql`drop index tickets_open_with`.execute(db)
}
