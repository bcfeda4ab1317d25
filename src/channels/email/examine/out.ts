import type { Finding } from '../../../lib/finding.ts'
import type { AccessTokens } from '../oauth.ts'
import { verifySender } from '../send/send.ts'

/** A sender as far as it can be examined. */
export interface OutgoingSender {
  address: string
  smtpUrl: string | null // its own, or the environment's
}

/** Connects to each mail server that mail goes out by, and logs in. Sends nothing. */
export async function examineOut(
  senders: OutgoingSender[],
  smtpUrl: string | null,
  tokens: AccessTokens | null,
): Promise<Finding[]> {
  const urls = new Map<string, string[]>()
  const findings: Finding[] = []
  for (const sender of senders)
    if (sender.smtpUrl) urls.set(sender.smtpUrl, [...(urls.get(sender.smtpUrl) ?? []), sender.address])
    else findings.push(withoutServer(sender.address))
  if (!urls.size && smtpUrl) urls.set(smtpUrl, [])
  if (!urls.size && !findings.length) findings.push(withoutSender())
  const examined = await Promise.all([...urls].map(([url, addresses]) => examineRelay(url, addresses, tokens)))
  return [...findings, ...examined]
}

async function examineRelay(url: string, addresses: string[], tokens: AccessTokens | null): Promise<Finding> {
  const part = addresses.length ? `Mail out (${addresses.join(', ')})` : 'Mail out'
  const trouble = await verifySender(url, tokens)
  if (!trouble) return { part, well: true, says: `${nameOf(url)} takes our mail.` }
  return {
    part,
    well: false,
    says: trouble,
    next: "Check SMTP_URL, or the sender's settings in App Home: host, port, user and password.",
  }
}

function nameOf(url: string): string {
  return /^sendmail:/i.test(url) ? 'the sendmail program of this machine' : `the mail server ${new URL(url).host}`
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
