import { memo, type ReactNode, useState } from 'react'
import type { Json, MessageView } from '../../slack/types.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { clock, fullTime, timeOfTs } from '../parts/times.ts'
import { Blocks } from './blocks/Blocks.tsx'
import { PostSurface } from './blocks/PostSurface.tsx'
import { emojiOf, Mrkdwn } from './blocks/Text.tsx'
import { EditMessage } from './EditMessage.tsx'
import { Files } from './Files.tsx'
import { MessageMenu } from './MessageMenu.tsx'
import { Reactions } from './Reactions.tsx'
import { authorOf, useSlack } from './useSlack.tsx'

interface MessageLook {
  message: MessageView
  /** By the same person as the one above, a moment later. */
  isFollowing?: boolean
  isInThread?: boolean
  children?: ReactNode
}

/** One message with all that hangs on it. */
export const Message = memo(function Message({ message, isFollowing, isInThread, children }: MessageLook): ReactNode {
  const { now } = useSlack()
  const [isEditing, setEditing] = useState(false)
  const { name, isApp, color, symbol } = authorOf(now, message)
  const at = timeOfTs(message.ts)
  const isGone = message.subtype === 'tombstone'
  const isQuiet = /^(channel|group)_(join|leave|topic|name|archive)/.test(message.subtype ?? '')

  return (
    <article
      className={`message ${isFollowing ? 'is-following' : ''} ${isQuiet || isGone ? 'is-quiet' : ''}`}
      aria-label={`${isGone ? 'Deleted message' : `Message from ${name}`} at ${clock(at)}`}
      data-ts={message.ts}
    >
      <div className="message-side">
        {isFollowing ? (
          <time title={fullTime(at)}>{clock(at)}</time>
        ) : (
          <Avatar name={isGone ? '×' : name} color={isGone ? '#b9b5bd' : color} symbol={symbol && emojiOf(symbol)} />
        )}
      </div>
      <div className="message-main">
        {!isFollowing && !isGone && (
          <div className="message-head">
            <strong>{name}</strong>
            {isApp && <span className="badge">APP</span>}
            <time title={fullTime(at)}>{clock(at)}</time>
          </div>
        )}
        {isEditing ? (
          <EditMessage message={message} onEnd={() => setEditing(false)} />
        ) : (
          <PostSurface place={{ message: { channel: message.channel, ts: message.ts } }}>
            <Content message={message} />
          </PostSurface>
        )}
        {message.files && <Files files={message.files} />}
        <Reactions message={message} />
        {children}
      </div>
      {!isGone && !isEditing && (
        <MessageMenu message={message} isInThread={isInThread ?? false} onEdit={() => setEditing(true)} />
      )}
    </article>
  )
})

function Content({ message }: { message: MessageView }): ReactNode {
  if (message.subtype === 'tombstone') return <p className="message-gone">This message was deleted.</p>
  return (
    <div className="message-body">
      {message.blocks?.length ? <Blocks blocks={message.blocks} /> : message.text && <Mrkdwn text={message.text} />}
      {message.edited && !message.bot_id && <span className="edited">(edited)</span>}
      {message.attachments?.map((attachment, index) => (
        <LegacyAttachment key={attachment.id ?? index} attachment={attachment} />
      ))}
    </div>
  )
}

function LegacyAttachment({ attachment }: { attachment: Json }): ReactNode {
  const color = /^[0-9a-f]{6}$/i.test(attachment.color ?? '') ? `#${attachment.color}` : attachment.color
  return (
    <div className="legacy" style={{ borderLeftColor: color }}>
      {attachment.blocks ? (
        <Blocks blocks={attachment.blocks} />
      ) : (
        <Mrkdwn text={attachment.text ?? attachment.fallback ?? ''} />
      )}
    </div>
  )
}
