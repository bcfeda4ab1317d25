import { type ReactNode, useState } from 'react'
import type { MailboxGlance } from '../../mail/types.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { shortTime } from '../parts/times.ts'
import { nameOfBox } from './names.ts'

const MOST_ROWS = 50

interface OtherMailboxesLook {
  boxes: MailboxGlance[]
  newIn(box: MailboxGlance): number
  onOpen(address: string): void
  onEnd(): void
}

/** All mailboxes that have no tab, those with the newest mail first, to be searched. */
export function OtherMailboxes({ boxes, newIn, onOpen, onEnd }: OtherMailboxesLook): ReactNode {
  const [typed, setTyped] = useState('')
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const found = boxes
    .filter(box => words.every(word => `${box.name} ${box.address}`.toLowerCase().includes(word)))
    .sort((a, b) => b.latestAt - a.latestAt)

  return (
    <section className="mail-others" aria-label="Other mailboxes">
      <input
        className="input"
        type="search"
        aria-label="Find a mailbox"
        placeholder="Name, address or company"
        value={typed}
        // biome-ignore lint/a11y/noAutofocus: it was opened to type in
        autoFocus
        onChange={event => setTyped(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Escape') onEnd()
          if (event.key === 'Enter' && found[0]) onOpen(found[0].address)
        }}
      />
      <ul>
        {found.slice(0, MOST_ROWS).map(box => (
          <OtherRow key={box.address} box={box} unread={newIn(box)} onClick={() => onOpen(box.address)} />
        ))}
      </ul>
      {found.length === 0 && <p className="mail-empty">Nobody of that name.</p>}
      {found.length > MOST_ROWS && <p className="mail-more">and {found.length - MOST_ROWS} more: type a name</p>}
    </section>
  )
}

interface OtherRowLook {
  box: MailboxGlance
  unread: number
  onClick(): void
}

function OtherRow({ box, unread, onClick }: OtherRowLook): ReactNode {
  const name = nameOfBox(box)
  return (
    <li>
      <button
        type="button"
        className={`mail-row ${unread ? 'is-new' : ''}`}
        aria-label={`Mailbox of ${name}${unread ? `, ${unread} new` : ''}`}
        onClick={onClick}
      >
        <Avatar name={name} isRound size={28} />
        <span className="mail-row-text">
          <span className="mail-row-top">
            <b>{name}</b>
            {box.latestAt > 0 && <time>{shortTime(box.latestAt)}</time>}
          </span>
          <span className="mail-row-preview">
            {box.address}
            {box.written > 0 && ` · wrote ${box.written}`}
          </span>
        </span>
      </button>
    </li>
  )
}
