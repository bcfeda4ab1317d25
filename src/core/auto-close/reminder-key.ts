/** The dedup key of the reminder about a silence that began at this moment: at each try it is the same message. */
export function reminderKey(ticketId: string, since: number): string {
  return `${REMINDER}${ticketId}:${since}`
}

/** Whether a message with this dedup key is one. */
export function isReminderKey(dedupKey: string | null): boolean {
  return dedupKey?.startsWith(REMINDER) ?? false
}

const REMINDER = 'reminder:'
