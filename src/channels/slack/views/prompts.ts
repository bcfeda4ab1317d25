import type { KnownBlock } from '@slack/types'
import type { MessageView, TicketView } from '../../../core/letter.ts'
import { actions, button, context, cut, escaped, mrkdwn, oneLine, plain, words } from './blocks.ts'
import { ids } from './ids.ts'
import { mailOf, mailWords } from './words.ts'

/** What only one person sees. */
export interface Prompt {
  blocks: KnownBlock[]
  text: string
}

/** Asks the author of a thread message whether the customer is to have it. */
export function askPrompt(message: MessageView, ticket: TicketView): Prompt {
  const text = `Send this to ${customer(ticket)}?`
  return {
    text: escaped(text),
    blocks: [
      words(text),
      actions(
        button(`Send to ${firstName(ticket)}`, ids.send, message.id, { style: 'primary' }),
        button('Keep as note', ids.keep, message.id),
        button('Always send from this thread', ids.always, message.id),
      ),
    ],
  }
}

/** Says what became of a message that was sent from the thread: when it goes, and the way back while there is one. */
export function heldPrompt(message: MessageView, ticket: TicketView, now: number): Prompt {
  const mail = mailOf(message)
  const to = `To ${customer(ticket)}`
  if (!mail) return said('This message stays in Slack.')
  const isHeld = mail.state === 'held' && mail.dueAt > now
  return {
    text: escaped(to),
    blocks: [
      isHeld ? mrkdwn(mailWords(mail), button('Undo', ids.undo, message.id)) : mrkdwn(mailWords(mail)),
      context(plain(to)),
    ],
  }
}

/** Says that a message is a note now, and offers to send it after all. */
export function keptPrompt(message: MessageView, ticket: TicketView): Prompt {
  const text = '🔒 Kept as a note; the customer does not see it.'
  const sendable = message.deletedAt === null && ticket.publishedAt !== null
  return { text, blocks: [words(text, sendable ? button('Send after all', ids.send, message.id) : undefined)] }
}

/** Offers to tell the customer of an edit that came after their mail. */
export function correctionPrompt(message: MessageView, ticket: TicketView): Prompt {
  const text = `${customer(ticket)} has this message as it was before your edit; a mail cannot be changed.`
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
