import { setTimeout as wait } from 'node:timers/promises'
import { directWith, findChannel, join, leave } from '../channels.ts'
import { dropEphemeral, ephemeralsOf } from '../ephemerals.ts'
import { publish } from '../events.ts'
import { keepUpload } from '../files.ts'
import { change, messageView, remove } from '../messages.ts'
import { findUser } from '../people.ts'
import { react, unreact } from '../reactions.ts'
import { richTextOf, textOfBlocks, typed } from '../rich-text.ts'
import { say } from '../say.ts'
import type { Block, MessageRef, MessageView, NoticeView, Person, Say } from '../types.ts'
import { homeOf, homeView, modalsOf, modalView, viewJson } from '../views.ts'
import { type Channel, type Message, Refusal, SlackSays, type User, type View, type World } from '../world.ts'
import { choose, click, suggest } from './act.ts'
import { command, shortcut } from './command.ts'
import { hasSpot } from './place.ts'
import { close, submit } from './submit.ts'

const PATIENCE_MS = 5_000 // somebody waits for a form to open

/** The person of a name or id, at the keyboard. */
export function personOf(world: World, who: string): Person {
  const user = findUser(world, who)

  return {
    id: user.id,
    name: user.realName,
    async command(line, { channel }) {
      await leaveForms(world, user)
      return command(world, user, line, channelToWriteIn(world, user, channel))
    },
    async shortcut(callbackId) {
      await leaveForms(world, user)
      await shortcut(world, user, callbackId)
    },
    async messageShortcut(callbackId, ref) {
      await leaveForms(world, user)
      await shortcut(world, user, callbackId, messageOf(world, user, ref))
    },
    say: async content => write(world, user, content),
    edit: async (ref, to) => edit(world, user, ref, to),
    async remove(ref) {
      const { channel, message } = ownMessage(world, user, ref)
      remove(world, channel, message)
    },
    async react(ref, name) {
      const { channel, message } = messageOf(world, user, ref)
      saying(() => react(world, channel, message, user.id, name))
    },
    async unreact(ref, name) {
      const { channel, message } = messageOf(world, user, ref)
      saying(() => unreact(world, channel, message, user.id, name))
    },
    async click(place, actionId, entry, at) {
      if (!('view' in place)) await leaveForms(world, user)
      await click(world, user, place, actionId, entry, at)
    },
    async choose(key, entry, id) {
      const view = await modalWith(world, user, key, id)
      await choose(world, user, view, key, entry)
      return modalView(view)
    },
    suggest: (place, key, query) => suggest(world, user, place, key, query),
    async submit(entries = {}, { view: id, twice = false } = {}) {
      for (const [key, entry] of Object.entries(entries))
        await choose(world, user, await modalWith(world, user, key, id), key, entry)
      return submit(world, user, await modalWith(world, user, undefined, id), twice)
    },
    async close({ all = false } = {}) {
      await close(world, user, await modalWith(world, user), all)
    },
    async openHome(tab = 'home') {
      openHome(world, user, tab)
      return this.home()
    },
    modals: () => modalsOf(world, user.id).map(modalView),
    modal() {
      const top = modalsOf(world, user.id).at(-1)
      if (!top) throw new SlackSays('no_modal', `${user.realName} has no modal open.`)
      return modalView(top)
    },
    home() {
      const view = homeOf(world, user.id)
      return view ? homeView(view) : null
    },
    ephemerals: () => ephemeralsOf(world, user.id),
    dismiss: id => dropEphemeral(world, id),
    notices: () => noticesOf(world, user.id),
    join: async channel => join(world, findChannel(world, channel), user),
    leave: async channel => leave(world, findChannel(world, channel), user),
    invite: async (channel, other = world.app.botUser) =>
      join(world, findChannel(world, channel), findUser(world, other), user),
    kick: async (channel, other = world.app.botUser) =>
      leave(world, findChannel(world, channel), findUser(world, other)),
    read: which => markRead(world, user, findChannel(world, which)),
  }
}

export function noticesOf(world: World, user: string): NoticeView[] {
  return world.notices.filter(n => n.user === user).map(({ user: _, ...notice }) => notice)
}

/** A form covers the rest of Slack: whoever does something else has closed it. */
async function leaveForms(world: World, user: User): Promise<void> {
  const top = modalsOf(world, user.id).at(-1)
  if (top) await close(world, user, top, true)
}

/** The view on top, or the one of that id, once it shows an element of that key. */
async function modalWith(world: World, user: User, key?: string, id?: string): Promise<View> {
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    const stack = modalsOf(world, user.id)
    const view = id === undefined ? stack.at(-1) : stack.find(v => v.id === id)
    if (view && (key === undefined || hasSpot(view, key))) return view
    if (Date.now() > until || (view && id !== undefined && view.given.blocks.length === 0))
      throw missing(user, view, key)
    await wait(5)
  }
}

function missing(user: User, view: View | undefined, key: string | undefined): SlackSays {
  if (!view) return new SlackSays('no_modal', `${user.realName} has no modal open.`)
  return new SlackSays('no_such_element', `The modal "${view.given.title?.text}" has no element ${key}.`)
}

function write(world: World, user: User, content: Say): MessageView {
  const channel = channelToWriteIn(world, user, content.channel)
  const { thread_ts, files = [] } = content
  if (thread_ts && !channel.messages.has(thread_ts))
    throw new SlackSays('thread_not_found', `There is no thread ${thread_ts}.`)
  if (!content.text && !content.blocks && files.length === 0)
    throw new SlackSays('no_text', 'There is nothing to send.')
  const kept = files.map(upload => keepUpload(world, upload, user))
  for (const file of kept) file.channels.add(channel.id)
  const message = say(
    world,
    channel,
    user,
    {
      text: typed(world, content.text ?? ''),
      ...(content.blocks ? { blocks: content.blocks } : {}),
      ...(thread_ts ? { thread_ts } : {}),
      ...(kept.length ? { files: kept.map(f => f.id) } : {}),
    },
    content.broadcast ?? false,
  )
  channel.readUntil.set(user.id, message.ts)
  return messageView(world, channel, message)
}

function edit(world: World, user: User, ref: MessageRef, to: string | Block[]): MessageView {
  const { channel, message } = ownMessage(world, user, ref)
  const blocks = typeof to === 'string' ? [richTextOf(typed(world, to), { lists: true })] : to
  change(world, channel, message, { text: textOfBlocks(blocks), blocks }, user.id)
  return messageView(world, channel, message)
}

function channelToWriteIn(world: World, user: User, which: string): Channel {
  const isApp = which === world.app.botUser || which === world.app.name
  const channel = isApp ? directWith(world, user) : findChannel(world, which)
  if (channel.kind === 'im' && !world.manifest.hasMessagesTab)
    throw new SlackSays('messages_tab_disabled', 'Sending messages to this app has been turned off.')
  if (!channel.members.has(user.id))
    throw new SlackSays('not_in_channel', `${user.realName} is not in #${channel.name}.`)
  if (channel.isArchived) throw new SlackSays('is_archived', `#${channel.name} is archived.`)
  return channel
}

function messageOf(world: World, user: User, ref: MessageRef): { channel: Channel; message: Message } {
  const channel = findChannel(world, ref.channel)
  const message = channel.messages.get(ref.ts)
  if (!message || !(channel.members.has(user.id) || channel.kind === 'public'))
    throw new SlackSays('message_not_found', `${user.realName} sees no message ${ref.ts} in #${channel.name}.`)
  return { channel, message }
}

function ownMessage(world: World, user: User, ref: MessageRef): { channel: Channel; message: Message } {
  const found = messageOf(world, user, ref)
  if (found.message.user !== user.id) throw new SlackSays('not_yours', 'Only one’s own messages can be changed.')
  return found
}

function openHome(world: World, user: User, tab: 'home' | 'messages'): void {
  if (tab === 'home' && !world.manifest.hasHome) throw new SlackSays('not_enabled', 'The app has no Home tab.')
  const view = tab === 'home' ? homeOf(world, user.id) : undefined
  publish(world, {
    type: 'app_home_opened',
    user: user.id,
    channel: directWith(world, user).id,
    tab,
    ...(view ? { view: viewJson(world, view) } : {}),
  })
}

function markRead(world: World, user: User, channel: Channel): void {
  const last = [...channel.messages.keys()].at(-1)
  if (!last || channel.readUntil.get(user.id) === last) return
  channel.readUntil.set(user.id, last)
  world.tell({ kind: 'channel', channel: channel.id })
}

/** A refusal of Slack's rules, told as its client tells a person. */
function saying(action: () => void): void {
  try {
    action()
  } catch (error) {
    throw error instanceof Refusal ? new SlackSays(error.code, error.code) : error
  }
}
