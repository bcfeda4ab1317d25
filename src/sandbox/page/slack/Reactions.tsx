import type { ReactNode } from 'react'
import type { MessageView } from '../../slack/types.ts'
import { emojiOf } from './blocks/Text.tsx'
import { nameOf, useSlack } from './useSlack.tsx'

/** Pressing a reaction adds one's own, or takes it back. */
export function Reactions({ message }: { message: MessageView }): ReactNode {
  const { now, post, attempt } = useSlack()
  if (!message.reactions?.length) return null
  return (
    <div className="reactions">
      {message.reactions.map(({ name, users, count }) => {
        const isMine = users.includes(now.me.id)
        const who = users.map(user => nameOf(now, user)).join(', ')
        const verb = isMine ? 'unreact' : 'react'
        return (
          <button
            key={name}
            type="button"
            aria-pressed={isMine}
            aria-label={`${name}, ${count}`}
            title={`${who} reacted with :${name}:`}
            onClick={() => void attempt(() => post(verb, { channel: message.channel, ts: message.ts, name }))}
          >
            {emojiOf(name) ?? `:${name}:`} <span>{count}</span>
          </button>
        )
      })}
    </div>
  )
}
