import { sql } from 'kysely'
import { prepared, preparedMany } from '../../db/prepared.ts'
import type { AgentRow, ChatRecipientRow, ChatRow } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { tableOf } from '../../db/table.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf, agentById } from '../agents.ts'
import type { KeptFile } from '../attachments.ts'
import { type CustomerView, customersFor, learnName } from '../customers.ts'
import type { Document } from '../document.ts'
import { hoursOf } from '../hours/settings.ts'
import { postMessages } from '../messages/post.ts'
import { teamById } from '../teams.ts'
import { openTicketsOfChat } from '../tickets/open-for-chat.ts'
import { Unfilled } from '../unfilled.ts'
import { type CustomerFacts, customersAt, variablesOf } from '../variables.ts'
import { type Block, blockForgotten, blocksOf, type ChatContext, contextOf } from './blocks.ts'
import { finishChat, pause } from './change.ts'
import { redrawChat } from './redraw.ts'
import { afterQuietHours, type ChatRules, chatRulesOf } from './rules.ts'

/** A chat that is being sent, and how fast. */
export interface Sending {
  id: string
  perSecond: number
  onTheirWay: number // mails in the outbox
}

/** The chats that are being sent now. */
export async function chatsSending(q: Query): Promise<Sending[]> {
  const rows = await q
    .selectFrom('chats as c')
    .innerJoin('teams as t', 't.id', 'c.team_id')
    .select(e => [
      'c.id',
      't.chat_rules',
      e
        .selectFrom('chat_recipients as r')
        .select(r => r.fn.countAll().as('n'))
        .whereRef('r.chat_id', '=', 'c.id')
        .where('r.state', '=', 'sending')
        .as('n'),
    ])
    .where('c.state', '=', 'sending')
    .orderBy('c.started_at')
    .execute()
  return rows.map(r => ({ id: r.id, perSecond: chatRulesOf(r).perSecond, onTheirWay: Number(r.n) }))
}

/** What became of a batch. */
export interface Fed {
  queued: number // mails that were put into the outbox
  due: number | null // when the next recipient is due (ms UTC); null: none is left
}

/**
 * Opens the tickets of the next recipients, up to `limit`, and puts their mails into the outbox: each with its own ticket,
 * Message-ID and words, in one transaction, so that nobody gets it twice and nobody is forgotten. Whoever must not get it
 * by now is blocked with the reason. A chat whose last mail is out is finished.
 */
export async function feedChat(tx: Tx, chatId: string, limit: number): Promise<Fed> {
  const [chat] = (await lockSending(tx.q, { chatId })).rows
  if (!chat) return { queued: 0, due: null }
  const batch = await dueRecipients(tx.q, chatId, tx.now, limit)
  if (!batch.length) return endOrWait(tx, chat)
  let queued = 0
  await sql`savepoint batch`.execute(tx.q)
  try {
    queued = await mail(tx, chat, batch)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    await sql`rollback to savepoint batch`.execute(tx.q) // no ticket without its mail
    await pause(tx, chat, error.message) // of the sender or the team: it is the same for all
  }
  await redrawChat(tx, chatId)
  return { queued, due: tx.now }
}

/** A pause that comes meanwhile waits for the batch, and then holds it back: without this it would not see it yet. */
const lockSending = prepared((q, v: { chatId: string }) =>
  q
    .updateTable('chats')
    .set(e => ({ state: e.ref('state') }))
    .where('id', '=', v.chatId)
    .where('state', '=', 'sending')
    .returningAll(),
)

function dueRecipients(q: Query, chatId: string, now: number, limit: number): Promise<ChatRecipientRow[]> {
  return q
    .selectFrom('chat_recipients')
    .selectAll()
    .where('chat_id', '=', chatId)
    .where('state', '=', 'queued')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute()
}

async function endOrWait(tx: Tx, chat: ChatRow): Promise<Fed> {
  const next = await tx.q
    .selectFrom('chat_recipients')
    .select(e => ['state', e.fn.min('due_at').as('at')])
    .where('chat_id', '=', chat.id)
    .where('state', 'in', ['queued', 'sending'])
    .groupBy('state')
    .execute()
  const queued = next.find(r => r.state === 'queued')
  if (queued) return { queued: 0, due: Number(queued.at) }
  if (!next.length) await finishChat(tx, chat)
  return { queued: 0, due: null }
}

async function mail(tx: Tx, chat: ChatRow, batch: ChatRecipientRow[]): Promise<number> {
  const context = await contextOf(tx.q, chat)
  const team = await teamById(tx.q, chat.team_id)
  const rules = chatRulesOf(team)
  const agent = await agentById(tx.q, chat.agent_id)
  const customers = await customersAt(
    tx.q,
    batch.map(r => r.address),
  )
  const blocks = await blocksOf(tx.q, context, batch, tx.now, { fill: false }) // they are filled in below
  await blockForgotten(tx, batch, blocks)
  const capped = await cappedAmong(tx.q, chat.id, batch, rules, tx.now)
  const files = await filesOf(tx.q, chat.id)
  const mails: Mail[] = []
  for (const r of batch) {
    const customer = customers.get(r.address)
    const at = afterQuietHours(rules, customer?.zone ?? null, hoursOf(team).zone, tx.now)
    const block = blocks.get(r.id) ?? capped.get(r.address)
    const filled = block || at > tx.now ? null : fill(context, r, customer)
    if (block) await setBlocked(tx, r, block)
    else if (filled === null)
      await tx.q.updateTable('chat_recipients').set({ due_at: at }).where('id', '=', r.id).execute()
    else if ('block' in filled) await setBlocked(tx, r, filled)
    else mails.push({ recipient: r, ...filled })
  }
  if (mails.length) await mailAll(tx, chat, agent, mails, files)
  return mails.length
}

interface Mail {
  recipient: ChatRecipientRow
  subject: string
  body: Document
}

function fill(
  context: ChatContext,
  r: ChatRecipientRow,
  customer: CustomerFacts | undefined,
): Pick<Mail, 'subject' | 'body'> | Block {
  try {
    return context.template.fill(variablesOf(context, r, customer))
  } catch (error) {
    if (!(error instanceof Unfilled)) throw error
    return { block: 'missing_variable', reason: error.message }
  }
}

async function mailAll(tx: Tx, chat: ChatRow, agent: AgentRow, mails: Mail[], keptFiles: KeptFile[]): Promise<void> {
  const customers = await customersFor(
    tx,
    mails.map(m => m.recipient),
  )
  const to: { customer: CustomerView; subject: string }[] = []
  for (const { recipient, subject } of mails) {
    const customer = await learnName(tx, customers.get(recipient.address) as CustomerView, recipient.name)
    to.push({ customer, subject })
  }
  const actor = actorOf(agent)
  const tickets = await openTicketsOfChat(tx, chat, actor, to)
  await setSending(
    tx.q,
    tickets.map((t, i) => ({ id: mails[i]?.recipient.id ?? '', ticketId: t.id, customerId: t.customer_id })),
  )
  await postMessages(
    tx,
    tickets.map((ticket, i) => ({
      ticketId: ticket.id,
      ticket,
      author: actor,
      body: mails[i]?.body ?? [],
      keptFiles,
      visibility: 'public',
      isAgreed: true,
      opening: true,
      holdMs: 0,
    })),
  )
}

const setSending = preparedMany((q, sending: { id: string; ticketId: string; customerId: string }[]) =>
  q
    .updateTable('chat_recipients')
    .from(tableOf(sending, s => [s.id, s.ticketId, s.customerId]).as('opened'))
    .set(e => ({ state: 'sending', ticket_id: e.ref('opened.column2'), customer_id: e.ref('opened.column3') }))
    .whereRef('chat_recipients.id', '=', 'opened.column1'),
)

async function setBlocked(tx: Tx, r: ChatRecipientRow, { block, reason }: Block): Promise<void> {
  await tx.q.updateTable('chat_recipients').set({ state: 'blocked', block, reason }).where('id', '=', r.id).execute()
}

const DAY_MS = 24 * 3_600_000

/** Those who had a chat within the team's days, whatever this one leaves out. */
async function cappedAmong(
  q: Query,
  chatId: string,
  batch: ChatRecipientRow[],
  { capDays }: ChatRules,
  now: number,
): Promise<Map<string, Block>> {
  if (capDays === 0) return new Map()
  const rows = await q
    .selectFrom('chat_recipients as r')
    .innerJoin('chats as c', 'c.id', 'r.chat_id')
    .select(['r.address', 'c.number'])
    .where(
      'r.address',
      'in',
      batch.map(r => r.address),
    )
    .where('r.chat_id', '!=', chatId)
    .where('r.state', 'in', ['sending', 'sent'])
    .where(e => e.or([e('r.sent_at', 'is', null), e('r.sent_at', '>', now - capDays * DAY_MS)]))
    .execute()
  return new Map(
    rows.map(r => [
      r.address,
      { block: 'written_to', reason: `They had chat ${r.number} within ${capDays} days.` } satisfies Block,
    ]),
  )
}

/** The files that go with every mail of a chat. */
export async function filesOf(q: Query, chatId: string): Promise<KeptFile[]> {
  return q
    .selectFrom('chat_files')
    .select(['name', 'type', 'size', 'sha256'])
    .where('chat_id', '=', chatId)
    .orderBy('position')
    .execute()
}

/** Begins the scheduled chats whose time has come, and returns when the next one is due (ms UTC), or null. */
export async function chatsDue(store: Store): Promise<{ ids: string[]; next: number | null }> {
  const rows = await store.read(q =>
    q.selectFrom('chats').select(['id', 'due_at']).where('state', '=', 'scheduled').orderBy('due_at').execute(),
  )
  const now = store.now()
  return {
    ids: rows.filter(r => (r.due_at ?? 0) <= now).map(r => r.id),
    next: rows.find(r => (r.due_at ?? 0) > now)?.due_at ?? null,
  }
}

const CLEARING_MS = 120_000

/** Stopped chats of which something is still held back: a first mail, or, for a while, perhaps a follow-up. */
export function chatsToClear(q: Query, now: number): Promise<{ id: string; finished_at: number | null }[]> {
  return q
    .selectFrom('chats as c')
    .select(['c.id', 'c.finished_at'])
    .where('c.state', '=', 'stopped')
    .where(e =>
      e.or([
        e('c.finished_at', '>', now - CLEARING_MS),
        e.exists(
          e
            .selectFrom('chat_recipients as r')
            .select('r.id')
            .whereRef('r.chat_id', '=', 'c.id')
            .where('r.state', '=', 'sending'),
        ),
      ]),
    )
    .execute()
}
