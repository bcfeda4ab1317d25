import type { AgentRow, MessageRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf } from '../agents.ts'
import type { Document } from '../document.ts'
import { changeMessage, type MessageChange } from '../messages/change.ts'
import { messageByDedupKey, messageById, programKey } from '../messages/find.ts'
import { postNotice } from '../messages/notice.ts'
import { postMessage } from '../messages/post.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { bringAnswer } from '../receive/brought.ts'
import { refuseMerged, ticketById } from '../tickets/find.ts'
import type { NewFile } from '../view.ts'
import { type Facts, factsOf, keepFacts } from './facts.ts'
import { agentNamed } from './named.ts'
import { fingerprintOf } from './once.ts'
import { takeUploads } from './uploads.ts'

/** What a program writes on a ticket. */
export interface NewComment {
  ticketId: string
  body: Document
  isPublic: boolean // for the customer, too
  from: string | null // the address of the customer whose words it brings; null: the agent's own
  files: NewFile[]
  urls: string[] // where they were fetched
  uploads: string[] // files that were handed in before, by id
  mentions: string[] // agents who are called to look at it, by id, address or handle
  parentId: string | null // the message of the ticket that it is about
  key: string | null // the same key again is the same comment
  facts: Facts
}

/**
 * Writes a program's comment down: a public one goes to the customer as far as its agent may send it, all else stays with
 * us; a customer's words count as their answer. Returns its id, and whether it is new: the same key again is the first one.
 * Throws a Problem for another comment under the same key, and for what the agent may not do.
 */
export async function postComment(tx: Tx, form: NewComment, agent: AgentRow): Promise<{ id: string; isNew: boolean }> {
  const known = await commentKnown(tx.q, form, agent)
  if (known) return { id: known, isNew: false }
  await refuseComment(tx.q, form, agent)
  const called = await calledBy(tx.q, form.mentions)
  const id = await post(tx, form, agent, called)
  const { ticket_id, calls_id } = await messageById(tx.q, id)
  for (const { id: other } of called.filter(a => a.id !== calls_id))
    await postNotice(tx, ticket_id, `${agent.name} asks you to look at this.`, `called:${id}:${other}`, other)
  await keepFacts(tx, id, { ...form.facts, ...(form.key !== null && { fingerprint: fingerprint(form) }) })
  return { id, isNew: true }
}

async function calledBy(q: Query, mentions: string[]): Promise<AgentRow[]> {
  const called = new Map<string, AgentRow>()
  for (const name of mentions) {
    const agent = await agentNamed(q, name).catch(error => {
      throw error instanceof Problem ? new Problem('invalid', error.message, 'agent') : error
    })
    if (agent.deactivated_at !== null) throw new Problem('invalid', `${agent.name} is no longer here.`, 'agent')
    called.set(agent.id, agent)
  }
  return [...called.values()]
}

async function post(tx: Tx, form: NewComment, agent: AgentRow, [first]: AgentRow[]): Promise<string> {
  const { ticketId, body, files } = form
  const keptFiles = await takeUploads(tx, form.uploads, agent.id)
  const dedupKey = form.key === null ? {} : { dedupKey: programKey(form.key) }
  if (form.from !== null)
    return bringAnswer(tx, ticketId, { from: form.from, body, files, keptFiles, ...dedupKey }, actorOf(agent))
  return postMessage(tx, {
    ticketId,
    author: actorOf(agent),
    body,
    files,
    keptFiles,
    visibility: form.isPublic ? 'public' : 'note',
    calls: first?.id ?? null,
    ...dedupKey,
  })
}

/** Throws the Problem that this comment would be refused with, as far as that can be told before its files are there. */
export async function refuseComment(q: Query, form: NewComment, agent: AgentRow): Promise<void> {
  const ticket = await ticketById(q, form.ticketId)
  await refuseUnlessMay(q, actorOf(agent), 'manage', ticket)
  await refuseMerged(q, ticket)
  if (form.parentId !== null && (await ticketOf(q, form.parentId)) !== ticket.id)
    throw new Problem('invalid', `${ticket.identifier} has no such comment.`, 'parentCommentId')
}

async function ticketOf(q: Query, id: string): Promise<string | undefined> {
  const row = await q.selectFrom('messages').select('ticket_id').where('id', '=', id).executeTakeFirst()
  return row?.ticket_id
}

/**
 * The id of the comment that came under this key before; undefined when none did, or it has no key. Throws a Problem when it
 * was another one, or is none of the agent's business.
 */
export async function commentKnown(q: Query, form: NewComment, agent: AgentRow): Promise<string | undefined> {
  const id = form.key === null ? undefined : await messageByDedupKey(q, programKey(form.key))
  if (!id) return undefined
  const m = await messageById(q, id)
  await refuseUnlessMay(q, actorOf(agent), 'view', await ticketById(q, m.ticket_id))
  if ((await factsOf(q, [id])).get(id)?.fingerprint === fingerprint(form)) return id
  throw new Problem('conflict', 'Another comment came under this key before. Choose a new key.', 'deDuplicationKey')
}

/** Of all that was asked; files that are fetched anew may have changed, and count by where they came from. */
function fingerprint({ files: _, ...asked }: NewComment): string {
  return fingerprintOf(asked)
}

/** A message that an agent may see, also a deleted one. Throws a Problem when there is none, or they may not. */
export async function commentFor(q: Query, id: string, agent: AgentRow): Promise<MessageRow> {
  const m = await messageById(q, id)
  await refuseUnlessMay(q, actorOf(agent), 'view', await ticketById(q, m.ticket_id))
  return m
}

/** Changes what a message of ours says, and what the program says of it. See `changeMessage` for what is refused. */
export async function changeComment(
  tx: Tx,
  id: string,
  { facts, ...change }: MessageChange & { facts: Facts },
  agent: AgentRow,
): Promise<void> {
  const m = await messageById(tx.q, id)
  await refuseUnlessMay(tx.q, actorOf(agent), 'manage', await ticketById(tx.q, m.ticket_id))
  if (Object.values(change).some(value => value !== undefined)) await changeMessage(tx, id, change, agent)
  await keepFacts(tx, id, facts)
}

/** Ids of a part of what was said on a ticket, oldest first. What Overture told the desk is left out. */
export async function commentIds(
  q: Query,
  ticketId: string,
  { offset, limit }: { offset: number; limit: number },
): Promise<string[]> {
  const rows = await q
    .selectFrom('messages')
    .select('id')
    .where('ticket_id', '=', ticketId)
    .where('deleted_at', 'is', null)
    .where(e => e.or([e('author_kind', '!=', 'system'), e('visibility', '=', 'public')]))
    .orderBy('id')
    .limit(limit)
    .offset(offset)
    .execute()
  return rows.map(r => r.id)
}
