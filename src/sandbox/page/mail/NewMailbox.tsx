import { type ReactNode, useState } from 'react'
import { mailCall } from './post.ts'

/** Makes a customer, who then can write first. */
export function NewMailbox({ onAdded, onEnd }: { onAdded(address: string): void; onEnd(): void }): ReactNode {
  const [name, setName] = useState('')
  const [address, setAddress] = useState('')
  const [fault, setFault] = useState<string>()

  async function add(): Promise<void> {
    const wanted = address.trim().toLowerCase()
    const wrong = await mailCall('PUT', `mailboxes/${encodeURIComponent(wanted)}`, name ? { name } : {})
    setFault(wrong)
    if (wrong) return
    onAdded(wanted)
    onEnd()
  }

  return (
    <form
      className="mail-form"
      aria-label="New mailbox"
      onSubmit={event => {
        event.preventDefault()
        void add()
      }}
    >
      <label>
        Address
        <input
          className="input"
          placeholder="maria@initech.test"
          value={address}
          // biome-ignore lint/a11y/noAutofocus: it was opened to type in
          autoFocus
          onChange={event => setAddress(event.target.value)}
        />
      </label>
      <label>
        Name
        <input
          className="input"
          placeholder="Maria Hill"
          value={name}
          onChange={event => setName(event.target.value)}
        />
      </label>
      {fault && <p className="field-error">{fault}</p>}
      <div className="form-foot">
        <button type="button" className="button" onClick={onEnd}>
          Cancel
        </button>
        <button type="submit" className="button is-blue" disabled={!address.includes('@')}>
          Open mailbox
        </button>
      </div>
    </form>
  )
}
