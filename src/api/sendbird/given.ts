import { z } from 'zod'
import { addressIn } from '../../core/addresses.ts'
import { agentById } from '../../core/agents.ts'
import { chatByNumber } from '../../core/chats/find.ts'
import { type CustomerView, customerByAddress, customerById } from '../../core/customers.ts'
import { customerRecords } from '../../core/programs/customers.ts'
import { customerKnownAs } from '../../core/programs/external-ids.ts'
import { agentNamed, customerNamed, teamNamed, ticketNamed } from '../../core/programs/named.ts'
import { idOf, idsOf } from '../../core/programs/numbers.ts'
import { teamById } from '../../core/teams.ts'
import { ticketById } from '../../core/tickets/find.ts'
import type { AgentRow, ChatRow, NumberKind, TeamRow, TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

/** By what a program names something: its number, or what people call it. */
export const given = z.union([z.number().int().min(1).max(Number.MAX_SAFE_INTEGER), z.string().min(1).max(320)])
export type Given = z.infer<typeof given>

/** The same in a path. */
export const idParams = z.object({ id: z.string() })

/** The ticket with this number, or this identifier such as SUP-41. Throws a Problem when there is none. */
export async function ticketGiven(q: Query, name: Given): Promise<TicketRow> {
  const id = await idGiven(q, 'ticket', name)
  return id === undefined ? ticketNamed(q, String(name)) : ticketById(q, id)
}

/** The agent with this number or address. Throws a Problem under `agent` when there is none. */
export async function agentGiven(q: Query, name: Given): Promise<AgentRow> {
  const id = await idGiven(q, 'agent', name)
  return id === undefined ? agentNamed(q, String(name)) : agentById(q, id)
}

/** The customer with this number or address, or whom Sendbird knows by this. Throws a Problem under `customer` when there is none. */
export async function customerGiven(q: Query, name: Given): Promise<CustomerView> {
  const id = (await idGiven(q, 'customer', name)) ?? (await customerKnownAs(q, 'sendbird', String(name)))
  return id === undefined ? customerNamed(q, String(name)) : customerById(q, id)
}

/** Ids of these customers in their order. Throws a Problem under the field that names the first few who are not there. */
export async function customersGiven(q: Query, names: readonly Given[], field: string): Promise<string[]> {
  const byNumber = await idsOf(q, 'customer', [...new Set(names.flatMap(name => numberIn(name) ?? []))])
  const records = await customerRecords(q, [...byNumber.values()])
  const ids: string[] = []
  const unknown: Given[] = []
  for (const name of names) {
    const number = numberIn(name)
    const id = number === undefined ? await idNamed(q, name) : byNumber.get(number)
    if (id && (number === undefined || records.get(id)?.address)) ids.push(id)
    else unknown.push(name)
  }
  if (unknown.length) throw new Problem('invalid', `There is no customer ${unknown.slice(0, 5).join(', ')}.`, field)
  return ids
}

async function idNamed(q: Query, name: Given): Promise<string | undefined> {
  try {
    return (await customerGiven(q, name)).id
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/** The customer whom Sendbird knows by this id, or who has this address; undefined when there is none. */
export async function customerBySendbirdId(q: Query, sendbirdId: string): Promise<{ id: string } | undefined> {
  const id = await customerKnownAs(q, 'sendbird', sendbirdId)
  if (id !== undefined) return { id }
  const address = addressIn(sendbirdId)
  return address === null ? undefined : customerByAddress(q, address)
}

/** The team with this number, or this key such as sup. Throws a Problem under `team` when there is none. */
export async function teamGiven(q: Query, name: Given): Promise<TeamRow> {
  const id = await idGiven(q, 'team', name)
  return id === undefined ? teamNamed(q, String(name)) : teamById(q, id)
}

/** The chat with this number. Throws a Problem when there is none. */
export async function chatGiven(q: Query, name: Given): Promise<ChatRow> {
  const number = numberIn(name)
  const chat = number !== undefined && number <= MOST_NUMBER ? await chatByNumber(q, number) : undefined
  if (!chat) throw new Problem('not_found', `There is no proactive chat ${name}.`, 'chat')
  return chat
}

const MOST_NUMBER = 2_147_483_647 // of the column

/** The id of what is named by its number; undefined where it is named in another way. */
async function idGiven(q: Query, kind: NumberKind, name: Given): Promise<string | undefined> {
  const number = numberIn(name)
  return number === undefined ? undefined : idOf(q, kind, number)
}

function numberIn(name: Given): number | undefined {
  return /^\d{1,15}$/.test(String(name)) ? Number(name) : undefined
}

/** What is named inside of a request, where naming what is not there is a fault of the request: throws its Problem under the field. */
export async function inBody<T>(field: string, find: Promise<T>): Promise<T> {
  try {
    return await find
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'not_found') throw error
    throw new Problem('invalid', error.message, field)
  }
}
