import type { MessageView, Scheduled, TicketView } from '../../../core/view.ts'
import type { DeliveryState, Priority, ReplyMode, Status } from '../../../db/schema.ts'

import { clockWords } from '../../../lib/zone.ts'

export { sizeWords as size } from '../../../lib/bytes.ts'

/** How statuses are called where people read them. */
export const statusWords: Record<Status, string> = {
  draft: 'Draft',
  scheduled: 'Scheduled',
  awaiting_customer: 'Waiting for the customer',
  open: 'New reply',
  in_progress: 'In progress',
  internal: 'Internal',
  snoozed: 'Snoozed',
  closed: 'Closed',
}

/** Where a ticket stands, with why it was closed, or its team's own word for it. */
export function standing({ status, subStatus, closeReason }: TicketView): string {
  const words = status === 'closed' && closeReason ? `Closed: ${closeReason}` : statusWords[status]
  return subStatus && subStatus !== closeReason ? `${words} · ${subStatus}` : words
}

export const priorityWords: Record<Priority, string> = {
  low: '🔽 Low',
  medium: '▫️ Medium',
  high: '🔼 High',
  urgent: '🔴 Urgent',
}

export const replyModeWords: Record<ReplyMode, string> = {
  ask: 'Ask before sending what is written in a thread',
  direct: 'Send what is written in a thread',
  notes: 'Keep what is written in a thread; only Reply sends',
}

/** How mails that machines wrote are called. */
export const machineWords: Record<string, string> = {
  ooo: '🌴 Out of office',
  auto: '🤖 Automatic mail',
  bounce: '↩️ A mail came back',
  delayed: '⏳ Not delivered yet',
  complaint: '🚫 Reported as spam',
  calendar: '📅 Calendar',
  receipt: '☑️ Receipt',
  unsubscribe: '🔕 Unsubscribed',
  light: '🙏 Only thanks',
}

/** A moment as mrkdwn that each reader sees in their own time zone. */
export function moment(at: number, format: 'time' | 'time_secs' | 'both' = 'both'): string {
  const shown = format === 'both' ? '{date_short_pretty} {time}' : `{${format}}`
  return `<!date^${Math.floor(at / 1000)}^${shown}|${fallback(at, format)}>`
}

/** A day as mrkdwn that each reader sees in their own time zone. */
export function day(at: number): string {
  return `<!date^${Math.floor(at / 1000)}^{date_short_pretty}|${new Date(at).toISOString().slice(0, 10)}>`
}

function fallback(at: number, format: 'time' | 'time_secs' | 'both'): string {
  const iso = new Date(at).toISOString()
  if (format === 'both') return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
  return `${iso.slice(11, format === 'time' ? 16 : 19)} UTC`
}

/** How long ago, roughly: "now", "5 min", "3 h", "2 d". */
export function age(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes} min`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`
  return `${Math.floor(minutes / 1440)} d`
}

/** How long, roughly and in words: "3 h 20 min", "2 d 4 h". */
export function span(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 48 * 60) return workingSpan(ms)
  return joined(Math.floor(minutes / 1440), 'd', Math.floor((minutes % 1440) / 60), 'h')
}

/** The same for working time, whose days are no days. */
export function workingSpan(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 60) return `${minutes} min`
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

function joined(large: number, unit: string, small: number, smaller: string): string {
  return small ? `${large} ${unit} ${small} ${smaller}` : `${large} ${unit}`
}

/** What became of the mail of a message, if it was ever one: its newest delivery to the customer. */
export function mailOf(message: MessageView): MessageView['deliveries'][number] | undefined {
  return message.deliveries.filter(d => d.side === 'customer').at(-1)
}

/** The state of a mail in plain words, as mrkdwn. Why it failed is told elsewhere, since those are another's words. */
export function mailWords(mail: {
  state: DeliveryState
  dueAt: number
  sentAt: number | null
  reason: string | null
  lateAt?: number | null
  uncertainAt?: number | null
  scheduled?: Scheduled | null
}): string {
  switch (mail.state) {
    case 'held':
      return mail.scheduled ? scheduledWords(mail.scheduled) : `⏳ Goes out at ${moment(mail.dueAt, 'time_secs')}`
    case 'queued':
      return queuedWords(mail)
    case 'sent':
      return `✉️ Sent ${moment(mail.sentAt ?? mail.dueAt)}${mail.lateAt ? ', but not delivered yet' : ''}`
    case 'bounced':
      return '⚠️ The mail came back'
    case 'failed':
      return '⚠️ The mail could not be sent'
    case 'cancelled':
      return 'Not sent'
  }
}

/** When a mail goes that waits for its moment: by the reader's clock, and by the one that it was chosen by. */
export function scheduledWords({ at, zone, unlessAnswered, askedAt }: Scheduled): string {
  if (askedAt !== null) return '⏸️ Was to go out, and is held until somebody decides'
  const unless = unlessAnswered ? ', unless they write first' : ''
  return `⏰ Goes out ${moment(at)} (${clockWords(at, zone)}, ${zone})${unless}`
}

function queuedWords(mail: Parameters<typeof mailWords>[0]): string {
  if (mail.sentAt) return '✉️ Sent; a copy waits and is tried again'
  if (mail.lateAt) return '⚠️ Not delivered yet; it is tried again and again'
  if (mail.uncertainAt) return '⏳ Perhaps delivered: the connection was lost, so it is sent once more'
  return mail.reason ? '⏳ On its way; the first try did not succeed and it is tried again' : '⏳ On its way'
}
