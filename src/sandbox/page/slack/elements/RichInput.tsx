import { type ReactNode, useRef } from 'react'
import { type ElementLook, useSurface } from '../blocks/surface.ts'
import { Editor, type EditorHandle } from '../editor/Editor.tsx'
import { isEmptyRich } from '../text/rich.ts'

/** Rich text. What is typed stays when the app updates the view. */
export function RichInput({ block, element, label, describedBy, isInvalid }: ElementLook): ReactNode {
  const { held, draft } = useSurface()
  const editor = useRef<EditorHandle>(null)
  const initial = (held(block, element)?.rich_text_value ?? element.initial_value)?.elements ?? []

  function change(): void {
    const elements = editor.current?.read() ?? []
    draft(block, element, isEmptyRich(elements) ? null : { type: 'rich_text', elements })
  }

  return (
    <Editor
      ref={editor}
      label={label}
      placeholder={element.placeholder?.text ?? 'Write something'}
      initial={initial}
      isTall
      isFocused={element.focus_on_load === true}
      describedBy={describedBy}
      isInvalid={isInvalid ?? false}
      onChange={change}
    />
  )
}
