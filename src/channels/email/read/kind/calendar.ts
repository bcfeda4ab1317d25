import ICAL from 'ical.js'
import { clean } from '../../../../lib/clean.ts'
import type { Mail } from '../decode/parse.ts'
import type { MailPart } from '../decode/part.ts'

const LONGEST_CALENDAR = 256 * 1024
const LONGEST_SUMMARY = 200
const SEARCHED = 512 * 1024

/**
 * The method (RFC 5546) of the calendar part that is the mail's body, in upper case, or empty. A file that somebody
 * attached to words of their own is none: it says no method in its Content-Type, or that it is an attachment.
 */
export function calendarMethod(mail: Pick<Mail, 'raw' | 'parts'>): string {
  const part = calendarPart(mail)
  if (!part) return ''
  const text = mail.raw.toString('latin1', 0, SEARCHED)
  for (const m of text.matchAll(PART_HEADER)) {
    const method = /;\s{0,8}method\s{0,4}=\s{0,4}"?([a-z-]{1,20})/i.exec(m[0])?.[1]
    if (method && !/^content-disposition:[ \t]{0,8}attachment/im.test(around(text, m.index)))
      return method.toUpperCase()
  }
  return ''
}

const PART_HEADER = /^content-type:[ \t]{0,8}text\/calendar\b[^\n]{0,500}(?:\n[ \t][^\n]{0,500}){0,10}/gim

/** The header lines of the part around a place in it. */
function around(text: string, at: number): string {
  const near = text.slice(Math.max(0, at - 1_000), at + 2_000)
  const from = Math.max(
    near.lastIndexOf('\n\n', at < 1_000 ? at : 1_000),
    near.lastIndexOf('\n\r\n', at < 1_000 ? at : 1_000),
    0,
  )
  const to = near.slice(from + 3).search(/\r?\n\r?\n/)
  return to < 0 ? near.slice(from) : near.slice(from, from + 3 + to)
}

function calendarPart({ parts }: Pick<Mail, 'parts'>): MailPart | undefined {
  return parts.find(p => p.type === 'text/calendar')
}

/** What a calendar mail says, in one line such as "Invitation: Kickoff, 3 Mar 2026 10:00 to 11:00 (Europe/Berlin)". Null when it cannot be read. */
export function calendarLine(mail: Pick<Mail, 'parts'>): string | null {
  const part = calendarPart(mail)
  if (!part || part.bytes.length > LONGEST_CALENDAR) return null
  try {
    return lineOf(new ICAL.Component(ICAL.parse(part.bytes.toString('utf8')) as unknown[]))
  } catch {
    return null
  }
}

function lineOf(calendar: ICAL.Component): string | null {
  const event = calendar.getFirstSubcomponent('vevent')
  if (!event) return null
  const method = textOf(calendar, 'method').toUpperCase()
  const summary = textOf(event, 'summary') || 'an appointment without a name'
  const when = [summary, timesOf(event)].filter(v => v).join(', ')
  if (method === 'REPLY' || method === 'COUNTER') return `${answerOf(event, method)}: ${when}`
  if (method === 'CANCEL') return `Cancelled: ${when}`
  if (method === 'DECLINECOUNTER') return `Keeps the time: ${when}`
  return `${Number(textOf(event, 'sequence')) > 0 ? 'Changed invitation' : 'Invitation'}: ${when}`
}

const ANSWERS: Record<string, string> = {
  ACCEPTED: 'accepted',
  DECLINED: 'declined',
  TENTATIVE: 'may come',
  DELEGATED: 'sends somebody else',
  'NEEDS-ACTION': 'has not decided',
}

function answerOf(event: ICAL.Component, method: string): string {
  const attendee = event.getFirstProperty('attendee')
  const parameter = (name: string) => [attendee?.getParameter(name) ?? ''].flat()[0] ?? ''
  const address = String(attendee?.getFirstValue() ?? '').replace(/^mailto:/i, '')
  const who = tidy(parameter('cn') || address) || 'Somebody'
  if (method === 'COUNTER') return `${who} proposes another time`
  return `${who} ${ANSWERS[parameter('partstat').toUpperCase()] ?? 'answered'}`
}

/** "3 Mar 2026 10:00 to 11:00 (Europe/Berlin)", as the event itself says it, in its own time zone. */
function timesOf(event: ICAL.Component): string {
  const start = timeOf(event, 'dtstart')
  if (!start) return ''
  const zone = zoneOf(event)
  const end = timeOf(event, 'dtend')
  const named = (text: string) => `${text}${start.isDate || !zone ? '' : ` (${zone})`}`
  if (!end || end.compare(start) <= 0) return named(worded(start))
  if (start.isDate) {
    const last = end.clone()
    last.adjust(-1, 0, 0, 0)
    return dateOf(last) === dateOf(start) ? dateOf(start) : `${dateOf(start)} to ${dateOf(last)}`
  }
  return named(`${worded(start)} to ${dateOf(end) === dateOf(start) ? clockOf(end) : worded(end)}`)
}

function timeOf(event: ICAL.Component, name: string): ICAL.Time | null {
  const value = event.getFirstPropertyValue(name)
  return value instanceof ICAL.Time ? value : null
}

function zoneOf(event: ICAL.Component): string {
  const property = event.getFirstProperty('dtstart')
  const named = [property?.getParameter('tzid') ?? ''].flat()[0] ?? ''
  if (named) return tidy(named)
  return timeOf(event, 'dtstart')?.zone === ICAL.Timezone.utcTimezone ? 'UTC' : ''
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function worded(time: ICAL.Time): string {
  return time.isDate ? dateOf(time) : `${dateOf(time)} ${clockOf(time)}`
}

function dateOf(time: ICAL.Time): string {
  return `${time.day} ${MONTHS[time.month - 1]} ${time.year}`
}

function clockOf(time: ICAL.Time): string {
  return [time.hour, time.minute].map(n => String(n).padStart(2, '0')).join(':')
}

function textOf(component: ICAL.Component, name: string): string {
  return tidy(String(component.getFirstPropertyValue(name) ?? ''))
}

function tidy(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim().slice(0, LONGEST_SUMMARY).toWellFormed()
}
