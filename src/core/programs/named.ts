import type { AgentRow, TeamRow, TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import { Problem } from '../../lib/problem.ts'
import { addressIn } from '../addresses.ts'
import { agentByEmail, agentByHandle, agentById } from '../agents.ts'
import { type CustomerView, customerByAddress, customerById } from '../customers.ts'
import { teamById } from '../teams.ts'
import { ticketById, ticketByIdentifier } from '../tickets/find.ts'

const MOST_SHOWN = 60

// Programs name things by their id; people who try the API by hand may use what they know instead.

/** The ticket with this id, or this identifier such as SUP-41. Throws a Problem when there is none. */
export function ticketNamed(q: Query, name: string): Promise<TicketRow> {
  if (/^[a-z][a-z0-9]{1,9}-\d{1,15}$/i.test(name)) return ticketByIdentifier(q, name)
  return saying('ticket', name, ticketById(q, name))
}

/** The team with this id, or this prefix such as SUP. Throws a Problem under `team` when there is none. */
export async function teamNamed(q: Query, name: string): Promise<TeamRow> {
  const team = await q
    .selectFrom('teams')
    .selectAll()
    .where('prefix', '=', name.toUpperCase())
    .where('archived_at', 'is', null)
    .executeTakeFirst()
  return team ?? saying('team', name, teamById(q, name))
}

/** The agent with this id, address, or handle at the desk. Throws a Problem under `agent` when there is none. */
export async function agentNamed(q: Query, name: string): Promise<AgentRow> {
  const address = addressIn(name)
  if (!address) return (await agentByHandle(q, name)) ?? saying('agent', name, agentById(q, name))
  const agent = await agentByEmail(q, address)
  if (!agent) throw new Problem('not_found', `No agent has the address ${address}.`, 'agent')
  return agent
}

/** The customer with this id or address. Throws a Problem under `customer` when there is none. */
export async function customerNamed(q: Query, name: string): Promise<CustomerView> {
  const address = addressIn(name)
  if (!address) return saying('customer', name, customerById(q, name))
  const customer = await customerByAddress(q, address)
  if (!customer) throw new Problem('not_found', `No customer has the address ${address}.`, 'customer')
  return customer
}

/** At the desk what is not found was there a moment ago; a program may name what never was. */
async function saying<T>(noun: string, name: string, found: Promise<T>): Promise<T> {
  return found.catch(error => {
    if (!(error instanceof Problem) || error.code !== 'not_found') throw error
    throw new Problem('not_found', `There is no ${noun} “${cut(name, MOST_SHOWN)}”.`, error.field)
  })
}
