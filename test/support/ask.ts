import pg from 'pg'

/** Has a PostgreSQL server carry out a statement; its rows, if it has any. */
export async function ask(server: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
