import type { AgentRow, UploadRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { sizeWords } from '../../lib/bytes.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf } from '../agents.ts'
import { dropBytes, type KeptFile, keepBytes, MOST_FILES } from '../attachments.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'
import type { NewFile } from '../view.ts'

const KEPT_MS = 24 * 3_600_000
const MOST_WAITING = 1024 * 1024 * 1024 // bytes of one agent's

/** Throws a Problem for an agent who writes no message that could take a file. */
export async function refuseUpload(q: Query, agent: AgentRow): Promise<void> {
  await refuseUnlessChangesSome(q, actorOf(agent))
}

/**
 * Keeps a file that a program of the agent's hands in, for a day or until a message takes it. Returns its id. Throws a
 * Problem for an agent who writes no messages, and while too much of theirs waits already.
 */
export async function keepUpload(
  tx: Tx,
  agent: AgentRow,
  { name, type, bytes }: Pick<NewFile, 'name' | 'type' | 'bytes'>,
): Promise<string> {
  await refuseUpload(tx.q, agent)
  const waiting = await waitingFor(tx.q, agent.id)
  if (waiting + bytes.length > MOST_WAITING)
    throw new Problem('limited', `${sizeWords(waiting)} of yours wait for a message. Use them first.`)
  const id = newId()
  const sha256 = await keepBytes(tx, bytes)
  const row = { id, agent_id: agent.id, name, type, size: bytes.length, sha256, created_at: tx.now }
  await tx.q.insertInto('uploads').values(row).execute()
  return id
}

async function waitingFor(q: Query, agentId: string): Promise<number> {
  const row = await q
    .selectFrom('uploads')
    .select(e => e.fn.sum<number | string | null>('size').as('bytes'))
    .where('agent_id', '=', agentId)
    .executeTakeFirst()
  return Number(row?.bytes ?? 0)
}

/**
 * Takes files that the agent's programs handed in, in this order, for a message that keeps them under the same ids. Throws
 * a Problem under `attachmentIds` for one that is not there: unknown, another's, a day old, or in a message already.
 */
export async function takeUploads(tx: Tx, ids: string[], agentId: string): Promise<KeptFile[]> {
  const wanted = [...new Set(ids)]
  if (!wanted.length) return []
  if (wanted.length > MOST_FILES)
    throw new Problem(
      'invalid',
      `A message can carry ${MOST_FILES} files; these are ${wanted.length}.`,
      'attachmentIds',
    )
  const rows = await tx.q
    .deleteFrom('uploads')
    .where('id', 'in', wanted)
    .where('agent_id', '=', agentId)
    .returning(['id', 'name', 'type', 'size', 'sha256'])
    .execute()
  const taken = new Map(rows.map(row => [row.id, row]))
  const missing = wanted.filter(id => !taken.has(id)).map(id => `“${id.slice(0, 40)}”`)
  if (missing.length)
    throw new Problem('invalid', `No file of yours waits as ${missing.join(', ')}. Upload it anew.`, 'attachmentIds')
  return wanted.map(id => taken.get(id) as KeptFile)
}

/** A file that still waits for its message; undefined for another agent's. */
export function waitingUpload(q: Query, id: string, agentId: string): Promise<UploadRow | undefined> {
  return q.selectFrom('uploads').selectAll().where('id', '=', id).where('agent_id', '=', agentId).executeTakeFirst()
}

const PRUNED_AT_ONCE = 500

/** Forgets files that no message took within a day. */
export async function pruneUploads(tx: Tx): Promise<void> {
  const rows = await tx.q
    .selectFrom('uploads')
    .select(['id', 'sha256'])
    .where('created_at', '<', tx.now - KEPT_MS)
    .limit(PRUNED_AT_ONCE)
    .execute()
  if (!rows.length) return
  await tx.q
    .deleteFrom('uploads')
    .where(
      'id',
      'in',
      rows.map(r => r.id),
    )
    .execute()
  for (const sha256 of new Set(rows.map(r => r.sha256))) await dropBytes(tx, sha256)
}
