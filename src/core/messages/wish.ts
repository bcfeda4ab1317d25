import type { MailWishRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { readAllCopies } from '../copies.ts'
import { scheduleIn } from '../deliveries/queue.ts'
import type { MailWish } from '../view.ts'

/** The same with every address read. Throws a Problem under `copies` or `blind` for one that must not be written to. */
export async function readWish(q: Query, { copyTo = [], blindTo = [], schedule = null }: MailWish): Promise<MailWish> {
  const { copies, blind } = await readAllCopies(q, '', { copyTo, blindTo })
  return { copyTo: copies.filter(address => !blind.includes(address)), blindTo: blind, schedule }
}

/** Remembers how a message is to be mailed that somebody else sends, or that was taken back. */
export async function keepWish(tx: Tx, messageId: string, wish: MailWish): Promise<void> {
  const { copyTo = [], blindTo = [], schedule } = wish
  if (!copyTo.length && !blindTo.length && !schedule) return
  await tx.q
    .insertInto('mail_wishes')
    .values({
      message_id: messageId,
      copy_to: JSON.stringify(copyTo),
      blind_to: JSON.stringify(blindTo),
      scheduled_at: schedule?.at ?? null,
      zone: schedule?.zone ?? null,
      unless_answered: schedule?.unlessAnswered ? 1 : 0,
    })
    .execute()
}

/** How a message that goes out now was to be mailed; afterwards that is no wish any more. */
export async function takeWish(tx: Tx, messageId: string): Promise<MailWish> {
  const row = await tx.q.deleteFrom('mail_wishes').where('message_id', '=', messageId).returningAll().executeTakeFirst()
  return row ? wishIn(row) : {}
}

/** How those of these messages are to be mailed of which it is remembered, by id. */
export async function wishesFor(q: Query, messageIds: string[]): Promise<Map<string, MailWish>> {
  if (!messageIds.length) return new Map()
  const rows = await q.selectFrom('mail_wishes').selectAll().where('message_id', 'in', messageIds).execute()
  return new Map(rows.map(row => [row.message_id, wishIn(row)]))
}

function wishIn(row: MailWishRow): MailWish {
  return { copyTo: JSON.parse(row.copy_to), blindTo: JSON.parse(row.blind_to), schedule: scheduleIn(row) }
}
