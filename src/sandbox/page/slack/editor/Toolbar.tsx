import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import type { IconName } from '../../parts/Icon.tsx'
import { IconButton } from '../../parts/IconButton.tsx'
import { Popover } from '../../parts/Popover.tsx'
import { escaped } from '../text/write.ts'

interface Tool {
  icon: IconName
  label: string
  use(): void
  isOn?(): boolean
}

/** Browsers still carry out these old commands, and with them Undo works as one expects. */
const TOOLS: (Tool | 'gap')[] = [
  { icon: 'bold', label: 'Bold', ...command('bold') },
  { icon: 'italic', label: 'Italic', ...command('italic') },
  { icon: 'strike', label: 'Strikethrough', ...command('strikeThrough') },
  'gap',
  { icon: 'numbers', label: 'Numbered list', ...command('insertOrderedList') },
  { icon: 'bullets', label: 'Bulleted list', ...command('insertUnorderedList') },
  { icon: 'quote', label: 'Quote', use: () => turnBlock('blockquote'), isOn: () => isInside('blockquote') },
  { icon: 'code', label: 'Code', use: turnCode, isOn: () => isInside('code') },
  { icon: 'codeblock', label: 'Code block', use: () => turnBlock('pre'), isOn: () => isInside('pre') },
]

/** The buttons above an editor's text. */
export function Toolbar({ field, onChange }: { field: RefObject<HTMLElement | null>; onChange(): void }): ReactNode {
  const [, redraw] = useState(0)
  useEffect(() => {
    const moved = () => {
      if (field.current?.contains(getSelection()?.anchorNode ?? null)) redraw(count => count + 1)
    }
    document.addEventListener('selectionchange', moved)
    return () => document.removeEventListener('selectionchange', moved)
  }, [field])
  const hasCaret = field.current?.contains(document.activeElement) ?? false

  function use(tool: () => void): void {
    if (!field.current?.contains(document.activeElement)) field.current?.focus()
    tool()
    onChange()
  }

  return (
    <div className="toolbar" role="toolbar" aria-label="Formatting">
      {TOOLS.map((tool, index) =>
        tool === 'gap' ? (
          <i key={index} />
        ) : (
          <IconButton
            key={tool.label}
            icon={tool.icon}
            label={tool.label}
            size={16}
            keepsFocus
            isPressed={hasCaret && (tool.isOn?.() ?? false)}
            onClick={() => use(tool.use)}
          />
        ),
      )}
      <LinkTool field={field} onLink={onChange} />
    </div>
  )
}

function LinkTool({ field, onLink }: { field: RefObject<HTMLElement | null>; onLink(): void }): ReactNode {
  const button = useRef<HTMLButtonElement>(null)
  const [range, setRange] = useState<Range>()
  const [url, setUrl] = useState('')

  function open(): void {
    const selection = getSelection()
    if (!field.current?.contains(selection?.anchorNode ?? null)) field.current?.focus()
    if (selection?.rangeCount) setRange(selection.getRangeAt(0).cloneRange())
    setUrl('')
  }

  function insert(): void {
    const selection = getSelection()
    field.current?.focus()
    if (range) {
      selection?.removeAllRanges()
      selection?.addRange(range)
    }
    const address = /^\w+:/.test(url) ? url : `https://${url}`
    if (selection?.isCollapsed)
      document.execCommand('insertHTML', false, `<a href="${escaped(address)}">${escaped(url)}</a>&nbsp;`)
    else document.execCommand('createLink', false, address)
    setRange(undefined)
    onLink()
  }

  return (
    <>
      <IconButton ref={button} icon="link" label="Link" size={16} keepsFocus onClick={open} />
      {range && (
        <Popover anchor={button} onClose={() => setRange(undefined)}>
          <div className="link-form">
            <input
              className="input"
              aria-label="Address of the link"
              placeholder="https://"
              value={url}
              // biome-ignore lint/a11y/noAutofocus: it was opened to type in
              autoFocus
              onChange={event => setUrl(event.target.value)}
              onKeyDown={event => {
                if (event.key !== 'Enter') return
                event.preventDefault()
                event.stopPropagation()
                if (url) insert()
              }}
            />
            <button type="button" className="button is-primary is-small" disabled={!url} onClick={insert}>
              Add link
            </button>
          </div>
        </Popover>
      )}
    </>
  )
}

function command(name: string): { use(): void; isOn(): boolean } {
  return { use: () => document.execCommand(name), isOn: () => document.queryCommandState(name) }
}

function isInside(tag: string): boolean {
  return around(tag) !== null
}

function around(tag: string): Element | null {
  const node = getSelection()?.anchorNode
  const element = node instanceof Element ? node : node?.parentElement
  return element?.closest(`.editor-field ${tag}`) ?? null
}

function turnBlock(tag: string): void {
  document.execCommand('formatBlock', false, isInside(tag) ? 'div' : tag)
}

function turnCode(): void {
  const code = around('code')
  const selection = getSelection()
  if (code) {
    selection?.selectAllChildren(code)
    const text = code.textContent ?? ''
    document.execCommand('insertText', false, text)
    return
  }
  const text = selection?.toString() ?? ''
  document.execCommand('insertHTML', false, `<code>${escaped(text) || '\u200b'}</code>`)
}
