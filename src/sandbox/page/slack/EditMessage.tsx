import { type ReactNode, useRef } from 'react'
import type { MessageView } from '../../slack/types.ts'
import { Editor, type EditorHandle } from './editor/Editor.tsx'
import { richOf } from './text/mrkdwn.ts'
import { isEmptyRich, type Rich } from './text/rich.ts'
import { useSlack } from './useSlack.tsx'

/** One's own message in an editor. Enter saves, Escape leaves it as it was. */
export function EditMessage({ message, onEnd }: { message: MessageView; onEnd(): void }): ReactNode {
  const { post, attempt } = useSlack()
  const editor = useRef<EditorHandle>(null)
  const block = message.blocks?.find(candidate => candidate.type === 'rich_text')
  const initial: Rich[] = block?.elements ?? richOf(message.text, 'written')

  async function save(): Promise<void> {
    const elements = editor.current?.read() ?? []
    if (isEmptyRich(elements)) return
    const blocks = [{ type: 'rich_text', elements }]
    if (await attempt(() => post('edit', { channel: message.channel, ts: message.ts, blocks }))) onEnd()
  }

  return (
    <Editor
      ref={editor}
      label="Edit message"
      placeholder="Message"
      initial={initial}
      isFocused
      onKey={event => {
        if (event.key === 'Escape') onEnd()
        else if (event.key === 'Enter' && !event.shiftKey) void save()
        else return false
        event.preventDefault()
        event.stopPropagation()
        return true
      }}
    >
      <div className="edit-foot">
        <button type="button" className="button is-small" onClick={onEnd}>
          Cancel
        </button>
        <button type="button" className="button is-small is-send" onClick={() => void save()}>
          Save
        </button>
      </div>
    </Editor>
  )
}
