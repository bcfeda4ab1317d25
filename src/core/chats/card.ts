import { type SqlBool, sql } from 'kysely'
import type { ChatPostRow } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { backOff } from '../deliveries/retry.ts'
import { LEASE_MS, lease } from '../lease.ts'
import type { Outcome } from '../letter.ts'
import { REDRAW_MS } from './redraw.ts'
import { type ChatView, chatView } from './view.ts'

/** The card of a chat, to be drawn in its team's place. */
export interface ChatCard {
  chat: ChatView
  place: string
  externalId: string | null // how the place knows it, once it was drawn
  attempts: number // 1 at the first try
  createdAt: number
}

/** A word to be said in the thread under a chat's card. */
export interface ChatPost {
  id: string // the same post again has the same id
  chatId: string
  place: string // the team's
  cardId: string // how the place knows the card
  kind: ChatPostRow['kind']
  text: string
  ticketId: string | null // to whose thread it leads; who only said thanks has none
  messageId: string | null // of who only said thanks
  attempts: number // 1 at the first try
  createdAt: number
}

const LIGHT = 'light:'

/** The key of the word that somebody only said thanks, in this message. */
export function lightKey(messageId: string): string {
  return `${LIGHT}${messageId}`
}

/** Queues a word for the thread under the card; the same key again is the same word. */
export async function queueChatPost(
  tx: Tx,
  chatId: string,
  post: Pick<ChatPost, 'kind' | 'text' | 'ticketId'> & { key: string },
): Promise<void> {
  await tx.q
    .insertInto('chat_posts')
    .values({
      id: newId(),
      chat_id: chatId,
      kind: post.kind,
      text: post.text,
      ticket_id: post.ticketId,
      key: post.key,
      external_id: null,
      attempts: 0,
      due_at: tx.now,
      created_at: tx.now,
    })
    .onConflict(c => c.columns(['chat_id', 'key']).doNothing())
    .execute()
  tx.wake('desk')
}

/** In the very words of the partial indexes. */
const cardDue = sql<SqlBool>`card_due_at is not null`
const postDue = sql<SqlBool>`due_at is not null`

/** Takes the cards that are due; nobody else gets them before the lease runs out. `notTo` leaves places out. */
export async function claimChatCards(tx: Tx, store: Store, limit: number, notTo: string[] = []): Promise<ChatCard[]> {
  const due = await tx.q
    .selectFrom('chats')
    .select(['id', 'card_id', 'card_attempts', 'created_at'])
    .where(cardDue)
    .where('card_due_at', '<=', tx.now)
    .orderBy('card_due_at')
    .limit(limit)
    .execute()
  const cards: ChatCard[] = []
  for (const row of due) {
    const view = await chatView(tx.q, store, row.id)
    if (!view || notTo.includes(view.team.place)) continue
    const { numUpdatedRows } = await tx.q
      .updateTable('chats')
      .set({ card_due_at: tx.now + LEASE_MS, card_attempts: row.card_attempts + 1 })
      .where('id', '=', row.id)
      .where('card_due_at', '<=', tx.now) // another process may have been faster
      .executeTakeFirst()
    if (numUpdatedRows === 0n) continue
    cards.push({
      chat: view,
      place: view.team.place,
      externalId: row.card_id,
      attempts: row.card_attempts + 1,
      createdAt: row.created_at,
    })
  }
  return cards
}

/** Writes down what became of a card. What changed since it was claimed is drawn after it. */
export async function settleChatCard(tx: Tx, card: ChatCard, outcome: Outcome): Promise<void> {
  const { id } = card.chat
  if ('retry' in outcome) {
    const due = tx.now + (outcome.retry.afterMs ?? backOff(card.attempts))
    await tx.q.updateTable('chats').set({ card_due_at: due }).where('id', '=', id).execute()
    return
  }
  await tx.q
    .updateTable('chats')
    .set({ ...('sent' in outcome && { card_id: outcome.sent.id }), card_attempts: 0, card_due_at: null })
    .where('id', '=', id)
    .execute()
  // only now that the row is ours: who changes the chat meanwhile found it being drawn, and left it at that
  const fresh = await chatView(tx.q, { now: () => tx.now }, id)
  if (fresh && shownOn(fresh) !== shownOn(card.chat)) {
    const due = fresh.state === card.chat.state ? tx.now + REDRAW_MS : tx.now
    await tx.q.updateTable('chats').set({ card_due_at: due }).where('id', '=', id).execute()
  }
  tx.wake('desk')
}

/** All that a card shows, but for when it ends, which is another at each moment. */
function shownOn(chat: ChatView): string {
  return JSON.stringify({ ...chat, endsAt: null })
}

/** Takes the words that are due, of chats whose card is there. */
export async function claimChatPosts(tx: Tx, limit: number): Promise<ChatPost[]> {
  const due = await tx.q
    .selectFrom('chat_posts as p')
    .innerJoin('chats as c', 'c.id', 'p.chat_id')
    .innerJoin('teams as t', 't.id', 'c.team_id')
    .selectAll('p')
    .select(['c.card_id', 't.place'])
    .where(sql<SqlBool>`p.due_at is not null`)
    .where('p.due_at', '<=', tx.now)
    .where('c.card_id', 'is not', null)
    .orderBy('p.due_at')
    .orderBy('p.id')
    .limit(limit)
    .execute()
  return (await lease(tx, 'chat_posts', due, LEASE_MS)).map(postOf)
}

function postOf(row: ChatPostRow & { card_id: string | null; place: string }): ChatPost {
  const { id, kind, text, place } = row
  return {
    id,
    kind,
    text,
    place,
    chatId: row.chat_id,
    cardId: row.card_id as string,
    ticketId: kind === 'light' ? null : row.ticket_id,
    messageId: kind === 'light' ? row.key.slice(LIGHT.length) : null,
    attempts: row.attempts,
    createdAt: row.created_at,
  }
}

/** Writes down what became of a word. */
export async function settleChatPost(tx: Tx, post: ChatPost, outcome: Outcome): Promise<void> {
  const isLater = 'retry' in outcome
  await tx.q
    .updateTable('chat_posts')
    .set({
      ...('sent' in outcome && { external_id: outcome.sent.id }),
      due_at: isLater ? tx.now + (outcome.retry.afterMs ?? backOff(post.attempts)) : null,
    })
    .where('id', '=', post.id)
    .execute()
  tx.wake('desk')
}

/** When the next card or word is due (ms UTC), of those that are not due yet at `after`, or null. */
export async function nextChatDue(q: Query, after = 0): Promise<number | null> {
  const card = await q
    .selectFrom('chats')
    .select(e => e.fn.min('card_due_at').as('at'))
    .where(cardDue)
    .where('card_due_at', '>', after)
    .executeTakeFirst()
  const post = await q
    .selectFrom('chat_posts')
    .select(e => e.fn.min('due_at').as('at'))
    .where(postDue)
    .where('due_at', '>', after)
    .executeTakeFirst()
  const due = [card?.at, post?.at].filter(at => at != null).map(Number)
  return due.length ? Math.min(...due) : null
}
