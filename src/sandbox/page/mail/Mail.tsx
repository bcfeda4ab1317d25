import { type ReactNode, useState } from 'react'
import type { MailView, Person } from '../../mail/types.ts'
import { Icon } from '../parts/Icon.tsx'
import { IconButton } from '../parts/IconButton.tsx'
import { fullTime, size } from '../parts/times.ts'
import { Answer } from './Answer.tsx'
import { MailFrame } from './MailFrame.tsx'
import { mailCall } from './post.ts'

const VIEWS = ['Formatted', 'Text', 'Headers'] as const

/** One mail, as its reader sees it or as it travelled, and what they can do with it. */
export function Mail({ mail, onBack }: { mail: MailView; onBack(): void }): ReactNode {
  const [view, setView] = useState<(typeof VIEWS)[number]>('Formatted')
  const [isAnswering, setAnswering] = useState(false)
  const [word, setWord] = useState<{ text: string; isFault: boolean }>()
  const isReceived = mail.direction === 'received'

  const canLeave = mail.headers.some(header => header.name.toLowerCase() === 'list-unsubscribe-post')

  async function press(action: 'bounce' | 'complain' | 'unsubscribe', done: string): Promise<void> {
    const fault = await mailCall('POST', `mails/${mail.id}/${action}`, {})
    setWord(fault ? { text: fault, isFault: true } : { text: done, isFault: false })
  }

  return (
    <article className="mail" aria-label={`Mail: ${mail.subject}`}>
      <header className="mail-head">
        <div className="mail-title">
          <IconButton icon="back" label="Back to the list" onClick={onBack} />
          <h3>{mail.subject || '(no subject)'}</h3>
        </div>
        <dl>
          <dt>From</dt>
          <dd>{personText(mail.from)}</dd>
          <dt>To</dt>
          <dd>{mail.to.map(personText).join(', ') || mail.envelope.to.join(', ')}</dd>
          {mail.cc.length > 0 && (
            <>
              <dt>Cc</dt>
              <dd>{mail.cc.map(personText).join(', ')}</dd>
            </>
          )}
        </dl>
        <div className="mail-bar">
          <div className="tabs" role="tablist" aria-label="How to show the mail">
            {VIEWS.map(name => (
              <button key={name} type="button" role="tab" aria-selected={name === view} onClick={() => setView(name)}>
                {name}
              </button>
            ))}
          </div>
          <time>{fullTime(mail.at)}</time>
        </div>
      </header>
      <div className="mail-body">
        {view === 'Formatted' && <MailFrame mail={mail} />}
        {view === 'Text' && <pre className="mail-text">{mail.text}</pre>}
        {view === 'Headers' && <Headers mail={mail} />}
        {view !== 'Headers' && <Attachments mail={mail} />}
      </div>
      {word && (
        <p className={word.isFault ? 'field-error' : 'mail-word'} role="status">
          {word.text}
        </p>
      )}
      {isAnswering ? (
        <Answer
          mail={mail}
          onEnd={sent => {
            setAnswering(false)
            if (sent) setWord({ text: 'The answer is sent.', isFault: false })
          }}
        />
      ) : (
        <footer className="mail-foot">
          {isReceived && (
            <>
              <button type="button" className="button is-blue" onClick={() => setAnswering(true)}>
                <Icon name="reply" size={16} /> Answer
              </button>
              <button
                type="button"
                className="button"
                onClick={() => void press('bounce', 'Returned to the sender as undeliverable.')}
              >
                <Icon name="bounce" size={16} /> Bounce it
              </button>
              {canLeave && (
                <button
                  type="button"
                  className="button"
                  onClick={() => void press('unsubscribe', 'Unsubscribed with one click.')}
                >
                  Unsubscribe
                </button>
              )}
              <button
                type="button"
                className="button"
                onClick={() => void press('complain', 'Reported as spam to its sender.')}
              >
                Spam
              </button>
            </>
          )}
          <a className="button" href={`/sandbox/mail/mails/${mail.id}/raw`} target="_blank" rel="noreferrer">
            Source
          </a>
        </footer>
      )}
    </article>
  )
}

function Headers({ mail }: { mail: MailView }): ReactNode {
  return (
    <table className="mail-headers">
      <tbody>
        <tr>
          <th>Envelope</th>
          <td>
            {mail.envelope.from || '<>'} → {mail.envelope.to.join(', ')}
          </td>
        </tr>
        {mail.headers.map((header, index) => (
          <tr key={index}>
            <th>{header.name}</th>
            <td>{header.value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Attachments({ mail }: { mail: MailView }): ReactNode {
  const shown = mail.attachments.filter(attachment => !attachment.cid)
  if (!shown.length) return null
  return (
    <div className="mail-attachments">
      {shown.map(attachment => (
        <a
          key={attachment.index}
          className="file-chip"
          href={`/sandbox/mail/mails/${mail.id}/attachments/${attachment.index}`}
          download={attachment.name}
        >
          <Icon name="file" size={16} />
          <span>{attachment.name}</span>
          <small>{size(attachment.bytes)}</small>
          <Icon name="download" size={14} />
        </a>
      ))}
    </div>
  )
}

function personText(person: Person | undefined): string {
  if (!person) return 'nobody (a returned or automatic mail)'
  return person.name ? `${person.name} <${person.address}>` : person.address
}
