import { type Kysely, sql } from 'kysely'

/** Tickets as programs list them: by when they began, of all teams, of one, and of those that somebody opened or has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const [index, columns] of LISTS)
    await sql`create index ${sql.raw(index)} on tickets (${sql.raw(columns)})
      where deleted_at is null and general_at is not null and spam_at is null`.execute(db)
}

const LISTS: [index: string, columns: string][] = [
  ['tickets_created', 'created_at, id'],
  ['tickets_created_in', 'team_id, created_at, id'],
  ['tickets_created_by', 'created_by, created_at, id'],
  ['tickets_created_for', 'assignee_id, created_at, id'],
]
