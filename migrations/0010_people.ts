import { type Kysely, sql } from 'kysely'

/** Who may do what, and what is known of customers: notes on them, and of whom two were one. */
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
  await sql`create index customer_notes_customer on customer_notes (customer_id, id)`.execute(db)
  await sql`create index customers_account on customers (account_id, id) where account_id is not null`.execute(db)
}
