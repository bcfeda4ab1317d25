import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Schema } from './schema.ts'
import {
  type Ends,
  FILE_RULES,
  finish,
  insideTransaction,
  leaving,
  type Opened,
  outsideTransaction,
  type Query,
  refuseInsideTransaction,
  type Store,
  type Topic,
  type Tx,
} from './store.ts'

const CONNECTIONS = 16 // unless the URL says otherwise
const TRIES = 5

/**
 * PostgreSQL through a pool of as many connections as `?connections=` in the URL allows; a transaction that lost against another (serialisation, deadlock, the same
 * unique key at the same moment) is run again and then sees what the other one did.
 */
export function openPostgres(url: string, now: () => number): Opened {
  const types = {
    getTypeParser: ((oid: number, format: 'text' | 'binary') =>
      oid === pg.types.builtins.INT8
        ? Number
        : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
  }
  const pool = new pg.Pool({ connectionString: url, max: connectionsOf(url), types, connectionTimeoutMillis: 10_000 })
  pool.on('error', () => {}) // an idle connection that broke; the next query gets a new one and says what is wrong
  pool.on('connect', client => client.on('error', () => {})) // one that broke between two queries of a transaction: the same
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })

  const listeners = new Map<Topic, () => void>()
  const store: Store = {
    engine: 'postgres',
    key: Buffer.alloc(0),
    files: FILE_RULES,
    heard: { isAnybody: false, until: 0, askUntil: 0 },
    now,
    write: work => transact(work, true),
    claim: work => transact(work, false),
    async read<T>(ask: (q: Query) => Promise<T>): Promise<T> {
      refuseInsideTransaction()
      return ask(db)
    },
    listen: (topic, listener) => listeners.set(topic, listener),
    close: () => db.destroy(),
  }
  async function transact<T>(work: (tx: Tx) => Promise<T>, isDurable: boolean): Promise<T> {
    refuseInsideTransaction()
    for (let attempt = 1; ; attempt++) {
      const awake = new Set<Topic>()
      try {
        const value = await db.transaction().execute(q =>
          insideTransaction(async () => {
            if (!isDurable) await sql`set local synchronous_commit = off`.execute(q)
            const ends: Ends = new Map()
            const tx = { q, now: now(), key: store.key, files: store.files, heard: store.heard, atEnd: leaving(ends) }
            const value = await work({ ...tx, wake: topic => awake.add(topic) })
            await finish(ends)
            return value
          }),
        )
        outsideTransaction(() => {
          for (const topic of awake) listeners.get(topic)?.()
        })
        return value
      } catch (error) {
        if (attempt >= TRIES || !lostAgainstAnother(error)) throw error
      }
    }
  }

  return { store, db }
}

function connectionsOf(url: string): number {
  const wanted = URL.canParse(url) ? Number(new URL(url).searchParams.get('connections')) : 0
  return wanted >= 1 ? Math.floor(wanted) : CONNECTIONS
}

function lostAgainstAnother(error: unknown): boolean {
  const code = (error as { code?: string }).code
  return code === '40001' || code === '40P01' || code === '23505'
}
