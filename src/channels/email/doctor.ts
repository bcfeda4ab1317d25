import { createServer } from 'node:net'
import { secretsOf } from '../../core/senders/secrets.ts'
import type { SenderRow } from '../../db/schema.ts'
import type { Finding } from '../../lib/finding.ts'
import { Problem } from '../../lib/problem.ts'
import { examineDomains, type Lookup } from './examine/dns.ts'
import { examineOut } from './examine/out.ts'
import { type AccessTokens, createAccessTokens, type OAuthSettings } from './oauth.ts'
import { type Account, accountsOf } from './receive/account.ts'
import { verifyMailbox } from './receive/imap.ts'
import { readKeys, type TlsFiles } from './receive/tls.ts'

export interface MailToExamine {
  smtpUrl: string | null
  imapUrl: string | null
  listen: { host: string; port: number } | null
  tls?: TlsFiles | null
  oauth?: OAuthSettings | null
  webhookSecret?: string | null
  from: { address: string; name: string } | null
  senders: SenderRow[]
  key: Buffer | null // null: the database cannot be read, and with it no sealed secret
  lookup?: Lookup // where the DNS is asked; the system's when not given
}

/** Connects to every mail server that is used, out and in, and asks the DNS. Sends nothing and changes nothing. */
export async function examineMail(mail: MailToExamine): Promise<Finding[]> {
  return (await Promise.all([examineSenders(mail), examineMailboxes(mail), examineListener(mail)])).flat()
}

async function examineSenders(mail: MailToExamine): Promise<Finding[]> {
  const first = mail.from ? [{ address: mail.from.address, smtpUrl: mail.smtpUrl, dkim: null }] : []
  const senders = mail.senders.length ? mail.senders.map(s => opened(mail, s)) : first
  const tokens: AccessTokens | null = mail.oauth ? createAccessTokens(mail.oauth) : null
  const usable = senders.filter(s => 'address' in s)
  const [out, dns] = await Promise.all([examineOut(usable, mail.smtpUrl, tokens), examineDomains(usable, mail.lookup)])
  return [...senders.filter(s => 'part' in s), ...out, ...dns]
}

type Opened = { address: string; smtpUrl: string | null; dkim: { selector: string; key: string } | null }

/** The sender with its secrets, or that they cannot be read. */
function opened({ key, smtpUrl }: MailToExamine, sender: SenderRow): Opened | Finding {
  const { address } = sender
  if (!key) return { address, smtpUrl, dkim: null }
  try {
    const secrets = secretsOf(key, sender)
    return { address, smtpUrl: secrets.smtpUrl ?? smtpUrl, dkim: secrets.dkim }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { part: `Mail out (${address})`, well: false, says: 'its secrets cannot be read.', next: error.message }
  }
}

async function examineMailboxes({ imapUrl, listen, webhookSecret, oauth }: MailToExamine): Promise<Finding[]> {
  if (!imapUrl) return listen || webhookSecret ? [] : [withoutIntake()]
  const tokens = oauth ? createAccessTokens(oauth) : null
  return Promise.all(accountsOf(imapUrl).map(account => examineMailbox(account, tokens)))
}

async function examineMailbox(account: Account, tokens: AccessTokens | null): Promise<Finding> {
  const part = `Mail in (${account.name})`
  const trouble = await verifyMailbox(account, tokens)
  if (!trouble) return { part, well: true, says: `the mailbox can be read.` }
  const next =
    account.password === null
      ? 'Check IMAP_URL and the settings that begin with MAIL_OAUTH_.'
      : 'Check IMAP_URL: host, port, user, password and folder.'
  return { part, well: false, says: trouble, next }
}

function withoutIntake(): Finding {
  return {
    part: 'Mail in',
    well: false,
    says: "customers' answers cannot come back.",
    next: 'Set IMAP_URL to the mailbox of the sender, MAIL_LISTEN to take mail by SMTP, or MAIL_WEBHOOK_SECRET.',
  }
}

async function examineListener({ listen, tls }: MailToExamine): Promise<Finding[]> {
  if (!listen) return []
  const part = `Mail in (${listen.host}:${listen.port})`
  const bad =
    tls &&
    (await readKeys(tls).then(
      () => null,
      error => (error as Error).message,
    ))
  if (bad) return [{ part, well: false, says: bad, next: 'Check both files: PEM, a pair, and readable by Overture.' }]
  const code = await binds(listen.host, listen.port)
  if (!code) return [{ part, well: true, says: 'the port is free to listen on.' }]
  if (code === 'EADDRINUSE')
    return [{ part, well: true, says: 'the port is in use, by a running Overture if all is well.' }]
  return [
    {
      part,
      well: false,
      says: `cannot be listened on (${code}).`,
      next: 'Check MAIL_LISTEN; ports below 1024 need a privilege.',
    },
  ]
}

/** Null when the port could be bound (and was let go again), else the system's code. */
function binds(host: string, port: number): Promise<string | null> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
}
