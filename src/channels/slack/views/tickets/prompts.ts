import type { KnownBlock } from '@slack/types'
import type { CopyChoice } from '../../../../core/copies.ts'
import { OVERHEARD } from '../../../../core/places.ts'
import type { MessageView, TicketView } from '../../../../core/view.ts'
import { actions, button, context, cut, escaped, mrkdwn, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { mailOf, mailWords } from '../words.ts'
import { copyWords, linkLines } from './reply.ts'

/** What only one person sees. */
export interface Prompt {
  blocks: KnownBlock[]
  text: string
}

/**
 * Asks the author of a thread message whether the customer is to have it, and, where others are in the conversation,
 * whether they are, too. `links` are the files that would go as links.
 */
export function askPrompt(message: MessageView, ticket: TicketView, others: CopyChoice[], links: string[]): Prompt {
  const text = `Send this to ${customer(ticket)}?`
  const all = toAll(message, others)
  return {
    text: escaped(text),
    blocks: [
      words(text),
      ...(all ? [context(plain(cut(`All: ${firstName(ticket)}, ${all.names}`, 1_500)))] : []),
      ...linkLines(links),
      actions(
        button(`Send to ${firstName(ticket)}`, ids.send, message.id, { style: 'primary' }),
        all && button(`Send to all (${all.count + 1})`, ids.sendAll, all.value),
        button('Keep as note', ids.keep, message.id),
        button('Always send from this thread', ids.always, message.id),
      ),
    ],
  }
}

const LONGEST_VALUE = 2_000

/** The button carries whom it names, so that nobody who comes in meanwhile is written to. */
function toAll(
  message: MessageView,
  others: CopyChoice[],
): { names: string; count: number; value: string } | undefined {
  const all = others.filter(o => !o.isStranger)
  const value = [message.id, ...all.map(o => o.address)].join(' ')
  if (!all.length || value.length > LONGEST_VALUE) return undefined
  return { names: all.map(copyWords).join(', '), count: all.length, value }
}

/** What the button to send to all says: which message, and who gets a copy. */
export function readToAll(value: string): { messageId: string; copies: string[] } {
  const [messageId = '', ...copies] = value.split(' ')
  return { messageId, copies }
}

/**
 * Says what became of a message that was sent from the thread: when it goes, to whom, and the way back while there is one.
 * Of `left`, others in the conversation, it names those who do not get it.
 */
export function heldPrompt(message: MessageView, ticket: TicketView, now: number, left: CopyChoice[] = []): Prompt {
  const mail = mailOf(message)
  const unseen = mail?.blind.length ? `, blind copy to ${mail.blind.join(', ')}` : ''
  const to = `To ${customer(ticket)}${mail?.copies.length ? `, copy to ${mail.copies.join(', ')}` : ''}${unseen}`
  const names = left.filter(o => !o.isStranger && !mail?.copies.includes(o.address)).map(copyWords)
  if (!mail) return said('This message stays in Slack.')
  const isHeld = mail.state === 'held' && mail.dueAt > now
  return {
    text: escaped(cut(to, 1_900)),
    blocks: [
      isHeld ? mrkdwn(mailWords(mail), button('Undo', ids.undo, message.id)) : mrkdwn(mailWords(mail)),
      context(plain(cut(to, 1_900))),
      ...linkLines(message.attachments.filter(a => a.link).map(a => a.name)),
      ...(names.length
        ? [context(plain(cut(`Not to ${names.join(', ')}: the Reply button writes to all.`, 1_500)))]
        : []),
    ],
  }
}

/** Says to somebody whose mails others send what becomes of a message. */
export function draftedPrompt(message: MessageView, ticket: TicketView): Prompt {
  const text = `📝 A draft: a colleague sends it to ${customer(ticket)}, from "Look" on the card.`
  return { text: escaped(text), blocks: [words(text), actions(button('Keep as note', ids.keep, message.id))] }
}

/** Says that a message is a note now, and offers to send it after all. */
export function keptPrompt(message: MessageView, ticket: TicketView): Prompt {
  const text = '🔒 Kept as a note; the customer does not see it.'
  const sendable = message.deletedAt === null && ticket.publishedAt !== null
  return { text, blocks: [words(text, sendable ? button('Send after all', ids.send, message.id) : undefined)] }
}

/** Says that a message is not mailed, since people of another organisation read the channel. */
export function overheardPrompt(messageId: string): Prompt {
  const text = `⚠️ ${OVERHEARD}`
  return { text, blocks: [words(text), actions(button('Keep as note', ids.keep, messageId))] }
}

/** Offers to tell the customer of an edit that came after their mail. */
export function correctionPrompt(message: MessageView, ticket: TicketView): Prompt {
  const verb = mailOf(message)?.state === 'queued' ? 'gets' : 'has' // it is being tried, and says the same each time
  const text = `${customer(ticket)} ${verb} this message as it was before your edit; a mail cannot be changed. A correction quotes what was wrong, and says what is right.`
  return {
    text: escaped(text),
    blocks: [words(text, button('Send correction', ids.correct, message.id, { style: 'primary' }))],
  }
}

/** Tells that a message did not reach the customer, why, and the way out. */
export function failedPrompt(message: MessageView, ticket: TicketView): Prompt {
  const reason = cut(oneLine(mailOf(message)?.reason ?? ''), 1_000)
  const text = `⚠️ This did not reach ${customer(ticket)}. ${reason}`.trim()
  return {
    text: escaped(text),
    blocks: [words(text), actions(button('Fix and resend', ids.fix, message.id, { style: 'primary' }))],
  }
}

/** Says why a ticket was not closed, and opens the form for it. */
export function closePrompt(ticketId: string, why: string): Prompt {
  return {
    text: escaped(why),
    blocks: [words(why, button('Close', ids.close, ticketId, { style: 'primary' }))],
  }
}

/** A sentence on its own. */
export function said(text: string): Prompt {
  return { text: escaped(text), blocks: [words(text)] }
}

function customer({ customer }: TicketView): string {
  const name = cut(oneLine(customer.name), 120)
  return name === customer.address ? name : `${name} (${cut(customer.address, 320)})`
}

function firstName({ customer }: TicketView): string {
  return cut(oneLine(customer.name).split(' ')[0] || customer.address, 40)
}
