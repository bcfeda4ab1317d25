import { type ColumnMetadata, type Kysely, sql } from 'kysely'
import { expect, it } from 'vitest'
import { migrations } from '../../migrations/index.ts'
import { openPostgres } from '../../src/db/postgres.ts'
import { openSqlite } from '../../src/db/sqlite.ts'
import { bareDatabase } from '../support/database.ts'

const isPostgres = process.env.TEST_ENGINE === 'postgres'

/** One value for all texts: it is JSON where JSON is kept, and each id that a row refers to is there. */
const TEXT = '{}'

it('a database with a row in every table comes through each step that was added later', async () => {
  const database = await bareDatabase()
  const { store, db } = (isPostgres ? openPostgres : openSqlite)(database.url, () => 1)
  const bare = db as Kysely<unknown>
  try {
    const filled = new Map<string, Set<string>>()
    for (const [name, step] of Object.entries(migrations)) {
      await step.up(bare, isPostgres ? 'bytea' : 'blob')
      if (name === '0005_find') expect(await count(bare, 'ticket_docs')).toBe(1)
      if (name === '0011_deeds') expect(await count(bare, 'stale_entries')).toBe(1) // of the ticket with a custom field
      if (name === '0016_hooks') expect(await count(bare, 'hooks')).toBe(1) // of the team that had word of answers posted
      await fill(bare, filled)
    }
    expect(filled.size).toBeGreaterThan(50)
    for (const table of filled.keys()) expect(await count(bare, table), table).toBeGreaterThan(0)
    if (!isPostgres) expect((await sql`pragma foreign_key_check`.execute(bare)).rows).toEqual([])
  } finally {
    await store.close()
    await database.drop()
  }
})

/** Gives each table that a step made a row, and each column that it added a value. */
async function fill(db: Kysely<unknown>, filled: Map<string, Set<string>>): Promise<void> {
  const tables = (await db.introspection.getTables()).filter(t => !t.name.startsWith('ticket_words'))
  for (const name of filled.keys()) if (!tables.some(t => t.name === name)) filled.delete(name) // a step dropped it
  await db.connection().execute(async one => {
    await asTheyCome(one, true)
    for (const { name, columns } of tables) {
      const known = filled.get(name)
      const fresh = columns.filter(c => !known?.has(c.name) && !c.isAutoIncrementing && valueFor(c) !== undefined)
      filled.set(name, new Set(columns.map(c => c.name)))
      if (!fresh.length) continue
      const names = sql.join(fresh.map(c => sql.ref(c.name)))
      const values = fresh.map(c => sql`${valueFor(c)}`)
      if (!known)
        await sql`insert into ${sql.table(name)} (${names}) values (${sql.join(values)}) on conflict do nothing`.execute(
          one,
        )
      else
        await sql`update ${sql.table(name)} set ${sql.join(fresh.map((c, i) => sql`${sql.ref(c.name)} = ${values[i]}`))}`.execute(
          one,
        )
    }
    await asTheyCome(one, false)
  })
}

/** Whether a row may refer to one that comes only after it. */
async function asTheyCome(one: Kysely<unknown>, is: boolean): Promise<void> {
  if (isPostgres) await sql`set session_replication_role = ${sql.raw(is ? 'replica' : 'origin')}`.execute(one)
  else await sql`pragma foreign_keys = ${sql.raw(is ? 'off' : 'on')}`.execute(one)
}

/** Undefined for what fills itself. Nothing is deleted, so that no step passes it over. */
function valueFor({ name, dataType }: ColumnMetadata): string | number | Buffer | undefined {
  if (name === 'deleted_at') return undefined
  const type = dataType.toLowerCase()
  if (type === 'text') return TEXT
  if (/^(big|small)?int|^float|^double|^real|^numeric/.test(type)) return 1
  return /^(blob|bytea)$/.test(type) ? Buffer.from('x') : undefined
}

async function count(db: Kysely<unknown>, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db)
  return Number(rows[0]?.n)
}
