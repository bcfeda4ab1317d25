import type { Habit, HabitSettings, Mail } from './types.ts'

/**
 * Addresses that behave in some way without being told: by the local part's first word, so `full@`, `full.bob@` and
 * `full+x@` of any domain are all full.
 */
const HABIT_OF_LOCAL_PART: Record<string, Habit> = {
  answers: 'answers',
  away: 'out-of-office',
  'out-of-office': 'out-of-office',
  bounces: 'bounces',
  refuses: 'refuses',
  nobody: 'refuses',
  temporarily: 'temporarily',
  full: 'full',
  slow: 'slow',
}

/** The habit of an address nobody has set one for. */
export function habitOf(address: string): Habit {
  const word = address.split(/[.+@]/)[0] ?? ''
  return HABIT_OF_LOCAL_PART[word] ?? 'reads'
}

/** What the server says at RCPT for a habit, or how long it waits before it says yes. */
export function atRcpt(habit: Habit, settings: HabitSettings): { code: number; text: string } | { waitMs: number } {
  if (habit === 'refuses') return { code: 550, text: '5.1.1 The email account that you tried to reach does not exist' }
  if (habit === 'temporarily') return { code: 451, text: '4.2.0 The mailbox is busy, try again later' }
  if (habit === 'full') return { code: 552, text: '5.2.2 The mailbox is full' }
  return { waitMs: habit === 'slow' ? (settings.delayMs ?? 1000) : 0 }
}

/** Whether an absent person's mail program would answer: not the null sender, nor what is automatic or from a list. */
export function mayBeAnsweredByMachine(mail: Mail): boolean {
  if (mail.envelope.from === '' || isAutomatic(mail)) return false
  const suppressed = headerOf(mail, 'x-auto-response-suppress')
  return !/oof|autoreply|all/i.test(suppressed) && headerOf(mail, 'list-id') === ''
}

export function isAutomatic(mail: Mail): boolean {
  const submitted = headerOf(mail, 'auto-submitted')
  return (submitted !== '' && !/^no\b/i.test(submitted)) || /bulk|list|junk/i.test(headerOf(mail, 'precedence'))
}

/** The first header line of that name, which is given in lower case; empty when there is none. */
export function headerOf(mail: Mail, name: string): string {
  return mail.headers.find(header => header.name.toLowerCase() === name)?.value ?? ''
}
