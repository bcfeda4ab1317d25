import { senders } from '../../core/senders/find.ts'
import { secretsOf } from '../../core/senders/secrets.ts'
import type { Store } from '../../db/store.ts'
import type { Finding } from '../../lib/finding.ts'
import type { AccessTokens } from './oauth.ts'
import type { Mailboxes } from './receive/imap.ts'
import { verifySender } from './send/send.ts'

export interface ReachOptions {
  store: Store
  smtpUrl: string | null
  tokens: AccessTokens | null
  mailboxes: () => Mailboxes | undefined
}

const LOOK_EACH_MS = 60_000
const LONGEST_MS = 5_000

/** Whether the mail servers can be reached: mailboxes as they are, servers that send as they were a minute ago at most. */
export function createReach({ store, smtpUrl, tokens, mailboxes }: ReachOptions) {
  let looked: { at: number; findings: Promise<Finding[]> } | undefined

  async function look(): Promise<Finding[]> {
    const urls = new Set<string>()
    for (const sender of await store.read(senders)) {
      const url = urlOf(store.key, sender) ?? smtpUrl
      if (url && sender.broken_at === null) urls.add(url) // of a broken one its team was told, and it is tried no more
    }
    return Promise.all([...urls].map(url => withinTime(url, tokens)))
  }

  return {
    async health(): Promise<Finding[]> {
      if (!looked || Date.now() - looked.at > LOOK_EACH_MS) looked = { at: Date.now(), findings: look() }
      const read = mailboxes()?.reached() ?? []
      const inboxes = read.map(([name, well]) => ({
        part: 'Mailbox',
        well,
        says: `${name} is ${well ? '' : 'not '}read.`,
      }))
      return [...(await looked.findings), ...inboxes]
    },
  }
}

function urlOf(key: Buffer, sender: Parameters<typeof secretsOf>[1]): string | null {
  try {
    return secretsOf(key, sender).smtpUrl
  } catch {
    return null // its secrets cannot be read: nothing is sent from it, and its page says so
  }
}

async function withinTime(url: string, tokens: AccessTokens | null): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>(resolve => {
    timer = setTimeout(() => resolve('It does not answer.'), LONGEST_MS)
  })
  const trouble = await Promise.race([verifySender(url, tokens), late])
  clearTimeout(timer)
  return { part: 'Mail server', well: trouble === null, says: trouble ?? 'It answers.' }
}
