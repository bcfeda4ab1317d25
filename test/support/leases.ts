import { releaseLeases } from '../../src/core/deliveries/claim.ts'
import { releasePostLeases } from '../../src/core/hooks/carry.ts'
import { releaseInboundLeases } from '../../src/core/inbound/claim.ts'
import type { Store } from '../../src/db/store.ts'

/**
 * As if the claims of a process that died had run out. On PostgreSQL, where another process could be alive, its successor
 * waits for that; on SQLite it takes them up by itself.
 */
export async function endLeases(store: Store): Promise<void> {
  if (store.engine === 'sqlite') return
  await store.write(releaseLeases)
  await store.write(releaseInboundLeases)
  await store.write(releasePostLeases)
}
