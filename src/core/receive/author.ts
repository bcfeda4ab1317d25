import type { AgentRow, TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { agentByEmail } from '../agents.ts'
import type { Arrival } from '../arrival.ts'
import { type CustomerView, customerByAddress, learnName } from '../customers.ts'
import type { Actor } from '../events.ts'

/** Who wrote an arrival on a ticket, as far as we trust it. */
export interface Author {
  actor: Actor & { address: string }
  agent: AgentRow | null // one of us, who wrote from their own mail program
  doubt: string | null // why they may not be who they say
}

/**
 * The ticket's customer, by any of their addresses, unless the mail failed the checks of where it comes from; an agent, only
 * when it passed them; else somebody new to the ticket, who never becomes the customer by writing.
 */
export async function authorOf(tx: Tx, a: Arrival, ticket: TicketRow): Promise<Author> {
  const { address } = a.from
  const known = await customerKnown(tx, a)
  const stranger = { kind: 'stranger' as const, id: known?.id ?? null, name: known?.name ?? shownName(a), address }
  const doubt = a.trust.verdict === 'fail' ? a.trust.says || 'The checks of where it comes from failed.' : null
  if (known?.id === ticket.customer_id)
    return { actor: { ...stranger, kind: doubt ? 'stranger' : 'customer' }, agent: null, doubt }
  const agent = await agentByEmail(tx.q, address)
  if (!agent) return { actor: stranger, agent: null, doubt }
  if (a.trust.verdict === 'pass')
    return { actor: { kind: 'agent', id: agent.id, name: agent.name, address }, agent, doubt: null }
  const unproved = `It says to be from ${agent.name}, one of us, and nothing proves that.`
  return { actor: stranger, agent: null, doubt: [unproved, a.trust.says].filter(Boolean).join(' ') }
}

/** The agent who wrote it from their own mail program, if it provably is theirs. */
export async function agentWriting(tx: Tx, a: Arrival): Promise<AgentRow | null> {
  return a.trust.verdict === 'pass' ? agentByEmail(tx.q, a.from.address) : null
}

async function customerKnown(tx: Tx, a: Arrival): Promise<CustomerView | undefined> {
  const known = await customerByAddress(tx.q, a.from.address)
  return known && a.trust.verdict !== 'fail' ? learnName(tx, known, nameOf(a.from)) : known
}

/** Whoever calls themselves by another's address is called by their own. */
export function nameOf({ name, address }: { name: string; address: string }): string {
  return name.includes('@') && name.trim().toLowerCase() !== address ? '' : name
}

function shownName(a: Arrival): string {
  return nameOf(a.from) || a.from.address
}
