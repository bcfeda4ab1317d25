import type { MouseEvent, ReactNode, Ref } from 'react'
import { Icon, type IconName } from './Icon.tsx'

interface IconButtonLook {
  icon: IconName
  label: string
  onClick(): void
  isPressed?: boolean
  isDisabled?: boolean
  size?: number
  className?: string
  /** Leaves the focus (and a selection in an editor) where it is. */
  keepsFocus?: boolean
  ref?: Ref<HTMLButtonElement>
}

/** A button that shows a drawing and is called what `label` says. */
export function IconButton(look: IconButtonLook): ReactNode {
  return (
    <button
      ref={look.ref}
      type="button"
      className={`icon-button ${look.className ?? 'quiet'}`}
      aria-label={look.label}
      title={look.label}
      aria-pressed={look.isPressed}
      disabled={look.isDisabled}
      onMouseDown={look.keepsFocus ? (event: MouseEvent) => event.preventDefault() : undefined}
      onClick={look.onClick}
    >
      <Icon name={look.icon} size={look.size ?? 18} />
    </button>
  )
}
