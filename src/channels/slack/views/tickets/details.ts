import type { Button, KnownBlock, ModalView } from '@slack/types'
import type { MessageView, TicketView } from '../../../../core/view.ts'
import type { EventRow } from '../../../../db/schema.ts'
import { toRichText } from '../../rich-text.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  escaped,
  modal,
  mrkdwn,
  notice,
  oneLine,
  plain,
  words,
} from '../blocks.ts'
import { excerpt } from '../excerpt.ts'
import { fileLines, foldedFiles } from '../files.ts'
import { ids } from '../ids.ts'
import { banButton } from '../mail/blocked.ts'
import { machineWords, mailOf, mailWords, moment, size } from '../words.ts'
import { failure, ticketCard } from './card.ts'
import { doubtLine } from './doubt.ts'
import { historyBlocks } from './history.ts'
import { alsoTo } from './message.ts'
import { wholeParticulars } from './particulars.ts'
import type { TicketMeta } from './ticket-meta.ts'
import { mailActions } from './trouble.ts'
import { wishLines } from './wish.ts'

/** Why a message from outside belongs to its ticket. */
export interface Match {
  id: string // of the message
  author_name: string
  author_address: string | null
  matched_by: string | null
  automatic: string | null
  kind: string | null
  doubt: string | null
  created_at: number
}

/** A ticket in a modal: the way to its thread, its card, why its newest mails belong to it, and its history. */
export function ticketDetails(
  ticket: TicketView,
  past: { events: EventRow[]; names: Map<string, string>; matches: Match[] },
  threadUrl: string | null,
  now: number,
): ModalView {
  return notice(ticket.identifier, [
    actions(threadUrl !== null && threadButton(threadUrl), button('Customer', ids.openPerson, ticket.customer.id)),
    ...ticketCard(ticket, now).blocks.map(withoutDetails),
    ...wholeParticulars(ticket),
    ...(ticket.assignee && ticket.assignedBy
      ? [context('*Why it has this assignee*', plain(cut(oneLine(ticket.assignedBy), 1_000)))]
      : []),
    ...(past.matches.length ? [context('*Why these mails belong here*'), ...past.matches.map(matchLine)] : []),
    ...(past.matches[0]?.author_address ? [banButton(ticket.id, past.matches[0].author_address)] : []),
    ...historyBlocks(past.events, past.names),
  ])
}

/** Who reads the details needs no button to them. */
function withoutDetails(block: KnownBlock): KnownBlock {
  if (block.type !== 'actions') return block
  return { ...block, elements: block.elements.filter(e => e.action_id !== ids.details) }
}

function matchLine(match: Match): KnownBlock {
  const from = cut(oneLine(match.author_address ?? match.author_name), 320)
  const automatic = match.automatic ? ` ${ruleWords(match.kind, match.automatic)}` : ''
  const doubt = match.doubt ? ` ⚠️ ${cut(oneLine(match.doubt), 300)}` : ''
  return mrkdwn(
    `${moment(match.created_at)} ${escaped(`${from}: ${cut(match.matched_by ?? '', 500)}${automatic}${doubt}`)}`,
    button('Mail', ids.showFull, match.id),
  )
}

/** By which rule it is held for a machine's, so that a wrong one is seen. */
function ruleWords(kind: string | null, rule: string): string {
  return `${machineWords[kind ?? 'auto'] ?? machineWords.auto}, by this rule: ${cut(oneLine(rule), 300)}.`
}

export function threadLink(url: string): KnownBlock {
  return actions(threadButton(url))
}

export function threadButton(url: string): Button {
  return button('Open the thread', ids.link, 'thread', { url })
}

function matchedLine(message: MessageView | null): KnownBlock[] {
  return message?.matchedBy ? [context(plain(`🔎 ${cut(message.matchedBy, 500)}`))] : []
}

/** What waits for an agent in a ticket: each message with the buttons that settle it. */
export function settleView(ticket: TicketView, messages: MessageView[]): ModalView {
  const none = [words('Nothing is left to decide, and no mail has failed.')]
  return modal({
    id: ids.settle,
    title: ticket.identifier,
    blocks: messages.length ? messages.flatMap(m => settleBlocks(m, ticket)) : none,
    meta: { ticketId: ticket.id } satisfies TicketMeta,
  })
}

function settleBlocks(message: MessageView, ticket: TicketView): KnownBlock[] {
  const mail = mailOf(message)
  const hasFailed = mail?.state === 'failed' || mail?.state === 'bounced'
  const name = cut(oneLine(message.author.name), 80)
  return [
    context(plain(`${name}:`), moment(message.createdAt)),
    ...wishLines(message),
    ...excerpt(message.body, 500, 4).blocks,
    ...(hasFailed
      ? failure(message, mail)
      : [
          actions(
            button(`Send to ${cut(oneLine(ticket.customer.name), 40)}`, ids.send, message.id, { style: 'primary' }),
            button('Keep as note', ids.keep, message.id),
          ),
        ]),
    { type: 'divider' },
  ]
}

const CHUNK = 2_900
const MOST_BLOCKS = 80
const MOST_CHARACTERS = 90_000 // Slack refuses a view of more than about 250 KB

/** A whole message, quoted mails and all, with who wrote it and why it is on this ticket. */
export function messageDetails(message: MessageView, ticket: TicketView): ModalView {
  const doc = message.full ?? message.body
  const chunks = toRichText(doc, { limit: CHUNK })
  const blocks = chunks.slice(0, Math.floor(MOST_CHARACTERS / CHUNK)).flat()
  const isCut = blocks.length > MOST_BLOCKS || chunks.length > Math.floor(MOST_CHARACTERS / CHUNK)
  return notice(message.full ? 'Full mail' : 'Message', [
    ...origin(message, ticket),
    { type: 'divider' },
    ...(blocks.length ? blocks.slice(0, MOST_BLOCKS) : [words('There is no text in it.')]),
    ...(isCut ? [context('It is longer than Slack can show; the rest is kept in Overture.')] : []),
    ...files(message),
    ...(isFromOutside(message) ? [banButton(ticket.id, message.author.address ?? ''), mailActions(message)] : []),
  ])
}

function isFromOutside({ author }: MessageView): boolean {
  return (author.kind === 'customer' || author.kind === 'stranger') && author.address !== null
}

function origin(message: MessageView, ticket: TicketView): KnownBlock[] {
  const { author } = message
  const from = author.address && author.address !== author.name ? `${author.name} <${author.address}>` : author.name
  const mail = mailOf(message)
  return [
    words(cut(`${ticket.identifier} · ${oneLine(ticket.subject)}`, 400)),
    context(plain(cut(`From ${oneLine(from)}`, 600)), moment(message.createdAt)),
    ...alsoTo(message),
    ...(mail?.copies.length ? [context(plain(cut(`Copy to ${mail.copies.join(', ')}`, 1_900)))] : []),
    ...(mail?.blind.length ? [context(plain(cut(`Blind copy to ${mail.blind.join(', ')}`, 1_900)))] : []),
    ...matchedLine(message),
    ...(message.automatic ? [misjudged(message, message.automatic)] : []),
    ...(message.doubt === null ? [] : [doubtLine(message, message.doubt)]),
    ...(mail ? [mrkdwn(mailWords(mail))] : []),
    ...(mail?.reason ? [context(plain(cut(oneLine(mail.reason), 1_000)))] : []),
    ...(message.inboundId && message.matchedBy
      ? [context(plain(`Mail ${message.inboundId} (overture mail replay)`))]
      : []),
  ]
}

/** What a machine wrote is no answer; where a person did, somebody who has read it says so. */
function misjudged(message: MessageView, rule: string): KnownBlock {
  return words(
    ruleWords(message.kind, rule),
    button('Treat as an answer', ids.treatAsAnswer, message.id, {
      confirm: confirm(
        'Did a person write this?',
        'It then counts as the answer of the customer, and opens the ticket again. That cannot be taken back.',
        'Yes',
      ),
    }),
  )
}

function files(message: MessageView): KnownBlock[] {
  if (!message.attachments.length) return []
  return [
    context(plain(cut(`📎 ${message.attachments.map(f => `${oneLine(f.name)} (${size(f.size)})`).join(', ')}`, 1_500))),
    ...fileLines(message),
    ...(foldedFiles(message).length ? [actions(button('Put those into the thread', ids.postFiles, message.id))] : []),
  ]
}
