import type { Compilable, CompiledQuery } from 'kysely'
import type { Query } from './store.ts'

/** Stands for a value of one of the rows until the query is asked. */
class Slot {
  row: number
  name: string
  constructor(row: number, name: string) {
    this.row = row
    this.name = name
  }
}

export interface Answer<R> {
  rows: R[]
  numAffectedRows: bigint
}

/**
 * A query that is asked so often that building it anew each time is what costs: built and compiled once for each engine,
 * then asked with other values. `build` must put each of its values into the query as it is, and decide nothing by it.
 */
export function prepared<V extends object, R>(
  build: (q: Query, values: V) => Compilable<R>,
): (q: Query, values: V) => Promise<Answer<R>> {
  const ask = preparedMany<V, R>((q, [values]) => build(q, values as V))
  return (q, values) => ask(q, [values])
}

const MOST_TOGETHER = 64 // SQLite takes 32,766 values in one statement

/**
 * The same for many rows of values at once, such as an insert of all of them. They are asked in pieces of 64, 32, 16 and
 * so on, so that there are few statements to build and remember; to `build`, no row may matter to another.
 */
export function preparedMany<V extends object, R>(
  build: (q: Query, rows: V[]) => Compilable<R>,
): (q: Query, rows: V[]) => Promise<Answer<R>> {
  const known = new Map<unknown, Map<number, CompiledQuery<R>>>() // by engine and size

  function compiledFor(q: Query, size: number): CompiledQuery<R> {
    const engine = q.getExecutor().adapter.constructor
    const sizes = known.get(engine) ?? new Map<number, CompiledQuery<R>>()
    known.set(engine, sizes)
    const compiled =
      sizes.get(size) ??
      build(
        q,
        Array.from({ length: size }, (_, row) => slotsFor<V>(row)),
      ).compile()
    sizes.set(size, compiled)
    return compiled
  }

  return async (q, rows) => {
    const all: Answer<R> = { rows: [], numAffectedRows: 0n }
    for (let from = 0; from < rows.length; ) {
      const size = Math.min(2 ** Math.floor(Math.log2(rows.length - from)), MOST_TOGETHER)
      const compiled = compiledFor(q, size)
      const parameters = compiled.parameters.map(p =>
        p instanceof Slot ? (rows[from + p.row] as V)[p.name as keyof V] : p,
      )
      const found = await q.executeQuery<R>({ ...compiled, parameters } as CompiledQuery<R>)
      if (size === rows.length) return { rows: found.rows, numAffectedRows: found.numAffectedRows ?? 0n }
      all.rows.push(...found.rows)
      all.numAffectedRows += found.numAffectedRows ?? 0n
      from += size
    }
    return all
  }
}

/**
 * The same for what is asked about many ids at once, `where ... in ids`. The last id fills the list up to 1, 2, 4 ... 64, so
 * `build` must not mind one that is there twice; of more than 64 ids the rows come in pieces.
 */
export function preparedFor<R, V extends object = object>(
  build: (q: Query, ids: string[], values: V) => Compilable<R>,
): (q: Query, ids: readonly string[], values?: V) => Promise<R[]> {
  const ask = preparedMany<V & { id: string }, R>((q, rows) => {
    const values = rows[0] as V
    return build(
      q,
      rows.map(r => r.id),
      values,
    )
  })
  return async (q, ids, values) =>
    (
      await ask(
        q,
        filledUp(ids).map(id => ({ ...(values as V), id })),
      )
    ).rows
}

function filledUp(ids: readonly string[]): string[] {
  const over = ids.length % MOST_TOGETHER
  const size = over && 2 ** Math.ceil(Math.log2(over))
  return [...ids, ...Array<string>(size - over).fill(ids.at(-1) as string)]
}

function slotsFor<V extends object>(row: number): V {
  return new Proxy({} as V, { get: (_, name) => new Slot(row, String(name)) })
}

/** For inserts: a row whose every column is a slot of the same name. */
export function slotsOf<R extends object>(values: R, columns: readonly (keyof R)[]): R {
  return Object.fromEntries(columns.map(c => [c, values[c]])) as R
}
