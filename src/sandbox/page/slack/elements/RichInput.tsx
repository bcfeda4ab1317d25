import { type ReactNode, useEffect, useRef } from 'react'
import { type ElementLook, useSurface } from '../blocks/surface.ts'
import { Editor, type EditorHandle } from '../editor/Editor.tsx'
import { isEmptyRich } from '../text/rich.ts'

/** Rich text. What is typed stays when the app updates the view. */
export function RichInput({ block, element, label, describedBy, isInvalid }: ElementLook): ReactNode {
  const { held, draft, commit } = useSurface()
  const editor = useRef<EditorHandle>(null)
  const committing = useRef<ReturnType<typeof setTimeout>>(undefined)
  const triggers: string[] = element.dispatch_action_config?.trigger_actions_on ?? []
  useEffect(() => () => clearTimeout(committing.current), [])
  const initial = (held(block, element)?.rich_text_value ?? element.initial_value)?.elements ?? []

  function change(): void {
    const elements = editor.current?.read() ?? []
    const entry = isEmptyRich(elements) ? null : { type: 'rich_text', elements }
    draft(block, element, entry)
    if (!block.dispatch_action || !triggers.includes('on_character_entered')) return
    clearTimeout(committing.current)
    committing.current = setTimeout(() => commit(block, element, entry), 400)
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
