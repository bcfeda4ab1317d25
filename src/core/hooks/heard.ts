import { prepared, preparedMany, slotsOf } from '../../db/prepared.ts'
import type { HookCause, HookEventRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'

/** Something that happened, by the row that says more of it. */
export interface Cause {
  cause: HookCause
  sourceId: string
  ticketId?: string | null
  more?: object // what no row says
}

/**
 * Writes down, in the transaction of its cause, what programs may want to hear of. Where none does, nothing is written, and
 * but once in a second nothing is asked.
 */
export async function tellHooks(tx: Tx, causes: Cause[]): Promise<void> {
  if (!causes.length || !(await isAnybodyListening(tx))) return
  await insertEvents(
    tx.q,
    causes.map(({ cause, sourceId, ticketId = null, more }) => ({
      id: newId(),
      cause,
      source_id: sourceId,
      ticket_id: ticketId,
      more: more ? JSON.stringify(more) : null,
      at: tx.now,
      told_at: null,
    })),
  )
  tx.wake('hooks')
}

const insertEvents = preparedMany((q, rows: HookEventRow[]) =>
  q
    .insertInto('hook_events')
    .values(rows.map(row => slotsOf(row, ['id', 'cause', 'source_id', 'ticket_id', 'more', 'at', 'told_at']))),
)

const KNOWN_MS = 1_000

async function isAnybodyListening({ q, heard, now }: Tx): Promise<boolean> {
  const isKnown = now < heard.until && heard.until - now <= KNOWN_MS && now >= heard.askUntil
  if (!isKnown) {
    heard.isAnybody = (await selectAny(q, {})).rows.length > 0
    heard.until = now + KNOWN_MS
  }
  return heard.isAnybody
}

const selectAny = prepared(q =>
  q.selectFrom('hooks').select('id').where('off_at', 'is', null).where('deleted_at', 'is', null).limit(1),
)

/** Somebody begins to listen: this process knows at once, and others within a second. */
export function noteListener({ heard, now }: Tx): void {
  heard.askUntil = now + 2 * KNOWN_MS // also by who read it before this is committed
}
