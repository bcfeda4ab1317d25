import type { TicketRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { readAddress } from '../addresses.ts'
import { type Arrival, isAutomatic } from '../arrival.ts'
import type { KeptFile } from '../attachments.ts'
import { chatHeardFrom } from '../chats/answered.ts'
import { copyChoices } from '../copies.ts'
import { addressesOf, customerByAddress, customerById, learnName } from '../customers.ts'
import { type Document, isEmpty } from '../document.ts'
import type { Actor } from '../events.ts'
import { postMessage } from '../messages/post.ts'
import { threadOf } from '../threads.ts'
import { refuseMerged } from '../tickets/find.ts'
import { lockTicket } from '../tickets/lock.ts'
import type { NewFile } from '../view.ts'
import { takeAnswer } from './answer.ts'
import type { Author } from './author.ts'
import { asLight } from './light.ts'
import type { Recorded } from './record.ts'

/** What a customer said elsewhere. */
export interface Brought {
  from: string // their address, as typed
  body: Document
  files?: NewFile[]
  keptFiles?: KeptFile[]
  dedupKey?: string
}

/**
 * Takes in what the ticket's customer, or somebody in copy, said elsewhere, as an answer of theirs by mail: it opens a closed
 * ticket again, or begins another. The agent who brings it stands by it. Returns the message's id. Throws a Problem for an
 * agent who may not change the ticket, and under `from` for anybody else's words.
 */
export async function bringAnswer(tx: Tx, ticketId: string, brought: Brought, by: Actor): Promise<string> {
  const ticket = await lockTicket(tx, ticketId, by)
  await refuseMerged(tx.q, ticket)
  if (isEmpty(brought.body) && !brought.files?.length && !brought.keptFiles?.length)
    throw new Problem('invalid', 'Write a message.', 'message')
  const thread = await threadOf(tx.q, ticket.id, 'customer')
  const author = await authorOf(tx, ticket, thread.place, brought.from)
  const why = `${by.name} brought it here from elsewhere.`
  const { kind, rule } = await readKind(tx, brought, ticket, author)
  const record = (r: Recorded, isQuiet = false) =>
    postMessage(tx, {
      ticketId: r.ticket.id,
      author: r.author,
      body: brought.body,
      files: brought.files ?? [],
      keptFiles: brought.keptFiles ?? [],
      visibility: 'public',
      matchedBy: r.why,
      opening: r.opening ?? false,
      isQuiet,
      ...(isAutomatic(kind) && { automatic: rule, kind }),
      ...(brought.dedupKey !== undefined && { dedupKey: brought.dedupKey }),
    })
  if (ticket.spam_at !== null) return record({ ticket, thread, author: author.actor, why }, true)
  await chatHeardFrom(tx, { kind }, ticket)
  const { name, address } = author.actor
  const said = { key: newId(), kind, body: brought.body, from: { name, address }, root: null, record }
  return takeAnswer(tx, said, { ticket, thread }, author, why)
}

async function authorOf(tx: Tx, ticket: TicketRow, place: string, typed: string): Promise<Author> {
  const { address, name } = readAddress(typed, 'from')
  if (address === place || (await addressesOf(tx.q, ticket.customer_id)).includes(address)) {
    const known = await learnName(tx, await customerById(tx.q, ticket.customer_id), name)
    return { actor: { kind: 'customer', id: known.id, name: known.name, address }, agent: null, doubt: null }
  }
  const copied = (await copyChoices(tx.q, ticket.id)).find(c => c.address === address)
  if (!copied)
    throw new Problem(
      'invalid',
      `${address} is neither the customer of ${ticket.identifier} nor anybody who gets copies.`,
      'from',
    )
  const known = await customerByAddress(tx.q, address)
  const shown = known?.name ?? (name || copied.name || address)
  return { actor: { kind: 'stranger', id: known?.id ?? null, name: shown, address }, agent: null, doubt: null }
}

/** Whoever only says thanks does not answer. */
async function readKind(
  tx: Tx,
  { body, files = [], keptFiles = [] }: Brought,
  ticket: TicketRow,
  { actor }: Author,
): Promise<Pick<Arrival, 'kind' | 'rule'>> {
  const written = { kind: 'human' as const, rule: '', from: actor, body, files, forwarded: null }
  return actor.kind === 'customer' && !keptFiles.length ? asLight(tx, written, ticket) : written
}
