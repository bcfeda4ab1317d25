import { type RawBuilder, sql } from 'kysely'

interface Columns {
  column1: string
  column2: string
  column3: string
}

/**
 * Rows of values as a table, for a statement that changes many rows, each to something of its own. Both engines call its
 * columns column1, column2 and so on; PostgreSQL takes all values for text, so cast what is none.
 */
export function tableOf<V>(rows: V[], valuesOf: (row: V) => unknown[]): RawBuilder<Columns> {
  return sql`(values ${sql.join(rows.map(row => sql`(${sql.join(valuesOf(row))})`))})`
}
