import { keepSetting, settingOf } from '../../../core/settings.ts'
import type { Query, Tx } from '../../../db/store.ts'
import type { Account } from './account.ts'

/** Where we are in a folder. Kept in the settings, moved in the transaction that stores what was read. */
export interface Cursor {
  validity: string
  uid: number // the last one read
  since: number // ms: older mail was there before us and stays unread
  rescanTo: number // after another UIDVALIDITY: up to this uid, mail may be older than `since`
}

/** The cursor as it was left, at the end of a folder that is new to us, or at the beginning of one that was renumbered. */
export async function resume(
  tx: Tx,
  account: Account,
  at: { uidValidity: bigint; uidNext: number },
): Promise<{ cursor: Cursor; isRenumbered: boolean }> {
  const validity = String(at.uidValidity)
  const known = await readCursor(tx.q, account)
  if (known?.validity === validity) return { cursor: known, isRenumbered: false }
  const last = at.uidNext - 1
  const cursor = known
    ? { validity, uid: 0, since: known.since, rescanTo: last }
    : { validity, uid: last, since: tx.now, rescanTo: 0 }
  await saveCursor(tx, account, cursor)
  return { cursor, isRenumbered: known !== undefined }
}

async function readCursor(q: Query, { name }: Account): Promise<Cursor | undefined> {
  const value = await settingOf(q, `imap:${name}`)
  return value === undefined ? undefined : (JSON.parse(value) as Cursor)
}

/** Where to go on; in the transaction that stores what was read. */
export function saveCursor(tx: Tx, { name }: Account, cursor: Cursor): Promise<void> {
  return keepSetting(tx, `imap:${name}`, JSON.stringify(cursor))
}
