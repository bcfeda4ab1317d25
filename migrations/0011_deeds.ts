import { type Kysely, sql } from 'kysely'

/**
 * The marks of tickets whose entry in the full-text index is to be written anew; what is being done with many tickets at
 * once. An index goes that another stands in for: each change of a ticket wrote it, too.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('stale_entries')
    .addColumn('ticket_id', 'text', c => c.primaryKey())
    .addColumn('stale_at', 'bigint', c => c.notNull())
    .execute()
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
  await sql`create index chat_posts_ticket on chat_posts (ticket_id, id) where ticket_id is not null`.execute(db)
  await sql`drop index tickets_open_with`.execute(db)
}
