import type { BanRow, InboundRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'
import type { Arrival } from './arrival.ts'
import { banOf } from './bans.ts'
import type { Actor } from './events.ts'
import { type About, pendingAgain } from './inbound/settle.ts'
import { refuseUnlessChangesSome } from './permissions/may.ts'
import { aboutOf, settleArrival } from './receive/record.ts'

/** A mail that a ban kept out. */
export interface BannedMail {
  id: string
  receivedAt: number
  about: About | null
  isWhole: boolean // false: the mail itself is kept no more, so it cannot be taken in
}

/** The ban that keeps a mail out at this moment, if any. */
export async function banAgainst(tx: Tx, a: Arrival): Promise<BanRow | undefined> {
  const ban = await banOf(tx.q, a.from.address)
  return ban && (ban.until_at === null || ban.until_at > tx.now) ? ban : undefined
}

/** Puts a mail aside that is not taken in. It is kept like every other, shown nowhere, and found at its ban. */
export async function keepOut(tx: Tx, a: Arrival, { address, reason }: BanRow): Promise<void> {
  await settleArrival(tx, a, {
    state: 'ignored',
    reason: `Mail from ${address} is not taken in: ${reason}`,
    about: aboutOf(a),
  })
  await tx.q.updateTable('inbound').set({ banned_by: address }).where('id', '=', a.inboundId).execute()
}

/** The newest mails that a ban kept out, newest first. */
export async function bannedMails(q: Query, pattern: string, limit: number): Promise<BannedMail[]> {
  const rows = await q
    .selectFrom('inbound')
    .select(['id', 'received_at', 'about', 'dropped_at'])
    .where('banned_by', '=', pattern)
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(bannedMail)
}

function bannedMail(r: Pick<InboundRow, 'id' | 'received_at' | 'about' | 'dropped_at'>): BannedMail {
  return {
    id: r.id,
    receivedAt: r.received_at,
    about: r.about ? JSON.parse(r.about) : null,
    isWhole: r.dropped_at === null,
  }
}

/** Takes in one mail that a ban kept out, as if it had just come; the ban stays. Throws a Problem when that cannot be. */
export async function takeInBanned(tx: Tx, id: string, actor: Actor): Promise<void> {
  await refuseUnlessChangesSome(tx.q, actor)
  const { numUpdatedRows } = await tx.q
    .updateTable('inbound')
    .set({ ...pendingAgain(tx), passed_at: tx.now, banned_by: null, about: null })
    .where('id', '=', id)
    .where('banned_by', 'is not', null)
    .where('dropped_at', 'is', null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Problem('conflict', 'This mail was taken in already, or is kept no more.')
  tx.wake('inbox')
}
