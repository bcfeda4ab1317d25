import type { Store } from './db/store.ts'

/** Works with the database of DATABASE_URL, as it is while Overture runs beside us; for commands. */
export async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const { openStore } = await import('./db/open.ts')
  const { readDatabase } = await import('./config.ts')
  const { databaseUrl, secret } = readDatabase(process.env)
  const store = await openStore(databaseUrl, secret)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}
