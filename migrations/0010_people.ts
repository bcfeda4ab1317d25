import { type Kysely, sql } from 'kysely'

/** Who may do what, and what is known of customers: notes on them, who changed it, and of whom two were one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const s = db.schema
  await s.alterTable('agents').addColumn('role', 'text').execute()
  await sql`update team_members set role = 'member' where role = 'agent'`.execute(db) // what they are everywhere
  await s.alterTable('customers').addColumn('merged_into_id', 'text').execute()

  await s
    .createTable('customer_notes')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('customer_id', 'text', c => c.notNull().references('customers.id'))
    .addColumn('agent_id', 'text', c => c.notNull())
    .addColumn('text', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('deleted_at', 'bigint')
    .execute()
  await s
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
  await sql`create index customer_notes_customer on customer_notes (customer_id, id)`.execute(db)
}
