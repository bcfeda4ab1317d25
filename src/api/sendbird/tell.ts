import { type Numbers, numbered, numbersKnown, type Owners } from '../../core/programs/numbers.ts'
import type { Query, Store, Tx } from '../../db/store.ts'

/** Telling of things by their numbers. */
export interface Tell {
  q: Query
  now: number // ms UTC
  /** The numbers of all of these; what has none yet gets one. */
  numbers(owners: Owners): Promise<Numbers>
}

/** Telling in a transaction, of what it just changed. */
export function tellIn(tx: Tx): Tell {
  return { q: tx.q, now: tx.now, numbers: owners => numbered(tx, owners) }
}

/** Something is told of for the first time, so it must be written down. */
class Unnumbered extends Error {}

/** Tells by a read; only where something is told of for the first time by a transaction. */
export async function told<T>(store: Store, tell: (t: Tell) => Promise<T>): Promise<T> {
  const numbersOf = (q: Query) => async (owners: Owners) => {
    const known = await numbersKnown(q, owners)
    if (Object.values(owners).some(ids => ids.some(id => !known.has(id)))) throw new Unnumbered()
    return known
  }
  try {
    return await store.read(q => tell({ q, now: store.now(), numbers: numbersOf(q) }))
  } catch (error) {
    if (!(error instanceof Unnumbered)) throw error
    return store.write(tx => tell(tellIn(tx)))
  }
}
