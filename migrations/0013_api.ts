import { type Kysely, sql } from 'kysely'

/** Keys of programs, what they were answered, and what they give that no agent sees; statuses below the four that there are. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const s = db.schema
  await s
    .createTable('api_keys')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('agent_id', 'text', c => c.notNull().references('agents.id'))
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('hash', 'text', c => c.notNull().unique())
    .addColumn('shown', 'text', c => c.notNull())
    .addColumn('scopes', 'text')
    .addColumn('networks', 'text')
    .addColumn('expires_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .addColumn('created_by', 'text', c => c.notNull().references('agents.id'))
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute()
  await sql`create index api_keys_agent on api_keys (agent_id, id)`.execute(db)
  await s
    .createTable('api_answers')
    .addColumn('key', 'text', c => c.primaryKey())
    .addColumn('fingerprint', 'text', c => c.notNull())
    .addColumn('status', 'integer', c => c.notNull())
    .addColumn('body', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await sql`create index api_answers_created on api_answers (created_at)`.execute(db)
  await s
    .createTable('api_facts')
    .addColumn('owner_id', 'text', c => c.primaryKey())
    .addColumn('facts', 'text', c => c.notNull())
    .execute()
  await s
    .createTable('sub_statuses')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('team_id', 'text', c => c.references('teams.id'))
    .addColumn('parent', 'text', c => c.notNull())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('description', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await s.alterTable('tickets').addColumn('sub_status_id', 'text').execute()
  await sql`create index tickets_sub_status on tickets (sub_status_id) where sub_status_id is not null`.execute(db)
}
