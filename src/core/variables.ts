import type { ChatRecipientRow } from '../db/schema.ts'
import type { Query } from '../db/store.ts'
import { agentById } from './agents.ts'
import type { Variables } from './liquid.ts'
import { teamById } from './teams.ts'

export interface CustomerFacts {
  id: string
  name: string
  company: string | null
  zone: string | null
  fields: string | null
  company_fields: string | null
}

/** What is known of those who have these addresses. */
export async function customersAt(q: Query, addresses: string[]): Promise<Map<string, CustomerFacts>> {
  const rows = await q
    .selectFrom('addresses as a')
    .innerJoin('customers as c', 'c.id', 'a.customer_id')
    .leftJoin('accounts', 'accounts.id', 'c.account_id')
    .select(['a.address', 'c.id', 'c.name', 'c.zone', 'c.fields'])
    .select(['accounts.name as company', 'accounts.fields as company_fields'])
    .where('a.address', 'in', addresses)
    .execute()
  return new Map(rows.map(({ address, ...customer }) => [address, customer]))
}

/** What a text can speak of for whoever writes it, and their team. */
export async function factsOfWriter(
  q: Query,
  agentId: string,
  teamId: string,
): Promise<Pick<Variables, 'agent' | 'team'>> {
  const agent = await agentById(q, agentId)
  const team = await teamById(q, teamId)
  const name = agent.alias ?? agent.name
  return {
    agent: known({ name, first_name: firstWord(name), email: agent.email ?? '' }),
    team: known({ name: team.name }),
  }
}

/** What a text can speak of for this recipient; what is not known is not there. */
export function variablesOf(
  context: Pick<Variables, 'agent' | 'team'>,
  recipient: Pick<ChatRecipientRow, 'address' | 'name' | 'fields'>,
  customer: CustomerFacts | undefined,
): Variables {
  const { address, fields } = recipient
  const row = fields ? (JSON.parse(fields) as Record<string, string>) : {}
  const name = recipient.name || (customer && customer.name !== address ? customer.name : '')
  const own = customer?.fields ? (JSON.parse(customer.fields) as Record<string, string>) : {}
  return {
    account: known(customer?.company_fields ? JSON.parse(customer.company_fields) : {}),
    customer: known({
      ...own,
      name,
      first_name: row.first_name ?? firstWord(name),
      last_name: row.last_name ?? name.trim().split(/\s+/).slice(1).join(' '),
      address,
      email: address,
      company: row.company ?? customer?.company ?? '',
    }),
    row: known({ ...row, name, address }),
    agent: context.agent,
    team: context.team,
  }
}

/** Only what says something, so that a template must give a default for the rest. */
export function known(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''))
}

function firstWord(text: string): string {
  return text.trim().split(/\s+/)[0] ?? ''
}
