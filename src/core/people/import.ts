import type { Readable } from 'node:stream'
import type { Query, Store, Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { isZone } from '../../lib/zone.ts'
import { readAddress } from '../addresses.ts'
import { type CustomerView, customerByAddress, customerFor, learnFacts, learnName } from '../customers.ts'
import type { Actor } from '../events.ts'
import type { Field } from '../fields/field.ts'
import { definedFor, readByKey } from '../fields/known.ts'
import { type ListedPerson, peopleIn } from './csv.ts'
import { companyNamed, refreshSearch } from './edit.ts'
import { recordingChanges } from './history.ts'

/** What becomes, or would become, of each row of a list of customers. */
export interface Imported {
  rows: number
  added: number
  known: number // whose facts the list adds to
  bad: number
}

/** A row that is left out, and why, a finished sentence. */
export interface BadRow {
  line: number // of the list, from 1
  address: string
  reason: string
}

const AT_ONCE = 200
const MOST_ROWS = 200_000

/**
 * Looks at each row of a CSV of customers and changes nothing; `bad` hears of each that would be left out. Throws a Problem
 * under `file` for a file that cannot be read.
 */
export async function tryImport(store: Store, csv: Readable, bad: (row: BadRow) => void): Promise<Imported> {
  return throughRows(await fieldsIn(store), csv, bad, batch =>
    store.read(async q => {
      const known = await knownAmong(
        q,
        batch.map(r => r.address),
      )
      return { added: new Set(batch.map(r => r.address).filter(a => !known.has(a))).size, known: known.size }
    }),
  )
}

/** Adds the customers of a CSV, and what it says of those whom we know, some hundred at a time. A second time changes nothing. */
export async function importPeople(store: Store, csv: Readable, actor: Actor): Promise<Imported> {
  return throughRows(
    await fieldsIn(store),
    csv,
    () => {},
    batch =>
      store.write(async tx => {
        const known = await knownAmong(
          tx.q,
          batch.map(r => r.address),
        )
        for (const row of batch) await learnPerson(tx, row, actor)
        return { added: new Set(batch.map(r => r.address).filter(a => !known.has(a))).size, known: known.size }
      }),
  )
}

/** What an address is read as, and what the list says of who has it. */
interface GoodRow {
  address: string
  name: string
  company: string
  zone: string | null
  tags: string[]
  fields: Record<string, string>
}

function fieldsIn(store: Store): Promise<Field[]> {
  return store.read(q => definedFor(q, 'customer'))
}

async function throughRows(
  defined: Field[],
  csv: Readable,
  bad: (row: BadRow) => void,
  work: (batch: GoodRow[]) => Promise<{ added: number; known: number }>,
): Promise<Imported> {
  const done: Imported = { rows: 0, added: 0, known: 0, bad: 0 }
  let batch: GoodRow[] = []
  const flush = async () => {
    const { added, known } = await work(batch)
    done.added += added
    done.known += known
    batch = []
  }
  for await (const row of peopleIn(csv)) {
    if (++done.rows > MOST_ROWS)
      throw new Problem('invalid', `A list has at most ${MOST_ROWS.toLocaleString('en')} rows.`, 'file')
    const read = readRow(row, defined)
    if (typeof read === 'string') {
      done.bad++
      bad({ line: done.rows, address: row.address, reason: read })
    } else batch.push(read)
    if (batch.length === AT_ONCE) await flush()
  }
  if (batch.length) await flush()
  if (done.rows === 0) throw new Problem('invalid', 'The file has no rows below the names of its columns.', 'file')
  return done
}

/** The row, or why it is left out. */
function readRow({ address, name, fields }: ListedPerson, defined: Field[]): GoodRow | string {
  const { company = '', tags = '', zone = '', ...others } = fields
  try {
    const read = readAddress(address)
    if (zone && !isZone(zone)) return `${zone} is no time zone. Write it as Europe/Amsterdam.`
    return {
      address: read.address,
      name: name || read.name,
      company,
      zone: zone || null,
      tags: tags
        .split(/[;,|]/)
        .map(t => t.trim())
        .filter(Boolean),
      fields: readByKey(defined, others),
    }
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return error.message
    throw error
  }
}

async function knownAmong(q: Query, addresses: string[]): Promise<Set<string>> {
  if (!addresses.length) return new Set()
  const rows = await q.selectFrom('addresses').select('address').where('address', 'in', addresses).execute()
  return new Set(rows.map(r => r.address))
}

/** What people have said of somebody stays; the list adds to it. */
async function learnPerson(tx: Tx, row: GoodRow, actor: Actor): Promise<void> {
  const known = await customerByAddress(tx.q, row.address)
  if (!known) return learnFactsOf(tx, await customerFor(tx, row.address, row.name), row)
  await recordingChanges(tx, { owner: 'customer', id: known.id }, actor, async () =>
    learnFactsOf(tx, await learnName(tx, known, row.name), row),
  )
}

async function learnFactsOf(tx: Tx, customer: CustomerView, row: GoodRow): Promise<void> {
  if (row.tags.length || Object.keys(row.fields).length)
    await learnFacts(tx, customer.id, { tags: row.tags, fields: row.fields })
  if (row.zone) await tx.q.updateTable('customers').set({ zone: row.zone }).where('id', '=', customer.id).execute()
  if (row.company && row.company !== customer.company) {
    const accountId = await companyNamed(tx, row.company)
    await tx.q.updateTable('customers').set({ account_id: accountId }).where('id', '=', customer.id).execute()
    await refreshSearch(tx, customer.id)
  }
}
