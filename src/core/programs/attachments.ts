import type { AgentRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf } from '../agents.ts'
import { bytesOf, type KeptFile } from '../attachments.ts'
import type { LinkedFile } from '../links.ts'
import { refuseUnlessMay } from '../permissions/may.ts'
import { ticketById } from '../tickets/find.ts'
import { waitingUpload } from './uploads.ts'

/** A file that has an id. */
export type KnownFile = KeptFile & { id: string }

/**
 * A file for an agent who may do so much with its ticket, or whose programs handed it in for a message yet to come. Throws a
 * Problem when there is none, or they may not.
 */
export async function attachmentFor(
  q: Query,
  id: string,
  agent: AgentRow,
  action: 'view' | 'download',
): Promise<KnownFile> {
  const waiting = await waitingUpload(q, id, agent.id)
  if (waiting) return waiting
  const row = await q
    .selectFrom('attachments as a')
    .innerJoin('messages as m', 'm.id', 'a.message_id')
    .select(['a.id', 'a.name', 'a.type', 'a.size', 'a.sha256', 'm.ticket_id'])
    .where('a.id', '=', id)
    .where('m.deleted_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This file is no more.')
  await refuseUnlessMay(q, actorOf(agent), action, await ticketById(q, row.ticket_id))
  return row
}

/** The same with its bytes, for who may download it. */
export async function bytesFor(q: Query, id: string, agent: AgentRow): Promise<LinkedFile> {
  const { name, type, sha256 } = await attachmentFor(q, id, agent, 'download')
  return { name, type, bytes: await bytesOf(q, sha256) }
}
