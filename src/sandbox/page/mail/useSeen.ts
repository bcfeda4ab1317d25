import { useCallback, useState } from 'react'
import type { MailSnapshot, MailView } from '../../mail/types.ts'

/** Which mails are new: those that came since the page was opened and were not looked at. */
export function useSeen(now: MailSnapshot): { isNew(mail: MailView): boolean; see(mail: MailView): void } {
  const [seen, setSeen] = useState(() => new Set(now.mailboxes.flatMap(box => box.mails.map(mail => mail.id))))
  const see = useCallback(
    (mail: MailView) => setSeen(before => (before.has(mail.id) ? before : new Set(before).add(mail.id))),
    [],
  )
  return { isNew: mail => mail.direction === 'received' && !seen.has(mail.id), see }
}
