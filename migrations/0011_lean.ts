import { type Kysely, sql } from 'kysely'

/**
 * The marks of tickets whose entry in the full-text index is to be written anew. Two indexes go that others stand in for:
 * each change of a ticket wrote them, too.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('stale_entries')
    .addColumn('ticket_id', 'text', c => c.primaryKey())
    .addColumn('stale_at', 'bigint', c => c.notNull())
    .execute()
  await sql`drop index tickets_open_with`.execute(db)
}
