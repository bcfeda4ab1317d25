import { type FetchMessageObject, ImapFlow, type MailboxObject } from 'imapflow'
import { storeInbound } from '../../../core/inbound.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Log } from '../../../lib/log.ts'
import { keyOf } from '../identity.ts'
import type { Envelope } from './recipients.ts'

export interface Mailboxes {
  /** Takes in no more; resolves once what was fetched is stored and the connection is closed. */
  stop(): Promise<void>
}

export interface ImapOptions {
  store: Store
  url: string // imaps://user:password@host:993/INBOX
  log: Log
  maxBytes: number // of a larger mail only the beginning is taken in
  pollMs?: number // beside IDLE, which dies silently
  pollWithoutIdleMs?: number
  answerMs?: number // a server that says nothing for this long is given up
  againMs?: { first: number; most: number; refused: number } // before the next try to connect
}

const MOST_PER_COMMIT = 50
const MOST_BYTES_PER_COMMIT = 20_000_000
const LONGEST_DRAIN_MS = 10_000

/** Where we are in a mailbox. Kept in the settings, moved in the transaction that stores what was read. */
interface Cursor {
  validity: string
  uid: number // the last one read
  since: number // ms: older mail was there before us and stays unread
  rescanTo: number // after another UIDVALIDITY: up to this uid, mail may be older than `since`
}

/**
 * Reads a mailbox from where it left off, at once by IDLE and by polling, and never changes it: nothing is marked, moved
 * or deleted. The first connection starts at the end. Connects again for ever, ever more slowly.
 */
export function readMailbox(options: ImapOptions): Mailboxes {
  const { store, log, maxBytes } = options
  const { pollMs = 120_000, pollWithoutIdleMs = 10_000, answerMs = 60_000 } = options
  const { first, most, refused } = options.againMs ?? { first: 1_000, most: 60_000, refused: 300_000 }
  const account = accountOf(options.url)
  const setting = `imap:${account.user}@${account.host}/${account.mailbox}`
  let stopped = false
  let connection: ImapFlow | undefined
  let lastSign = 0
  let wake: () => void = () => {}
  let told = '' // the last trouble that the log was told of
  let failures = 0

  async function run(): Promise<void> {
    while (!stopped) {
      const wait = await session().then(
        () => first,
        error => trouble(error),
      )
      if (!stopped) await rest(wait)
    }
  }

  /** Says what is wrong, once, and for how long to leave the server alone. */
  function trouble(error: unknown): number {
    const { authenticationFailed, message, responseText } = error as Error & {
      authenticationFailed?: boolean
      responseText?: string
    }
    const what = authenticationFailed ? 'The mailbox does not accept the user name and password.' : message
    const facts = { mailbox: setting, answer: responseText ?? message }
    if (what !== told) log.error(facts, `Mail cannot be fetched: ${what}`)
    else log.debug(facts, 'mail still cannot be fetched')
    told = what
    const wait = Math.min(first * 2 ** failures++, most)
    return authenticationFailed ? Math.max(wait, refused) : wait
  }

  async function session(): Promise<void> {
    const client = new ImapFlow({
      ...account.connection,
      logger: false,
      autoIdleDelay: 20,
      socketTimeout: Math.max(pollMs, answerMs) * 2,
      connectionTimeout: answerMs,
      maxLiteralSize: maxBytes + 1_000_000,
    })
    connection = client
    let open = true
    let news = true
    client.on('error', () => {}) // the connection's end is what counts
    client.on('close', () => {
      open = false
      wake()
    })
    client.on('exists', () => {
      news = true
      wake()
    })
    try {
      await client.connect()
      const mailbox = await client.mailboxOpen(account.mailbox, { readOnly: true })
      const cursor = await resume(mailbox)
      if (told) log.info({ mailbox: setting }, 'Mail is fetched again.')
      told = ''
      failures = 0
      const poll = client.capabilities.has('IDLE') ? pollMs : Math.min(pollMs, pollWithoutIdleMs)
      while (open && !stopped) {
        news = false
        await answered(client, fetchNew(client, cursor))
        if (!news && open && !stopped) await rest(poll)
      }
      if (!stopped) throw new Error('the connection was closed')
    } finally {
      client.close()
    }
  }

  /** A command that hangs means that the connection is dead, whatever it looks like. */
  async function answered<T>(client: ImapFlow, work: Promise<T>): Promise<T> {
    const check = setInterval(() => {
      if (Date.now() - lastSign > answerMs) client.close()
    }, answerMs / 4)
    lastSign = Date.now()
    try {
      return await work
    } finally {
      clearInterval(check)
    }
  }

  async function resume(mailbox: MailboxObject): Promise<Cursor> {
    const validity = String(mailbox.uidValidity)
    return store.write(async tx => {
      const known = await readCursor(tx)
      if (known?.validity === validity) return known
      const last = mailbox.uidNext - 1
      const cursor = known
        ? { validity, uid: 0, since: known.since, rescanTo: last }
        : { validity, uid: last, since: tx.now, rescanTo: 0 }
      if (known) log.warn({ mailbox: setting }, 'The mailbox was renumbered; what was read before is looked through.')
      await saveCursor(tx, cursor)
      return cursor
    })
  }

  async function fetchNew(client: ImapFlow, cursor: Cursor): Promise<void> {
    if (cursor.uid < cursor.rescanTo) await rescan(client, cursor)
    await take(client, `${cursor.uid + 1}:*`, cursor)
  }

  /** After a renumbering: what came since we began is looked at again; what is known already is not stored twice. */
  async function rescan(client: ImapFlow, cursor: Cursor): Promise<void> {
    const found = (await client.search({ since: new Date(cursor.since - 86_400_000) }, { uid: true })) || []
    const uids = found.filter(uid => uid > cursor.uid && uid <= cursor.rescanTo)
    if (uids.length) await take(client, uids.join(','), cursor)
    cursor.uid = Math.max(cursor.uid, cursor.rescanTo)
    await store.write(tx => saveCursor(tx, cursor))
  }

  async function take(client: ImapFlow, range: string, cursor: Cursor): Promise<void> {
    let batch: FetchMessageObject[] = []
    let bytes = 0
    try {
      const query = { uid: true, size: true, internalDate: true, source: { start: 0, maxLength: maxBytes } }
      for await (const mail of client.fetch(range, query, { uid: true })) {
        lastSign = Date.now()
        if (mail.uid <= cursor.uid || !mail.source) continue // `n:*` always answers with the last one
        batch.push(mail)
        bytes += mail.source.length
        if (batch.length < MOST_PER_COMMIT && bytes < MOST_BYTES_PER_COMMIT) continue
        await keep(batch, cursor)
        batch = []
        bytes = 0
        if (stopped) return
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
      await saveCursor(tx, next)
    })
    cursor.uid = next.uid
  }

  function isNews(mail: FetchMessageObject, { rescanTo, since }: Cursor): boolean {
    return mail.uid > rescanTo || !mail.internalDate || new Date(mail.internalDate).getTime() >= since - 60_000
  }

  async function storeMail(tx: Tx, mail: FetchMessageObject): Promise<void> {
    const raw = mail.source as Buffer
    const cut = mail.size !== undefined && mail.size > maxBytes && raw.length >= maxBytes
    const envelope: Envelope = { by: 'imap', ...(cut ? { bytes: mail.size as number } : {}) }
    await storeInbound(tx, { channel: 'email', key: keyOf(raw), raw, envelope })
  }

  async function readCursor(tx: Tx): Promise<Cursor | undefined> {
    const row = await tx.q.selectFrom('settings').select('value').where('name', '=', setting).executeTakeFirst()
    return row && (JSON.parse(row.value) as Cursor)
  }

  async function saveCursor(tx: Tx, cursor: Cursor): Promise<void> {
    const value = JSON.stringify(cursor)
    await tx.q
      .insertInto('settings')
      .values({ name: setting, value })
      .onConflict(c => c.column('name').doUpdateSet({ value }))
      .execute()
  }

  function rest(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  const running = run()
  return {
    async stop() {
      stopped = true
      wake()
      setTimeout(() => connection?.close(), LONGEST_DRAIN_MS).unref()
      await running
    },
  }
}

/** Connects and logs in, and looks whether the mailbox is there; null when all is well, else a finished sentence. */
export async function verifyMailbox(url: string): Promise<string | null> {
  let client: ImapFlow | undefined
  try {
    const { connection, mailbox } = accountOf(url)
    client = new ImapFlow({ ...connection, logger: false, connectionTimeout: 20_000 })
    client.on('error', () => {})
    await client.connect()
    await client.mailboxOpen(mailbox, { readOnly: true })
    return null
  } catch (error) {
    const { authenticationFailed, message, responseText } = error as Error & {
      authenticationFailed?: boolean
      responseText?: string
    }
    return authenticationFailed
      ? `The mailbox does not accept the user name and password (${responseText ?? message}).`
      : `The mailbox cannot be opened (${responseText ?? message}).`
  } finally {
    client?.close()
  }
}

function accountOf(text: string) {
  const url = new URL(text)
  const secure = url.protocol === 'imaps:'
  const user = decodeURIComponent(url.username)
  const lax = url.searchParams.get('tls.rejectUnauthorized') === 'false'
  return {
    user,
    host: url.hostname,
    mailbox: decodeURIComponent(url.pathname.slice(1)) || 'INBOX',
    connection: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port ? Number(url.port) : secure ? 993 : 143,
      secure,
      auth: { user, pass: decodeURIComponent(url.password) },
      ...(lax ? { tls: { rejectUnauthorized: false } } : {}),
    },
  }
}
