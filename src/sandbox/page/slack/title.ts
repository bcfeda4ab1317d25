import type { ChannelView } from '../../slack/types.ts'

/** What a channel is called on the page. */
export function titleOf(channel: ChannelView): string {
  return channel.kind === 'im' ? channel.name : `#${channel.name}`
}
