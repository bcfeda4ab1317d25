import { type Kysely, sql } from 'kysely'

/** Files that programs hand in before the message that they belong to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('uploads')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('agent_id', 'text', c => c.notNull().references('agents.id'))
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('type', 'text', c => c.notNull())
    .addColumn('size', 'integer', c => c.notNull())
    .addColumn('sha256', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await sql`create index uploads_agent on uploads (agent_id)`.execute(db)
  await sql`create index uploads_created on uploads (created_at)`.execute(db)
  await sql`create index uploads_sha256 on uploads (sha256)`.execute(db)
}
