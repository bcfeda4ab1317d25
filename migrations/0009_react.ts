import { type Kysely, sql } from 'kysely'

/** Emoji that act on tickets, word of answers to other systems, channels that others read, and bans that end. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const s = db.schema

  await s.alterTable('teams').addColumn('reactions', 'text').execute()
  await s.alterTable('teams').addColumn('hook_url', 'text').execute()
  await s.alterTable('teams').addColumn('hook_problem', 'text').execute()
  await s.alterTable('teams').addColumn('shared_at', 'bigint').execute()
  await s.alterTable('teams').addColumn('shared_agreed_at', 'bigint').execute()
  await s.alterTable('teams').addColumn('shared_agreed_by', 'text').execute()

  await s.alterTable('bans').addColumn('until_at', 'bigint').execute()
  await s.alterTable('bans').addColumn('ended_at', 'bigint').execute()
  await sql`create index bans_until on bans (until_at) where until_at is not null and ended_at is null`.execute(db)
  await s.alterTable('inbound').addColumn('banned_by', 'text').execute()
  await sql`create index inbound_banned on inbound (banned_by, received_at) where banned_by is not null`.execute(db)

  await s
    .createTable('answer_posts')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('team_id', 'text', c => c.notNull().references('teams.id'))
    .addColumn('ticket_id', 'text', c => c.notNull().references('tickets.id'))
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('attempts', 'integer', c => c.notNull())
    .addColumn('due_at', 'bigint', c => c.notNull())
    .execute()
  await s.createIndex('answer_posts_due').on('answer_posts').column('due_at').execute()
  await s.createIndex('answer_posts_team').on('answer_posts').column('team_id').execute()
}
