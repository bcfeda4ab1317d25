import type { Compilable, CompiledQuery } from 'kysely'
import type { Query } from './store.ts'

/** Stands for a value until the query is asked. */
class Slot {
  name: string
  constructor(name: string) {
    this.name = name
  }
}

/**
 * A query that is asked so often that building it anew each time is what costs: built and compiled once for each engine,
 * then asked with other values. `build` must put each of its values into the query as it is, and decide nothing by it.
 */
export function prepared<V extends object, R>(
  build: (q: Query, values: V) => Compilable<R>,
): (q: Query, values: V) => Promise<{ rows: R[]; numAffectedRows: bigint }> {
  const slots = new Proxy({} as V, { get: (_, name) => new Slot(String(name)) })
  const known = new Map<unknown, CompiledQuery<R>>()
  return async (q, values) => {
    const engine = q.getExecutor().adapter.constructor
    let compiled = known.get(engine)
    if (!compiled) {
      compiled = build(q, slots).compile()
      known.set(engine, compiled)
    }
    const parameters = compiled.parameters.map(p => (p instanceof Slot ? values[p.name as keyof V] : p))
    const { rows, numAffectedRows } = await q.executeQuery<R>({ ...compiled, parameters } as CompiledQuery<R>)
    return { rows, numAffectedRows: numAffectedRows ?? 0n }
  }
}

/** For inserts: a row whose every column is a slot of the same name. */
export function slotsOf<R extends object>(values: R, columns: readonly (keyof R)[]): R {
  return Object.fromEntries(columns.map(c => [c, values[c]])) as R
}
