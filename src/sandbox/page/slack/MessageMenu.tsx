import { type ReactNode, useState } from 'react'
import type { MessageView } from '../../slack/types.ts'
import { IconButton } from '../parts/IconButton.tsx'
import { Menu, type MenuItem } from '../parts/Menu.tsx'
import { emojiOf } from './blocks/Text.tsx'
import { EmojiPicker } from './EmojiPicker.tsx'
import { useSlack } from './useSlack.tsx'

interface MessageMenuLook {
  message: MessageView
  isInThread: boolean
  onEdit(): void
}

/** What appears above a message under the pointer. */
export function MessageMenu({ message, isInThread, onEdit }: MessageMenuLook): ReactNode {
  const { now, where, go, post, attempt, confirm } = useSlack()
  const [isHeld, setHeld] = useState(false)
  const ref = { channel: message.channel, ts: message.ts }
  const isMine = message.user === now.me.id && !message.bot_id

  const react = (name: string) => void attempt(() => post('react', { ...ref, name }))
  const openThread = () => go({ ...where, thread: { channel: message.channel, ts: message.thread_ts ?? message.ts } })

  async function remove(): Promise<void> {
    const text = { text: 'Are you sure you want to delete this message? This cannot be undone.' }
    const question = { title: { text: 'Delete message' }, text, confirm: { text: 'Delete' }, style: 'danger' }
    if (await confirm(question)) await attempt(() => post('remove', ref))
  }

  const shortcuts = now.app.shortcuts
    .filter(shortcut => shortcut.type === 'message')
    .map<MenuItem>(shortcut => ({
      label: shortcut.name,
      note: now.app.name,
      icon: 'bolt',
      choose: () => void attempt(() => post('shortcut', { callbackId: shortcut.callbackId, message: ref })),
    }))
  const own: (MenuItem | 'line')[] = [
    { label: 'Edit message', icon: 'pencil', choose: onEdit },
    'line',
    { label: 'Delete message…', icon: 'trash', isDanger: true, choose: () => void remove() },
  ]
  const items = [...(isMine ? own : []), ...(isMine && shortcuts.length ? (['line'] as const) : []), ...shortcuts]

  return (
    <div className={`message-menu ${isHeld ? 'is-held' : ''}`} role="toolbar" aria-label="Message actions">
      {['white_check_mark', 'eyes'].map(name => (
        <button
          key={name}
          type="button"
          className="icon-button quiet"
          aria-label={`React with ${name}`}
          title={`React with :${name}:`}
          onClick={() => react(name)}
        >
          {emojiOf(name)}
        </button>
      ))}
      <EmojiPicker label="Add reaction" onPick={react} onOpen={setHeld} />
      {!isInThread && <IconButton icon="chat" label="Reply in thread" onClick={openThread} />}
      {items.length > 0 && (
        <Menu label="More actions for this message" icon="more" align="end" items={items} onOpen={setHeld} />
      )}
    </div>
  )
}
