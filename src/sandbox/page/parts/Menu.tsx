import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { Icon, type IconName } from './Icon.tsx'
import { Popover } from './Popover.tsx'

export interface MenuItem {
  label: string
  note?: string
  icon?: IconName
  isDanger?: boolean
  choose(): void
}

interface MenuLook {
  /** The accessible name of the button that opens it. */
  label: string
  icon: IconName
  items: (MenuItem | 'line')[]
  align?: 'start' | 'end'
  prefers?: 'below' | 'above'
  className?: string
  heading?: string
  onOpen?(isOpen: boolean): void
}

/** A button with a menu; arrows move in it. */
export function Menu({ label, icon, items, className = 'quiet', heading, onOpen, ...place }: MenuLook): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const turn = (open: boolean) => {
    setOpen(open)
    onOpen?.(open)
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        className={`icon-button ${className}`}
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onClick={() => turn(!isOpen)}
      >
        <Icon name={icon} />
      </button>
      {isOpen && (
        <Popover anchor={button} onClose={() => turn(false)} {...place}>
          <div className="menu" role="menu" aria-label={label} tabIndex={-1} onKeyDown={moveFocus}>
            {heading && <div className="menu-heading">{heading}</div>}
            {items.map((item, index) =>
              item === 'line' ? (
                <hr key={index} />
              ) : (
                <button
                  key={item.label}
                  type="button"
                  role="menuitem"
                  className={item.isDanger ? 'danger' : ''}
                  // biome-ignore lint/a11y/noAutofocus: a menu that opens takes the keyboard
                  autoFocus={index === 0}
                  onClick={() => {
                    turn(false)
                    item.choose()
                  }}
                >
                  {item.icon && <Icon name={item.icon} size={16} />}
                  <span>{item.label}</span>
                  {item.note && <small>{item.note}</small>}
                </button>
              ),
            )}
          </div>
        </Popover>
      )}
    </>
  )
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  event.preventDefault()
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=menuitem]')]
  const at = items.indexOf(document.activeElement as HTMLElement)
  items.at((at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length)?.focus()
}
