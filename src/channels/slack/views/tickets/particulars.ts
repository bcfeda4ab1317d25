import type { KnownBlock } from '@slack/types'
import type { TicketView } from '../../../../core/letter.ts'
import { isOverdue } from '../../../../core/tickets/details.ts'
import { context, cut, oneLine, plain, words } from '../blocks.ts'
import { moment } from '../words.ts'

const MOST_FIELDS = 8
const MOST_TAGS = 12

/** What else is known of a ticket, in few lines: until when, tags, fields, and what it is about. The rest is in Details. */
export function particulars(ticket: TicketView, now: number): KnownBlock[] {
  return [...dueLine(ticket, now), ...tagLine(ticket), ...fieldLine(ticket), ...descriptionLine(ticket)]
}

function dueLine(ticket: TicketView, now: number): KnownBlock[] {
  if (ticket.dueAt === null) return []
  if (isOverdue(ticket, now)) return [context(`⏰ *Overdue* since ${moment(ticket.dueAt)}`)]
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

const MOST_CHARACTERS = 2_800

/** All of it that the card has folded: the whole description, every field, every tag. */
export function wholeParticulars({ description, fields, tags }: TicketView): KnownBlock[] {
  const lines = fields.map(f => `${oneLine(f.name)}: ${f.text}${f.visible ? ' (the customer sees it)' : ''}`)
  const isFolded =
    fields.length > MOST_FIELDS || tags.length > MOST_TAGS || fields.some(f => f.text.length > 80 || /\n/.test(f.text))
  return [
    ...(description && (description.length > 250 || /\n/.test(description))
      ? [context('*Description*'), words(cut(description, MOST_CHARACTERS))]
      : []),
    ...(isFolded && lines.length ? [context('*Fields*'), ...inBlocks(lines)] : []),
    ...(isFolded && tags.length > MOST_TAGS ? [context('*Tags*'), words(tags.map(oneLine).join(' · '))] : []),
  ]
}

function inBlocks(lines: string[]): KnownBlock[] {
  const blocks: string[] = []
  for (const line of lines.map(l => cut(l, MOST_CHARACTERS))) {
    const last = blocks.at(-1)
    if (last === undefined || last.length + line.length >= MOST_CHARACTERS) blocks.push(line)
    else blocks[blocks.length - 1] = `${last}\n${line}`
  }
  return blocks.slice(0, 10).map(text => words(text))
}
