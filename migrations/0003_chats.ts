import { type Kysely, sql } from 'kysely'

/** Proactive chats: one message to many customers, who gets it, who must not, and who takes what is answered. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const s = db.schema

  await s.alterTable('teams').addColumn('chat_rules', 'text').execute()
  await s.alterTable('teams').addColumn('routing', 'text').execute()
  await s
    .alterTable('team_members')
    .addColumn('role', 'text', c => c.notNull().defaultTo('agent'))
    .execute()
  await s.alterTable('team_members').addColumn('unrouted_at', 'bigint').execute()
  await s
    .alterTable('agents')
    .addColumn('availability', 'text', c => c.notNull().defaultTo('online'))
    .execute()
  await s.alterTable('agents').addColumn('available_at', 'bigint').execute()
  await s.alterTable('agents').addColumn('capacity', 'integer').execute()
  await s.alterTable('agents').addColumn('zone', 'text').execute()
  await s.alterTable('agents').addColumn('assigned_at', 'bigint').execute()
  await s.alterTable('agents').addColumn('presence', 'text').execute()
  await s.alterTable('agents').addColumn('presence_at', 'bigint').execute()
  await s.alterTable('agents').addColumn('presence_due_at', 'bigint').execute()
  await sql`create index agents_presence_due on agents (presence_due_at) where presence_due_at is not null`.execute(db)
  await s.alterTable('senders').addColumn('postal_footer', 'text').execute()
  await s.alterTable('customers').addColumn('zone', 'text').execute()
  await s.alterTable('customers').addColumn('fields', 'text').execute()
  await s.alterTable('suppressions').addColumn('created_by', 'text').execute()

  await s
    .createTable('customer_tags')
    .addColumn('customer_id', 'text', c => c.notNull().references('customers.id'))
    .addColumn('tag', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('customer_tags_pk', ['customer_id', 'tag'])
    .execute()
  await sql`create index customer_tags_tag on customer_tags (tag, customer_id)`.execute(db)

  await s
    .createTable('segments')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('name', 'text', c => c.notNull().unique())
    .addColumn('filter', 'text', c => c.notNull())
    .addColumn('created_by', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()

  await s
    .createTable('chats')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('number', 'integer', c => c.notNull().unique())
    .addColumn('team_id', 'text', c => c.notNull().references('teams.id'))
    .addColumn('sender_id', 'text', c => c.notNull())
    .addColumn('agent_id', 'text', c => c.notNull())
    .addColumn('created_by', 'text', c => c.notNull())
    .addColumn('subject', 'text', c => c.notNull())
    .addColumn('body', 'text', c => c.notNull())
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('priority', 'text', c => c.notNull())
    .addColumn('audience', 'text', c => c.notNull())
    .addColumn('exclusions', 'text', c => c.notNull())
    .addColumn('state', 'text', c => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('due_at', 'bigint')
    .addColumn('approval_reason', 'text')
    .addColumn('approved_by', 'text')
    .addColumn('approved_at', 'bigint')
    .addColumn('started_at', 'bigint')
    .addColumn('finished_at', 'bigint')
    .addColumn('dedup_key', 'text', c => c.unique())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addColumn('updated_at', 'bigint', c => c.notNull())
    .addColumn('card_id', 'text')
    .addColumn('card_attempts', 'integer', c => c.notNull())
    .addColumn('card_due_at', 'bigint')
    .execute()
  await sql`create index chats_busy on chats (state) where state in ('scheduled', 'sending')`.execute(db)
  await sql`create index chats_card_due on chats (card_due_at) where card_due_at is not null`.execute(db)
  await sql`create index chats_finished on chats (finished_at) where finished_at is not null`.execute(db)
  await sql`create index chats_team on chats (team_id, number)`.execute(db)

  await s
    .createTable('chat_files')
    .addColumn('chat_id', 'text', c => c.notNull().references('chats.id'))
    .addColumn('position', 'integer', c => c.notNull())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('type', 'text', c => c.notNull())
    .addColumn('size', 'integer', c => c.notNull())
    .addColumn('sha256', 'text', c => c.notNull())
    .addPrimaryKeyConstraint('chat_files_pk', ['chat_id', 'position'])
    .execute()

  await s
    .createTable('chat_recipients')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('chat_id', 'text', c => c.notNull().references('chats.id'))
    .addColumn('line', 'integer', c => c.notNull())
    .addColumn('address', 'text', c => c.notNull())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('customer_id', 'text')
    .addColumn('fields', 'text')
    .addColumn('state', 'text', c => c.notNull())
    .addColumn('block', 'text')
    .addColumn('reason', 'text')
    .addColumn('due_at', 'bigint', c => c.notNull())
    .addColumn('ticket_id', 'text')
    .addColumn('sent_at', 'bigint')
    .addColumn('answered_at', 'bigint')
    .addColumn('unsubscribed_at', 'bigint')
    .addColumn('complained_at', 'bigint')
    .addColumn('absent_at', 'bigint')
    .addColumn('closed_at', 'bigint')
    .addColumn('step', 'integer', c => c.notNull())
    .addColumn('step_due_at', 'bigint')
    .execute()
  await sql`create unique index chat_recipients_line on chat_recipients (chat_id, line)`.execute(db)
  // with all that a card counts, so that a hundred thousand are counted without reading their rows
  await sql`create index chat_recipients_state on chat_recipients
    (chat_id, state, due_at, id, line, block, answered_at, absent_at, unsubscribed_at, closed_at, complained_at, step_due_at)`.execute(
    db,
  )
  await sql`create index chat_recipients_address on chat_recipients (address, chat_id)`.execute(db)
  await sql`create unique index chat_recipients_ticket on chat_recipients (ticket_id) where ticket_id is not null`.execute(
    db,
  )
  await sql`create index chat_recipients_step on chat_recipients (step_due_at) where step_due_at is not null`.execute(
    db,
  )

  await s
    .createTable('chat_steps')
    .addColumn('chat_id', 'text', c => c.notNull().references('chats.id'))
    .addColumn('step', 'integer', c => c.notNull())
    .addColumn('working_days', 'integer', c => c.notNull())
    .addColumn('body', 'text', c => c.notNull())
    .addColumn('created_by', 'text', c => c.notNull())
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('chat_steps_pk', ['chat_id', 'step'])
    .execute()

  await s
    .createTable('chat_posts')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('chat_id', 'text', c => c.notNull().references('chats.id'))
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('text', 'text', c => c.notNull())
    .addColumn('ticket_id', 'text')
    .addColumn('key', 'text', c => c.notNull())
    .addColumn('external_id', 'text')
    .addColumn('attempts', 'integer', c => c.notNull())
    .addColumn('due_at', 'bigint')
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await sql`create unique index chat_posts_key on chat_posts (chat_id, key)`.execute(db)
  await sql`create index chat_posts_due on chat_posts (due_at) where due_at is not null`.execute(db)

  await s
    .createTable('unsubscriptions')
    .addColumn('address', 'text', c => c.notNull())
    .addColumn('kind', 'text', c => c.notNull())
    .addColumn('reason', 'text', c => c.notNull())
    .addColumn('source', 'text', c => c.notNull())
    .addColumn('chat_id', 'text')
    .addColumn('created_at', 'bigint', c => c.notNull())
    .addPrimaryKeyConstraint('unsubscriptions_pk', ['address', 'kind'])
    .execute()

  await s
    .createTable('lifts')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('address', 'text', c => c.notNull())
    .addColumn('what', 'text', c => c.notNull())
    .addColumn('reason', 'text', c => c.notNull())
    .addColumn('note', 'text', c => c.notNull())
    .addColumn('lifted_by', 'text', c => c.notNull())
    .addColumn('lifted_at', 'bigint', c => c.notNull())
    .execute()
  await sql`create index lifts_address on lifts (address)`.execute(db)

  await s
    .createTable('assignment_rules')
    .addColumn('id', 'text', c => c.primaryKey())
    .addColumn('team_id', 'text', c => c.notNull().references('teams.id'))
    .addColumn('position', 'integer', c => c.notNull())
    .addColumn('name', 'text', c => c.notNull())
    .addColumn('meets', 'text', c => c.notNull())
    .addColumn('conditions', 'text', c => c.notNull())
    .addColumn('agent_id', 'text')
    .addColumn('to_team_id', 'text')
    .addColumn('created_at', 'bigint', c => c.notNull())
    .execute()
  await sql`create index assignment_rules_team on assignment_rules (team_id, position)`.execute(db)

  await s.alterTable('tickets').addColumn('chat_id', 'text').execute()
  await s.alterTable('tickets').addColumn('general_at', 'bigint').execute()
  await s.alterTable('tickets').addColumn('assigned_by', 'text').execute()
  await s.alterTable('tickets').addColumn('assigned_at', 'bigint').execute()
  await s.alterTable('tickets').addColumn('queued_at', 'bigint').execute()
  await s.alterTable('tickets').addColumn('queued_for', 'text').execute()
  await sql`update tickets set general_at = created_at`.execute(db)
  // the lists are of general tickets: a chat's thousands, which nobody has answered, are not to be stepped over
  for (const [index, columns] of LISTS) {
    await sql`drop index ${sql.raw(index)}`.execute(db)
    await sql`create index ${sql.raw(index)} on tickets (${sql.raw(columns)}) where deleted_at is null and general_at is not null`.execute(
      db,
    )
  }
  await sql`create index tickets_queued on tickets (queued_at) where queued_at is not null`.execute(db)
  await sql`create index tickets_team on tickets (team_id, id) where deleted_at is null`.execute(db)
}

const LISTS: [index: string, columns: string][] = [
  ['tickets_status', 'status, updated_at, id'],
  ['tickets_updated', 'updated_at, id'],
]
