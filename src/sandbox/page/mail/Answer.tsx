import { type ReactNode, useState } from 'react'
import type { MailView, QuoteStyle } from '../../mail/types.ts'
import { Enclosures } from './Enclosures.tsx'
import { enclosureOf, mailCall } from './post.ts'

const MANNERS: [QuoteStyle | 'none', string][] = [
  ['gmail', 'like Gmail'],
  ['outlook', 'like Outlook'],
  ['apple', 'like Apple Mail'],
  ['none', 'without quoting'],
]

/** The customer's answer to a mail, with the mail quoted below it in the manner of their program. */
export function Answer({ mail, onEnd }: { mail: MailView; onEnd(sent: boolean): void }): ReactNode {
  const [text, setText] = useState('')
  const [manner, setManner] = useState<QuoteStyle | 'none'>('gmail')
  const [files, setFiles] = useState<File[]>([])
  const [fault, setFault] = useState<string>()
  const [isSending, setSending] = useState(false)

  async function send(): Promise<void> {
    setSending(true)
    const attachments = await Promise.all(files.map(enclosureOf))
    const quote = manner === 'none' ? false : manner
    const wrong = await mailCall('POST', `mails/${mail.id}/reply`, { text, quote, attachments })
    setSending(false)
    setFault(wrong)
    if (!wrong) onEnd(true)
  }

  return (
    <form
      className="mail-form is-docked"
      aria-label="Answer"
      onSubmit={event => {
        event.preventDefault()
        if (text.trim() && !isSending) void send()
      }}
    >
      <textarea
        className="input"
        rows={4}
        aria-label="Your answer"
        placeholder={`Answer ${mail.from?.name || 'the mail'}…`}
        value={text}
        // biome-ignore lint/a11y/noAutofocus: it was opened to type in
        autoFocus
        onChange={event => setText(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit()
        }}
      />
      {fault && <p className="field-error">{fault}</p>}
      <div className="form-foot">
        <select
          aria-label="How the mail is quoted"
          value={manner}
          onChange={event => setManner(event.target.value as QuoteStyle)}
        >
          {MANNERS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <Enclosures files={files} onChange={setFiles} />
        <span className="gap" />
        <button type="button" className="button is-small" onClick={() => onEnd(false)}>
          Cancel
        </button>
        <button type="submit" className="button is-blue is-small" disabled={!text.trim() || isSending}>
          {isSending ? 'Sending…' : 'Send answer'}
        </button>
      </div>
    </form>
  )
}
