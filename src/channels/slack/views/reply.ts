import type { KnownBlock, ModalView, RichTextBlock } from '@slack/types'
import type { Document } from '../../../core/document.ts'
import type { TicketView } from '../../../core/letter.ts'
import type { AgentRow } from '../../../db/schema.ts'
import { toRichText } from '../rich-text.ts'
import { actions, button, context, cut, field, modal, notice, oneLine, plain, words } from './blocks.ts'
import { ids } from './ids.ts'
import { filesField } from './new-ticket.ts'
import type { TicketMeta } from './ticket-forms.ts'

/** The composer of an answer to the customer. `suppressed` says why their address must not be written to. */
export function replyForm(ticket: TicketView, suppressed: string | null, start?: RichTextBlock): ModalView {
  const title = `Reply on ${ticket.identifier}`
  const obstacle = obstacleOf(ticket, suppressed)
  if (obstacle) return notice(title, obstacle)
  return modal({
    id: ids.forms.reply,
    title,
    submit: 'Send',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: [
      context(
        plain(cut(`To ${personOf(ticket)}`, 500)),
        plain(`from ${ticket.sender?.address ?? "the team's address"}`),
      ),
      ...hints(ticket),
      field('message', 'Message', {
        type: 'rich_text_input',
        focus_on_load: true,
        ...(start && { initial_value: start }),
      }),
      filesField(),
      actions(button('Preview', ids.preview, ticket.id)),
    ],
  })
}

function obstacleOf(ticket: TicketView, suppressed: string | null): string | null {
  if (ticket.publishedAt === null)
    return `${ticket.identifier} is internal. Press Publish on its card first; then the customer can be written to.`
  if (suppressed) return `${ticket.customer.address} must not be written to: ${cut(oneLine(suppressed), 500)}`
  return null
}

function hints(ticket: TicketView): KnownBlock[] {
  const seconds = Math.round(ticket.team.holdMs / 1000)
  return [
    ...(ticket.closedAt !== null
      ? [words('This ticket is closed, and stays closed until the customer answers or somebody reopens it.')]
      : []),
    ...(ticket.sender?.broken
      ? [words(`⚠️ Nothing can be sent at the moment, so the mail waits: ${cut(oneLine(ticket.sender.broken), 500)}`)]
      : []),
    ...(seconds > 0 ? [context(`It is held for ${seconds} seconds, in which you can take it back.`)] : []),
  ]
}

function personOf({ customer }: TicketView): string {
  const name = oneLine(customer.name)
  return name === customer.address ? name : `${cut(name, 150)} <${customer.address}>`
}

/** What the mail will look like. */
export function previewView(
  ticket: TicketView,
  agent: Pick<AgentRow, 'name' | 'alias' | 'signature'>,
  body: Document,
  files: string[],
): ModalView {
  const name = agent.alias ?? agent.name
  const signatures = [agent.signature, ticket.team.signature].map(s => s.trim()).filter(Boolean)
  const subject = /^(re|aw|sv|antw):/i.test(ticket.subject) ? ticket.subject : `Re: ${ticket.subject}`
  return notice('Preview', [
    context(plain(cut(`From: ${name} (${ticket.team.name}) <${ticket.sender?.address ?? ''}>`, 500))),
    context(plain(cut(`To: ${personOf(ticket)}`, 500))),
    context(plain(cut(`Subject: ${oneLine(subject)}`, 400))),
    { type: 'divider' },
    ...bodyBlocks(body),
    ...(signatures.length ? [context(plain(cut(`-- \n${signatures.join('\n\n')}`, 1_900)))] : []),
    context(plain(ticket.identifier)),
    ...(files.length ? [context(plain(cut(`📎 ${files.map(oneLine).join(', ')}`, 1_500)))] : []),
  ])
}

function bodyBlocks(body: Document): KnownBlock[] {
  const blocks = toRichText(body, { limit: 2_900 }).flat()
  if (!blocks.length) return [words('Write something first.')]
  return blocks.length > 80 ? [...blocks.slice(0, 80), context('The mail goes on; this preview does not.')] : blocks
}
