import { type ReactNode, useState } from 'react'
import type { MailboxGlance, MailSnapshot } from '../../mail/types.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { Icon } from '../parts/Icon.tsx'
import { Mailbox } from './Mailbox.tsx'
import { NewMailbox } from './NewMailbox.tsx'
import { nameOfBox } from './names.ts'
import { OtherMailboxes } from './OtherMailboxes.tsx'
import { useMailbox } from './useMailbox.ts'
import { useSeen } from './useSeen.ts'

/** With more mailboxes than this, the first few have a tab, and the latest that are new or were looked at; a list has the others. */
const MOST_TABS = 12
const FIRST_TABS = 4
const LATEST_TABS = 6

interface MailboxesLook {
  now: MailSnapshot
  desk: string[]
  open: string | undefined
  onOpen(address: string): void
}

/** The mail world: the customers, and the mailbox of the one that is chosen. */
export function Mailboxes({ now, desk, open, onOpen }: MailboxesLook): ReactNode {
  const { isNew, newIn, see } = useSeen(now)
  const [isAdding, setAdding] = useState(false)
  const [isFinding, setFinding] = useState(false)
  const [visit, setVisit] = useState(0)
  const [lookedAt, setLookedAt] = useState<string[]>([])
  const [old] = useState(() => now.mailboxes.length)
  const current = now.mailboxes.find(candidate => candidate.address === open) ?? newest(now.mailboxes)
  const box = useMailbox(current)
  const tabs = tabsOf(now.mailboxes, old, [...lookedAt, current?.address ?? ''])
  const others = now.mailboxes.filter(candidate => !tabs.includes(candidate))

  function look(address: string): void {
    setFinding(false)
    setVisit(visit + 1) // pressed again, it comes back to the list
    setLookedAt([...lookedAt.filter(other => other !== address), address].slice(-LATEST_TABS))
    onOpen(address)
  }

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
        {tabs.map(candidate => (
          <PersonTab
            key={candidate.address}
            box={candidate}
            unread={newIn(candidate)}
            isCurrent={candidate === current}
            onClick={() => look(candidate.address)}
          />
        ))}
        {others.length > 0 && (
          <OthersTab
            count={others.length}
            unread={others.reduce((sum, other) => sum + newIn(other), 0)}
            isOpen={isFinding}
            onClick={() => setFinding(!isFinding)}
          />
        )}
        <button type="button" className="person is-new" aria-label="New mailbox" onClick={() => setAdding(true)}>
          <span className="avatar">
            <Icon name="plus" />
          </span>
          <span>New</span>
        </button>
      </nav>
      {isAdding && <NewMailbox onAdded={look} onEnd={() => setAdding(false)} />}
      {isFinding && <OtherMailboxes boxes={others} newIn={newIn} onOpen={look} onEnd={() => setFinding(false)} />}
      {box ? (
        <Mailbox key={`${box.address}/${visit}`} box={box} desk={desk} isNew={isNew} onSeen={see} />
      ) : current ? (
        <div className="mailbox" aria-busy="true" />
      ) : (
        <p className="mail-empty">Nobody has a mailbox yet. Write to somebody from Slack, and theirs appears here.</p>
      )}
    </section>
  )
}

/** In the order in which they came to be, so that none jumps about. */
function tabsOf(boxes: MailboxGlance[], old: number, lookedAt: string[]): MailboxGlance[] {
  if (boxes.length <= MOST_TABS) return boxes
  const firstNew = Math.max(old, boxes.length - LATEST_TABS)
  return boxes.filter((box, i) => i < FIRST_TABS || i >= firstNew || lookedAt.includes(box.address))
}

interface PersonTabLook {
  box: MailboxGlance
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

interface OthersTabLook {
  count: number
  unread: number
  isOpen: boolean
  onClick(): void
}

function OthersTab({ count, unread, isOpen, onClick }: OthersTabLook): ReactNode {
  return (
    <button
      type="button"
      className="person is-many"
      aria-expanded={isOpen}
      aria-label={`${count} other mailboxes${unread ? `, ${unread} new` : ''}`}
      onClick={onClick}
    >
      <span className="avatar">+{count}</span>
      <span>others</span>
      {unread > 0 && <b>{unread}</b>}
    </button>
  )
}

function newest(boxes: MailboxGlance[]): MailboxGlance | undefined {
  return boxes.reduce<MailboxGlance | undefined>(
    (best, box) => (best && best.latestAt >= box.latestAt ? best : box),
    undefined,
  )
}
