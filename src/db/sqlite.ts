import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect, type SqliteStatement } from 'kysely'
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

const MOST_PER_COMMIT = 40 // more would hold up the event loop for too long

interface Waiting {
  work: (tx: Tx) => Promise<unknown>
  isDurable: boolean
  done: (value: unknown) => void
  failed: (error: unknown) => void
}

/**
 * SQLite in WAL with synchronous=FULL: a commit that has returned survives a power cut. There is one writer; works that
 * wait while another commits share the next commit, each in a savepoint of its own, since the commit is what costs.
 * Readers have a connection of their own and never wait.
 */
export function openSqlite(path: string, now: () => number): Opened {
  mkdirSync(dirname(path), { recursive: true })
  const writer = connect(path, false)
  let reader: { db: Query; raw: Database.Database } | undefined
  const queue: Waiting[] = []
  let running: Promise<void> | undefined
  let isDurable = true
  const listeners = new Map<Topic, () => void>()
  let closed = false

  const store: Store = {
    engine: 'sqlite',
    key: Buffer.alloc(0),
    files: FILE_RULES,
    heard: { isAnybody: false, until: 0, askUntil: 0 },
    now,
    write: work => enqueue(work, true),
    claim: work => enqueue(work, false),
    async read<T>(ask: (q: Query) => Promise<T>): Promise<T> {
      refuseInsideTransaction()
      reader ??= connect(path, true)
      return ask(reader.db)
    },
    listen: (topic, listener) => listeners.set(topic, listener),
    async close(): Promise<void> {
      closed = true
      await running
      await reader?.db.destroy()
      await writer.db.destroy()
    },
  }

  function enqueue<T>(work: (tx: Tx) => Promise<T>, isDurable: boolean): Promise<T> {
    if (closed) return Promise.reject(new Error('The database is closed.'))
    refuseInsideTransaction()
    return new Promise<T>((done, failed) => {
      queue.push({ work, isDurable, done: done as (value: unknown) => void, failed })
      running ??= drain()
    })
  }

  async function drain(): Promise<void> {
    do {
      // a commit blocks the loop; what came in meanwhile is to be asked for before the next one is made up
      await new Promise(resolve => setImmediate(resolve))
      await commit(queue.splice(0, MOST_PER_COMMIT))
    } while (queue.length)
    running = undefined
  }

  /**
   * What works leave for the end is done once all of them are, outside their savepoints: the full-text index writes itself
   * down at each savepoint, which costs more than all else. When that fails, each work is done again in a commit of its own,
   * so that it fails by what is its own alone.
   */
  async function commit(group: Waiting[]): Promise<void> {
    const settled: (() => void)[] = []
    const awake = new Set<Topic>()
    const ends: Ends = new Map()
    let isAtEnd = false
    setDurable(group.some(w => w.isDurable))
    try {
      await writer.db.connection().execute(q =>
        insideTransaction(async () => {
          writer.raw.exec('begin immediate')
          try {
            for (const waiting of group) settled.push(await attempt(q, waiting, group.length > 1, awake, ends))
            isAtEnd = true
            await finish(ends)
            writer.raw.exec('commit')
          } catch (error) {
            if (writer.raw.inTransaction) writer.raw.exec('rollback')
            throw error
          }
        }),
      )
    } catch (error) {
      if (isAtEnd && group.length > 1) for (const waiting of group) await commit([waiting])
      else for (const waiting of group) waiting.failed(error)
      return
    }
    outsideTransaction(() => {
      for (const settle of settled) settle()
      for (const topic of awake) listeners.get(topic)?.()
    })
  }

  /** Whether commits wait for the disk; a later one that does brings with it all that went before. */
  function setDurable(wanted: boolean): void {
    if (wanted === isDurable) return
    writer.raw.pragma(`synchronous = ${wanted ? 'FULL' : 'NORMAL'}`)
    isDurable = wanted
  }

  async function attempt(
    q: Query,
    waiting: Waiting,
    shared: boolean,
    awake: Set<Topic>,
    ends: Ends,
  ): Promise<() => void> {
    let [left, woken]: [Ends, Set<Topic>] = [new Map(), new Set()]
    writer.raw.exec('savepoint work')
    try {
      const value = await waiting.work({
        q,
        now: now(),
        key: store.key,
        files: store.files,
        heard: store.heard,
        wake: topic => woken.add(topic),
        atEnd: (key, end) => leaving(left)(key, end),
      })
      if (shared) writer.raw.exec('release work')
      for (const topic of woken) awake.add(topic)
      for (const [key, end] of left) ends.set(key, end)
      ;[left, woken] = [ends, awake] // what the end of it leaves and wakes in turn
      return () => waiting.done(value)
    } catch (error) {
      writer.raw.exec('rollback to work')
      if (shared) writer.raw.exec('release work')
      return () => waiting.failed(error)
    }
  }

  return { store, db: writer.db }
}

function connect(path: string, readonly: boolean): { db: Query; raw: Database.Database } {
  const raw = new Database(path, { readonly, timeout: 5_000 })
  if (!readonly) raw.pragma('journal_mode = WAL')
  raw.pragma('synchronous = FULL')
  raw.pragma('foreign_keys = ON')
  raw.pragma(`wal_autocheckpoint = ${MOST_WAL_PAGES}`)
  raw.pragma('cache_size = -16000')
  raw.pragma('temp_store = MEMORY')
  raw.pragma('secure_delete = ON') // what is erased is overwritten in the file, too
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: rememberingStatements(raw) }) })
  return { db, raw }
}

const MOST_WAL_PAGES = 4_000 // 16 MB: a page that changes again and again is copied into the database once for all
const MOST_STATEMENTS = 500

/** Kysely prepares a statement anew at each query; the same text is the same statement here. */
function rememberingStatements(raw: Database.Database): { prepare(text: string): SqliteStatement; close(): void } {
  const known = new Map<string, SqliteStatement>()
  return {
    close: () => raw.close(),
    prepare(text) {
      let statement = known.get(text)
      if (!statement) {
        statement = raw.prepare(text) as unknown as SqliteStatement
        if (known.size >= MOST_STATEMENTS) known.delete(known.keys().next().value as string)
        known.set(text, statement)
      }
      return statement
    },
  }
}
