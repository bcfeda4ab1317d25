import { type SqlBool, sql } from 'kysely'
import type { InboundRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'
import { liftAlert } from './alerts.ts'
import type { Actor } from './events.ts'
import { type About, pendingAgain } from './inbound.ts'
import { floodKey } from './receive/flood.ts'
import { usableSender } from './senders/usual.ts'
import { MAIL } from './threads.ts'

/** A mail that belongs to no ticket, or that could not be understood, until somebody gives it to a team. */
export interface TrayEntry {
  id: string
  receivedAt: number
  reason: string
  about: About | null
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
    .select(['id', 'received_at', 'reason', 'about'])
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
  }))
}

/** Gives a mail of the tray to a team: it is understood once more and becomes a new ticket there. */
export async function giveToTeam(tx: Tx, id: string, teamId: string): Promise<void> {
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
