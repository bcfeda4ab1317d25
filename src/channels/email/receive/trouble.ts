import { alert, alertsOf, liftAlert } from '../../../core/alerts.ts'
import { senderByAddress } from '../../../core/senders/find.ts'
import type { Store, Tx } from '../../../db/store.ts'
import type { Log } from '../../../lib/log.ts'
import { AccessRefused } from '../oauth.ts'
import type { Account } from './account.ts'

/** Why a mailbox cannot be read. */
export interface Trouble {
  says: string // a finished sentence
  answer: string // the server's own words, for the log
  isRefusal: boolean // of the log-in: it lasts until an operator acts
}

/** Codes (RFC 5530) of a log-in that fails for now only. */
const FOR_NOW = /^(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)$/i

/** What an error of connecting, logging in or opening a folder means. */
export function troubleOf(error: unknown, account: Account): Trouble {
  const { authenticationFailed, message, responseText, serverResponseCode, isOfFolder } = error as Error & {
    authenticationFailed?: boolean
    responseText?: string
    serverResponseCode?: string
    isOfFolder?: boolean
  }
  const answer = responseText ?? message
  if (error instanceof AccessRefused) return { says: message, answer, isRefusal: true }
  if (authenticationFailed && !FOR_NOW.test(serverResponseCode ?? ''))
    return {
      says: `The mailbox does not accept the ${account.password === null ? 'access token' : 'user name and password'}.`,
      answer,
      isRefusal: true,
    }
  const what = isOfFolder ? `The folder ${account.folder}` : 'The mailbox'
  return { says: `${what} cannot be opened (${answer}).`, answer, isRefusal: false }
}

/** What is told of one mailbox: each trouble once in the log, and what an operator must look at in Slack, also its end. */
export interface Telling {
  tell(trouble: Trouble): Promise<void>
  /** In the transaction that shows that it works. */
  over(tx: Tx): Promise<void>
}

/** What is told of a mailbox; a server that is away is told of once it was so for `alarmMs`. */
export function createTelling(account: Account, store: Store, log: Log, alarmMs: number): Telling {
  const key = keyOf(account)
  let told = '' // the last trouble that the log was told of
  let since = 0

  return {
    async tell({ says, answer, isRefusal }) {
      if (!told) since = store.now()
      const facts = { mailbox: account.name, answer }
      if (says !== told) log.error(facts, `Mail cannot be fetched: ${says}`)
      else log.debug(facts, 'mail still cannot be fetched')
      told = says
      if (!isRefusal && store.now() - since < alarmMs) return
      await store.write(async tx => alert(tx, key, alarm(account, says, isRefusal), await teamOf(tx, account)))
    },
    async over(tx) {
      if (told) log.info({ mailbox: account.name }, 'Mail is fetched again.')
      told = ''
      await liftAlert(tx, key, `Mail is fetched from ${account.name} again.`)
    },
  }
}

/** What was told of mailboxes that are read no more is over. */
export async function forgetOthers(tx: Tx, accounts: Account[]): Promise<void> {
  const ours = accounts.map(keyOf)
  for (const key of await alertsOf(tx.q, KEYS))
    if (!ours.includes(key)) await liftAlert(tx, key, `${key.slice(KEYS.length)} is not read any more.`)
}

const KEYS = 'mailbox:'

function keyOf({ name }: Account): string {
  return KEYS + name
}

function alarm(account: Account, says: string, isRefusal: boolean): string {
  const next = !isRefusal
    ? 'It is tried again and again.'
    : account.password === null
      ? 'Renew the access (MAIL_OAUTH_REFRESH_TOKEN or MAIL_OAUTH_CLIENT_SECRET) and start Overture again.'
      : 'Correct the password in IMAP_URL and start Overture again.'
  return `No mail comes in from ${account.name}: ${says} ${next} Nothing is lost: what waits there is fetched afterwards.`
}

/** The team whose sender's mailbox it is, if it is one's. */
async function teamOf(tx: Tx, { user }: Account): Promise<string | null> {
  return (user.includes('@') && (await senderByAddress(tx.q, user))?.team_id) || null
}
