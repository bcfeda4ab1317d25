import type { ChatRow, ChatState, RecipientState } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { type Document, plainText } from '../document.ts'
import { type DryRun, dryRunOf } from './dry-run.ts'
import { stepsOf } from './steps.ts'

/** A chat as the desk shows it, whole. */
export interface ChatView {
  id: string
  number: number
  team: { id: string; name: string; place: string }
  subject: string
  body: Document
  author: { id: string; name: string; handle: string }
  sender: { address: string; name: string }
  state: ChatState
  reason: string | null
  dueAt: number | null
  approvalReason: string | null
  approvedBy: string | null // a name
  startedAt: number | null
  finishedAt: number | null
  counts: ChatCounts
  endsAt: number | null // when the last one will be out at this speed (ms UTC), while it is being sent
  dryRun: DryRun | null // of one that has not begun
  steps: { step: number; workingDays: number; text: string }[]
}

export interface ChatCounts {
  total: number
  blocked: number
  queued: number // not out yet
  sent: number // that arrived, as far as we know
  bounced: number
  failed: number
  leftOut: number
  answered: number
  outOfOffice: number
  unsubscribed: number
  closed: number
  toFollow: number // to whom a follow-up is yet to go
  waiting: number // who got it and have neither answered, left, nor been closed
}

/** The chat as it is now; undefined when it is no more. */
export async function chatView(q: Query, store: { now(): number }, id: string): Promise<ChatView | undefined> {
  const row = await q
    .selectFrom('chats as c')
    .innerJoin('teams as t', 't.id', 'c.team_id')
    .innerJoin('agents as a', 'a.id', 'c.agent_id')
    .innerJoin('senders as s', 's.id', 'c.sender_id')
    .leftJoin('agents as yes', 'yes.id', 'c.approved_by')
    .selectAll('c')
    .select([
      't.name as team_name',
      't.place',
      'a.name as agent_name',
      'a.handle',
      's.address',
      's.name as sender_name',
    ])
    .select('yes.name as approver')
    .where('c.id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const counts = await countsOf(q, id)
  const hasBegun = row.started_at !== null
  return {
    id,
    number: row.number,
    team: { id: row.team_id, name: row.team_name, place: row.place },
    subject: row.subject,
    body: JSON.parse(row.body),
    author: { id: row.agent_id, name: row.agent_name, handle: row.handle },
    sender: { address: row.address, name: row.sender_name },
    state: row.state,
    reason: row.reason,
    dueAt: row.due_at,
    approvalReason: row.approval_reason,
    approvedBy: row.approver,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    counts,
    endsAt: endOf(row, counts, store.now()),
    dryRun: hasBegun ? null : await dryRunOf(q, id),
    steps: (await stepsOf(q, id)).map(s => ({
      step: s.step,
      workingDays: s.working_days,
      text: plainText(JSON.parse(s.body)),
    })),
  }
}

/** What became of a chat so far. */
export async function countsOf(q: Query, chatId: string): Promise<ChatCounts> {
  const rows = await q
    .selectFrom('chat_recipients')
    .select(e => [
      'state',
      e.fn.countAll().as('n'),
      e.fn.count('answered_at').as('answered'),
      e.fn.count('absent_at').as('absent'),
      e.fn.count('unsubscribed_at').as('unsubscribed'),
      e.fn.count('closed_at').as('closed'),
      e.fn.count('step_due_at').as('following'),
      e.fn
        .countAll()
        .filterWhere('answered_at', 'is', null)
        .filterWhere('unsubscribed_at', 'is', null)
        .filterWhere('closed_at', 'is', null)
        .as('waiting'),
    ])
    .where('chat_id', '=', chatId)
    .where('line', '>', 0)
    .groupBy('state')
    .execute()
  const of = (...states: RecipientState[]) =>
    rows.filter(r => states.includes(r.state)).reduce((sum, r) => sum + Number(r.n), 0)
  const all = (what: 'n' | 'answered' | 'absent' | 'unsubscribed' | 'closed' | 'following') =>
    rows.reduce((sum, r) => sum + Number(r[what]), 0)
  return {
    total: all('n'),
    blocked: of('blocked'),
    queued: of('queued', 'sending'),
    sent: of('sent'),
    bounced: of('bounced'),
    failed: of('failed'),
    leftOut: of('left_out'),
    answered: all('answered'),
    outOfOffice: all('absent'),
    unsubscribed: all('unsubscribed'),
    closed: all('closed'),
    toFollow: all('following'),
    waiting: Number(rows.find(r => r.state === 'sent')?.waiting ?? 0),
  }
}

/** By the speed so far; nothing is said before some are out. */
function endOf(row: ChatRow, counts: ChatCounts, now: number): number | null {
  const out = counts.sent + counts.bounced + counts.failed
  if (row.state !== 'sending' || row.started_at === null || !counts.queued || out < 3) return null
  return now + (counts.queued * (now - row.started_at)) / out
}

const MOST_NUMBER = 2_147_483_647 // of the column

/** The newest chats, up to `limit`, those with a lower number than `before`. */
export async function listChats(
  q: Query,
  store: { now(): number },
  { limit, before }: { limit: number; before?: number },
): Promise<ChatView[]> {
  const rows = await q
    .selectFrom('chats')
    .select('id')
    .where('number', '<', before ?? MOST_NUMBER)
    .orderBy('number', 'desc')
    .limit(limit)
    .execute()
  const views: ChatView[] = []
  for (const { id } of rows) {
    const view = await chatView(q, store, id)
    if (view) views.push(view)
  }
  return views
}
