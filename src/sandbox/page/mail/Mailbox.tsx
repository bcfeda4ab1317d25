import { type ReactNode, useState } from 'react'
import type { Habit, MailboxView, MailView } from '../../mail/types.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { Icon } from '../parts/Icon.tsx'
import { shortTime } from '../parts/times.ts'
import { Mail } from './Mail.tsx'
import { nameOfBox } from './names.ts'
import { mailCall } from './post.ts'
import { WriteMail } from './WriteMail.tsx'

interface MailboxLook {
  box: MailboxView
  desk: string[]
  isNew(mail: MailView): boolean
  onSeen(mail: MailView): void
}

/** One customer's mailbox: what came, what they wrote, and what their address does with mail. */
export function Mailbox({ box, desk, isNew, onSeen }: MailboxLook): ReactNode {
  const [openId, setOpenId] = useState<string>()
  const [isWriting, setWriting] = useState(false)
  const open = box.mails.find(mail => mail.id === openId)
  const mails = [...box.mails].reverse()

  return (
    <div className={`mailbox ${open || isWriting ? 'has-open' : ''}`}>
      <div className="mailbox-list">
        <MailboxHead box={box} onWrite={() => setWriting(true)} />
        <ul aria-label={`Mails of ${nameOfBox(box)}`}>
          {mails.map(mail => (
            <MailRow
              key={mail.id}
              mail={mail}
              isNew={isNew(mail)}
              isOpen={mail === open}
              onClick={() => {
                setWriting(false)
                setOpenId(mail.id)
                onSeen(mail)
              }}
            />
          ))}
        </ul>
        {mails.length === 0 && <p className="mail-empty">No mail yet.</p>}
      </div>
      {isWriting ? (
        <WriteMail box={box} desk={desk} onEnd={() => setWriting(false)} />
      ) : (
        open && <Mail key={open.id} mail={open} onBack={() => setOpenId(undefined)} />
      )}
    </div>
  )
}

const HABITS: [Habit, string][] = [
  ['reads', 'Reads and waits for you'],
  ['answers', 'Answers each mail'],
  ['out-of-office', 'Out of office'],
  ['bounces', 'Bounces: returns each mail'],
  ['refuses', 'Refused: no such user (550)'],
  ['temporarily', 'Not now: try again (451)'],
  ['full', 'Mailbox full (552)'],
  ['slow', 'Slow to accept'],
]

function MailboxHead({ box, onWrite }: { box: MailboxView; onWrite(): void }): ReactNode {
  const [fault, setFault] = useState<string>()
  const does = async (habit: string) =>
    setFault(await mailCall('PUT', `mailboxes/${encodeURIComponent(box.address)}/habit`, { habit }))
  const isOut = box.habit === 'out-of-office'

  return (
    <header className="mailbox-head">
      <div className="mailbox-who">
        <div>
          <h2>{nameOfBox(box)}</h2>
          <small>{box.address}</small>
        </div>
        <button type="button" className="button is-blue is-small" onClick={onWrite}>
          <Icon name="pencil" size={14} /> Write a new mail
        </button>
      </div>
      <div className="mailbox-habit">
        <select
          aria-label={`What ${box.address} does with mail`}
          value={box.habit}
          onChange={event => void does(event.target.value)}
        >
          {HABITS.map(([habit, text]) => (
            <option key={habit} value={habit}>
              {text}
            </option>
          ))}
        </select>
        <button
          type="button"
          className={`button is-small ${isOut ? 'is-on' : ''}`}
          aria-pressed={isOut}
          onClick={() => void does(isOut ? 'reads' : 'out-of-office')}
        >
          <Icon name="moon" size={14} /> Out of office
        </button>
      </div>
      {fault && <p className="field-error">{fault}</p>}
    </header>
  )
}

interface MailRowLook {
  mail: MailView
  isNew: boolean
  isOpen: boolean
  onClick(): void
}

function MailRow({ mail, isNew, isOpen, onClick }: MailRowLook): ReactNode {
  const isOwn = mail.direction === 'written'
  const other = isOwn ? mail.to[0] : mail.from
  const name = other?.name || other?.address || 'nobody'
  const preview = mail.text.replace(/\s+/g, ' ').slice(0, 120)
  return (
    <li>
      <button
        type="button"
        className={`mail-row ${isNew ? 'is-new' : ''}`}
        aria-current={isOpen ? 'true' : undefined}
        aria-label={`${isNew ? 'New mail' : 'Mail'} ${isOwn ? 'to' : 'from'} ${name}: ${mail.subject}`}
        onClick={onClick}
      >
        <Avatar name={isOwn ? mail.mailbox : name} isRound size={32} />
        <span className="mail-row-text">
          <span className="mail-row-top">
            <b>{isOwn ? `To ${name}` : name}</b>
            {mail.attachments.length > 0 && <Icon name="clip" size={14} />}
            <time>{shortTime(mail.at)}</time>
          </span>
          <span className="mail-row-subject">{mail.subject || '(no subject)'}</span>
          <span className="mail-row-preview">{preview}</span>
        </span>
      </button>
    </li>
  )
}
