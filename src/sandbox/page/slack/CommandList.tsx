import type { ReactNode, RefObject } from 'react'
import type { CommandView } from '../../slack/types.ts'
import { Popover } from '../parts/Popover.tsx'
import { useSlack } from './useSlack.tsx'

interface CommandListLook {
  anchor: RefObject<HTMLElement | null>
  commands: CommandView[]
  at: number
  onPick(command: CommandView): void
}

/** The slash commands that begin like what was typed. */
export function CommandList({ anchor, commands, at, onPick }: CommandListLook): ReactNode {
  const { now } = useSlack()
  return (
    <Popover anchor={anchor} onClose={() => {}} prefers="above" isFitted>
      <div className="listbox commands" role="listbox" aria-label="Slash commands">
        <div className="listbox-group">{now.app.name}</div>
        {commands.map((command, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the editor keeps the focus
          <div
            key={command.command}
            role="option"
            aria-selected={index === at}
            className={index === at ? 'is-active' : ''}
            onMouseDown={event => {
              event.preventDefault()
              onPick(command)
            }}
          >
            <span>
              <b>{command.command}</b> <code>{command.usageHint}</code>
              <small>{command.description}</small>
            </span>
          </div>
        ))}
      </div>
    </Popover>
  )
}
