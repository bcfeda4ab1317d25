import { useCallback, useEffect, useState } from 'react'
import type { Where } from './slack/useSlack.tsx'

/** All that the address of the page keeps after its #, so that a reload and a bookmark come back to the same place. */
export interface PagePlace extends Partial<Where> {
  as: string
  mailbox?: string | undefined
}

export function usePlace(start: PagePlace): [PagePlace, (change: (before: PagePlace) => PagePlace) => void] {
  const [place, setPlace] = useState<PagePlace>(() => ({ ...start, ...readPlace(location.hash) }))
  useEffect(() => {
    history.replaceState(null, '', `#${writePlace(place)}`)
  }, [place])
  return [place, useCallback(change => setPlace(change), [])]
}

function readPlace(hash: string): Partial<PagePlace> {
  const words = new URLSearchParams(hash.slice(1))
  const [channel, ts] = words.get('thread')?.split('/') ?? []
  return {
    ...(words.has('as') ? { as: words.get('as') ?? '' } : {}),
    ...(words.has('channel') ? { channel: words.get('channel') ?? '' } : {}),
    ...(words.has('mailbox') ? { mailbox: words.get('mailbox') ?? '' } : {}),
    ...(channel && ts ? { thread: { channel, ts } } : {}),
  }
}

function writePlace({ as, channel, thread, mailbox }: PagePlace): string {
  const words = new URLSearchParams(as ? { as } : {})
  if (channel) words.set('channel', channel)
  if (thread) words.set('thread', `${thread.channel}/${thread.ts}`)
  if (mailbox) words.set('mailbox', mailbox)
  return words.toString().replaceAll('%2F', '/').replaceAll('%40', '@')
}
