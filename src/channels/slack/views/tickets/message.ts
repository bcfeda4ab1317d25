import type { Button, KnownBlock } from '@slack/types'
import type { MessageView, TicketLink, TicketView } from '../../../../core/view.ts'
import { fallbackText, toRichText } from '../../rich-text.ts'
import { actions, button, context, cut, escaped, limits, mrkdwn, oneLine, plain, words } from '../blocks.ts'
import { fileLines } from '../files.ts'
import { ids } from '../ids.ts'
import { machineWords, mailOf, mailWords } from '../words.ts'
import { failure, scheduledMail } from './card.ts'
import { acceptButton, doubtLine } from './doubt.ts'
import { copyWords } from './reply.ts'
import { movingButtons } from './trouble.ts'
import { wishLines } from './wish.ts'
import { noteSquare } from './work.ts'

/** What is posted in a ticket's thread, as chat.postMessage takes it. */
export interface Post {
  blocks: KnownBlock[]
  text: string
  username?: string
  icon_emoji?: string
}

const PART = 7_000 // with the lines around it a post stays under what Slack accepts in one
const MOST_PARTS = 3
const MOST_BLOCKS = 40

/** A message as it is posted in the thread: one post, or a few for a long text; only the first one ever changes. */
export function deskMessage(message: MessageView, ticket: TicketView, now: number): Post[] {
  if (message.deletedAt !== null)
    return [{ ...author(message), blocks: [context('This message was deleted.')], text: 'This message was deleted.' }]
  if (message.moved && message.moved.id !== ticket.id) return [moved(message, message.moved)]
  if (message.automatic) return [folded(message)]
  const parts = toRichText(message.body, { limit: PART })
  const isCut = parts.length > MOST_PARTS || parts.some(p => p.length > MOST_BLOCKS)
  const text = cut(fallbackText(message.body), 3_000) || 'A message'
  const [first = [], ...others] = parts.slice(0, MOST_PARTS).map(p => p.slice(0, MOST_BLOCKS))
  const blocks = [...above(message, ticket), ...first, ...below(message, ticket, isCut, now)]
  return [
    { ...author(message), blocks: blocks.length ? blocks : [words(' ')], text },
    ...others.map(part => ({ ...author(message), blocks: part, text: 'The message goes on here.' })),
  ]
}

/** Whom Slack shows as the author. A customer is always marked as one, however they call themselves. */
function author({ author, doubt, automatic, inboundId }: MessageView): { username?: string; icon_emoji?: string } {
  const isCustomers = author.kind === 'customer' || author.kind === 'stranger'
  if (isCustomers && inboundId === null)
    return {
      username: marked(author.name, author.kind === 'customer' ? ' (customer)' : ' (not the customer)'),
      icon_emoji: ':speech_balloon:', // an agent brought it from elsewhere
    }
  if (author.kind === 'customer')
    return { username: marked(author.name, ' (customer, by email)'), icon_emoji: ':incoming_envelope:' }
  if (author.kind === 'stranger' && automatic)
    return { username: marked(author.address ?? author.name, ' (by email)'), icon_emoji: ':robot_face:' }
  if (author.kind === 'stranger' && doubt)
    return { username: marked(author.address ?? author.name, ' (unproved, by email)'), icon_emoji: ':warning:' }
  if (author.kind === 'stranger')
    return { username: marked(author.address ?? author.name, ' (not the customer, by email)'), icon_emoji: ':warning:' }
  return {}
}

function marked(name: string, mark: string): string {
  const bare = oneLine(name).replace(/[()]/g, '') || 'Somebody'
  return cut(bare, limits.username - mark.length) + mark
}

function above(message: MessageView, ticket: TicketView): KnownBlock[] {
  const name = cut(oneLine(message.author.name), 80)
  if (message.doubt !== null) return [doubtLine(message, message.doubt), ...alsoTo(message)]
  if (message.author.kind !== 'agent') return alsoTo(message)
  const way = message.inboundId ? ' by email' : ''
  if (message.visibility === 'undecided')
    return [
      context(plain(`❓ ${name} wrote this${way}. The customer does not have it; it is neither sent nor kept.`)),
      ...wishLines(message),
    ]
  if (message.visibility !== 'public') return [context(plain(noteLead(message, name)))]
  const copies = mailOf(message)?.copies ?? []
  const blind = mailOf(message)?.blind ?? []
  const cc = `${copies.length ? `, cc ${copies.join(', ')}` : ''}${blind.length ? `, bcc ${blind.join(', ')}` : ''}`
  return [context(plain(cut(`✉️ ${name} → ${cut(oneLine(ticket.customer.name), 80)}${cc}`, 1_500)))]
}

function noteLead({ note }: MessageView, name: string): string {
  return `${note?.isPinned ? '📌 ' : ''}${note?.color ? noteSquare(note.color) : '🔒'} Note by ${name}`
}

/** Who else a mail from outside was written to. */
export function alsoTo({ copies }: MessageView): KnownBlock[] {
  return copies.length ? [context(plain(cut(`Also to ${copies.map(copyWords).join(', ')}`, 1_500)))] : []
}

function below(message: MessageView, ticket: TicketView, isCut: boolean, now: number): KnownBlock[] {
  const mail = message.author.kind === 'agent' && message.visibility === 'public' ? mailOf(message) : undefined
  const blocks: KnownBlock[] = []
  if (message.editedAt !== null) blocks.push(context('(edited)'))
  if (mail?.state === 'held' && mail.scheduled) blocks.push(...scheduledMail(message.id, mail.scheduled, mail.reason))
  else if (mail?.state === 'held' && mail.dueAt > now)
    blocks.push(mrkdwn(mailWords(mail), button('Undo', ids.undo, message.id)))
  else if (mail?.state === 'failed' || mail?.state === 'bounced') blocks.push(...failure(message, mail))
  else if (mail)
    blocks.push(
      context(
        mailWords(mail),
        ...(mail.state === 'sent' && mail.reason ? [plain(cut(oneLine(mail.reason), 500))] : []),
      ),
    )
  blocks.push(...fileLines(message))
  const show = showWords(message, isCut)
  const buttons = [...decisions(message, ticket), ...(show ? [button(show, ids.showFull, message.id)] : [])]
  if (buttons.length) blocks.push(actions(...buttons))
  if (message.calls) blocks.push(context(`<@${message.calls}>`))
  return blocks
}

/** What an agent can decide about a mail that came in. */
function decisions(message: MessageView, ticket: TicketView): Button[] {
  if (message.author.kind === 'agent' && message.visibility === 'undecided')
    return [
      button(`Send to ${firstName(ticket)}`, ids.send, message.id, { style: 'primary' }),
      button('Keep as note', ids.keep, message.id),
    ]
  const accept = acceptButton(message, ticket)
  const isElsewhere = message.author.kind === 'stranger' && !message.opening
  return [
    ...(accept ? [accept] : []),
    ...(isElsewhere ? movingButtons(message) : []),
    ...(message.note && message.fromThreadId === null ? [button('Change', ids.changeNote, message.id)] : []),
  ]
}

/** What leads to the whole of it, and, of somebody else's mail, to a ban and a download. */
function showWords(message: MessageView, isCut: boolean): string | null {
  if (message.full) return 'Show full mail'
  if (isCut) return 'Show all'
  return message.author.kind === 'stranger' ? 'Look' : null
}

function firstName({ customer }: TicketView): string {
  return cut(oneLine(customer.name).split(' ')[0] || customer.address, 40)
}

/** It belonged elsewhere: nothing of it is left here but the way. */
function moved(message: MessageView, to: TicketLink): Post {
  const line = `✂️ This mail is on ${to.identifier} now.`
  return { ...author(message), blocks: [words(line, button('Look', ids.details, to.id))], text: line }
}

/** A machine's mail in one line: it is no answer, and must not push answers out of sight. */
function folded(message: MessageView): Post {
  const from = message.author.address ?? message.author.name
  const what = machineWords[message.kind ?? 'auto'] ?? machineWords.auto
  const line = cut(`${what}, from ${cut(oneLine(from), 200)}: ${oneLine(message.text)}`, 220)
  return { ...author(message), blocks: [words(line, foldedButton(message))], text: escaped(line) }
}

/** All of a word of thanks is to be seen, so what is left is to say that it is more. */
function foldedButton({ id, kind }: MessageView): Button {
  return kind === 'light' ? button('Treat as an answer', ids.treatAsAnswer, id) : button('Show', ids.showFull, id)
}
