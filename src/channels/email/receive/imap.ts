import { ImapFlow, type MailboxObject } from 'imapflow'
import type { Store } from '../../../db/store.ts'
import type { Log } from '../../../lib/log.ts'
import type { AccessTokens } from '../oauth.ts'
import { type Account, accountsOf, credentialsOf } from './account.ts'
import { type Cursor, resume } from './cursor.ts'
import { createTaking } from './take.ts'
import { createTelling, forgetOthers, troubleOf } from './trouble.ts'

export interface Mailboxes {
  /** Whether each mailbox is being read at this moment, by its name. */
  reached(): [name: string, isReached: boolean][]
  /** Takes in no more; resolves once what was fetched is stored and the connections are closed. */
  stop(): Promise<void>
}

export interface ImapOptions {
  store: Store
  url: string // as IMAP_URL: imaps://user:password@host:993/INBOX, one or several
  tokens?: AccessTokens | null // for those with ?auth=oauth2
  log: Log
  maxBytes: number // of a larger mail only the beginning is taken in
  pollMs?: number // beside IDLE, which dies silently
  pollWithoutIdleMs?: number
  answerMs?: number // a server that says nothing for this long is given up
  alarmMs?: number // one that cannot be reached for this long is told of in Slack
  againMs?: { first: number; most: number; refused: number } // before the next try to connect
}

const LONGEST_DRAIN_MS = 10_000
const ALARM_MS = 15 * 60_000

/** Reads every mailbox that the URL names, each by a connection of its own, so that the trouble of one holds up no other. */
export function readMailboxes(options: ImapOptions): Mailboxes {
  const accounts = accountsOf(options.url)
  const tidied = options.store
    .write(tx => forgetOthers(tx, accounts))
    .catch(err => options.log.warn({ err }, 'Old alerts could not be ended.'))
  const mailboxes = accounts.map(account => readMailbox(account, options))
  return {
    reached: () => mailboxes.map((m, i) => [accounts[i]?.name ?? '', m.isReached()]),
    async stop() {
      await Promise.all([tidied, ...mailboxes.map(m => m.stop())])
    },
  }
}

/**
 * Reads a mailbox from where it left off, at once by IDLE and by polling, and never changes it: nothing is marked, moved
 * or deleted. The first connection starts at the end. Connects again for ever, ever more slowly.
 */
function readMailbox(account: Account, options: ImapOptions): { isReached(): boolean; stop(): Promise<void> } {
  const { store, log, maxBytes, tokens = null } = options
  const { pollMs = 120_000, pollWithoutIdleMs = 10_000, answerMs = 60_000, alarmMs = ALARM_MS } = options
  const { first, most, refused } = options.againMs ?? { first: 1_000, most: 60_000, refused: 300_000 }
  const telling = createTelling(account, store, log, alarmMs)
  const taking = createTaking({ account, store, log, maxBytes, heard: () => (lastSign = Date.now()) })
  let stopped = false
  let connection: ImapFlow | undefined
  let lastSign = 0
  let wake: () => void = () => {}
  let failures = 0
  let isReached = false

  async function run(): Promise<void> {
    while (!stopped) {
      const wait = await session().then(
        () => first,
        error => afterTrouble(error),
      )
      if (!stopped) await rest(wait)
    }
  }

  /** Says what is wrong, and for how long to leave the server alone. */
  async function afterTrouble(error: unknown): Promise<number> {
    const trouble = troubleOf(error, account)
    if (trouble.isRefusal) tokens?.forget(account.user)
    await telling.tell(trouble).catch(err => log.error({ err }, 'An alert could not be stored.'))
    const wait = Math.min(first * 2 ** failures++, most)
    return trouble.isRefusal ? Math.max(wait, refused) : wait
  }

  async function session(): Promise<void> {
    const client = await connect()
    connection = client
    let isOpen = true
    let news = true
    client.on('close', () => {
      isOpen = false
      wake()
    })
    client.on('exists', () => {
      news = true
      wake()
    })
    try {
      if (stopped) return
      await client.connect()
      const cursor = await openFolder(client)
      failures = 0
      isReached = true
      const poll = client.capabilities.has('IDLE') ? pollMs : Math.min(pollMs, pollWithoutIdleMs)
      while (isOpen && !stopped) {
        news = false
        await answered(
          client,
          taking.takeNew(client, cursor, () => stopped),
        )
        if (!news && isOpen && !stopped) await rest(poll)
      }
      if (!stopped) throw new Error('the connection was closed')
    } finally {
      isReached = false
      client.close()
    }
  }

  async function connect(): Promise<ImapFlow> {
    const client = new ImapFlow({
      ...account.connection,
      auth: await credentialsOf(account, tokens),
      logger: false,
      autoIdleDelay: 20,
      socketTimeout: Math.max(pollMs, answerMs) * 2,
      connectionTimeout: answerMs,
      maxLiteralSize: maxBytes + 1_000_000,
    })
    client.on('error', () => {}) // the connection's end is what counts
    return client
  }

  async function openFolder(client: ImapFlow): Promise<Cursor> {
    const mailbox = await open(client, account)
    const { cursor, isRenumbered } = await store.write(async tx => {
      await telling.over(tx)
      return resume(tx, account, mailbox)
    })
    if (isRenumbered)
      log.warn({ mailbox: account.name }, 'The mailbox was renumbered; what was read before is looked through.')
    taking.begin(mailbox.specialUse === '\\Junk')
    return cursor
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
    isReached: () => isReached,
    async stop() {
      stopped = true
      wake()
      setTimeout(() => connection?.close(), LONGEST_DRAIN_MS).unref()
      await running
    },
  }
}

/** Connects and logs in, and looks whether the folder is there; null when all is well, else a finished sentence. */
export async function verifyMailbox(account: Account, tokens: AccessTokens | null): Promise<string | null> {
  let client: ImapFlow | undefined
  try {
    const auth = await credentialsOf(account, tokens)
    client = new ImapFlow({ ...account.connection, auth, logger: false, connectionTimeout: 20_000 })
    client.on('error', () => {})
    await client.connect()
    await open(client, account)
    return null
  } catch (error) {
    const { says, answer, isRefusal } = troubleOf(error, account)
    return isRefusal && !says.includes(answer) ? `${says.slice(0, -1)} (${answer}).` : says
  } finally {
    client?.close()
  }
}

/** Opens the folder for reading only. */
async function open(client: ImapFlow, account: Account): Promise<MailboxObject> {
  try {
    return await client.mailboxOpen(account.folder, { readOnly: true })
  } catch (error) {
    throw client.usable ? Object.assign(error as Error, { isOfFolder: true }) : error
  }
}
