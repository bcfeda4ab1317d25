import { useCallback, useState } from 'react'
import type { MailboxGlance, MailSnapshot, MailView } from '../../mail/types.ts'

export interface Seen {
  isNew(mail: MailView): boolean
  /** How many mails of a mailbox are new. */
  newIn(box: MailboxGlance): number
  see(mail: MailView): void
}

/** Which mails are new: those that came since the page was opened and were not looked at. */
export function useSeen(now: MailSnapshot): Seen {
  const [seen, setSeen] = useState(() => new Set(now.mailboxes.flatMap(box => box.receivedIds)))
  const see = useCallback(
    (mail: MailView) => setSeen(before => (before.has(mail.id) ? before : new Set(before).add(mail.id))),
    [],
  )
  return {
    isNew: mail => mail.direction === 'received' && !seen.has(mail.id),
    newIn: box => box.receivedIds.filter(id => !seen.has(id)).length,
    see,
  }
}
