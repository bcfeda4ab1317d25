import type { Option, SlackSnapshot } from '../../../slack/types.ts'
import type { Element } from '../blocks/surface.ts'
import { channelOf, nameOf } from '../useSlack.tsx'

/** An option as shown; `pick` is what is sent when it is chosen. */
export interface Offer {
  value: string
  label: string
  description?: string
  group?: string
  pick: string | Option
}

export type Source = 'static' | 'external' | 'users' | 'conversations' | 'channels'

export function sourceOf(element: Element): Source {
  return element.type.replace(/^multi_|_select$/g, '') as Source
}

/** All that a select offers by itself; nothing for an external one, which is asked as one types. */
export function offersOf(element: Element, now: SlackSnapshot): Offer[] {
  const source = sourceOf(element)
  if (source === 'users')
    return now.users
      .filter(user => !user.isBot)
      .map(user => ({ value: user.id, label: nameOf(now, user.id), pick: user.id }))
  if (source === 'channels') return channelOffers(now, kind => kind === 'public' || kind === 'shared')
  if (source === 'conversations') return channelOffers(now, kind => includes(element, kind))
  if (source === 'external') return []
  return [
    ...(element.options ?? []).map((option: Option) => offerOf(option)),
    ...(element.option_groups ?? []).flatMap((group: { label: { text: string }; options: Option[] }) =>
      group.options.map(option => offerOf(option, group.label.text)),
    ),
  ]
}

export function offerOf(option: Option & { description?: { text: string } }, group?: string): Offer {
  return {
    value: option.value,
    label: option.text.text,
    ...(option.description ? { description: option.description.text } : {}),
    ...(group === undefined ? {} : { group }),
    pick: option,
  }
}

/** What is chosen, by Slack's state value or else by what the element begins with. */
export function chosenOf(held: Element | undefined, element: Element, now: SlackSnapshot): Offer[] {
  const source = sourceOf(element)
  const isMany = element.type.startsWith('multi_')
  const word = {
    static: 'option',
    external: 'option',
    users: 'user',
    conversations: 'conversation',
    channels: 'channel',
  }[source]
  const found = held ? held[`selected_${word}${isMany ? 's' : ''}`] : element[`initial_${word}${isMany ? 's' : ''}`]
  const list: (Option | string)[] = Array.isArray(found) ? found : found ? [found] : []
  return list.map(item => (typeof item === 'string' ? named(item, source, now) : offerOf(item)))
}

function named(id: string, source: Source, now: SlackSnapshot): Offer {
  const channel = source === 'users' ? undefined : channelOf(now, id)
  return { value: id, label: channel ? `# ${channel.name}` : nameOf(now, id), pick: id }
}

function channelOffers(now: SlackSnapshot, isOffered: (kind: string) => boolean): Offer[] {
  return now.channels
    .filter(channel => !channel.isArchived && isOffered(channel.kind))
    .map(channel => ({
      value: channel.id,
      label: channel.kind === 'im' ? channel.name : `# ${channel.name}`,
      pick: channel.id,
    }))
}

function includes(element: Element, kind: string): boolean {
  const wanted: string[] | undefined = element.filter?.include
  return !wanted || wanted.includes(kind === 'shared' ? 'public' : kind)
}
