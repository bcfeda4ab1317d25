import type { KnownBlock } from '@slack/types'
import { isPastDue } from '../../../../core/tickets/due.ts'
import type { TicketView } from '../../../../core/view.ts'
import { context, cut, limits, oneLine, plain, words } from '../blocks.ts'
import { moment } from '../words.ts'

const MOST_FIELDS = 8
const MOST_TAGS = 12

/** What else is known of a ticket, in few lines: until when, tags, fields, and what it is about. The rest is in Details. */
export function particulars(ticket: TicketView, now: number): KnownBlock[] {
  return [...dueLine(ticket, now), ...tagLine(ticket), ...fieldLine(ticket), ...descriptionLine(ticket)]
}

function dueLine(ticket: TicketView, now: number): KnownBlock[] {
  if (ticket.dueAt === null) return []
  if (isPastDue(ticket, now)) return [context(`⏰ *Overdue* since ${moment(ticket.dueAt)}`)]
  return [context(`📅 Due ${moment(ticket.dueAt)}`)]
}

function tagLine({ tags }: TicketView): KnownBlock[] {
  if (!tags.length) return []
  const more = tags.length > MOST_TAGS ? ` and ${tags.length - MOST_TAGS} more` : ''
  return [context(plain(`🏷️ ${tags.slice(0, MOST_TAGS).map(oneLine).join(' · ')}${more}`))]
}

function fieldLine({ fields }: TicketView): KnownBlock[] {
  if (!fields.length) return []
  const more = fields.length > MOST_FIELDS ? ` · and ${fields.length - MOST_FIELDS} more` : ''
  const shown = fields.slice(0, MOST_FIELDS).map(f => `${cut(oneLine(f.name), 40)}: ${cut(oneLine(f.text), 80)}`)
  return [context(plain(`🗂️ ${shown.join(' · ')}${more}`))]
}

function descriptionLine({ description }: TicketView): KnownBlock[] {
  return description ? [context(plain(`📝 ${cut(oneLine(description), 250)}`))] : []
}

/** All of it that the card has folded: the whole description, every field, every tag. */
export function wholeParticulars({ description, fields, tags }: TicketView): KnownBlock[] {
  const lines = fields.map(f => `${oneLine(f.name)}: ${f.text}${f.visible ? ' (the customer sees it)' : ''}`)
  const isLong = fields.length > MOST_FIELDS || fields.some(f => f.text.length > 80 || /\n/.test(f.text))
  const isLongText = description !== null && (description.length > 250 || /\n/.test(description))
  return [
    ...(isLongText ? [context('*Description*'), words(cut(description, limits.section))] : []),
    ...(isLong ? [context('*Fields*'), ...inBlocks(lines, '\n')] : []),
    ...(tags.length > MOST_TAGS ? [context('*Tags*'), ...inBlocks(tags.map(oneLine), ' · ')] : []),
  ]
}

const CHUNK = 2_900
const MOST_BLOCKS = 25

function inBlocks(lines: string[], between: string): KnownBlock[] {
  const texts: string[] = []
  for (const line of lines.map(l => cut(l, CHUNK))) {
    const last = texts.at(-1)
    if (last === undefined || last.length + between.length + line.length > CHUNK) texts.push(line)
    else texts[texts.length - 1] = `${last}${between}${line}`
  }
  const rest = texts.length > MOST_BLOCKS ? [context('There are more; Edit details shows them all.')] : []
  return [...texts.slice(0, MOST_BLOCKS).map(text => words(text)), ...rest]
}
