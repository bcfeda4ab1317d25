import { randomBytes } from 'node:crypto'
import { type Kysely, type MigrationProvider, Migrator } from 'kysely'
import { migrations } from '../../migrations/index.ts'
import { instanceKey } from '../lib/sign.ts'
import type { Opened, Query, Store } from './store.ts'

/**
 * Opens the database that the URL names (`postgres://...`, or the path of a SQLite file, with or without `sqlite:` or
 * `file:`), brings its schema up to date, and makes the instance's secret when none is given and none was made before.
 */
export async function openStore(url: string, secret?: string, now: () => number = Date.now): Promise<Store> {
  const { store, db } = await opened(url, now)
  try {
    await migrate(db, store.engine)
    store.key = instanceKey(secret ?? (await keptSecret(store)))
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Only the engine that is used is loaded. */
async function opened(url: string, now: () => number): Promise<Opened> {
  if (/^postgres(ql)?:/.test(url)) return (await import('./postgres.ts')).openPostgres(url, now)
  return (await import('./sqlite.ts')).openSqlite(sqlitePath(url), now)
}

function sqlitePath(url: string): string {
  return url.replace(/^(sqlite|file):(\/\/)?/, '')
}

/** Kysely looks at all tables first, which takes PostgreSQL long: not where exactly our steps are done. */
async function migrate(db: Query, engine: Store['engine']): Promise<void> {
  if ((await stepsDone(db)).join() === Object.keys(migrations).sort().join()) return
  const bytes = engine === 'sqlite' ? 'blob' : 'bytea'
  const steps = Object.entries(migrations).map(([name, step]) => [
    name,
    { up: (db: Kysely<unknown>) => step.up(db, bytes) },
  ])
  const provider: MigrationProvider = { getMigrations: async () => Object.fromEntries(steps) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error) throw error
}

async function stepsDone(db: Query): Promise<string[]> {
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
    .catch(() => []) // the table is not there yet
  return rows.map(row => row.name).sort()
}

async function keptSecret(store: Store): Promise<string> {
  return store.write(async tx => {
    const fresh = { name: 'app_secret', value: randomBytes(32).toString('base64url') }
    await tx.q
      .insertInto('settings')
      .values(fresh)
      .onConflict(c => c.column('name').doNothing())
      .execute()
    return (await tx.q.selectFrom('settings').select('value').where('name', '=', fresh.name).executeTakeFirstOrThrow())
      .value
  })
}
