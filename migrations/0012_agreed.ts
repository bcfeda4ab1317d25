import type { Kysely } from 'kysely'

/** Which version of its message a mail goes out with, when the message was changed while the mail was being tried. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('deliveries').addColumn('agreed_id', 'text').execute()
}
