import { AsyncLocalStorage } from 'node:async_hooks'
import type { Kysely } from 'kysely'
import type { Schema } from './schema.ts'

export type Query = Kysely<Schema>

/**
 * One transaction: `q` asks and writes, `now` is its time (ms UTC), and `wake` calls, once all of
 * it is durable, those who listen for the topic.
 */
export interface Tx {
  readonly q: Query
  readonly now: number
  readonly key: Buffer // the instance's key: signs reply tokens and seals secrets
  readonly files: FileRules
  readonly heard: Heard
  wake(topic: Topic): void
  /** Has work done once at the end of the transaction, before it commits; of several of one key the first is done. In the order of the keys. */
  atEnd(key: string, work: () => Promise<void>): void
}

/** Whether any program is told of what happens, as far as this process knows: most have none, and then nothing is asked. */
export interface Heard {
  isAnybody: boolean
  until: number // so long this holds (ms UTC)
  askUntil: number // so long it is asked each time: another process may not know yet what was changed here
}

/** What one mail may weigh, and where files can be fetched that are too large for it. */
export interface FileRules {
  mailBytes: number // of all its files as they travel
  publicUrl: string | null // how we are reached from outside; null: not at all
}

export const FILE_RULES: FileRules = { mailBytes: 20 * 1024 * 1024, publicUrl: null }

/**
 * Who waits for work: the outbox for letters, the desk for what it is to show beside letters, the inbox for arrivals, chats
 * for what is to be sent to many, routing for tickets that nobody has yet, hooks for what programs are told, erasing
 * for customers who are to be forgotten, the index for tickets that changed.
 */
export type Topic = 'outbox' | 'desk' | 'inbox' | 'chats' | 'routing' | 'hooks' | 'erasing' | 'index'

/** Where everything is kept. SQLite and PostgreSQL differ only behind this. */
export interface Store {
  readonly engine: 'sqlite' | 'postgres'
  key: Buffer // set once, at opening
  files: FileRules // set once, at the start
  readonly heard: Heard
  now(): number
  /** Runs the work in one transaction. What it returns is durable; when it throws, nothing of it remains. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** As `write`, without waiting for the disk: for claims, which a power cut may undo, since what they took is then due again. */
  claim<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Asks without writing. Inside `write` use the transaction instead: this throws there. */
  read<T>(ask: (q: Query) => Promise<T>): Promise<T>
  /** Has the listener called after each commit that left work of this kind. One listener a topic. */
  listen(topic: Topic, listener: () => void): void
  close(): Promise<void>
}

/** A store and the bare handle that migrations run on. */
export interface Opened {
  store: Store
  db: Query
}

/** What is left for the end of a transaction, by key. */
export type Ends = Map<string, () => Promise<void>>

/** Leaves work for the end, once for each key. */
export function leaving(ends: Ends): Tx['atEnd'] {
  return (key, work) => {
    if (!ends.has(key)) ends.set(key, work)
  }
}

/** Does what was left for the end, in the order of the keys, and then what that leaves in turn. */
export async function finish(ends: Ends): Promise<void> {
  while (ends.size) {
    const works = [...ends].sort(([a], [b]) => (a < b ? -1 : 1))
    ends.clear()
    for (const [, work] of works) await work()
  }
}

/** It costs a tenth of all CPU on Node 20 (promise hooks), so it stands guard where tests run. */
const writing = process.env.NODE_ENV === 'test' ? new AsyncLocalStorage<true>() : undefined

/** Runs `work` marked as inside a transaction, so that a stray `read` in it is a mistake seen at once, not a wait for ever. */
export function insideTransaction<T>(work: () => Promise<T>): Promise<T> {
  return writing ? writing.run(true, work) : work()
}

/** Leaves the mark behind, for what a commit sets off. */
export function outsideTransaction<T>(work: () => T): T {
  return writing ? writing.exit(work) : work()
}

export function refuseInsideTransaction(): void {
  if (writing?.getStore())
    throw new Error('A query outside the open transaction: use the transaction that is passed in.')
}
