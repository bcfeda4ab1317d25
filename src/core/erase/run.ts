import type { ErasureRow } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { backOff } from '../deliveries/retry.ts'
import { queueDeskPost } from '../desk-posts.ts'
import { lease } from '../lease.ts'
import { type Erasing, erasingOf, type Piece, STEPS, type Step, WORK } from './steps.ts'

/** For how long a claim keeps others away (ms); each piece of work renews it. */
const LEASE_MS = 60_000

/** Takes an erasure that is due; nobody else gets it before the lease runs out. */
export async function claimErasure(tx: Tx): Promise<ErasureRow | undefined> {
  const due = await tx.q
    .selectFrom('erasures')
    .selectAll()
    .where('due_at', 'is not', null)
    .where('due_at', '<=', tx.now)
    .orderBy('due_at')
    .limit(1)
    .execute()
  return (await lease(tx, 'erasures', due, LEASE_MS))[0]
}

/** Does a piece of the step that an erasure is at, in one transaction; the desk's is none. */
export async function eraseSome(tx: Tx, row: ErasureRow): Promise<ErasureRow> {
  const work = WORK[row.step as Exclude<Step, 'desk'>]
  return noteProgress(tx, row, await work(tx, erasingOf(row)))
}

/** Writes down how far an erasure is; after its last step nothing says any more who it was, and its agent is told. */
export async function noteProgress(tx: Tx, row: ErasureRow, { cursor, counts = {} }: Piece): Promise<ErasureRow> {
  const sums: Record<string, number> = JSON.parse(row.counts)
  for (const [what, n] of Object.entries(counts)) sums[what] = (sums[what] ?? 0) + n
  const next = cursor === null ? STEPS[STEPS.indexOf(row.step as Step) + 1] : row.step
  const after: ErasureRow = {
    ...row,
    counts: JSON.stringify(sums),
    step: next ?? row.step,
    cursor: cursor ?? '',
    attempts: 0,
    due_at: tx.now + LEASE_MS,
    ...(next === undefined && { customer_id: null, addresses: '[]', due_at: null, finished_at: tx.now }),
  }
  await tx.q.updateTable('erasures').set(after).where('id', '=', row.id).execute()
  if (next === undefined) await tell(tx, after, sums)
  return after
}

async function tell(tx: Tx, row: ErasureRow, sums: Record<string, number>): Promise<void> {
  const many = (what: string, noun: string) => `${sums[what] ?? 0} ${noun}${sums[what] === 1 ? '' : 's'}`
  const left = sums.left
    ? `By hand: ${many('left', 'message')} of colleagues below cards that were deleted; only they, or an owner of the workspace, can delete those.`
    : 'In Slack nothing is left that we know of.'
  const gone = [
    many('tickets', 'ticket'),
    many('messages', 'message'),
    many('files', 'file'),
    many('mails', 'more mail'),
  ]
  const text = `The customer was forgotten: ${gone.join(', ')}, ${many('chats', 'line')} of chats, and ${many('posts', 'post')} in Slack. ${left} Backups, mailboxes and exports are yours to look through.`
  await queueDeskPost(tx, { agentId: row.agent_id, key: `erased:${row.id}`, kind: 'word', text })
}

/** An erasure could not go on: it is tried again, later each time. */
export async function postponeErasure(tx: Tx, row: ErasureRow, afterMs?: number): Promise<void> {
  await tx.q
    .updateTable('erasures')
    .set({ due_at: tx.now + (afterMs ?? backOff(row.attempts)) })
    .where('id', '=', row.id)
    .where('due_at', 'is not', null)
    .execute()
}

/** When the next erasure is due (ms UTC), or null when there is none. */
export async function nextErasureDue(store: Store): Promise<number | null> {
  const row = await store.read(q =>
    q
      .selectFrom('erasures')
      .select(e => e.fn.min('due_at').as('at'))
      .where('due_at', 'is not', null)
      .executeTakeFirst(),
  )
  return row?.at ?? null
}

/** Something at the desk that is to go: a whole thread, or single posts, `place:id` each. */
export interface DeskTrace {
  cursor: string
  place: string
  root: string | null
  posts: string[]
}

/** What the desk shows of who is forgotten, in the order in which it goes; the cursor is one of these and the last id. */
const SHOWN = {
  threads: nextThread, // of their tickets
  posts: nextPost, // theirs below others'
  words: (q: Query, e: Erasing, after: string) => nextWord(q, 'desk_posts', e, after), // about their tickets
  answers: (q: Query, e: Erasing, after: string) => nextWord(q, 'chat_posts', e, after), // of theirs, below chats
}

/** The next thing that the desk shows of who is forgotten. */
export async function nextTrace(q: Query, e: Erasing): Promise<DeskTrace | null> {
  const [at = '', after = ''] = e.cursor.split(':')
  const kinds = Object.keys(SHOWN) as (keyof typeof SHOWN)[]
  for (const kind of at in SHOWN ? kinds.slice(kinds.indexOf(at as keyof typeof SHOWN)) : kinds) {
    const found = await SHOWN[kind](q, e, kind === at ? after : '')
    if (found) return traceOf(kind, found)
  }
  return null
}

type Found = { id: string } & ({ place: string; root: string | null } | { external_id: string | null })

function traceOf(kind: string, found: Found): DeskTrace {
  const cursor = `${kind}:${found.id}`
  if ('place' in found) return { cursor, place: found.place, root: found.root, posts: [] }
  return { cursor, place: found.external_id?.split(':')[0] ?? '', root: null, posts: [found.external_id ?? ''] }
}

function nextThread(q: Query, { customerId }: Erasing, after: string): Promise<Found | undefined> {
  return q
    .selectFrom('threads as th')
    .innerJoin('tickets as t', 't.id', 'th.ticket_id')
    .select(['th.id', 'th.place', 'th.root'])
    .where('t.customer_id', '=', customerId ?? '')
    .where('th.side', '=', 'desk')
    .where('th.root', 'is not', null)
    .where('th.id', '>', after)
    .orderBy('th.id')
    .limit(1)
    .executeTakeFirst()
}

function nextPost(q: Query, { addresses }: Erasing, after: string): Promise<Found | undefined> {
  return q
    .selectFrom('messages as m')
    .innerJoin('deliveries as d', 'd.message_id', 'm.id')
    .select(['d.id', 'd.external_id'])
    .where('m.author_address', 'in', addresses)
    .where('d.kind', '=', 'message')
    .where('d.key', 'is', null)
    .where('d.external_id', 'is not', null)
    .where('d.id', '>', after)
    .orderBy('d.id')
    .limit(1)
    .executeTakeFirst()
}

function nextWord(
  q: Query,
  table: 'desk_posts' | 'chat_posts',
  { customerId }: Erasing,
  after: string,
): Promise<Found | undefined> {
  return q
    .selectFrom(table)
    .select(['id', 'external_id'])
    .where(
      'ticket_id',
      'in',
      q
        .selectFrom('tickets')
        .select('id')
        .where('customer_id', '=', customerId ?? ''),
    )
    .where('external_id', 'is not', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
}
