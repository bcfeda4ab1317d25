import type { ReactNode } from 'react'
import type { ChannelView } from '../../slack/types.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { Icon, type IconName } from '../parts/Icon.tsx'
import { colorOf, DIRECT, directOf, HOME, userOf, useSlack } from './useSlack.tsx'

interface SidebarLook {
  actingAs: { id: string; name: string }[]
  onActAs(id: string): void
}

/** The workspace's name, who one is, and where one can go. */
export function Sidebar({ actingAs, onActAs }: SidebarLook): ReactNode {
  const { now, where, go, post, attempt } = useSlack()
  const mine = now.channels.filter(channel => channel.kind !== 'im' && channel.isMember && !channel.isArchived)
  const others = now.channels.filter(channel => channel.kind === 'public' && !channel.isMember && !channel.isArchived)
  const people = now.channels.filter(channel => channel.kind === 'im' && channel.user !== now.app.botUser)
  const direct = directOf(now)

  const entry = (channel: ChannelView, name = channel.name, icon = iconOf(channel)) => (
    <Entry
      key={channel.id}
      icon={icon}
      name={name}
      unread={channel.unread}
      isCurrent={where.channel === channel.id || (channel === direct && where.channel === DIRECT)}
      onClick={() => go({ channel: channel.id, thread: threadIn(channel.id) })}
    />
  )
  const threadIn = (channel: string) => (where.thread?.channel === channel ? where.thread : undefined)

  return (
    <nav className="sidebar" aria-label="Workspace">
      <div className="sidebar-team">
        <strong>{now.team.name}</strong>
        <small>an imaginary Slack</small>
      </div>
      <fieldset className="act-as">
        <legend>Act as</legend>
        {actingAs.map(person => (
          <button
            key={person.id}
            type="button"
            aria-pressed={person.id === now.me.id}
            aria-label={`Act as ${person.name}`}
            onClick={() => onActAs(person.id)}
          >
            <Avatar name={person.name} color={colorOf(userOf(now, person.id))} size={20} />
            {person.name.split(' ')[0]}
          </button>
        ))}
      </fieldset>
      <div className="sidebar-scroll">
        <Heading text="Channels" />
        {mine.map(channel => entry(channel))}
        {others.map(channel => (
          <Entry
            key={channel.id}
            icon="hash"
            name={channel.name}
            unread={0}
            note="join"
            isCurrent={where.channel === channel.id}
            onClick={() =>
              void attempt(async () => {
                await post('join', { channel: channel.id })
                go({ channel: channel.id })
              })
            }
          />
        ))}
        {people.length > 0 && <Heading text="Direct messages" />}
        {people.map(channel => entry(channel))}
        <Heading text="Apps" />
        {now.app.hasHome && (
          <Entry
            icon="home"
            name={now.app.name}
            label={`${now.app.name} Home`}
            note="Home"
            unread={0}
            isCurrent={where.channel === HOME}
            onClick={() => go({ channel: HOME, thread: undefined })}
          />
        )}
        {direct ? (
          entry(direct, `${now.app.name} messages`, 'chat')
        ) : (
          <Entry
            icon="chat"
            name={`${now.app.name} messages`}
            unread={0}
            isCurrent={where.channel === DIRECT}
            onClick={() => {
              go({ channel: DIRECT, thread: undefined })
              void attempt(() => post('home', { tab: 'messages' }))
            }}
          />
        )}
      </div>
    </nav>
  )
}

function Heading({ text }: { text: string }): ReactNode {
  return <h2 className="sidebar-heading">{text}</h2>
}

interface EntryLook {
  icon: IconName
  name: string
  label?: string
  note?: string
  unread: number
  isCurrent: boolean
  onClick(): void
}

function Entry({ icon, name, label, note, unread, isCurrent, onClick }: EntryLook): ReactNode {
  const isUnread = unread > 0 && !isCurrent
  return (
    <button
      type="button"
      className={`sidebar-entry ${isUnread ? 'is-unread' : ''}`}
      aria-current={isCurrent ? 'page' : undefined}
      aria-label={`${label ?? name}${isUnread ? `, ${unread} unread` : ''}`}
      onClick={onClick}
    >
      <Icon name={icon} size={16} />
      <span>{name}</span>
      {note && <small>{note}</small>}
      {isUnread && <b>{unread}</b>}
    </button>
  )
}

export function iconOf(channel: ChannelView): IconName {
  if (channel.kind === 'im') return 'chat'
  return channel.kind === 'private' ? 'lock' : 'hash'
}
