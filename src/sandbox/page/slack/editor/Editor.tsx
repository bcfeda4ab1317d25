import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react'
import { readEditor, textOf } from '../text/read.ts'
import type { Rich } from '../text/rich.ts'
import { editorHtml } from '../text/write.ts'
import { nameOf, useSlack } from '../useSlack.tsx'
import { insertMention, MentionList, useMentions } from './Mentions.tsx'
import { Toolbar } from './Toolbar.tsx'

export interface EditorHandle {
  read(): Rich[]
  text(): string
  /** Puts text in place of all that is there. */
  write(text: string): void
  focus(): void
}

interface EditorLook {
  ref: Ref<EditorHandle>
  label: string
  placeholder: string
  initial?: Rich[]
  isTall?: boolean
  isFocused?: boolean
  describedBy?: string | undefined
  isInvalid?: boolean
  onChange?(text: string): void
  /** Sees a key before the editor does; true means that it is dealt with. */
  onKey?(event: KeyboardEvent): boolean
  /** What stands below the text, such as the button that sends. */
  children?: ReactNode
}

/** A field for formatted text: by its buttons, by shortcuts, or by marks as they are typed in Slack. */
export function Editor(look: EditorLook): ReactNode {
  const { now } = useSlack()
  const frame = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLDivElement>(null)
  const [isEmpty, setEmpty] = useState(!look.initial?.length)
  const mentions = useMentions(field)

  function changed(): void {
    const text = field.current ? textOf(field.current) : ''
    setEmpty(!text && !field.current?.querySelector('li, blockquote, pre, [data-user]'))
    mentions.look()
    look.onChange?.(text)
  }

  useImperativeHandle(look.ref, () => ({
    read: () => (field.current ? readEditor(field.current) : []),
    text: () => (field.current ? textOf(field.current) : ''),
    write(text) {
      if (!field.current) return
      field.current.textContent = text
      moveToEnd(field.current)
      changed()
    },
    focus: () => field.current && moveToEnd(field.current),
  }))

  useEffect(() => {
    if (!field.current) return
    field.current.innerHTML = editorHtml(look.initial ?? [], user => nameOf(now, user))
    if (look.isFocused) moveToEnd(field.current)
  }, [])

  function press(event: KeyboardEvent<HTMLDivElement>): void {
    if (event.nativeEvent.isComposing || mentions.press(event) || look.onKey?.(event)) return
    if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === 'x') {
      event.preventDefault()
      document.execCommand('strikeThrough')
    }
  }

  return (
    <div ref={frame} className={`editor ${look.isTall ? 'is-tall' : ''} ${look.isInvalid ? 'is-invalid' : ''}`}>
      <Toolbar field={field} onChange={changed} />
      {/* biome-ignore lint/a11y/useSemanticElements: a textarea cannot hold formatted text */}
      <div
        ref={field}
        className={`editor-field ${isEmpty ? 'is-empty' : ''}`}
        contentEditable
        suppressContentEditableWarning
        role="textbox"
        tabIndex={0}
        aria-multiline="true"
        aria-label={look.label}
        aria-describedby={look.describedBy}
        aria-invalid={look.isInvalid ?? false}
        data-placeholder={look.placeholder}
        onInput={changed}
        onKeyDown={press}
        onBlur={mentions.close}
        onPaste={event => {
          event.preventDefault()
          document.execCommand('insertText', false, event.clipboardData.getData('text/plain'))
        }}
      />
      {mentions.found.length > 0 && (
        <MentionList
          anchor={frame}
          mentions={mentions}
          onPick={user => {
            insertMention(user.id, nameOf(now, user.id), mentions.typed)
            mentions.close()
            changed()
          }}
        />
      )}
      {look.children}
    </div>
  )
}

function moveToEnd(field: HTMLElement): void {
  field.focus()
  const selection = getSelection()
  selection?.selectAllChildren(field)
  selection?.collapseToEnd()
}
