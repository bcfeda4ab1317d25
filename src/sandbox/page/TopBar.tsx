import { type ReactNode, useState } from 'react'
import { call } from './api.ts'
import { IconButton } from './parts/IconButton.tsx'
import { Menu, type MenuItem } from './parts/Menu.tsx'

export type Shown = 'both' | 'slack' | 'mail'

const SHOWN: [Shown, string][] = [
  ['slack', 'Slack'],
  ['both', 'Both'],
  ['mail', 'Mailboxes'],
]

const HINTS = [
  'Type `/ticket` in #support',
  '*Answer* the mail as the customer, on the right',
  'Reply in the ticket’s thread and press *Send*',
  '`/chat` to the segment *Trial customers*, and watch',
]

interface TopBarLook {
  hints: string[] | undefined
  shown: Shown
  onShow(shown: Shown): void
  isSlackDown: boolean
  isMailDown: boolean
  /** Of the app with Slack; undefined until it is known. */
  connections: number | undefined
}

/** What this page is, what to try, and a little trouble to make. */
export function TopBar({ hints, shown, onShow, isSlackDown, isMailDown, connections }: TopBarLook): ReactNode {
  const [isDismissed, setDismissed] = useState(false)
  const trouble: MenuItem[] = [
    {
      label: isSlackDown ? 'Bring Slack back' : 'Take Slack down',
      icon: 'hash',
      choose: () => void call('PUT', '/sandbox/slack/outage', { on: !isSlackDown }).catch(() => {}),
    },
    {
      label: isMailDown ? 'Bring the mail server back' : 'Take the mail server down',
      icon: 'mail',
      choose: () => void call('PUT', '/sandbox/mail/outage', { down: !isMailDown }).catch(() => {}),
    },
  ]
  return (
    <header className="top-bar">
      <div className="top-name">
        <Ring />
        <strong>Overture</strong>
        <span>the demo: the bot is real, Slack and the customers are imaginary</span>
      </div>
      {!isDismissed && (
        <div className="hints">
          <ol aria-label="Try this">
            {(hints ?? HINTS).map(hint => (
              <li key={hint}>{marked(hint)}</li>
            ))}
          </ol>
          <IconButton icon="close" label="Dismiss hints" size={14} onClick={() => setDismissed(true)} />
        </div>
      )}
      <div className="top-tools">
        {connections === 0 && <span className="top-alarm">Overture is not connected</span>}
        <fieldset className="segments">
          <legend>Show</legend>
          {SHOWN.map(([value, label]) => (
            <button key={value} type="button" aria-pressed={shown === value} onClick={() => onShow(value)}>
              {label}
            </button>
          ))}
        </fieldset>
        <Menu label="Make trouble" icon="warn" align="end" heading="Make trouble" items={trouble} />
      </div>
    </header>
  )
}

function Ring(): ReactNode {
  return (
    <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="#3f1544" />
      <circle cx="16" cy="16" r="6.5" fill="none" stroke="#fff" strokeWidth="3.5" />
    </svg>
  )
}

/** A hint's `code` and *stress*. */
function marked(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*[^*]+\*)/).map(part => {
    const inner = part.slice(1, -1)
    if (part.startsWith('`')) return <code key={part}>{inner}</code>
    return part.startsWith('*') ? <b key={part}>{inner}</b> : part
  })
}
