import { containing } from '../db/like.ts'
import type { UnsubscriptionRow } from '../db/schema.ts'
import type { FileRules, Query, Store, Tx } from '../db/store.ts'
import { redrawChat } from './chats/redraw.ts'
import { type Actor, record } from './events.ts'
import { noteLift } from './lifts.ts'
import { unsubscribeToken } from './tokens.ts'

/** The kind that stands for all kinds. */
export const EVERYTHING = '*'

export interface Leaving {
  address: string
  kind: string // of chats, or EVERYTHING
  chatId: string | null // whose mail made them leave
  reason: string // a finished sentence
  source: string // how: link, one-click, mail, complaint, agent
}

/** Afterwards no chat of that kind goes to the address. The first reason stands; the chat's card counts it once. */
export async function unsubscribe(tx: Tx, { address, kind, chatId, reason, source }: Leaving): Promise<void> {
  const { numInsertedOrUpdatedRows } = await tx.q
    .insertInto('unsubscriptions')
    .values({ address, kind, reason, source, chat_id: chatId, created_at: tx.now })
    .onConflict(c => c.columns(['address', 'kind']).doNothing())
    .executeTakeFirst()
  if (!chatId) return
  const recipients = await recipientsAt(tx.q, chatId, address)
  const leaving = recipients.filter(r => r.unsubscribed_at === null).map(r => r.id)
  if (leaving.length) {
    await tx.q.updateTable('chat_recipients').set({ unsubscribed_at: tx.now }).where('id', 'in', leaving).execute()
    await redrawChat(tx, chatId)
  }
  if (!numInsertedOrUpdatedRows) return
  for (const { ticket_id, customer_id, name } of recipients) {
    const customer: Actor = { kind: 'customer', id: customer_id, name: name || address }
    if (ticket_id) await record(tx, ticket_id, 'unsubscribed', customer, undefined, { to: address, kind, reason })
  }
}

/** Those who were written to; a line that was blocked got nothing that one could leave. */
function recipientsAt(q: Query, chatId: string, address: string) {
  return q
    .selectFrom('chat_recipients')
    .select(['id', 'name', 'customer_id', 'ticket_id', 'unsubscribed_at'])
    .where('address', '=', address)
    .where('chat_id', '=', chatId)
    .where('state', '!=', 'blocked')
    .execute()
}

/** Somebody called a mail of this ticket spam: when a chat sent it, the chat counts that, and they get none any more. */
export async function complainedOf(tx: Tx, ticketId: string, address: string): Promise<void> {
  const recipient = await tx.q
    .selectFrom('chat_recipients as r')
    .innerJoin('chats as c', 'c.id', 'r.chat_id')
    .select(['r.id', 'r.complained_at', 'c.id as chat_id', 'c.number'])
    .where('r.ticket_id', '=', ticketId)
    .executeTakeFirst()
  if (!recipient) return
  if (recipient.complained_at === null) {
    await tx.q.updateTable('chat_recipients').set({ complained_at: tx.now }).where('id', '=', recipient.id).execute()
    await redrawChat(tx, recipient.chat_id)
  }
  await unsubscribe(tx, {
    address,
    kind: EVERYTHING,
    chatId: recipient.chat_id,
    reason: `They reported chat ${recipient.number} as spam.`,
    source: 'complaint',
  })
}

/** Why no chat of this kind goes to the address: they left the kind, or everything. */
export async function unsubscriptionOf(
  q: Query,
  address: string,
  kind: string,
): Promise<UnsubscriptionRow | undefined> {
  return (await unsubscriptionsOf(q, address, [kind, EVERYTHING]))[0]
}

/** That of everything first. */
async function unsubscriptionsOf(q: Query, address: string, kinds: string[]): Promise<UnsubscriptionRow[]> {
  const rows = await q
    .selectFrom('unsubscriptions')
    .selectAll()
    .where('address', '=', address)
    .where('kind', 'in', kinds)
    .execute()
  return rows.toSorted((a, b) => Number(b.kind === EVERYTHING) - Number(a.kind === EVERYTHING))
}

/** Who of these left what. */
export async function unsubscribedAmong(q: Query, addresses: string[]): Promise<UnsubscriptionRow[]> {
  if (!addresses.length) return []
  return q.selectFrom('unsubscriptions').selectAll().where('address', 'in', addresses).execute()
}

/**
 * Chats of that kind may go to the address again; who said so and why is kept. Lifting none changes nothing. Throws a
 * Problem for an empty note, and for an agent where leads decide.
 */
export async function liftUnsubscription(
  tx: Tx,
  address: string,
  kind: string,
  actor: Actor,
  note: string,
): Promise<void> {
  const [found] = await unsubscriptionsOf(tx.q, address, [kind])
  if (!found) return
  await noteLift(tx, { address, what: 'unsubscription', reason: found.reason, note, actor })
  await tx.q.deleteFrom('unsubscriptions').where('address', '=', address).where('kind', '=', kind).execute()
}

/** What somebody who has the link in a chat's mail is shown and may change. */
export interface Subscription {
  address: string
  kind: string
  chat: { id: string; number: number }
  team: string
  sender: string | null // its address
  customer: Actor
  left: 'kind' | 'everything' | null
  mayReturn: boolean // they left by themselves: no complaint, and no agent, stands against it
}

/** The subscription that a chat's recipient may leave; undefined when there is no such recipient. */
export async function subscriptionOf(q: Query, recipientId: string): Promise<Subscription | undefined> {
  const r = await q
    .selectFrom('chat_recipients as r')
    .innerJoin('chats as c', 'c.id', 'r.chat_id')
    .innerJoin('teams as t', 't.id', 'c.team_id')
    .leftJoin('senders as s', 's.id', 'c.sender_id')
    .select(['r.address', 'r.name', 'r.customer_id', 'c.id', 'c.number', 'c.kind', 't.name as team'])
    .select('s.address as sender')
    .where('r.id', '=', recipientId)
    .executeTakeFirst()
  if (!r) return undefined
  const left = await unsubscriptionsOf(q, r.address, [r.kind, EVERYTHING])
  return {
    address: r.address,
    kind: r.kind,
    chat: { id: r.id, number: r.number },
    team: r.team,
    sender: r.sender,
    customer: { kind: 'customer', id: r.customer_id, name: r.name || r.address },
    left: !left.length ? null : left.some(u => u.kind === EVERYTHING) ? 'everything' : 'kind',
    mayReturn: left.every(u => OWN_WAYS.includes(u.source)),
  }
}

const OWN_WAYS = ['link', 'one-click', 'mail']

/** Takes back what the customer chose themselves; undefined when there is no such recipient. */
export async function subscribeAgain(tx: Tx, recipientId: string): Promise<Subscription | undefined> {
  const s = await subscriptionOf(tx.q, recipientId)
  if (!s?.left) return s
  for (const { kind, source } of await unsubscriptionsOf(tx.q, s.address, [s.kind, EVERYTHING]))
    if (OWN_WAYS.includes(source))
      await liftUnsubscription(tx, s.address, kind, s.customer, 'They subscribed again, by the link in a mail.')
  const after = await subscriptionOf(tx.q, recipientId)
  if (after?.left === null) {
    const recipients = (await recipientsAt(tx.q, s.chat.id, s.address)).map(r => r.id)
    await tx.q.updateTable('chat_recipients').set({ unsubscribed_at: null }).where('id', 'in', recipients).execute()
    await redrawChat(tx, s.chat.id)
  }
  return after
}

/** Unsubscriptions whose address, kind or reason contains what was typed, newest first. */
export function searchUnsubscriptions(q: Query, typed: string, limit: number): Promise<UnsubscriptionRow[]> {
  const like = containing(typed.trim())
  return q
    .selectFrom('unsubscriptions')
    .selectAll()
    .where(e =>
      e.or([
        e('address', 'like', like),
        e(e.fn('lower', ['kind']), 'like', like),
        e(e.fn('lower', ['reason']), 'like', like),
      ]),
    )
    .orderBy('created_at', 'desc')
    .orderBy('address')
    .orderBy('kind')
    .limit(limit)
    .execute()
}

export async function countUnsubscriptions(q: Query): Promise<number> {
  const row = await q
    .selectFrom('unsubscriptions')
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** Where a chat's recipient unsubscribes; null when there is no address for that which mailbox providers take. */
export function unsubscribeUrl({ key, files }: Pick<Store, 'key' | 'files'>, recipientId: string): string | null {
  if (chatFault(files) !== null) return null
  return `${files.publicUrl?.replace(/\/+$/, '')}/unsubscribe/${unsubscribeToken(key, recipientId)}`
}

/** Why no chat can be sent from this installation, a finished sentence; null when chats can be. */
export function chatFault({ publicUrl }: Pick<FileRules, 'publicUrl'>): string | null {
  if (publicUrl === null)
    return 'Whoever gets a chat must be able to unsubscribe with one click, so Overture needs a public https address: set PUBLIC_URL.'
  return canLeaveAt(publicUrl)
    ? null
    : 'Whoever gets a chat must be able to unsubscribe with one click, which mailbox providers do over https only: PUBLIC_URL must begin with https://.'
}

/** Whether one can be sent to this address to unsubscribe (RFC 8058): by https, or on this machine. */
export function canLeaveAt(url: string): boolean {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' }
  if (protocol === 'https:') return true
  return protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
