import type { Button, KnownBlock, RichTextElement } from '@slack/types'
import type { MessageView, Scheduled, TicketLink, TicketView } from '../../../../core/view.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  escaped,
  header,
  mrkdwn,
  oneLine,
  plain,
  rich,
  said,
  words,
} from '../blocks.ts'
import { quoted } from '../excerpt.ts'
import { fileLines, shownFiles } from '../files.ts'
import { ids } from '../ids.ts'
import { mailOf, mailWords, moment, priorityWords, scheduledWords, size, standing } from '../words.ts'
import { clockLines } from './clocks.ts'
import { acceptButton, doubtLine } from './doubt.ts'
import { particulars } from './particulars.ts'
import { copyWords } from './reply.ts'
import { wishLines } from './wish.ts'
import { workLines } from './work.ts'

const EXCERPT = 2_500

/** A ticket's card, whole: the root of its thread. What others wrote is literal text, so that nothing in it can ping. */
export function ticketCard(ticket: TicketView, now: number): Card {
  if (ticket.deletedBy !== null) return deletedCard(ticket, ticket.deletedBy)
  if (ticket.mergedInto) return mergedCard(ticket)
  const text = ticket.opening && quoted(ticket.opening.body, EXCERPT)
  return {
    blocks: [
      header(`${ticket.identifier} · ${ticket.subject}`),
      who(ticket),
      context(...facts(ticket)),
      ...particulars(ticket, now),
      ...clockLines(ticket, now),
      ...mailLines(ticket, now),
      ...copyLines(ticket.opening),
      ...(ticket.opening ? wishLines(ticket.opening) : []),
      ...workLines(ticket),
      ...scheduledLines(ticket),
      ...waiting(ticket),
      ...warnings(ticket),
      ...related(ticket),
      ...(text ? text.blocks : []),
      ...fileLine(ticket.opening),
      buttons(ticket, text?.isCut ?? false),
    ],
    text: fallback(ticket),
  }
}

export interface Card {
  blocks: KnownBlock[]
  text: string
}

function fallback({ identifier, subject, customer }: TicketView): string {
  return escaped(cut(`${identifier} · ${oneLine(subject)} · ${oneLine(customer.name)}`, 400))
}

/** Nothing of what it was about is left. */
function deletedCard({ identifier }: TicketView, by: string): Card {
  const text = `${identifier} was deleted by ${cut(oneLine(by), 80)}.`
  return { blocks: [words(`🗑️ ${text}`)], text: escaped(text) }
}

/** It only points to the ticket that it was merged into. */
function mergedCard(ticket: TicketView): Card {
  return {
    blocks: [
      header(`${ticket.identifier} · ${ticket.subject}`),
      who(ticket),
      context(...facts(ticket)),
      ...related(ticket),
      actions(button('Details', ids.details, ticket.id), button('More', ids.more, ticket.id)),
    ],
    text: fallback(ticket),
  }
}

/** What stays where a ticket's card was before another team got it. */
export function movedCard(ticket: TicketView, url: string | null): Card {
  if (ticket.deletedBy !== null) return deletedCard(ticket, ticket.deletedBy)
  const team = cut(oneLine(ticket.team.name), 80)
  const way = url ? button('Open the thread', ids.link, 'thread', { url }) : button('Look', ids.details, ticket.id)
  return {
    blocks: [header(`${ticket.identifier} · ${ticket.subject}`), words(`⏩ The team ${team} has it now.`, way)],
    text: fallback(ticket),
  }
}

function who({ customer }: TicketView): KnownBlock {
  const name = cut(oneLine(customer.name), 200)
  const elements: RichTextElement[] = [said(name, { bold: true })]
  if (customer.company) elements.push(said(` · ${cut(oneLine(customer.company), 100)}`))
  if (customer.address && customer.address !== customer.name) elements.push(said(` · ${cut(customer.address, 320)}`))
  return rich(...elements)
}

function facts(ticket: TicketView): string[] {
  const status = statusOf(ticket)
  const assignee = ticket.assignee ? `Assigned to <@${ticket.assignee.handle}>` : 'Unassigned'
  const sender = ticket.sender && `from ${escaped(ticket.sender.address)}`
  const creator = ticket.creator
    ? `opened by ${escaped(cut(oneLine(ticket.creator.name), 80))}`
    : 'opened by the customer'
  return [
    `*${escaped(cut(oneLine(status), 300))}*`,
    priorityWords[ticket.priority],
    assignee,
    ...(sender ? [sender] : []),
    `${creator} ${moment(ticket.createdAt)}`,
  ]
}

function statusOf(ticket: TicketView): string {
  if (ticket.spamAt !== null) return 'Spam: what comes in is kept, but not shown'
  return ticket.archivedAt !== null ? 'Archived' : standing(ticket)
}

function mailLines(ticket: TicketView, now: number): KnownBlock[] {
  const { opening } = ticket
  if (ticket.publishedAt === null) return [context('🔒 Internal: nothing of this was sent to the customer.')]
  const mail = opening && mailOf(opening)
  if (!opening || !mail) return []
  if (mail.state === 'held' && mail.scheduled) return scheduledMail(opening.id, mail.scheduled, mail.reason)
  if (mail.state === 'held' && mail.dueAt > now) return [mrkdwn(mailWords(mail), button('Undo', ids.undo, opening.id))]
  if (mail.state === 'failed' || mail.state === 'bounced') return failure(opening, mail)
  return [
    context(mailWords(mail), ...(mail.state === 'sent' && mail.reason ? [plain(cut(oneLine(mail.reason), 500))] : [])),
  ]
}

/** A mail that waits for its moment, or, held back at it, for somebody's word. */
export function scheduledMail(messageId: string, scheduled: Scheduled, reason: string | null): KnownBlock[] {
  const { askedAt } = scheduled
  return [
    mrkdwn(scheduledWords(scheduled)),
    ...(askedAt !== null && reason ? [context(plain(cut(oneLine(reason), 500)))] : []),
    actions(
      button(askedAt === null ? 'Send now' : 'Send it all the same', ids.sendNow, messageId),
      button('Cancel', ids.undo, messageId),
    ),
  ]
}

const MOST_SCHEDULED = 3

/** Answers that wait for their moment. */
function scheduledLines({ scheduled, opening }: TicketView): KnownBlock[] {
  const answers = scheduled.filter(s => s.messageId !== opening?.id)
  const more = answers.length - MOST_SCHEDULED
  return [
    ...answers.slice(0, MOST_SCHEDULED).flatMap(s => scheduledMail(s.messageId, s.scheduled, s.reason)),
    ...(more > 0 ? [context(`⏰ And ${more} more, in the thread.`)] : []),
  ]
}

/** Who beside the customer has, or gets, the first mail. */
function copyLines(opening: MessageView | null): KnownBlock[] {
  const mail = opening ? mailOf(opening) : undefined
  const unseen = (mail?.blind ?? []).map(address => `${address} (blind)`)
  const copies = opening ? [...opening.copies.map(copyWords), ...(mail?.copies ?? []), ...unseen] : []
  if (!copies.length || opening?.wish) return [] // what is wished for has lines of its own
  const lead = opening?.author.kind === 'agent' ? 'Copy to' : 'Also to'
  return [context(plain(cut(`${lead} ${copies.join(', ')}`, 1_500)))]
}

/** Why a mail did not arrive, in the far side's words perhaps, and the way out. */
export function failure(message: MessageView, mail: Parameters<typeof mailWords>[0]): KnownBlock[] {
  const why = mail.reason && cut(oneLine(mail.reason).replace(/^It came back: /, ''), 1_000) // which the words before say
  const reason = why ? `: ${why}` : '.'
  return [words(`${mailWords(mail)}${reason}`, button('Fix and resend', ids.fix, message.id, { style: 'primary' }))]
}

/** Nobody has it, since nobody is free. */
function waiting({ id, queuedAt, assignee, closedAt }: TicketView): KnownBlock[] {
  if (queuedAt === null || assignee || closedAt !== null) return []
  const text = `🙋 Waits for somebody to be free, since ${moment(queuedAt)}`
  return [mrkdwn(text, button('Claim', ids.claim, id, { style: 'primary' }))]
}

function warnings(ticket: TicketView): KnownBlock[] {
  const { counts, opening, sender } = ticket
  const state = opening && mailOf(opening)?.state
  const failed = counts.failed + counts.bounced - (state === 'failed' || state === 'bounced' ? 1 : 0)
  const waiting = [
    ...(counts.undecided > 0
      ? [`❓ *${many(counts.undecided, 'message')}* in the thread neither sent nor kept as a note`]
      : []),
    ...(failed > 0 ? [`⚠️ *${many(failed, 'answer')}* could not be delivered`] : []),
  ]
  return [
    ...(waiting.length ? [mrkdwn(waiting.join('\n'), button('Look', ids.settle, ticket.id))] : []),
    ...(ticket.suppressed === null ? [] : [suppressedLine(ticket, ticket.suppressed)]),
    ...(opening?.doubt ? doubtful(ticket, opening, opening.doubt) : []),
    ...(sender?.broken
      ? [context('⚠️ Nothing can be sent at the moment:', plain(cut(oneLine(sender.broken), 500)))]
      : []),
  ]
}

function suppressedLine({ id, customer }: TicketView, reason: string): KnownBlock {
  return words(
    `🚫 Nothing is sent to ${cut(customer.address, 320)}. ${cut(oneLine(reason), 1_000)}`,
    button('Write again all the same', ids.writeAgain, id),
  )
}

function doubtful(ticket: TicketView, opening: MessageView, doubt: string): KnownBlock[] {
  const accept = acceptButton(opening, ticket)
  return [doubtLine(opening, doubt), ...(accept ? [actions(accept)] : [])]
}

/** Other tickets that have to do with this one. */
function related({ continues, continuedBy, mergedInto, looksLike, splitFrom }: TicketView): KnownBlock[] {
  const lines: [string, TicketLink | null][] = [
    ['⏪ Goes on from', continues],
    ['⏩ Goes on in', continuedBy],
    ['⏩ Merged into', mergedInto],
    ['🔎 Looks like', looksLike],
    ['✂️ Split off from', splitFrom],
  ]
  return lines.flatMap(([what, other]) =>
    other ? [words(`${what} ${other.identifier}`, button('Look', ids.details, other.id))] : [],
  )
}

export function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function fileLine(opening: MessageView | null): KnownBlock[] {
  const files = opening ? shownFiles(opening) : []
  const lines = opening ? fileLines(opening) : []
  if (!files.length) return lines
  return [
    context(plain(cut(`📎 ${files.map(f => `${oneLine(f.name)} (${size(f.size)})`).join(', ')}`, 1_000))),
    ...lines,
  ]
}

function buttons(ticket: TicketView, isCut: boolean): KnownBlock {
  const isClosed = ticket.closedAt !== null || ticket.spamAt !== null || ticket.archivedAt !== null
  const isInternal = ticket.publishedAt === null
  return actions(
    isInternal
      ? button('Publish', ids.publish, ticket.id, { style: 'primary', confirm: publishing(ticket) })
      : button('Reply', ids.reply, ticket.id, isClosed ? {} : { style: 'primary' }),
    button('Take', ids.take, ticket.id),
    button('Assign', ids.assign, ticket.id),
    button('Status', ids.status, ticket.id),
    button('Note', ids.note, ticket.id),
    isClosed ? button(reopening(ticket), ids.reopen, ticket.id) : button('Close', ids.close, ticket.id),
    showAll(ticket.opening, isCut),
    button('Details', ids.details, ticket.id),
    button('More', ids.more, ticket.id),
  )
}

function reopening({ spamAt, archivedAt }: TicketView): string {
  if (spamAt !== null) return 'Not spam'
  return archivedAt === null ? 'Reopen' : 'Unarchive'
}

function showAll(opening: MessageView | null, isCut: boolean): Button | undefined {
  if (!opening || !(isCut || opening.full)) return undefined
  return button(opening.full ? 'Show full mail' : 'Show all', ids.showFull, opening.id)
}

function publishing(ticket: TicketView) {
  const { name, address } = ticket.customer
  return confirm(
    `Publish ${ticket.identifier}?`,
    `The first message goes to ${cut(oneLine(name), 80)} (${cut(address, 120)}). That cannot be taken back; notes stay internal.`,
    'Email the customer',
  )
}
