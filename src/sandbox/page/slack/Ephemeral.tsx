import type { ReactNode } from 'react'
import type { EphemeralView } from '../../slack/types.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { Icon } from '../parts/Icon.tsx'
import { clock, timeOfTs } from '../parts/times.ts'
import { Blocks } from './blocks/Blocks.tsx'
import { PostSurface } from './blocks/PostSurface.tsx'
import { Mrkdwn } from './blocks/Text.tsx'
import { appColor, useSlack } from './useSlack.tsx'

/** What only this user sees. */
export function Ephemeral({ ephemeral }: { ephemeral: EphemeralView }): ReactNode {
  const { now, post, attempt } = useSlack()
  const name = ephemeral.username ?? now.app.name
  const at = timeOfTs(ephemeral.ts)
  return (
    <article className="message is-ephemeral" aria-label={`Only visible to you, from ${name} at ${clock(at)}`}>
      <div className="message-side">
        <Avatar name={name} color={ephemeral.username ? undefined : appColor(now)} />
      </div>
      <div className="message-main">
        <div className="only-you">
          <Icon name="eye" size={14} /> Only visible to you ·{' '}
          <button
            type="button"
            className="link"
            onClick={() => void attempt(() => post('dismiss', { ephemeral: ephemeral.id }))}
          >
            Dismiss
          </button>
        </div>
        <div className="message-head">
          <strong>{name}</strong>
          <span className="badge">APP</span>
          <time>{clock(at)}</time>
        </div>
        <PostSurface place={{ ephemeral: ephemeral.id }}>
          {ephemeral.blocks?.length ? <Blocks blocks={ephemeral.blocks} /> : <Mrkdwn text={ephemeral.text} />}
        </PostSurface>
      </div>
    </article>
  )
}
