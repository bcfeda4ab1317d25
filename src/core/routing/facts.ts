import type { Query } from '../../db/store.ts'

/** What rules can ask of a ticket. */
export interface Facts {
  account: string[] // the company's name and domain
  tag: string[]
  fields: Map<string, string> // the customer's, by their names in lower case
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
    .innerJoin('threads as ct', j => j.onRef('ct.ticket_id', '=', 't.id').on('ct.side', '=', 'customer'))
    .leftJoin('accounts', 'accounts.id', 'c.account_id')
    .leftJoin('senders as s', 's.id', 't.sender_id')
    .select(['t.id', 't.subject', 't.priority', 't.customer_id', 'c.fields', 'ct.place'])
    .select(['accounts.name as company', 'accounts.domain', 's.address as sender'])
    .where('t.id', 'in', ticketIds)
    .execute()
  const tags = await tagsOf(q, [...new Set(rows.map(r => r.customer_id))])
  return new Map(
    rows.map(r => [
      r.id,
      {
        account: given(r.company, r.domain),
        tag: tags.get(r.customer_id) ?? [],
        fields: fieldsIn(r.fields),
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

function fieldsIn(json: string | null): Map<string, string> {
  const fields: Record<string, unknown> = json === null ? {} : JSON.parse(json)
  return new Map(Object.entries(fields).map(([name, value]) => [name.trim().toLowerCase(), String(value ?? '')]))
}

async function tagsOf(q: Query, customerIds: string[]): Promise<Map<string, string[]>> {
  const tags = new Map<string, string[]>()
  if (!customerIds.length) return tags
  const rows = await q.selectFrom('customer_tags').selectAll().where('customer_id', 'in', customerIds).execute()
  for (const { customer_id, tag } of rows) tags.set(customer_id, [...(tags.get(customer_id) ?? []), tag])
  return tags
}
