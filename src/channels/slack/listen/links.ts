import { WebAPIPlatformError } from '@slack/web-api'
import { ticketByIdentifier } from '../../../core/tickets/find.ts'
import { identifierIn } from '../../../core/tickets/link.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Desk } from '../desk.ts'
import { threadUrl } from '../thread-url.ts'
import { compactCard } from '../views/tickets/compact.ts'
import { mayOthersRead } from './place.ts'
import { admit, loadTicket } from './show.ts'
import type { StoredEvent } from './stored-event.ts'

/** https://docs.slack.dev/reference/events/link_shared */
export interface LinkShared {
  user: string
  channel: string
  message_ts: string
  source?: string
  links: { domain: string; url: string }[]
}

type Unfurls = Record<string, ReturnType<typeof compactCard>>

/**
 * Shows the tickets below a message that links to them, unless people of another organisation might read it, or one of them
 * wrote it. While a message is being written its place is not known: it is looked at once it is there.
 */
export async function onLinks(desk: Desk, { event }: StoredEvent<LinkShared>): Promise<void> {
  if (event.source === 'composer' || event.channel === 'COMPOSER') return
  const wanted = event.links.filter(({ url }) => identifierIn(desk.store.files, url) !== null)
  if (!wanted.length || (await desk.people.profile(event.user)).isStranger) return
  if (await mayOthersRead(desk, event.channel)) return
  const unfurls: Unfurls = {}
  for (const { url } of wanted) {
    const shown = await shownTicket(desk, event.user, identifierIn(desk.store.files, url) ?? '')
    if (shown) unfurls[url] = shown
  }
  if (Object.keys(unfurls).length) await unfurl(desk, event, unfurls)
}

async function shownTicket(desk: Desk, user: string, identifier: string): Promise<Unfurls[string] | undefined> {
  try {
    const { id } = await desk.store.read(q => ticketByIdentifier(q, identifier))
    await admit(desk, user, id)
    return compactCard(await loadTicket(desk, id), await threadUrl(desk, id))
  } catch (error) {
    if (error instanceof Problem) return undefined // there is no such ticket, or they may not see it
    throw error
  }
}

/** Twice the same is one. What Slack refuses (the message is gone, an admin forbids it) another try would not change. */
async function unfurl(desk: Desk, { channel, message_ts }: LinkShared, unfurls: Unfurls): Promise<void> {
  try {
    await desk.bulk.chat.unfurl({ channel, ts: message_ts, unfurls })
  } catch (error) {
    if (!(error instanceof WebAPIPlatformError)) throw error
    desk.log.warn({ code: error.data.error }, 'Slack does not show a ticket below its link.')
  }
}
