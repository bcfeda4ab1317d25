import type { ReactNode } from 'react'
import type { MessageView } from '../../slack/types.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { fullTime, timeOfTs } from '../parts/times.ts'
import { authorOf, useSlack } from './useSlack.tsx'

/** How many replies a message has, and the way to them. */
export function ReplyBar({ message }: { message: MessageView }): ReactNode {
  const { now, where, go } = useSlack()
  const count = message.reply_count ?? 0
  if (!count || message.thread_ts !== message.ts) return null
  const replies = (now.messages[message.channel] ?? []).filter(
    reply => reply.thread_ts === message.ts && reply.ts !== message.ts,
  )
  const authors = new Map(replies.map(reply => authorOf(now, reply)).map(author => [author.name, author]))
  const isOpen = where.thread?.ts === message.ts
  return (
    <button
      type="button"
      className={`reply-bar ${isOpen ? 'is-open' : ''}`}
      onClick={() => go({ ...where, thread: { channel: message.channel, ts: message.ts } })}
    >
      <span className="reply-faces">
        {[...authors.values()].slice(0, 4).map(author => (
          <Avatar key={author.name} name={author.name} color={author.color} size={22} />
        ))}
      </span>
      <b>{count === 1 ? '1 reply' : `${count} replies`}</b>
      {message.latest_reply && <small>Last reply {fullTime(timeOfTs(message.latest_reply))}</small>}
    </button>
  )
}
