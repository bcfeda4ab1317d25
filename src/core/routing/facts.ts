import type { Query } from '../../db/store.ts'
import { type FilledField, fieldsOf } from '../fields/values.ts'
import { tagsOf } from '../tags/tags.ts'

/** What rules can ask of a ticket. */
export interface Facts {
  account: string[] // the company's name and domain
  tag: string[] // the ticket's and the customer's
  fields: Map<string, string[]> // the ticket's, the customer's and the company's, by their names in lower case
  subject: string[]
  sender: string[]
  address: string[] // the customer's
  priority: string[]
}

/** What is known of each of these tickets, by id. */
export async function factsOf(q: Query, ticketIds: string[]): Promise<Map<string, Facts>> {
  if (!ticketIds.length) return new Map()
  const rows = await q
    .selectFrom('tickets as t')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .innerJoin('threads as ct', j =>
      j.onRef('ct.ticket_id', '=', 't.id').on('ct.side', '=', 'customer').on('ct.ended_at', 'is', null),
    )
    .leftJoin('accounts', 'accounts.id', 'c.account_id')
    .leftJoin('senders as s', 's.id', 't.sender_id')
    .select(['t.id', 't.subject', 't.priority', 't.customer_id', 'c.fields', 'ct.place'])
    .select(['accounts.name as company', 'accounts.domain', 'accounts.fields as company_fields', 's.address as sender'])
    .where('t.id', 'in', ticketIds)
    .execute()
  const tags = await tagsOf(q, ticketIds)
  const fields = await fieldsOf(q, ticketIds)
  const ofCustomers = await tagsOfCustomers(q, [...new Set(rows.map(r => r.customer_id))])
  return new Map(
    rows.map(r => [
      r.id,
      {
        account: given(r.company, r.domain),
        tag: [...(tags.get(r.id) ?? []), ...(ofCustomers.get(r.customer_id) ?? [])],
        fields: together(fields.get(r.id) ?? [], r.fields, r.company_fields),
        subject: [r.subject],
        sender: given(r.sender),
        address: [r.place],
        priority: [r.priority],
      },
    ]),
  )
}

function given(...texts: (string | null)[]): string[] {
  return texts.filter((t): t is string => t !== null)
}

/** What each field holds: of a name that several have, the values of all. */
function together(filled: FilledField[], ...others: (string | null)[]): Map<string, string[]> {
  const fields = new Map<string, string[]>()
  const add = (name: string, ...values: string[]) => {
    const key = name.trim().toLowerCase()
    fields.set(key, [...(fields.get(key) ?? []), ...values])
  }
  for (const { name, kind, values, text } of filled) add(name, ...(kind === 'user' ? [text] : values))
  for (const json of others)
    for (const [name, value] of Object.entries<unknown>(json === null ? {} : JSON.parse(json)))
      add(name, String(value ?? ''))
  return fields
}

async function tagsOfCustomers(q: Query, customerIds: string[]): Promise<Map<string, string[]>> {
  const tags = new Map<string, string[]>()
  if (!customerIds.length) return tags
  const rows = await q.selectFrom('customer_tags').selectAll().where('customer_id', 'in', customerIds).execute()
  for (const { customer_id, tag } of rows) tags.set(customer_id, [...(tags.get(customer_id) ?? []), tag])
  return tags
}
