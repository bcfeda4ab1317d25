import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { inject } from 'vitest'
import { ask } from './ask.ts'

export interface TestDatabase {
  url: string
  /** Gives it back, once nobody uses it any more. */
  drop(): Promise<void>
}

/** A database with our schema and without rows, of the engine that this run is about. */
export async function newDatabase(): Promise<TestDatabase> {
  return process.env.TEST_ENGINE === 'postgres' ? newPostgres(inject('postgresUrl')) : newSqlite()
}

/** A database of the same engine with nothing in it, not even our schema. */
export async function bareDatabase(): Promise<TestDatabase> {
  if (process.env.TEST_ENGINE !== 'postgres') {
    const folder = mkdtempSync(join(tmpdir(), 'overture-test-'))
    return { url: join(folder, 'overture.db'), drop: async () => rmSync(folder, { recursive: true, force: true }) }
  }
  const server = inject('postgresUrl')
  const name = `${inject('postgresTemplate')}_bare_${process.env.VITEST_POOL_ID}`
  await ask(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: async () => void (await ask(server, `drop database ${name} with (force)`)) }
}

function newSqlite(): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'overture-test-'))
  const file = join(folder, 'overture.db')
  copyFileSync(inject('sqliteTemplate'), file)
  return { url: file, drop: async () => rmSync(folder, { recursive: true, force: true }) }
}

const DATABASE_UNKNOWN = '3D000'

/** Whoever is still connected is sent away first; as a replica we may delete in any order, foreign keys aside. */
const EMPTY = `
  select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
  set session_replication_role = replica;
  do $$ declare t name; begin
    for t in select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely%' loop
      execute format('delete from %I', t);
    end loop;
  end $$`

/** For each store: enough for races, and few, since each is a process of PostgreSQL's that starts, and knows nothing yet. */
const CONNECTIONS = 4

/** Those of this process that a test uses now. */
const used = new Set<string>()

/** A connection to each database of this process: a new one is a process of PostgreSQL's that knows nothing yet. */
const sweepers = new Map<string, pg.Pool>()

/**
 * Making a database takes PostgreSQL 400 ms, emptying one takes 2: so each of vitest's workers keeps a few, from file to
 * file.
 */
async function newPostgres(server: string): Promise<TestDatabase> {
  const prefix = `${inject('postgresTemplate')}_${process.env.VITEST_POOL_ID}`
  let n = 1
  while (used.has(`${prefix}_${n}`)) n++
  const name = `${prefix}_${n}`
  used.add(name)
  const url = new URL(server)
  url.pathname = `/${name}`
  url.searchParams.set('connections', String(CONNECTIONS))
  try {
    await (sweepers.get(name) ?? sweeperOf(name, url)).query(EMPTY)
  } catch (error) {
    if ((error as { code?: string }).code !== DATABASE_UNKNOWN) throw error
    await ask(server, `create database ${name} template ${inject('postgresTemplate')}`)
  }
  return {
    url: url.href,
    async drop() {
      used.delete(name)
    },
  }
}

function sweeperOf(name: string, { href }: URL): pg.Pool {
  const sweeper = new pg.Pool({ connectionString: href, max: 1, idleTimeoutMillis: 0, allowExitOnIdle: true })
  sweeper.on('error', () => {}) // a test ended its connection: it takes another
  sweepers.set(name, sweeper)
  return sweeper
}
