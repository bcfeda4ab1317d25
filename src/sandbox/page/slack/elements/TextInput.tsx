import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { type ElementLook, useSurface } from '../blocks/surface.ts'

const TYPES: Record<string, string> = { email_text_input: 'email', url_text_input: 'url', number_input: 'number' }

/** Text, address, URL or number. What is typed stays when the app updates the view. */
export function TextInput({ block, element, label, describedBy, isInvalid }: ElementLook): ReactNode {
  const { held, draft, commit } = useSurface()
  const server = held(block, element)?.value ?? element.initial_value ?? ''
  const [typed, setTyped] = useState<string>()
  const committing = useRef<ReturnType<typeof setTimeout>>(undefined)
  const triggers: string[] = element.dispatch_action_config?.trigger_actions_on ?? ['on_enter_pressed']
  useEffect(() => () => clearTimeout(committing.current), [])

  function type(text: string): void {
    setTyped(text)
    draft(block, element, text)
    if (!block.dispatch_action || !triggers.includes('on_character_entered')) return
    clearTimeout(committing.current)
    committing.current = setTimeout(() => commit(block, element, text), 400)
  }

  function enter(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
    if (!block.dispatch_action || !triggers.includes('on_enter_pressed')) return
    event.preventDefault()
    draft(block, element, typed ?? server)
    commit(block, element, typed ?? server)
  }

  const look = {
    className: 'input',
    'aria-label': label,
    'aria-describedby': describedBy,
    'aria-invalid': isInvalid ?? false,
    placeholder: element.placeholder?.text,
    maxLength: element.max_length,
    autoFocus: element.focus_on_load,
    value: typed ?? server,
    onChange: (event: { target: { value: string } }) => type(event.target.value),
  }
  if (element.multiline) return <textarea rows={4} {...look} />
  return (
    <input
      {...look}
      type={TYPES[element.type] ?? 'text'}
      step={element.is_decimal_allowed ? 'any' : undefined}
      onKeyDown={enter}
    />
  )
}
