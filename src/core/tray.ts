import { type SqlBool, sql } from 'kysely'
import type { InboundRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'
import { liftAlert } from './alerts.ts'
import { rawOf } from './dropped.ts'
import type { Actor } from './events.ts'
import { type About, pendingAgain } from './inbound/settle.ts'
import { refuseUnlessChangesSome, refuseUnlessMay, refuseUnlessOpens } from './permissions/may.ts'
import { floodKey } from './receive/flood.ts'
import { usableSender } from './senders/usual.ts'
import { MAIL } from './threads.ts'
import { refuseMerged, ticketById } from './tickets/find.ts'

/** A mail that belongs to no ticket, or that could not be understood, until somebody gives it to a team. */
export interface TrayEntry {
  id: string
  receivedAt: number
  reason: string
  about: About | null
  from: string | null // the address of who wrote it, where it could be read
}

/** Mails of one author that were too many, until somebody lets them through. */
export interface HeldMails {
  address: string
  count: number
  newestAt: number
  reason: string
  about: About | null
}

/** In the very words of the partial index: with parameters in their place SQLite would not use it. */
const leftOver = sql<SqlBool>`state in ('unmatched', 'quarantined')`

/** How many mails wait for somebody: those left over, and those held. */
export async function countTray(q: Query): Promise<number> {
  const row = await q
    .selectFrom('inbound')
    .select(e => e.fn.countAll().as('n'))
    .where(leftOver)
    .where('channel', '=', MAIL)
    .executeTakeFirstOrThrow()
  return Number(row.n) + (await countHeld(q))
}

const isHeld = sql<SqlBool>`state = 'held'` // in the words of its index, too

async function countHeld(q: Query): Promise<number> {
  const row = await q
    .selectFrom('inbound')
    .select(e => e.fn.countAll().as('n'))
    .where(isHeld)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** Who sent too much at once, those with the newest mails first. */
export async function heldMails(q: Query, limit: number): Promise<HeldMails[]> {
  const rows = await q
    .selectFrom('inbound')
    .select(e => ['from_address', e.fn.countAll().as('n'), e.fn.max('received_at').as('newest_at')])
    .where(isHeld)
    .groupBy('from_address')
    .orderBy('newest_at', 'desc')
    .limit(limit)
    .execute()
  const held: HeldMails[] = []
  for (const { from_address, n, newest_at } of rows) {
    const address = from_address ?? ''
    const newest = await newestHeld(q, address)
    held.push({
      address,
      count: Number(n),
      newestAt: Number(newest_at),
      reason: newest?.reason ?? '',
      about: newest?.about ? JSON.parse(newest.about) : null,
    })
  }
  return held
}

function newestHeld(q: Query, address: string): Promise<Pick<InboundRow, 'reason' | 'about'> | undefined> {
  return q
    .selectFrom('inbound')
    .select(['reason', 'about'])
    .where(isHeld)
    .where('from_address', '=', address)
    .orderBy('received_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** Has all that is held of an author understood once more, as if it had not been too much. Returns how many. */
export async function letThrough(tx: Tx, address: string, actor: Actor): Promise<number> {
  await refuseUnlessChangesSome(tx.q, actor)
  const { numUpdatedRows } = await tx.q
    .updateTable('inbound')
    .set({ ...pendingAgain(tx), passed_at: tx.now })
    .where(isHeld)
    .where('from_address', '=', address)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Problem('conflict', 'Nothing of theirs is held any more.')
  await liftAlert(tx, floodKey(address), `${actor.name} let through what was held of ${address}.`)
  tx.wake('inbox')
  return Number(numUpdatedRows)
}

/** Puts aside for good all that is held of an author; it is kept, but shown nowhere. Returns how many. */
export async function throwAway(tx: Tx, address: string, actor: Actor): Promise<number> {
  await refuseUnlessChangesSome(tx.q, actor)
  const { numUpdatedRows } = await tx.q
    .updateTable('inbound')
    .set({ state: 'ignored', reason: `${actor.name} threw away what was held of ${address}.` })
    .where(isHeld)
    .where('from_address', '=', address)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Problem('conflict', 'Nothing of theirs is held any more.')
  await liftAlert(tx, floodKey(address), `${actor.name} threw away what was held of ${address}.`)
  return Number(numUpdatedRows)
}

/** Puts one mail of the tray aside for good; it is kept, but shown nowhere. */
export async function throwOneAway(tx: Tx, id: string, actor: Actor): Promise<void> {
  await refuseUnlessChangesSome(tx.q, actor)
  const { numUpdatedRows } = await tx.q
    .updateTable('inbound')
    .set({ state: 'ignored', reason: `${actor.name} threw it away.` })
    .where('id', '=', id)
    .where('channel', '=', MAIL)
    .where(leftOver)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Problem('conflict', 'This mail is no longer in the tray.')
}

/** The newest entries of the tray, newest first. */
export async function tray(q: Query, limit: number): Promise<TrayEntry[]> {
  const rows = await q
    .selectFrom('inbound')
    .select(['id', 'received_at', 'reason', 'about', 'from_address'])
    .where(leftOver)
    .where('channel', '=', MAIL)
    .orderBy('received_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(r => ({
    id: r.id,
    receivedAt: r.received_at,
    reason: r.reason ?? '',
    about: r.about ? JSON.parse(r.about) : null,
    from: r.from_address,
  }))
}

/**
 * Gives a mail of the tray to a team: it is understood once more and becomes a new ticket there. Throws a Problem for an
 * agent who may open none there.
 */
export async function giveToTeam(tx: Tx, id: string, teamId: string, actor: Actor): Promise<void> {
  await refuseUnlessOpens(tx.q, actor, teamId)
  await usableSender(tx.q, teamId, null)
  const { numUpdatedRows } = await tx.q
    .updateTable('inbound')
    .set({ ...pendingAgain(tx), team_id: teamId })
    .where('id', '=', id)
    .where('channel', '=', MAIL)
    .where(leftOver)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Problem('conflict', 'This mail is no longer in the tray.')
  tx.wake('inbox')
}

/** Gives a mail of the tray to a ticket: it is understood once more and recorded there. Throws a Problem under `ticket`. */
export async function giveToTicket(tx: Tx, id: string, ticketId: string, actor: Actor): Promise<void> {
  const ticket = await ticketById(tx.q, ticketId)
  await refuseUnlessMay(tx.q, actor, 'manage', ticket)
  await refuseMerged(tx.q, ticket, 'ticket')
  if (ticket.spam_at !== null) throw new Problem('conflict', `${ticket.identifier} is spam.`, 'ticket')
  await takeOut(tx, id, { ticket_id: ticketId, given_by: actor.name })
}

/** Has a mail of the tray understood once more as it is, such as after an outage, or with a newer Overture. */
export async function tryAgain(tx: Tx, id: string, actor: Actor): Promise<void> {
  await refuseUnlessChangesSome(tx.q, actor)
  await takeOut(tx, id, {})
}

async function takeOut(tx: Tx, id: string, more: Partial<Pick<InboundRow, 'ticket_id' | 'given_by'>>): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('inbound')
    .set({ ...pendingAgain(tx), ...more })
    .where('id', '=', id)
    .where('channel', '=', MAIL)
    .where(leftOver)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Problem('conflict', 'This mail is no longer in the tray.', 'ticket')
  tx.wake('inbox')
}

/** A mail as it came in, byte for byte. Throws a Problem when there is none, or when it is kept no more. */
export async function mailAsItCame(q: Query, inboundId: string): Promise<Buffer> {
  const row = await q
    .selectFrom('inbound')
    .select(['raw', 'dropped_at'])
    .where('id', '=', inboundId)
    .where('channel', '=', MAIL)
    .executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This mail is no more.')
  return Buffer.from(rawOf(row))
}

/** What waits of an author who was banned is shown nowhere any more; a whole domain's stays for people to look at. */
export async function throwBannedAway(tx: Tx, banned: string, actor: Actor): Promise<void> {
  if (banned.startsWith('*@')) return
  await tx.q
    .updateTable('inbound')
    .set({ state: 'ignored', reason: `${actor.name} banned ${banned}.` })
    .where('from_address', '=', banned)
    .where(sql<SqlBool>`state in ('unmatched', 'quarantined', 'held')`)
    .execute()
  await liftAlert(tx, floodKey(banned), `${actor.name} banned ${banned}.`)
}
