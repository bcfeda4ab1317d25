import { type ReactNode, useState } from 'react'
import type { MailboxView, MailSnapshot } from '../../mail/types.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { Icon } from '../parts/Icon.tsx'
import { Mailbox } from './Mailbox.tsx'
import { NewMailbox } from './NewMailbox.tsx'
import { useSeen } from './useSeen.ts'

interface MailboxesLook {
  now: MailSnapshot
  desk: string[]
  open: string | undefined
  onOpen(address: string): void
}

/** The mail world: the customers, and the mailbox of the one that is chosen. */
export function Mailboxes({ now, desk, open, onOpen }: MailboxesLook): ReactNode {
  const { isNew, see } = useSeen(now)
  const [isAdding, setAdding] = useState(false)
  const [visit, setVisit] = useState(0)
  const box = now.mailboxes.find(candidate => candidate.address === open) ?? newest(now.mailboxes)

  return (
    <section className="mailboxes" aria-label="Customers' mailboxes">
      <header className="mail-top">
        <Icon name="mail" size={20} />
        <div>
          <strong>Customers’ mailboxes</strong>
          <small>imaginary inboxes, real mail</small>
        </div>
        {now.underway > 0 && <span className="underway">{now.underway} on the way…</span>}
        {now.outage && <span className="underway is-bad">the mail server is down</span>}
      </header>
      <nav className="people" aria-label="Customers">
        {now.mailboxes.map(candidate => (
          <PersonTab
            key={candidate.address}
            box={candidate}
            unread={candidate.mails.filter(isNew).length}
            isCurrent={candidate === box}
            onClick={() => {
              // pressed again, it comes back to the list
              setVisit(visit + 1)
              onOpen(candidate.address)
            }}
          />
        ))}
        <button type="button" className="person is-new" aria-label="New mailbox" onClick={() => setAdding(true)}>
          <span className="avatar">
            <Icon name="plus" />
          </span>
          <span>New</span>
        </button>
      </nav>
      {isAdding && <NewMailbox onAdded={onOpen} onEnd={() => setAdding(false)} />}
      {box ? (
        <Mailbox key={`${box.address}/${visit}`} box={box} desk={desk} isNew={isNew} onSeen={see} />
      ) : (
        <p className="mail-empty">Nobody has a mailbox yet. Write to somebody from Slack, and theirs appears here.</p>
      )}
    </section>
  )
}

interface PersonTabLook {
  box: MailboxView
  unread: number
  isCurrent: boolean
  onClick(): void
}

function PersonTab({ box, unread, isCurrent, onClick }: PersonTabLook): ReactNode {
  const name = nameOfBox(box)
  return (
    <button
      type="button"
      className="person"
      aria-current={isCurrent ? 'page' : undefined}
      aria-label={`Mailbox of ${name}${unread ? `, ${unread} new` : ''}`}
      title={box.address}
      onClick={onClick}
    >
      <Avatar name={name} isRound size={36} />
      <span>{name.split(/[\s@]/)[0]}</span>
      {unread > 0 && <b>{unread}</b>}
    </button>
  )
}

export function nameOfBox(box: MailboxView): string {
  return box.name || box.address
}

function newest(boxes: MailboxView[]): MailboxView | undefined {
  return [...boxes].sort((a, b) => (b.mails.at(-1)?.at ?? 0) - (a.mails.at(-1)?.at ?? 0))[0]
}
