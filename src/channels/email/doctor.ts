import { createServer } from 'node:net'
import type { SenderRow } from '../../db/schema.ts'
import type { Finding } from '../../lib/finding.ts'
import { unseal } from '../../lib/sign.ts'
import { type AccessTokens, createAccessTokens, type OAuthSettings } from './oauth.ts'
import { type Account, accountsOf } from './receive/account.ts'
import { verifyMailbox } from './receive/imap.ts'
import { readKeys, type TlsFiles } from './receive/tls.ts'
import { verifySender } from './send/send.ts'

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
}

/** Connects to every mail server that is used, out and in. Sends nothing and changes nothing. */
export async function examineMail(mail: MailToExamine): Promise<Finding[]> {
  return (await Promise.all([examineSenders(mail), examineMailboxes(mail), examineListener(mail)])).flat()
}

async function examineSenders(mail: MailToExamine): Promise<Finding[]> {
  const urls = new Map<string, string[]>()
  const findings: Finding[] = []
  for (const sender of mail.senders.length ? mail.senders : mail.from ? [{ ...mail.from, smtp_url: null }] : []) {
    const url = sender.smtp_url ? mail.key && unseal(mail.key, sender.smtp_url) : mail.smtpUrl
    if (url) urls.set(url, [...(urls.get(url) ?? []), sender.address])
    else findings.push(withoutServer(sender.address))
  }
  if (!urls.size && mail.smtpUrl) urls.set(mail.smtpUrl, [])
  if (!urls.size && !findings.length) findings.push(withoutSender())
  const examined = await Promise.all([...urls].map(([url, addresses]) => examineRelay(url, addresses)))
  return [...findings, ...examined]
}

async function examineRelay(url: string, addresses: string[]): Promise<Finding> {
  const part = addresses.length ? `Mail out (${addresses.join(', ')})` : 'Mail out'
  const trouble = await verifySender(url)
  if (!trouble) return { part, well: true, says: `the mail server ${new URL(url).host} takes our mail.` }
  return {
    part,
    well: false,
    says: trouble,
    next: "Check SMTP_URL, or the sender's settings in App Home: host, port, user and password.",
  }
}

function withoutServer(address: string): Finding {
  return {
    part: `Mail out (${address})`,
    well: false,
    says: 'there is no mail server to send by.',
    next: 'Set SMTP_URL, or enter a mail server in the settings of this sender in App Home.',
  }
}

function withoutSender(): Finding {
  return {
    part: 'Mail out',
    well: false,
    says: 'there is no sender and no mail server.',
    next: 'Set SMTP_URL and MAIL_FROM, or add a sender in App Home, Set-up.',
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
