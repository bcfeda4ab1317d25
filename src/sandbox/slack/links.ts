import { publishAnyway } from './events.ts'
import { uniqueId } from './ids.ts'
import { change } from './messages.ts'
import type { Channel, Message, World } from './world.ts'

/** What Slack does with the links of a message: the app hears of those to its own domains, and others get a preview. */
export function showLinks(world: World, channel: Channel, message: Message): void {
  const urls = linksOf(message)
  const own = urls.flatMap(url => {
    const domain = domainOf(world, url)
    return domain ? [{ domain, url }] : []
  })
  if (own.length) tellOfLinks(world, channel, message, own)
  const other = urls.find(url => !domainOf(world, url))
  if (other) preview(world, channel, message, other)
}

/** All links of a message, as they were written. */
export function linksOf(message: Message): string[] {
  const found = [...message.text.matchAll(/<(https?:\/\/[^>|]+)/g)].map(m => (m[1] as string).replaceAll('&amp;', '&'))
  return [...new Set(found)].filter(url => URL.canParse(url))
}

/** The domain of the app's that a link leads to. */
export function domainOf(world: World, url: string): string | undefined {
  const { hostname } = new URL(url)
  return world.manifest.unfurlDomains.find(d => hostname === d || hostname.endsWith(`.${d}`))
}

/** Also where the app is no member. */
function tellOfLinks(world: World, channel: Channel, message: Message, links: { domain: string; url: string }[]): void {
  publishAnyway(
    world,
    {
      type: 'link_shared',
      user: message.user,
      channel: channel.id,
      message_ts: message.ts,
      ...(message.thread_ts ? { thread_ts: message.thread_ts } : {}),
      is_bot_user_member: channel.members.has(world.app.botUser),
      unfurl_id: `${channel.id}.${message.ts}.${uniqueId()}`,
      source: 'conversations_history',
      links,
    },
    channel,
  )
}

/** A change that nobody made. */
function preview(world: World, channel: Channel, message: Message, link: string): void {
  const { hostname } = new URL(link)
  const shown = {
    id: 1,
    from_url: link,
    original_url: link,
    title: hostname,
    title_link: link,
    fallback: hostname,
    service_name: hostname,
  }
  change(world, channel, message, { attachments: [shown] })
}
