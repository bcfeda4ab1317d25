import type { KnownBlock } from '@slack/types'
import { metricWords } from '../../../../core/sla/policies.ts'
import type { ClockView } from '../../../../core/sla/view.ts'
import type { TicketView } from '../../../../core/view.ts'
import { context } from '../blocks.ts'
import { moment, workingSpan } from '../words.ts'

/** What is promised on a ticket, and until when: moments, since what is left changes while one reads. */
export function clockLines({ clocks }: TicketView, now: number): KnownBlock[] {
  return clocks.length ? [context(...clocks.map(c => clockWords(c, now)))] : []
}

function clockWords({ metric, dueAt, leftMs, isNear, breachedAt }: ClockView, now: number): string {
  const what = metricWords[metric]
  if (dueAt === null && breachedAt === null) return `⏸️ ${what}: ${workingSpan(leftMs ?? 0)} of working time left`
  if (dueAt === null) return `🔴 *Overdue*: ${what.toLowerCase()}, which rests`
  if (breachedAt !== null || dueAt <= now) return `🔴 *Overdue*: ${what.toLowerCase()} was due ${moment(dueAt)}`
  return `${isNear ? '🟠' : '⏱️'} ${what} due ${moment(dueAt)}`
}
