import { PostgresAdapter, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Query } from './store.ts'

/**
 * A pattern for LIKE of what holds a text somewhere, in lower case. `%`, `_` and `\` would mean something there; they are
 * seldom looked for, so they match any one character.
 */
export function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[%_\\]/g, '_')}%`
}

/**
 * That a column begins with a text, in any case, by an index on `lower(column)`. SQLite knows only the case of plain Latin
 * letters, and its LIKE uses no such index; PostgreSQL compares with LIKE, whatever the order of its language is.
 */
export function beginning(q: Query, column: string, text: string): RawBuilder<SqlBool> {
  const lower = sql`lower(${sql.ref(column)})`
  if (q.getExecutor().adapter instanceof PostgresAdapter)
    return sql<SqlBool>`${lower} like ${`${text.toLowerCase().replace(/[%_\\]/g, '\\$&')}%`}`
  const from = text.replace(/[A-Z]/g, letter => letter.toLowerCase())
  return sql<SqlBool>`${lower} >= ${from} and ${lower} < ${`${from}\u{10ffff}`}`
}
