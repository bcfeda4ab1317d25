import { type ReactNode, useEffect } from 'react'
import type { ChannelView, MessageView } from '../../slack/types.ts'
import { Icon } from '../parts/Icon.tsx'
import { Menu, type MenuItem } from '../parts/Menu.tsx'
import { Composer } from './Composer.tsx'
import { MessageList } from './MessageList.tsx'
import { ReplyBar } from './ReplyBar.tsx'
import { iconOf } from './Sidebar.tsx'
import { titleOf } from './title.ts'
import { channelOf, DIRECT, useSlack } from './useSlack.tsx'

/** A channel or the direct messages with the app: what was said, and where to say more. */
export function Channel({ id }: { id: string }): ReactNode {
  const { now, post } = useSlack()
  const channel = channelOf(now, id)
  const unread = channel?.unread ?? 0

  useEffect(() => {
    // nobody waits for it, and the next change brings the same chance again
    if (unread > 0) void post('read', { channel: id }).catch(() => {})
  }, [unread, id, post])

  if (!channel) return <main className="pane is-empty">{id === DIRECT ? 'Opening…' : 'There is no such channel.'}</main>
  const all = now.messages[id] ?? []
  const ephemerals = now.ephemerals.filter(ephemeral => ephemeral.channel === id && !ephemeral.thread_ts)
  return (
    <main className="pane" aria-label={titleOf(channel)}>
      <ChannelHead channel={channel} />
      <MessageList
        messages={all.filter(isTopLevel)}
        ephemerals={ephemerals}
        empty={<Beginning channel={channel} />}
        below={message => <ReplyBar message={message} />}
      />
      {channel.isMember || channel.kind === 'im' ? (
        <Composer channel={channel} placeholder={`Message ${titleOf(channel)}`} />
      ) : (
        <JoinBar channel={channel} />
      )}
    </main>
  )
}

function ChannelHead({ channel }: { channel: ChannelView }): ReactNode {
  const { now, post, attempt } = useSlack()
  const hasApp = channel.members.includes(now.app.botUser)
  const ask = (verb: string) => () => void attempt(() => post(verb, { channel: channel.id }))
  const items: MenuItem[] = [
    hasApp
      ? { label: `Remove ${now.app.name} from the channel`, icon: 'out', isDanger: true, choose: ask('kick') }
      : { label: `Add ${now.app.name} to the channel`, icon: 'plus', choose: ask('invite') },
    { label: 'Leave the channel', icon: 'out', choose: ask('leave') },
  ]
  return (
    <header className="pane-head">
      <h1>
        <Icon name={iconOf(channel)} size={18} />
        {channel.name}
      </h1>
      <span className="pane-topic">{channel.topic}</span>
      {channel.kind !== 'im' && (
        <>
          <span className="pane-members">{channel.members.length} members</span>
          <Menu label="Channel actions" icon="more" align="end" items={items} />
        </>
      )}
    </header>
  )
}

function JoinBar({ channel }: { channel: ChannelView }): ReactNode {
  const { post, attempt } = useSlack()
  return (
    <div className="join-bar">
      <span>
        You are not in <b>#{channel.name}</b>.
      </span>
      <button
        type="button"
        className="button is-send"
        onClick={() => void attempt(() => post('join', { channel: channel.id }))}
      >
        Join channel
      </button>
    </div>
  )
}

function Beginning({ channel }: { channel: ChannelView }): ReactNode {
  return (
    <div className="beginning">
      <h2>{titleOf(channel)}</h2>
      <p>This is where it begins. Nothing has been said yet.</p>
    </div>
  )
}

function isTopLevel(message: MessageView): boolean {
  return !message.thread_ts || message.thread_ts === message.ts || message.subtype === 'thread_broadcast'
}
