import type { ModalView, PlainTextOption } from '@slack/types'
import type { MessageView, TicketView } from '../../../../core/view.ts'
import type { SenderRow, TeamRow } from '../../../../db/schema.ts'
import { context, cut, field, modal, oneLine, option, plain, words } from '../blocks.ts'
import { excerpt } from '../excerpt.ts'
import { ids } from '../ids.ts'
import { ticketField } from './relations.ts'
import type { TicketMeta } from './ticket-meta.ts'

const MOST_OPTIONS = 100

/** Asks for the team, and says from which address the next mail comes then. */
export function moveTeamForm(
  ticket: TicketView,
  teams: TeamRow[],
  chosen: { team: TeamRow; senders: SenderRow[]; usual: SenderRow | null } | null,
): ModalView {
  const others = teams.filter(t => t.id !== ticket.team.id).slice(0, MOST_OPTIONS)
  const options = others.map(t => option(t.name, t.id))
  if (!options.length)
    return modal({
      id: 'notice',
      title: 'Move to a team',
      blocks: [words('There is no other team. Set-up in the Home tab adds one.')],
    })
  return modal({
    id: ids.forms.moveTeam,
    title: `Move ${ticket.identifier}`,
    submit: 'Move',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: [
      words(
        `Its card goes to the team’s channel, with the newest messages below; here a pointer stays. It stays ${ticket.identifier}: customers have that in their mails.`,
      ),
      field(
        'team',
        'Team',
        { type: 'static_select', action_id: ids.pickNewTeam, options, ...initial(options, chosen?.team.id) },
        { dispatch: true },
      ),
      ...(chosen ? senderBlocks(ticket, chosen) : []),
    ],
  })
}

function initial(options: PlainTextOption[], value: string | undefined) {
  const option = options.find(o => o.value === value)
  return option ? { initial_option: option } : {}
}

function senderBlocks(
  ticket: TicketView,
  { team, senders, usual }: { team: TeamRow; senders: SenderRow[]; usual: SenderRow | null },
) {
  const to = cut(ticket.customer.address, 320)
  if (!usual)
    return [words(`⚠️ The team ${cut(oneLine(team.name), 80)} has no address that works, so nothing could be sent.`)]
  const options = senders.slice(0, MOST_OPTIONS).map(s => option(s.address, s.id))
  return [
    field(
      `sender:${team.id}`,
      'Its mails come from',
      { type: 'static_select', options, ...initial(options, usual.id) },
      { hint: `The next mail to ${to} comes from there, also one that waits now. Before it was ${from(ticket)}.` },
    ),
  ]
}

function from({ sender }: TicketView): string {
  return sender ? cut(sender.address, 320) : 'nobody'
}

/** Asks for the customer, and says where the next mail goes then, and what is queued. */
export function changeCustomerForm(
  ticket: TicketView,
  waiting: { count: number; address: string },
  next: string | null,
): ModalView {
  const held =
    waiting.count === 0
      ? 'Nothing waits to be sent.'
      : `${waiting.count === 1 ? '1 mail waits' : `${waiting.count} mails wait`} to be sent, and still ${waiting.count === 1 ? 'goes' : 'go'} to ${cut(waiting.address, 320)}.`
  return modal({
    id: ids.forms.customer,
    title: 'Change the customer',
    submit: 'Change',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: [
      words(`${ticket.identifier} is of ${cut(oneLine(ticket.customer.name), 120)}. ${held}`),
      field(
        'customer',
        'Customer',
        {
          type: 'external_select',
          action_id: ids.pickNewCustomer,
          min_query_length: 1,
          placeholder: plain('A name, a company, or an address', 150),
        },
        { dispatch: true },
      ),
      next
        ? words(`The next mail goes to ${cut(next, 400)}, in a mail thread of its own.`)
        : context('What the one before answers still comes in here, marked as a stranger’s.'),
    ],
  })
}

export interface MailMeta extends TicketMeta {
  messageId: string
}

/** Asks for the subject of the ticket that a mail becomes. */
export function splitForm(message: MessageView, ticket: TicketView): ModalView {
  return modal({
    id: ids.forms.splitOff,
    title: 'A ticket of its own',
    submit: 'Split off',
    meta: { ticketId: ticket.id, messageId: message.id } satisfies MailMeta,
    blocks: [
      words(
        `This mail of ${cut(message.author.address ?? '', 320)} becomes a new ticket, and what answers it goes there. Notes stay here, and ${ticket.identifier} says where it went.`,
      ),
      ...excerpt(message.body, 500, 4).blocks,
      field('subject', 'Subject', {
        type: 'plain_text_input',
        max_length: 255,
        initial_value: cut(oneLine(ticket.subject), 255),
      }),
    ],
  })
}

/** Asks for the ticket that a mail belongs to. */
export function moveMailForm(message: MessageView, ticket: TicketView): ModalView {
  return modal({
    id: ids.forms.moveMail,
    title: 'Move this mail',
    submit: 'Move',
    meta: { ticketId: ticket.id, messageId: message.id } satisfies MailMeta,
    blocks: [
      words(
        `This mail of ${cut(message.author.address ?? '', 320)} goes to another ticket, and so does what answers it. ${ticket.identifier} says where it went.`,
      ),
      ...excerpt(message.body, 500, 4).blocks,
      ticketField('Ticket'),
    ],
  })
}
