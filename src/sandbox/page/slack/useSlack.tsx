import { createContext, useContext } from 'react'
import type { ChannelView, MessageView, SlackSnapshot, UserView } from '../../slack/types.ts'

/** Where one looks: a channel's id, or the app's Home; and the open thread, in whichever channel. */
export interface Where {
  channel: string
  thread?: { channel: string; ts: string } | undefined
}

export const HOME = 'home'
/** The direct messages with the app, which may not exist before one opens them. */
export const DIRECT = 'direct'

/** The workspace as the one at the keyboard has it, and what they can do. */
export interface Seat {
  now: SlackSnapshot
  where: Where
  go(where: Where): void
  /** Calls a route of this user; throws a Refusal. */
  post<T>(verb: string, body: unknown): Promise<T>
  /** Does it, and shows what went wrong as a notice. Gives whether it went well. */
  attempt(work: () => Promise<unknown>): Promise<boolean>
  /** Asks as Slack's confirm object says; resolves to the answer. */
  confirm(question: Confirm): Promise<boolean>
  /** Goes where a link into this workspace points, such as a permalink; gives false for any other. Never changes. */
  follow(href: string): boolean
  /** A word of the page itself. */
  tell(text: string): void
}

export interface Confirm {
  title?: { text: string }
  text?: { text: string; type?: string }
  confirm?: { text: string }
  deny?: { text: string }
  style?: string
}

export const SlackContext = createContext<Seat | undefined>(undefined)

export function useSlack(): Seat {
  const seat = useContext(SlackContext)
  if (!seat) throw new Error('Outside the workspace.')
  return seat
}

export function channelOf(now: SlackSnapshot, id: string): ChannelView | undefined {
  return now.channels.find(channel => channel.id === id)
}

export function userOf(now: SlackSnapshot, id: string | undefined): UserView | undefined {
  return now.users.find(user => user.id === id)
}

export function nameOf(now: SlackSnapshot, id: string | undefined): string {
  const user = userOf(now, id)
  return user ? user.displayName || user.realName || user.name : (id ?? 'Somebody')
}

/** The direct messages with the app. */
export function directOf(now: SlackSnapshot): ChannelView | undefined {
  return now.channels.find(channel => channel.kind === 'im' && channel.user === now.app.botUser)
}

export function messageOf(now: SlackSnapshot, channel: string, ts: string): MessageView | undefined {
  return now.messages[channel]?.find(message => message.ts === ts)
}

/** Who speaks, as shown: posts of the app may go under another name. */
export function authorOf(now: SlackSnapshot, message: MessageView): Author {
  const user = userOf(now, message.user)
  const isApp = Boolean(message.bot_id ?? message.app_id) || user?.isBot === true
  const name = message.username ?? (user ? nameOf(now, user.id) : isApp ? now.app.name : 'Somebody')
  return { name, isApp, color: message.username ? undefined : colorOf(user), symbol: message.icons?.emoji }
}

/** A user's colour as CSS wants it; Slack leaves the # out. */
export function colorOf(user: UserView | undefined): string | undefined {
  return user && `#${user.color.replace(/^#/, '')}`
}

export function appColor(now: SlackSnapshot): string | undefined {
  return colorOf(userOf(now, now.app.botUser))
}

export interface Author {
  name: string
  isApp: boolean
  color: string | undefined
  /** An emoji's name in place of a picture. */
  symbol: string | undefined
}

/** Where a link into this workspace points; undefined for any other. */
export function placeOfLink(now: SlackSnapshot, href: string): Where | undefined {
  if (/^slack:\/\/app\b/.test(href)) return { channel: HOME }
  const channel = href.match(/^slack:\/\/channel\?.*\bid=(\w+)/)?.[1]
  if (channel && channelOf(now, channel)) return { channel }
  const link = href.match(/\/archives\/(\w+)(?:\/p(\d+)(\d{6}))?(?:\?.*thread_ts=([\d.]+))?/)
  if (!link?.[1] || !channelOf(now, link[1])) return undefined
  const [, id, seconds, micros, thread] = link
  const message = seconds && messageOf(now, id, `${seconds}.${micros}`)
  const root = thread ?? (message ? (message.thread_ts ?? message.ts) : undefined)
  return { channel: id, ...(root ? { thread: { channel: id, ts: root } } : {}) }
}
