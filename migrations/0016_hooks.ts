import { type Kysely, sql } from 'kysely'

/** Programs are told of what happens. Where teams have word of answers posted, that is one of them from now on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const s = db.schema
  await s
    .createTable('hooks')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('url', 'text', c => c.notNull())
    .addColumn('description', 'text', c => c.notNull())
    .addColumn('shape', 'text', c => c.notNull())
    .addColumn('events', 'text')
    .addColumn('teams', 'text')
    .addColumn('include_private', 'integer', c => c.notNull())
    .addColumn('secret', 'text')
    .addColumn('old_secret', 'text')
    .addColumn('old_secret_until', 'bigint')
    .addColumn('created_by', 'text', c => c.references('agents.id'))
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('updated_at', 'bigint', c => c.notNull())
    .addColumn('off_at', 'bigint')
    .addColumn('off_reason', 'text')
    .addColumn('deleted_at', 'bigint')
    .addColumn('failures', 'integer', c => c.notNull())
    .addColumn('failing_since', 'bigint')
    .addColumn('rest_until', 'bigint')
    .addColumn('delivered_at', 'bigint')
    .addColumn('problem', 'text')
    .execute()
  await s
    .createTable('hook_events')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('cause', 'text', c => c.notNull())
    .addColumn('source_id', 'text', c => c.notNull())
    .addColumn('ticket_id', 'text')
    .addColumn('more', 'text')
    .addColumn('at', 'bigint', c => c.notNull())
    .addColumn('told_at', 'bigint')
    .execute()
  await sql`create index hook_events_untold on hook_events (id) where told_at is null`.execute(db)
  await sql`create index hook_events_at on hook_events (at)`.execute(db)
  await s
    .createTable('hook_deliveries')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('hook_id', 'text', c => c.notNull().references('hooks.id'))
    .addColumn('hook_event_id', 'text')
    .addColumn('event_id', 'text', c => c.notNull())
    .addColumn('event_type', 'text', c => c.notNull())
    .addColumn('line', 'text', c => c.notNull())
    .addColumn('ticket_id', 'text')
    .addColumn('body', 'text')
    .addColumn('is_replay', 'integer', c => c.notNull())
    .addColumn('state', 'text', c => c.notNull())
    .addColumn('attempts', 'integer', c => c.notNull())
    .addColumn('due_at', 'bigint', c => c.notNull())
    .addColumn('status', 'integer')
    .addColumn('answer', 'text')
    .addColumn('problem', 'text')
    .addColumn('took_ms', 'integer')
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('tried_at', 'bigint')
    .addColumn('settled_at', 'bigint')
    .execute()
  await sql`create index hook_deliveries_log on hook_deliveries (hook_id, id)`.execute(db)
  await sql`create index hook_deliveries_state on hook_deliveries (hook_id, state, id)`.execute(db)
  await sql`create index hook_deliveries_line on hook_deliveries (hook_id, line, id) where state = 'queued'`.execute(db)
  await sql`create index hook_deliveries_due on hook_deliveries (hook_id, due_at) where state = 'queued'`.execute(db)
  await sql`create index hook_deliveries_created on hook_deliveries (created_at)`.execute(db)
  await sql`create index hook_deliveries_ticket on hook_deliveries (ticket_id) where ticket_id is not null`.execute(db)
  await moveAnswers(db)
  await s.dropTable('answer_posts').execute()
  await s.alterTable('teams').dropColumn('hook_url').execute()
  await s.alterTable('teams').dropColumn('hook_problem').execute()
}

/** The address stays sealed as it was; nothing was signed, and is not until somebody makes a secret. What waits goes on. */
async function moveAnswers(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into hooks (id, url, description, shape, events, teams, include_private, created_at, updated_at, failures, problem)
    select id, hook_url, 'Word of answers', 'words', '["ticket:answered"]', '["' || id || '"]', 0, created_at, created_at, 0, hook_problem
    from teams where hook_url is not null`.execute(db)
  await sql`
    insert into hook_events (id, cause, source_id, ticket_id, at)
    select p.id, 'answer', p.ticket_id, p.ticket_id, p.created_at
    from answer_posts p join teams t on t.id = p.team_id where t.hook_url is not null`.execute(db)
}
