import { useEffect, useState } from 'react'
import type { MailboxGlance, MailboxView } from '../../mail/types.ts'
import { call } from '../api.ts'

/** The mails of one mailbox, read again when something about it changes; undefined until they are there. */
export function useMailbox(glance: MailboxGlance | undefined): MailboxView | undefined {
  const [box, setBox] = useState<MailboxView>()
  const address = glance?.address
  const state = JSON.stringify(glance) // another makes it read again

  useEffect(() => {
    if (address === undefined) return
    let isOld = false
    call<MailboxView>('GET', `/sandbox/mail/mailboxes/${encodeURIComponent(address)}`)
      .then(answer => {
        if (!isOld) setBox(answer)
      })
      .catch(() => {}) // the page says when the demo cannot be reached
    return () => {
      isOld = true
    }
  }, [address, state])

  return box?.address === address ? box : undefined
}
