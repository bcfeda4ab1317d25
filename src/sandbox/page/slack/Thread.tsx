import type { ReactNode } from 'react'
import { IconButton } from '../parts/IconButton.tsx'
import { Composer } from './Composer.tsx'
import { MessageList } from './MessageList.tsx'
import { titleOf } from './title.ts'
import { channelOf, messageOf, useSlack } from './useSlack.tsx'

/** A message with its replies, beside the channel. */
export function Thread({ channel: id, ts }: { channel: string; ts: string }): ReactNode {
  const { now, where, go } = useSlack()
  const channel = channelOf(now, id)
  const root = messageOf(now, id, ts)
  const close = () => go({ ...where, thread: undefined })
  if (!channel) return null
  const replies = (now.messages[id] ?? []).filter(message => message.thread_ts === ts && message.ts !== ts)
  const ephemerals = now.ephemerals.filter(ephemeral => ephemeral.channel === id && ephemeral.thread_ts === ts)
  return (
    <aside className="thread" aria-label="Thread">
      <header className="pane-head">
        <h1>Thread</h1>
        <span className="pane-topic">{titleOf(channel)}</span>
        <IconButton icon="close" label="Close thread" onClick={close} />
      </header>
      <MessageList
        messages={root ? [root, ...replies] : replies}
        ephemerals={ephemerals}
        isThread
        afterFirst={
          replies.length > 0 && (
            <div className="thread-count">
              <span>{replies.length === 1 ? '1 reply' : `${replies.length} replies`}</span>
            </div>
          )
        }
      />
      <Composer channel={channel} thread={ts} placeholder="Reply…" />
    </aside>
  )
}
