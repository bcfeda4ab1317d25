import { pipeline, Readable } from 'node:stream'
import { Problem } from '../../lib/problem.ts'

/** A row of a list of people. */
export interface ListedPerson {
  address: string
  name: string
  fields: Record<string, string> // the further columns that have something in this row
}

const MOST_COLUMNS = 50
const LONGEST_ROW = 100_000

/**
 * The people in a CSV, row by row as it comes. The first line names the columns: one of them is the address. Throws a Problem
 * under `file` for one that cannot be read.
 */
export async function* peopleIn(csv: Readable): AsyncIterable<ListedPerson> {
  const chunks = csv[Symbol.asyncIterator]()
  const first = await chunks.next()
  const beginning = first.done ? '' : String(first.value)
  async function* whole() {
    if (!first.done) yield first.value
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
  }
  const { parse } = await import('csv-parse')
  const options = { bom: true, skip_empty_lines: true, trim: true, relax_column_count: true }
  const parser = parse({ ...options, delimiter: delimiterIn(beginning), max_record_size: LONGEST_ROW })
  let columns: string[] | undefined
  try {
    const rows: AsyncIterable<string[]> = pipeline(Readable.from(whole()), parser, () => {}) // a source that breaks off breaks it, too
    for await (const cells of rows) {
      if (columns) yield personIn(columns, cells)
      else columns = columnsIn(cells)
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('invalid', `The file cannot be read as CSV: ${(error as Error).message}`, 'file')
  }
}

/** Comma, semicolon or tab: whichever stands most often in the first line. */
function delimiterIn(text: string): string {
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  const count = (d: string) => line.split(d).length
  return [',', ';', '\t'].reduce((best, d) => (count(d) > count(best) ? d : best))
}

const ADDRESS_COLUMNS = new Set(['address', 'email', 'e_mail', 'mail', 'email_address', 'e_mail_address'])

/** The names of the columns as variables know them. */
function columnsIn(cells: string[]): string[] {
  const columns = cells.slice(0, MOST_COLUMNS).map(c => variableName(c))
  if (!columns.some(c => ADDRESS_COLUMNS.has(c)))
    throw new Problem(
      'invalid',
      'The first line must name the columns, and one of them must be called address or email.',
      'file',
    )
  return columns
}

/** `First Name` is `first_name`. */
function variableName(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 60)
}

function personIn(columns: string[], cells: string[]): ListedPerson {
  const row: Record<string, string> = {}
  columns.forEach((column, i) => {
    const value = cells[i]?.trim()
    if (column && value) row[column] ??= value.slice(0, 2_000)
  })
  const addressColumn = columns.find(c => ADDRESS_COLUMNS.has(c)) as string
  const { [addressColumn]: address = '', name = '', ...fields } = row
  return { address, name, fields }
}
