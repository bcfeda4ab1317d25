import { get } from 'node-emoji'
import { memo, type ReactNode } from 'react'
import { type Block as LibraryBlock, Message } from 'slack-blocks-to-jsx'
import type { SlackSnapshot } from '../../../slack/types.ts'
import { inFormat } from '../../parts/times.ts'
import { richOf } from '../text/mrkdwn.ts'
import type { Rich } from '../text/rich.ts'
import { nameOf, useSlack } from '../useSlack.tsx'

/** mrkdwn as Slack shows it. It goes by way of rich text, since the library reads escaped mentions as real ones. */
export function Mrkdwn({ text }: { text: string }): ReactNode {
  return <RichText elements={richOf(text, 'written')} />
}

function RichText({ elements }: { elements: Rich[] }): ReactNode {
  return <LibraryBlocks blocks={[{ type: 'rich_text', elements }]} />
}

/** Plain text with its :emoji: names drawn, unless `emoji` is false. */
export function Plain({ text, emoji = true }: { text: string; emoji?: boolean | undefined }): ReactNode {
  if (!emoji) return text
  return <>{text.replace(/:([a-z0-9_+'-]+):/g, (whole, name: string) => emojiOf(name) ?? whole)}</>
}

/** A text object of either kind. */
export function TextObject({ text }: { text: { type: string; text: string; emoji?: boolean } }): ReactNode {
  return text.type === 'mrkdwn' ? <Mrkdwn text={text.text} /> : <Plain text={text.text} emoji={text.emoji} />
}

export function emojiOf(name: string): string | undefined {
  return get(name.replaceAll(':', '')) ?? undefined
}

/** Blocks that only show something, drawn by the library. */
export function LibraryBlocks({ blocks }: { blocks: unknown[] }): ReactNode {
  const { now, follow } = useSlack()
  return <Drawn json={JSON.stringify(blocks)} names={JSON.stringify(namesIn(now))} follow={follow} />
}

interface DrawnBlocks {
  json: string
  names: string
  follow(href: string): boolean
}

/** As JSON, so that it is drawn again only when the blocks or a name changed. */
const Drawn = memo(function DrawnOnce({ json, names, follow }: DrawnBlocks) {
  return (
    <Message
      key={names}
      blocks={JSON.parse(json) as LibraryBlock[]}
      name=""
      logo=""
      theme="light"
      withoutWrapper
      data={JSON.parse(names)}
      hooks={{
        link: ({ href, children }) => linkOf(href, children, follow),
        date: ({ timestamp, format }) => inFormat(Number(timestamp) * 1000, format),
      }}
    />
  )
})

function namesIn(now: SlackSnapshot) {
  return {
    users: now.users.map(user => ({ id: user.id, name: nameOf(now, user.id), avatar: '' })),
    channels: now.channels.map(channel => ({ id: channel.id, name: channel.name })),
    user_groups: [],
  }
}

function linkOf(href: string, children: ReactNode, follow: (href: string) => boolean): ReactNode {
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer noopener"
      onClick={event => {
        if (follow(href)) event.preventDefault()
      }}
    >
      {children}
    </a>
  )
}
