import type { FetchMessageObject, ImapFlow } from 'imapflow'
import { alert } from '../../../core/alerts.ts'
import { storeSetAside } from '../../../core/inbound/settle.ts'
import { storeInbound } from '../../../core/inbound/store.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Log } from '../../../lib/log.ts'
import { keyOf } from '../identity.ts'
import type { Account } from './account.ts'
import { type Cursor, saveCursor } from './cursor.ts'
import type { Envelope } from './recipients.ts'

const MOST_PER_COMMIT = 50
const MOST_BYTES_PER_COMMIT = 20_000_000
const DAY_MS = 86_400_000
const MOST_TRIES = 3
const MOST_TRIES_OF_NOTHING = 10 // where not even its header can be had: it may be the server
const LONGEST_HEADER = 64 * 1024
const TELLING_FIELDS = ['From', 'To', 'Cc', 'Reply-To', 'Subject', 'Date', 'Message-ID', 'In-Reply-To', 'References']

export interface Taking {
  /** A connection begins; `isJunk`: this is where the server puts what it takes for spam. */
  begin(isJunk: boolean): void
  /** Fetches and stores all that is behind the cursor. Rejects when the connection or the server fails. */
  takeNew(client: ImapFlow, cursor: Cursor, isStopped: () => boolean): Promise<void>
}

export interface TakingOptions {
  account: Account
  store: Store
  log: Log
  maxBytes: number
  heard(): void // the server gave a sign of life
}

/** Takes mail in from a folder: stored with the cursor behind it, both or neither. A mail that cannot be had holds up no other. */
export function createTaking({ account, store, log, maxBytes, heard }: TakingOptions): Taking {
  let junk = false
  let failures = 0 // in a row, with the cursor where it was
  let suspect = { uid: 0, times: 0 } // the mail at which the connection broke, when it was fetched alone

  async function takeNew(client: ImapFlow, cursor: Cursor, isStopped: () => boolean): Promise<void> {
    const before = cursor.uid
    try {
      if (failures >= MOST_TRIES) await oneByOne(client, cursor, isStopped)
      else await takeAll(client, cursor, isStopped)
      failures = 0
    } catch (error) {
      failures = cursor.uid === before ? failures + 1 : 0
      throw error
    }
  }

  async function takeAll(client: ImapFlow, cursor: Cursor, isStopped: () => boolean): Promise<void> {
    if (cursor.uid < cursor.rescanTo) await rescan(client, cursor, isStopped)
    await take(client, `${cursor.uid + 1}:*`, cursor, isStopped)
  }

  /** After a renumbering: what came since we began is looked at again; what is known already is not stored twice. */
  async function rescan(client: ImapFlow, cursor: Cursor, isStopped: () => boolean): Promise<void> {
    const found = (await client.search({ since: new Date(cursor.since - DAY_MS) }, { uid: true })) || []
    const uids = found.filter(uid => uid > cursor.uid && uid <= cursor.rescanTo)
    if (uids.length) await take(client, uids.join(','), cursor, isStopped)
    if (isStopped()) return
    cursor.uid = Math.max(cursor.uid, cursor.rescanTo)
    await store.write(tx => saveCursor(tx, account, cursor))
  }

  async function take(client: ImapFlow, range: string, cursor: Cursor, isStopped: () => boolean): Promise<void> {
    let batch: FetchMessageObject[] = []
    let bytes = 0
    try {
      const query = { uid: true, size: true, internalDate: true, source: { start: 0, maxLength: maxBytes } }
      for await (const mail of client.fetch(range, query, { uid: true })) {
        heard()
        if (mail.uid <= cursor.uid) continue // `n:*` always answers with the last one
        if (!mail.source) throw new Withheld('it came without its text')
        batch.push(mail)
        bytes += mail.source.length
        if (batch.length < MOST_PER_COMMIT && bytes < MOST_BYTES_PER_COMMIT) continue
        await keep(batch, cursor)
        batch = []
        bytes = 0
        if (isStopped()) return
      }
    } finally {
      // Whole mails that came before a connection was lost count.
      if (batch.length) await keep(batch, cursor)
    }
  }

  /** Stores mails and moves the cursor past them, both or neither. */
  async function keep(batch: FetchMessageObject[], cursor: Cursor): Promise<void> {
    const mails = batch.toSorted((a, b) => a.uid - b.uid)
    const next = { ...cursor, uid: (mails.at(-1) as FetchMessageObject).uid }
    await store.write(async tx => {
      for (const mail of mails) if (isNews(mail, cursor)) await storeMail(tx, mail)
      await saveCursor(tx, account, next)
    })
    cursor.uid = next.uid
  }

  function isNews(mail: FetchMessageObject, { rescanTo, since }: Cursor): boolean {
    return mail.uid > rescanTo || !mail.internalDate || new Date(mail.internalDate).getTime() >= since - 60_000
  }

  async function storeMail(tx: Tx, mail: FetchMessageObject): Promise<void> {
    const raw = mail.source as Buffer
    const cut = mail.size !== undefined && mail.size > maxBytes && raw.length >= maxBytes
    const envelope: Envelope = {
      by: 'imap',
      ...(cut ? { bytes: mail.size as number } : {}),
      ...(junk ? { junk: true } : {}),
    }
    await storeInbound(tx, { channel: 'email', key: keyOf(raw), raw, envelope })
  }

  /** Something behind the cursor cannot be fetched: each alone, so that only that one is set aside. */
  async function oneByOne(client: ImapFlow, cursor: Cursor, isStopped: () => boolean): Promise<void> {
    const since = cursor.uid < cursor.rescanTo ? { since: new Date(cursor.since - DAY_MS) } : {}
    const found = (await client.search({ uid: `${cursor.uid + 1}:*`, ...since }, { uid: true })) || []
    heard()
    for (const uid of found.filter(u => u > cursor.uid).sort((a, b) => a - b)) {
      if (isStopped()) return
      if (suspect.uid === uid && suspect.times >= MOST_TRIES)
        await setAside(client, uid, 'the connection broke', cursor)
      else await takeOne(client, uid, cursor, isStopped)
    }
  }

  async function takeOne(client: ImapFlow, uid: number, cursor: Cursor, isStopped: () => boolean): Promise<void> {
    try {
      await take(client, String(uid), cursor, isStopped)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal) return setAside(client, uid, refusal, cursor)
      if (!client.usable) suspect = { uid, times: suspect.uid === uid ? suspect.times + 1 : 1 }
      throw error
    }
  }

  /** In its place goes what is known of it, where people see it; the mail itself stays in the mailbox. */
  async function setAside(client: ImapFlow, uid: number, why: string, cursor: Cursor): Promise<void> {
    const header = await headerOf(client, uid)
    if (!client.usable && ++suspect.times < MOST_TRIES_OF_NOTHING) throw new Error('the connection was closed')
    const reason = `The mail ${uid} in ${account.name} cannot be fetched (${why}). Open it there.`
    log.error({ mailbox: account.name, uid, answer: why }, 'A mail cannot be fetched and is left out.')
    await store.write(async tx => {
      const key = `unfetched:${account.name}:${cursor.validity}:${uid}`
      const raw = Buffer.concat([header, Buffer.from(`\r\n\r\n${reason}\r\n`)])
      const about = { from: account.name, subject: 'A mail that could not be fetched', text: reason }
      const arrival = { channel: 'email', key, raw, envelope: { by: 'imap' } }
      if (await storeSetAside(tx, arrival, { reason, about })) await alert(tx, key, reason)
      await saveCursor(tx, account, { ...cursor, uid })
    })
    cursor.uid = uid
  }

  /** The fields that say whose it is and what it answers, as far as they can be had; without an end. */
  async function headerOf(client: ImapFlow, uid: number): Promise<Buffer> {
    const mail = await client
      .fetchOne(String(uid), { headers: TELLING_FIELDS }, { uid: true })
      .catch(() => false as const)
    const text = mail ? (mail.headers ?? '').toString('latin1').slice(0, LONGEST_HEADER).trimEnd() : ''
    return Buffer.from(text || 'Subject: A mail that could not be fetched', 'latin1')
  }

  return {
    begin(isJunk) {
      junk = isJunk
    },
    takeNew,
  }
}

/** The server answered, but not with the mail. */
class Withheld extends Error {}

/** The server's own word on why a mail is not given; empty when it was not the server that failed. */
function refusalOf(error: unknown): string {
  const { message, responseStatus, responseText } = error as Error & { responseStatus?: string; responseText?: string }
  if (error instanceof Withheld) return message
  return responseStatus === 'NO' || responseStatus === 'BAD' ? responseText || message : ''
}
