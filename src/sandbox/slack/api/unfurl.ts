import { faultsInBlocks } from '../blocks/blocks.ts'
import { domainOf, linksOf } from '../links.ts'
import { change } from '../messages.ts'
import type { Json } from '../types.ts'
import { Refusal } from '../world.ts'
import type { Methods } from './method.ts'

export const unfurling: Methods = {
  'chat.unfurl': {
    tier: 3,
    scopes: ['links:write'],
    call(world, args) {
      if (!args.has('channel')) throw new Refusal('missing_channel')
      if (!args.has('ts')) throw new Refusal('missing_ts')
      const unfurls = args.json('unfurls', 'invalid_unfurls_format')
      if (!unfurls) throw new Refusal('missing_unfurls')
      if (typeof unfurls !== 'object' || Array.isArray(unfurls)) throw new Refusal('invalid_unfurls_format')
      const channel = world.channels.get(args.text('channel') ?? '')
      if (!channel) throw new Refusal('cannot_find_channel')
      const message = channel.messages.get(args.text('ts') ?? '')
      if (!message) throw new Refusal('cannot_find_message')
      for (const [url, shown] of Object.entries(unfurls)) {
        if (!URL.canParse(url) || !domainOf(world, url)) throw new Refusal('cannot_unfurl_url')
        if (!linksOf(message).includes(url)) throw new Refusal('cannot_unfurl_message')
        if (faultsInBlocks((shown as Json).blocks ?? [], 'message').length) throw new Refusal('cannot_parse_attachment')
      }
      const given = Object.entries(unfurls).map(([url, shown]) => ({
        from_url: url,
        app_unfurl_url: url,
        ...(shown as object),
      }))
      const others = (message.attachments ?? []).filter(a => !(a.from_url in unfurls))
      change(world, channel, message, { attachments: [...others, ...given].map((a, i) => ({ ...a, id: i + 1 })) })
      return {}
    },
  },
}
