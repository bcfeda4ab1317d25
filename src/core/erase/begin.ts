import type { AgentRow, ErasureRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { readAddress } from '../addresses.ts'
import { addressesOf, customerByAddress } from '../customers.ts'
import { refuseUnlessLead } from '../permissions/roles.ts'
import { keepHashes } from './forgotten.ts'
import { FIRST_STEP } from './steps.ts'

/** What forgetting somebody would take away. */
export interface ForgetOutlook {
  name: string | null // of the customer; null where only mails of theirs are known
  addresses: string[]
  tickets: number
  messages: number
  mails: number // raw, as they came in
  chats: number
}

/** What is known of the person with this address. Throws a Problem when that is nothing, or no address. */
export async function forgetOutlook(q: Query, typed: string): Promise<ForgetOutlook> {
  const { address } = readAddress(typed)
  const customer = await customerByAddress(q, address)
  const addresses = customer ? await addressesOf(q, customer.id) : [address]
  const outlook = {
    name: customer?.name ?? null,
    addresses,
    tickets: customer ? await ticketsOf(q, customer.id) : 0,
    messages: await messagesOf(q, customer?.id ?? '', addresses),
    mails: await mailsOf(q, addresses),
    chats: await chatsOf(q, addresses),
  }
  if (!customer && !outlook.messages && !outlook.mails && !outlook.chats)
    throw new Problem('not_found', `Nothing is known of ${address}.`)
  return outlook
}

function ticketsOf(q: Query, customerId: string): Promise<number> {
  return numberIn(
    q
      .selectFrom('tickets')
      .select(e => e.fn.countAll().as('n'))
      .where('customer_id', '=', customerId)
      .executeTakeFirstOrThrow(),
  )
}

/** On their tickets by whomever, and theirs on others'. */
async function messagesOf(q: Query, customerId: string, addresses: string[]): Promise<number> {
  const messages = q
    .selectFrom('messages as m')
    .innerJoin('tickets as t', 't.id', 'm.ticket_id')
    .select(e => e.fn.countAll().as('n'))
  const theirs = messages.where('t.customer_id', '=', customerId)
  const elsewhere = messages.where('m.author_address', 'in', addresses).where('t.customer_id', '!=', customerId)
  return (await numberIn(theirs.executeTakeFirstOrThrow())) + (await numberIn(elsewhere.executeTakeFirstOrThrow()))
}

function mailsOf(q: Query, addresses: string[]): Promise<number> {
  return numberIn(
    q
      .selectFrom('inbound')
      .select(e => e.fn.countAll().as('n'))
      .where('from_address', 'in', addresses)
      .where('dropped_at', 'is', null)
      .executeTakeFirstOrThrow(),
  )
}

function chatsOf(q: Query, addresses: string[]): Promise<number> {
  return numberIn(
    q
      .selectFrom('chat_recipients')
      .select(e => e.fn.countAll().as('n'))
      .where('address', 'in', addresses)
      .executeTakeFirstOrThrow(),
  )
}

async function numberIn(row: Promise<{ n: number | string | bigint }>): Promise<number> {
  return Number((await row).n)
}

/**
 * Begins to forget the person with this address, by all addresses of theirs; from now on nothing is sent to them. It goes
 * on by itself, in steps, whatever happens meanwhile, and the agent is told at the end. Beginning again while it lasts
 * changes nothing. Throws a Problem for an agent where leads decide, and when nothing is known of the address.
 */
export async function beginForgetting(tx: Tx, typed: string, agent: Pick<AgentRow, 'id'>): Promise<string> {
  await refuseUnlessLead(tx.q, agent.id)
  const { addresses } = await forgetOutlook(tx.q, typed)
  const customer = await customerByAddress(tx.q, addresses[0] as string)
  if (customer) await lock(tx, customer.id)
  const underWay = await sameUnderWay(tx.q, addresses)
  if (underWay) return underWay.id
  await keepHashes(tx, addresses)
  const id = newId()
  await tx.q
    .insertInto('erasures')
    .values({
      id,
      customer_id: customer?.id ?? null,
      addresses: JSON.stringify(addresses),
      agent_id: agent.id,
      step: FIRST_STEP,
      cursor: '',
      counts: '{}',
      attempts: 0,
      due_at: tx.now,
      created_at: tx.now,
      finished_at: null,
    })
    .execute()
  tx.wake('erasing')
  return id
}

/** Who asks for the same at the same moment waits, and then sees that it is under way. */
async function lock(tx: Tx, customerId: string): Promise<void> {
  await tx.q
    .updateTable('customers')
    .set(e => ({ search: e.ref('search') }))
    .where('id', '=', customerId)
    .execute()
}

async function sameUnderWay(q: Query, addresses: string[]): Promise<ErasureRow | undefined> {
  const rows = await q.selectFrom('erasures').selectAll().where('due_at', 'is not', null).execute()
  return rows.find(r => (JSON.parse(r.addresses) as string[]).some(a => addresses.includes(a)))
}
