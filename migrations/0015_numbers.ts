import { type Kysely, sql } from 'kysely'

/** By what other systems know things: numbers, where programs know nothing else, and ids of their own for customers. */
export async function up(db: Kysely<unknown>, bytes: 'blob' | 'bytea'): Promise<void> {
  const s = db.schema
  await s
    .createTable('numbers')
    .$call(t =>
      bytes === 'blob'
        ? t.addColumn('number', 'integer', c => c.primaryKey().autoIncrement())
        : t.addColumn('number', 'bigserial', c => c.primaryKey()),
    )
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('owner_id', 'text', c => c.notNull().unique())
    .execute()
  await s
    .createTable('external_ids')
    .addColumn('system', 'text', c => c.notNull())
    .addColumn('external_id', 'text', c => c.notNull())
    .addColumn('customer_id', 'text', c => c.notNull().references('customers.id'))
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('external_ids_pk', ['system', 'external_id'])
    .execute()
  await sql`create index external_ids_customer on external_ids (customer_id, system)`.execute(db)
}
