import type { DeliveryRow, MessageRow } from '../db/schema.ts'
import type { Query } from '../db/store.ts'
import { cut } from '../lib/cut.ts'
import { Problem, underField } from '../lib/problem.ts'
import { readAddress } from './addresses.ts'
import type { Arrival } from './arrival.ts'
import { addressesOf } from './customers.ts'
import { isOurs } from './senders/find.ts'
import { obstacleTo } from './suppressions.ts'
import { threadOf } from './threads.ts'
import type { CopiesWanted, Copy } from './view.ts'

/** How many people beside the customer one mail may go to. */
const MOST_COPIES = 20
const MOST_READ = 100

/** Addresses that nobody reads: a copy to them is wasted, and what answers is a machine. */
const MACHINE =
  /^(no[-._]?reply|do[-._]?not[-._]?reply|mailer[-._]?daemon|postmaster|bounces?|auto[-._]?reply|notifications?)([-+._=][^@]*)?@/

/**
 * Who else a mail was written to: those of its To and Cc who are neither we (a sender, an alias, a reply address), nor its
 * author, nor the customer by any of their addresses, nor a machine. Each once, in the mail's order.
 */
export async function copiesOf(
  q: Query,
  arrival: Pick<Arrival, 'from' | 'copies'>,
  customerId: string,
): Promise<Copy[]> {
  const seen = new Set([arrival.from.address, ...(await addressesOf(q, customerId))])
  const others: Copy[] = []
  for (const { address, name } of arrival.copies.slice(0, MOST_READ)) {
    if (seen.has(address) || MACHINE.test(address)) continue
    seen.add(address)
    if (!(await isOurs(q, address))) others.push({ address, name: name === address ? '' : cut(name, 200) })
  }
  return others
}

/** Somebody whom a copy of the next answer may go to. */
export interface CopyChoice extends Copy {
  isStranger: boolean // neither the customer nor an agent ever wrote to them here: not part of "all"
}

const MESSAGES_READ = 200

/**
 * Whom an answer to all goes to beside the customer: those to whom the newest mail from outside was written, its author
 * when that is somebody else, and whom we sent copies to since. A mail whose author is in doubt names nobody.
 */
export async function copyChoices(q: Query, ticketId: string): Promise<CopyChoice[]> {
  const messages = await newestMessages(q, ticketId)
  const newest = messages.findIndex(m => m.author_kind === 'customer' || m.author_kind === 'stranger')
  const since = newest < 0 ? messages : messages.slice(0, newest + 1)
  const known = new Set(messages.filter(m => m.author_kind !== 'stranger').flatMap(m => m.others.map(o => o.address)))
  const { customer_id } = await q
    .selectFrom('tickets')
    .select('customer_id')
    .where('id', '=', ticketId)
    .executeTakeFirstOrThrow()
  const own = new Set([(await threadOf(q, ticketId, 'customer')).place, ...(await addressesOf(q, customer_id))])
  const choices = new Map<string, CopyChoice>()
  for (const person of since.toReversed().flatMap(peopleOf))
    if (!own.has(person.address) && !choices.has(person.address))
      choices.set(person.address, { ...person, isStranger: !known.has(person.address) })
  return [...choices.values()]
}

interface Read extends Pick<MessageRow, 'author_kind' | 'author_name' | 'author_address'> {
  others: Copy[]
}

/** What people wrote on a ticket, newest first, with those beside the customer whom it went to. */
async function newestMessages(q: Query, ticketId: string): Promise<Read[]> {
  const rows = await q
    .selectFrom('messages as m')
    .leftJoin('deliveries as d', j =>
      j.onRef('d.message_id', '=', 'm.id').on('d.copies', 'is not', null).on('d.state', '!=', 'cancelled'),
    )
    .select(['m.id', 'm.author_kind', 'm.author_name', 'm.author_address', 'm.copies', 'd.copies as sent', 'd.blind'])
    .where('m.ticket_id', '=', ticketId)
    .where('m.author_kind', '!=', 'system')
    .where('m.automatic', 'is', null)
    .where('m.doubt', 'is', null)
    .where('m.deleted_at', 'is', null)
    .orderBy('m.id', 'desc')
    .limit(MESSAGES_READ)
    .execute()
  return rows.map(({ copies, sent, blind, ...m }) => {
    const unseen: string[] = blind ? JSON.parse(blind) : []
    const had = sent ? (JSON.parse(sent) as string[]).filter(address => !unseen.includes(address)) : []
    const others = [...(copies ? (JSON.parse(copies) as Copy[]) : []), ...had.map(address => ({ address, name: '' }))]
    return { ...m, others }
  })
}

function peopleOf(m: Read): Copy[] {
  if (m.author_kind !== 'stranger' || !m.author_address || MACHINE.test(m.author_address)) return m.others
  const name = m.author_name === m.author_address ? '' : m.author_name
  return [{ address: m.author_address, name }, ...m.others]
}

/**
 * The addresses that copies of a mail to `place` go to, each once and without `place` itself. Throws a Problem under
 * `copies` that names each one that is no address, is ours, or must not be written to.
 */
export async function readCopies(q: Query, place: string, wanted: string[]): Promise<string[]> {
  const addresses = new Set<string>()
  const faults: string[] = []
  for (const typed of wanted.map(w => w.trim()).filter(Boolean)) {
    const fault = await faultOf(q, typed, address => addresses.add(address))
    if (fault) faults.push(fault)
  }
  addresses.delete(place)
  if (addresses.size > MOST_COPIES) faults.push(tooMany(addresses.size))
  if (faults.length) throw new Problem('invalid', faults.join(' '), 'copies')
  return [...addresses]
}

function tooMany(count: number): string {
  return `A mail can go to ${MOST_COPIES} people beside the customer; these are ${count}.`
}

/** Who gets, or got, a copy by these deliveries; whoever is unseen in one of them is so. */
export function copiesBy(deliveries: Pick<DeliveryRow, 'copies' | 'blind'>[]): Required<CopiesWanted> {
  const blind = new Set(deliveries.flatMap(d => JSON.parse(d.blind ?? '[]') as string[]))
  const all = [...new Set(deliveries.flatMap(d => JSON.parse(d.copies ?? '[]') as string[]))]
  return { copyTo: all.filter(a => !blind.has(a)), blindTo: all.filter(a => blind.has(a)) }
}

/**
 * The same of those who are named in the mail and those who are not; `copies` are all of them, `blind` those whom nobody
 * sees. Throws a Problem under `copies` or `blind`.
 */
export async function readAllCopies(
  q: Query,
  place: string,
  { copyTo = [], blindTo = [] }: CopiesWanted,
): Promise<{ copies: string[]; blind: string[] }> {
  const seen = await readCopies(q, place, copyTo)
  if (!blindTo.length) return { copies: seen, blind: [] }
  const unseen = await underField('blind', () => readCopies(q, place, blindTo))
  const copies = [...new Set([...seen, ...unseen])]
  if (copies.length > MOST_COPIES) throw new Problem('invalid', tooMany(copies.length), 'blind')
  return { copies, blind: unseen.filter(address => !seen.includes(address)) } // who is named is no secret
}

async function faultOf(q: Query, typed: string, take: (address: string) => void): Promise<string | null> {
  try {
    const { address } = readAddress(typed, 'copies')
    if (await isOurs(q, address)) return `${address} is an address of ours.`
    take(address)
    return await obstacleTo(q, address)
  } catch (error) {
    if (error instanceof Problem) return `“${typed.slice(0, 100)}” is not an email address.`
    throw error
  }
}

/** What was typed into a field for several addresses: by commas, semicolons or lines, but not within a name in quotes. */
export function splitTyped(text: string): string[] {
  const parts = text.match(/(?:"[^"\n]*"(?=\s*<)|[^,;\n])+/g) ?? []
  return parts
    .map(part => part.trim())
    .filter(Boolean)
    .slice(0, MOST_READ)
}
