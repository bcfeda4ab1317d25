import { type ReactNode, useRef, useState } from 'react'
import { Icon } from '../parts/Icon.tsx'
import { Popover } from '../parts/Popover.tsx'
import { emojiOf } from './blocks/Text.tsx'

const NAMES = [
  'white_check_mark eyes thumbsup tada pray heart',
  'smile joy thinking_face wave clap raised_hands',
  'fire rocket bulb warning x question',
  'email envelope_with_arrow hourglass lock memo speech_balloon',
].flatMap(row => row.split(' '))

interface EmojiPickerLook {
  label: string
  onPick(name: string): void
  onOpen?(isOpen: boolean): void
}

export function EmojiPicker({ label, onPick, onOpen }: EmojiPickerLook): ReactNode {
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
        className="icon-button quiet"
        aria-label={label}
        title={label}
        aria-expanded={isOpen}
        onClick={() => turn(!isOpen)}
      >
        <Icon name="smile" />
      </button>
      {isOpen && (
        <Popover anchor={button} onClose={() => turn(false)} align="end">
          <div className="emoji-grid" role="menu" aria-label={label}>
            {NAMES.map(name => (
              <button
                key={name}
                type="button"
                role="menuitem"
                aria-label={name}
                title={`:${name}:`}
                onClick={() => {
                  turn(false)
                  onPick(name)
                }}
              >
                {emojiOf(name)}
              </button>
            ))}
          </div>
        </Popover>
      )}
    </>
  )
}
