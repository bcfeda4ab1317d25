import { type ReactNode, useId, useState } from 'react'
import type { MailboxView } from '../../mail/types.ts'
import { Enclosures } from './Enclosures.tsx'
import { enclosureOf, mailCall } from './post.ts'

interface WriteMailLook {
  box: MailboxView
  desk: string[]
  onEnd(): void
}

/** A mail of the customer's own accord, to an address of the desk or any other. */
export function WriteMail({ box, desk, onEnd }: WriteMailLook): ReactNode {
  const [to, setTo] = useState(desk[0] ?? '')
  const [subject, setSubject] = useState('')
  const [text, setText] = useState('')
  const [files, setFiles] = useState<File[]>([])
  const [fault, setFault] = useState<string>()
  const [isSending, setSending] = useState(false)
  const list = useId()

  async function send(): Promise<void> {
    setSending(true)
    const attachments = await Promise.all(files.map(enclosureOf))
    const path = `mailboxes/${encodeURIComponent(box.address)}/write`
    const wrong = await mailCall('POST', path, { to, subject, text, attachments })
    setSending(false)
    setFault(wrong)
    if (!wrong) onEnd()
  }

  return (
    <form
      className="mail-form is-tall"
      aria-label="New mail"
      onSubmit={event => {
        event.preventDefault()
        if (!isSending) void send()
      }}
    >
      <label>
        To
        <input className="input" list={list} value={to} onChange={event => setTo(event.target.value)} />
        <datalist id={list}>
          {desk.map(address => (
            <option key={address} value={address} />
          ))}
        </datalist>
      </label>
      <label>
        Subject
        <input
          className="input"
          value={subject}
          // biome-ignore lint/a11y/noAutofocus: it was opened to type in
          autoFocus
          onChange={event => setSubject(event.target.value)}
        />
      </label>
      <label>
        Message
        <textarea className="input" rows={8} value={text} onChange={event => setText(event.target.value)} />
      </label>
      {fault && <p className="field-error">{fault}</p>}
      <div className="form-foot">
        <Enclosures files={files} onChange={setFiles} />
        <span className="gap" />
        <button type="button" className="button" onClick={onEnd}>
          Cancel
        </button>
        <button type="submit" className="button is-blue" disabled={!to.includes('@') || !text.trim() || isSending}>
          {isSending ? 'Sending…' : 'Send mail'}
        </button>
      </div>
    </form>
  )
}
