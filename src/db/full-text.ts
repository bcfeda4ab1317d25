import { type RawBuilder, type SqlBool, SqliteAdapter, sql } from 'kysely'
import type { Query } from './store.ts'

/**
 * What is looked for in the full-text index. `word`: these words in this order, the last one perhaps only begun; `facet`:
 * an exact mark of the entry, such as `status:open`.
 */
export type Term =
  | { word: string[]; isBegun?: boolean }
  | { facet: string }
  | { all: Term[] }
  | { any: Term[] }
  | { not: Term }

/** The mark that every entry has. */
const EVERY = 'every'

/** The words of a text as they are kept and looked for: in lower case, without accents; a CJK letter is a word. */
export function wordsIn(text: string): string[] {
  return normal(text).match(WORD) ?? []
}

const WORD = /[\p{L}\p{N}]+/gu
const CJK = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu

function normal(text: string): string {
  const lower = text.toLowerCase()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of ASCII
  if (/^[\x00-\x7f]*$/.test(lower)) return lower
  return lower
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFC')
    .replace(CJK, ' $& ')
}

/** Puts an entry into the index in place of what it said before. */
export async function putEntry(q: Query, seq: number, text: string, facets: string[]): Promise<void> {
  const words = wordsIn(text).join(' ')
  if (isSqlite(q))
    await sql`insert or replace into ticket_words (rowid, words, facets)
      values (cast(${seq} as integer), ${words}, ${[EVERY, ...facets].map(mark).join(' ')})`.execute(q)
  else
    await sql`update ticket_docs set words = to_tsvector('simple', ${words}) ||
      array_to_tsvector(cast(${[EVERY, ...facets]} as text[])) where seq = ${seq}`.execute(q)
}

/** Takes an entry out of the index. */
export async function dropEntry(q: Query, seq: number): Promise<void> {
  if (isSqlite(q)) await sql`delete from ticket_words where rowid = cast(${seq} as integer)`.execute(q)
  await q.deleteFrom('ticket_docs').where('seq', '=', seq).execute()
}

const PAGES_AT_ONCE = 200 // some 30 ms

/**
 * SQLite marks what an entry said before as gone, and only drops the words when it joins pieces of the index: this joins
 * some. Returns whether there is more to do; asked with `isFirst` and then until there is not, the index holds nothing old.
 * (Its secure-delete is for indexes that know their texts: https://sqlite.org/fts5.html#the_secure_delete_configuration_option)
 */
export async function dropReplaced(q: Query, isFirst: boolean): Promise<boolean> {
  if (!isSqlite(q)) return false
  const before = await changesOf(q)
  const pages = isFirst ? -PAGES_AT_ONCE : PAGES_AT_ONCE
  await sql`insert into ticket_words (ticket_words, rank) values ('merge', cast(${pages} as integer))`.execute(q)
  return (await changesOf(q)) - before > 1 // https://sqlite.org/fts5.html#the_merge_command
}

async function changesOf(q: Query): Promise<number> {
  const { rows } = await sql<{ n: number }>`select total_changes() as n`.execute(q)
  return rows[0]?.n ?? 0
}

/** Which entries come: those after one in the order, newest first, or, backwards, those before one. */
export interface Window {
  after?: number
  before?: number
  limit: number
}

/**
 * The entries that a term finds, newest first, with their tickets; `narrow` is a further condition on `t`, the ticket.
 * SQLite reads a bound of the row only as an integer, and numbers come to it as reals: hence the casts.
 */
export async function entriesOf(
  q: Query,
  term: Term,
  { after, before, limit }: Window,
  narrow?: RawBuilder<SqlBool>,
): Promise<{ seq: number; id: string }[]> {
  const seq = isSqlite(q) ? sql.ref('w.rowid') : sql.ref('d.seq')
  const bounds = [
    ...(after === undefined ? [] : [sql<SqlBool>`${seq} < cast(${after} as bigint)`]),
    ...(before === undefined ? [] : [sql<SqlBool>`${seq} > cast(${before} as bigint)`]),
  ]
  const order = before === undefined ? sql`desc` : sql`asc`
  const { rows } = await sql<{ seq: number; id: string }>`select d.seq as seq, d.ticket_id as id
    ${matching(q, term, bounds, narrow)} order by ${seq} ${order} limit ${limit}`.execute(q)
  return before === undefined ? rows : rows.reverse()
}

/** How many entries a term finds; `most` where there are more. */
export async function countEntries(q: Query, term: Term, most: number, narrow?: RawBuilder<SqlBool>): Promise<number> {
  const some = sql`select 1 ${matching(q, term, [], narrow)} limit ${most}`
  const { rows } = await sql<{ n: number }>`select count(*) as n from (${some}) as entries`.execute(q)
  return Number(rows[0]?.n)
}

function matching(q: Query, term: Term, bounds: RawBuilder<SqlBool>[], narrow?: RawBuilder<SqlBool>) {
  const from = isSqlite(q)
    ? sql`ticket_words as w cross join ticket_docs as d on d.seq = w.rowid`
    : sql`ticket_docs as d`
  const joined = narrow ? sql`${from} join tickets as t on t.id = d.ticket_id` : from
  const match = isSqlite(q) ? sql`ticket_words match ${ftsOf(term)}` : sql`d.words @@ ${tsqueryOf(term)}`
  return sql`from ${joined} where ${sql.join([match, ...bounds, ...(narrow ? [narrow] : [])], sql` and `)}`
}

function isSqlite(q: Query): boolean {
  return q.getExecutor().adapter instanceof SqliteAdapter
}

/** https://sqlite.org/fts5.html#full_text_query_syntax */
function ftsOf(term: Term): string {
  if ('word' in term) return `words : "${term.word.join(' ')}"${term.isBegun ? ' *' : ''}`
  if ('facet' in term) return `facets : "${mark(term.facet)}"`
  if ('any' in term) return term.any.length ? `(${term.any.map(ftsOf).join(' OR ')})` : ftsOf(NOTHING)
  if ('not' in term) return `(${ftsOf({ facet: EVERY })} NOT ${ftsOf(term.not)})`
  const wanted = term.all.filter(t => !('not' in t))
  const unwanted = term.all.flatMap(t => ('not' in t ? [t.not] : []))
  const both = (wanted.length ? wanted : [{ facet: EVERY }]).map(ftsOf).join(' AND ')
  return unwanted.length ? `((${both}) NOT ${ftsOf({ any: unwanted })})` : `(${both})`
}

const NOTHING: Term = { facet: 'nothing' }

/** One token for SQLite's tokenizer. */
function mark(facet: string): string {
  return facet.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** https://www.postgresql.org/docs/current/textsearch-features.html */
function tsqueryOf(term: Term): RawBuilder<unknown> {
  if ('word' in term) return wordQuery(term.word, term.isBegun ?? false)
  if ('facet' in term) return sql`cast(${`'${term.facet.replace(/['\\]/g, '')}'`} as tsquery)`
  if ('not' in term) return sql`(!! ${tsqueryOf(term.not)})`
  const [terms, by] = 'all' in term ? [term.all, sql` && `] : [term.any.length ? term.any : [NOTHING], sql` || `]
  return sql`(${sql.join(terms.length ? terms.map(tsqueryOf) : [tsqueryOf({ facet: EVERY })], by)})`
}

function wordQuery(words: string[], isBegun: boolean): RawBuilder<unknown> {
  if (!isBegun) return sql`phraseto_tsquery('simple', ${words.join(' ')})`
  const last = sql`to_tsquery('simple', ${`${words.at(-1)}:*`})`
  return words.length === 1 ? last : sql`(phraseto_tsquery('simple', ${words.slice(0, -1).join(' ')}) <-> ${last})`
}
