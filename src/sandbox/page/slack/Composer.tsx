import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import type { ChannelView, CommandView, MessageView } from '../../slack/types.ts'
import { base64Of } from '../api.ts'
import { Icon } from '../parts/Icon.tsx'
import { IconButton } from '../parts/IconButton.tsx'
import { Menu } from '../parts/Menu.tsx'
import { size } from '../parts/times.ts'
import { CommandList } from './CommandList.tsx'
import { Editor, type EditorHandle } from './editor/Editor.tsx'
import { isEmptyRich } from './text/rich.ts'
import { titleOf } from './title.ts'
import { useSlack } from './useSlack.tsx'

interface ComposerLook {
  channel: ChannelView
  thread?: string
  placeholder: string
}

/** Where one writes: messages, files, slash commands. Enter sends, Shift+Enter begins a new line. */
export function Composer({ channel, thread, placeholder }: ComposerLook): ReactNode {
  const { now, post, attempt, tell } = useSlack()
  const editor = useRef<EditorHandle>(null)
  const picker = useRef<HTMLInputElement>(null)
  const frame = useRef<HTMLDivElement>(null)
  const [text, setText] = useState('')
  const [files, setFiles] = useState<File[]>([])
  const [isBroadcast, setBroadcast] = useState(false)
  const [at, setAt] = useState(0)
  const [isSending, setSending] = useState(false)

  const commands = thread ? [] : matching(now.app.commands, text)
  const canSend = Boolean(text.trim()) || files.length > 0

  async function send(): Promise<void> {
    if (!canSend || isSending) return
    setSending(true)
    const went = /^\/\w/.test(text) ? await command() : await say()
    setSending(false)
    if (went) editor.current?.focus()
  }

  async function command(): Promise<boolean> {
    if (thread) {
      tell('Slack takes commands in channels, not in threads.')
      return false
    }
    const line = text.trim()
    editor.current?.write('')
    return attempt(() => post('command', { line, channel: channel.id }))
  }

  async function say(): Promise<boolean> {
    const elements = editor.current?.read() ?? []
    const uploads = await Promise.all(files.map(uploadOf))
    const went = await attempt(() =>
      post<MessageView>('say', {
        channel: channel.id,
        ...(isEmptyRich(elements) ? { text: '' } : { blocks: [{ type: 'rich_text', elements }] }),
        ...(thread ? { thread_ts: thread } : {}),
        ...(thread && isBroadcast ? { broadcast: true } : {}),
        ...(uploads.length ? { files: uploads } : {}),
      }),
    )
    if (!went) return false
    editor.current?.write('')
    setFiles([])
    setBroadcast(false)
    return true
  }

  function complete(chosen: CommandView): void {
    editor.current?.write(`${chosen.command}\u00a0`)
    editor.current?.focus()
  }

  function press(event: KeyboardEvent): boolean {
    const chosen = commands[at] ?? commands[0]
    if (chosen && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      setAt((at + (event.key === 'ArrowDown' ? 1 : -1) + commands.length) % commands.length)
    } else if (chosen && (event.key === 'Tab' || (event.key === 'Enter' && chosen.command !== text.trim()))) {
      complete(chosen)
    } else if (event.key === 'Enter' && !event.shiftKey && !isInList(event)) void send()
    else return false
    event.preventDefault()
    return true
  }

  return (
    <div className="composer">
      <div ref={frame} />
      {commands.length > 0 && <CommandList anchor={frame} commands={commands} at={at} onPick={complete} />}
      <Editor
        ref={editor}
        label={thread ? 'Reply in thread' : placeholder}
        placeholder={placeholder}
        onChange={next => {
          setText(next)
          setAt(0)
        }}
        onKey={press}
      >
        {files.length > 0 && (
          <div className="composer-files">
            {files.map((file, index) => (
              <span className="file-chip" key={`${file.name}/${file.lastModified}`}>
                <Icon name="file" size={16} />
                <span>{file.name}</span>
                <small>{size(file.size)}</small>
                <IconButton
                  icon="close"
                  size={14}
                  label={`Remove ${file.name}`}
                  onClick={() => setFiles(files.filter((_, other) => other !== index))}
                />
              </span>
            ))}
          </div>
        )}
        <div className="composer-foot">
          <ComposerMenu onUpload={() => picker.current?.click()} />
          <input
            ref={picker}
            className="is-hidden"
            type="file"
            multiple
            aria-label="Upload files"
            onChange={event => {
              setFiles([...files, ...(event.target.files ?? [])])
              event.target.value = ''
            }}
          />
          {thread && channel.kind !== 'im' && (
            <label className="broadcast">
              <input type="checkbox" checked={isBroadcast} onChange={event => setBroadcast(event.target.checked)} />
              Also send to {titleOf(channel)}
            </label>
          )}
          <IconButton
            icon="send"
            label={thread ? 'Send reply' : 'Send message'}
            className="send"
            isDisabled={!canSend || isSending}
            onClick={() => void send()}
          />
        </div>
      </Editor>
    </div>
  )
}

function ComposerMenu({ onUpload }: { onUpload(): void }): ReactNode {
  const { now, post, attempt } = useSlack()
  const shortcuts = now.app.shortcuts.filter(shortcut => shortcut.type === 'global')
  return (
    <>
      <IconButton icon="clip" label="Attach a file" onClick={onUpload} />
      <Menu
        label="Shortcuts"
        icon="bolt"
        prefers="above"
        heading={`Shortcuts of ${now.app.name}`}
        items={shortcuts.map(shortcut => ({
          label: shortcut.name,
          note: shortcut.description,
          icon: 'bolt',
          choose: () => void attempt(() => post('shortcut', { callbackId: shortcut.callbackId })),
        }))}
      />
    </>
  )
}

function matching(commands: CommandView[], text: string): CommandView[] {
  if (!/^\/\S*$/.test(text)) return []
  return commands.filter(command => command.command.startsWith(text))
}

/** In a list, Enter begins the next item, as in Slack. */
function isInList(event: KeyboardEvent): boolean {
  const node = getSelection()?.anchorNode
  const element = node instanceof Element ? node : node?.parentElement
  return !event.ctrlKey && !event.metaKey && Boolean(element?.closest('.editor-field li, .editor-field pre'))
}

async function uploadOf(file: File) {
  return { name: file.name, ...(file.type ? { mimetype: file.type } : {}), base64: await base64Of(file) }
}
