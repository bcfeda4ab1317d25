import type { Status, TicketRow } from '../../db/schema.ts'
import type { Store, Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import type { Actor } from '../events.ts'
import { isVisible, type Visible } from '../find/visible.ts'
import { setTags, tagKey, tagsOf } from '../tags/tags.ts'
import { assignTicket } from './assign.ts'
import { closeByAgent } from './close.ts'
import { deleteTicket } from './delete.ts'
import { ticketById } from './find.ts'
import { type Snooze, snoozeTicket } from './snooze.ts'
import { archiveTicket, setStatus } from './status.ts'

/** What can be done with many tickets at once. */
export type Deed =
  | { do: 'assign'; agentId: string | null }
  | { do: 'status'; status: Status }
  | { do: 'close'; reason: string }
  | { do: 'tag'; add: string[]; takeOff: string[] } // by name
  | { do: 'snooze'; snooze: Snooze }
  | { do: 'archive' }
  | { do: 'delete' }

/** What came of it. */
export interface Done {
  done: number
  skipped: Skipped[]
}

/** Tickets that stayed as they were, for the same reason. */
export interface Skipped {
  why: string // a finished sentence
  count: number
  tickets: string[] // identifiers of the first of them
}

/** What was done before it was cut off, and who hears how it goes on. */
export interface Going {
  sofar?: Done
  tell?: (looked: number, result: Done) => unknown
}

/** No more are changed at once: who wants that is to say it in steps. */
export const MOST_AT_ONCE = 10_000
const STEP = 20 // they share a commit; others' work comes in between
const MOST_NAMED = 20

/**
 * Does something with each of the tickets, in transactions of their own, a few at a time, so that the desk goes on
 * meanwhile. What cannot be done with one is told, and holds up no other; doing it again changes nothing. After each step
 * `tell` hears how many were looked at and what came of it, `sofar` included.
 */
export async function doWithAll(
  store: Store,
  ids: AsyncIterable<string[]> | Iterable<string[]>,
  deed: Deed,
  by: { actor: Actor; visible: Visible },
  { sofar = { done: 0, skipped: [] }, tell }: Going = {},
): Promise<Done> {
  const result: Done = { ...sofar }
  let looked = 0
  for await (const some of ids)
    for (let from = 0; from < some.length; from += STEP) {
      const step = some.slice(from, from + STEP)
      const outcomes = await Promise.all(step.map(id => tryOne(store, id, deed, by)))
      for (const outcome of outcomes)
        if (outcome) note(result.skipped, outcome)
        else result.done++
      looked += step.length
      await tell?.(looked, result)
    }
  return result
}

interface Outcome {
  why: string
  ticket: string | null
}

/** Null when it was done. */
async function tryOne(
  store: Store,
  id: string,
  deed: Deed,
  { actor, visible }: { actor: Actor; visible: Visible },
): Promise<Outcome | null> {
  let identifier: string | null = null
  try {
    return await store.write(async tx => {
      const ticket = await ticketById(tx.q, id)
      if (!isVisible(visible, ticket)) throw new Problem('forbidden', 'You may not see it.')
      identifier = ticket.identifier
      const why = whyNot(ticket, deed) ?? (await perform(tx, id, deed, actor))
      return why === null ? null : { why, ticket: identifier }
    })
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return { why: error.message, ticket: identifier }
    throw error
  }
}

/** Why it need not be done. */
function whyNot(ticket: TicketRow, deed: Deed): string | null {
  switch (deed.do) {
    case 'assign':
      return ticket.assignee_id === deed.agentId ? 'It has this assignee already.' : null
    case 'status':
      return ticket.status === deed.status && ticket.closed_at === null ? 'It has this status already.' : null
    case 'close':
      return ticket.closed_at === null ? null : 'It is closed already.'
    case 'archive':
      return ticket.archived_at === null ? null : 'It is archived already.'
    default:
      return null
  }
}

/** Does it; why not is only found on the way for some. */
async function perform(tx: Tx, id: string, deed: Deed, actor: Actor): Promise<string | null> {
  switch (deed.do) {
    case 'assign':
      await assignTicket(tx, id, deed.agentId, actor)
      return null
    case 'status':
      await setStatus(tx, id, deed.status, actor)
      return null
    case 'close':
      await closeByAgent(tx, id, deed.reason, {}, actor)
      return null
    case 'tag':
      return retag(tx, id, deed, actor)
    case 'snooze':
      await snoozeTicket(tx, id, deed.snooze, actor)
      return null
    case 'archive':
      await archiveTicket(tx, id, actor)
      return null
    case 'delete':
      await deleteTicket(tx, id, actor)
      return null
  }
}

async function retag(tx: Tx, id: string, { add, takeOff }: Extract<Deed, { do: 'tag' }>, actor: Actor) {
  const before = (await tagsOf(tx.q, [id])).get(id) ?? []
  const off = new Set(takeOff.map(tagKey))
  const after = new Map([...before, ...add].map(name => [tagKey(name), name]))
  for (const key of off) after.delete(key)
  const isSame = after.size === before.length && before.every(name => after.has(tagKey(name)))
  if (isSame) return 'Its tags are so already.'
  await setTags(tx, id, [...after.values()], actor)
  return null
}

/** The ticket's own name in a reason would make each a reason of its own. */
function note(skipped: Skipped[], { why, ticket }: Outcome): void {
  const reason =
    ticket === null
      ? why
      : why.replaceAll(ticket, (_, at) => (/(^|\. )$/.test(why.slice(0, at)) ? 'It' : 'this ticket'))
  let same = skipped.find(s => s.why === reason)
  if (!same) {
    same = { why: reason, count: 0, tickets: [] }
    skipped.push(same)
  }
  same.count++
  if (ticket !== null && same.tickets.length < MOST_NAMED) same.tickets.push(ticket)
}
