import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import type { TicketView } from '../../../../core/view.ts'
import type { Status, SubStatusRow } from '../../../../db/schema.ts'
import { context, cut, field, modal, oneLine, option, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { statusWords } from '../words.ts'
import { type Asked, fieldInputs } from './fields.ts'
import { priorities, priority } from './new-ticket.ts'
import { openChildNames } from './relations.ts'
import type { TicketMeta } from './ticket-meta.ts'

export const closeReasons = ['Solved', 'No answer', 'Duplicate', 'Opened by mistake', 'Other']

/** `asked`: the fields that must be filled in by then. */
export function closeForm(ticket: TicketView, asked: Asked[] = []): ModalView {
  const options = closeReasons.map(r => option(r, r))
  return modal({
    id: ids.forms.close,
    title: `Close ${ticket.identifier}`,
    submit: 'Close ticket',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: [
      ...unsent(ticket),
      ...openSubTickets(ticket),
      field('reason', 'Reason', { type: 'static_select', options, initial_option: options[0] as PlainTextOption }),
      field(
        'words',
        'In your words',
        { type: 'plain_text_input', multiline: true, max_length: 500 },
        { optional: true },
      ),
      ...fieldInputs(asked),
      context('The customer is not told. If they answer soon, the ticket opens again; later a new one begins.'),
    ],
  })
}

function unsent({ counts }: TicketView): KnownBlock[] {
  if (counts.undecided === 0) return []
  return [words(`❓ In the thread are ${counts.undecided} messages that were neither sent nor kept as a note.`)]
}

/** Closing a ticket says nothing of those below it, so it is said and asked. */
function openSubTickets({ relations }: TicketView): KnownBlock[] {
  const { open } = relations.childCounts
  if (!open) return []
  const leave = option('Leave them open', 'leave')
  return [
    field(
      'children',
      open === 1 ? '⚠️ Its sub-ticket is still open' : `⚠️ ${open} sub-tickets are still open`,
      { type: 'radio_buttons', options: [leave, option('Close them, too', 'close')], initial_option: leave },
      { hint: openChildNames(relations) },
    ),
  ]
}

export function assignForm(ticket: TicketView): ModalView {
  return modal({
    id: ids.forms.assign,
    title: `Assign ${ticket.identifier}`,
    submit: 'Assign',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: [
      field(
        'assignee',
        'Assignee',
        { type: 'users_select', ...(ticket.assignee && { initial_user: ticket.assignee.handle }) },
        { optional: true },
      ),
      field(
        'nobody',
        'or give it back',
        { type: 'checkboxes', options: [option('Nobody: whoever is free takes it', 'nobody')] },
        { optional: true },
      ),
    ],
  })
}

/** What beside a status can be chosen in its place. */
export type PutAway = 'archived' | 'spam'

const MOST_OWN = 90 // a menu has a hundred

/** Before the id of a sub-status, where a status is chosen. */
export const OWN = 'own:'

/** `settable` are the statuses that core lets agents set, `own` what the ticket's team calls parts of them. */
export function statusForm(
  ticket: TicketView,
  settable: Status[],
  own: Pick<SubStatusRow, 'id' | 'name'>[] = [],
): ModalView {
  const away: [PutAway, string, number | null][] = [
    ['archived', 'Archived: out of the lists', ticket.archivedAt],
    ['spam', 'Spam: out of the lists, and nothing more of it is shown', ticket.spamAt],
  ]
  const options = [
    ...settable
      .filter(s => s !== 'awaiting_customer' || ticket.publishedAt !== null)
      .map(s => option(statusWords[s], s)),
    ...own.slice(0, MOST_OWN).map(s => option(s.name, `${OWN}${s.id}`)),
    ...away.filter(([, , at]) => at === null).map(([value, text]) => option(text, value)),
  ]
  const named = own.find(s => s.name === ticket.subStatus)
  const current = options.find(o => o.value === (named ? `${OWN}${named.id}` : ticket.status))
  return modal({
    id: ids.forms.status,
    title: `Status of ${ticket.identifier}`,
    submit: 'Save',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: [
      field(
        'status',
        'Status',
        {
          type: 'static_select',
          options,
          placeholder: plain(`Leave it: ${statusWords[ticket.status]}`, 150),
          ...(current && { initial_option: current }),
        },
        { optional: true },
      ),
      field('priority', 'Priority', {
        type: 'static_select',
        options: priorities(),
        initial_option: priority(ticket.priority),
      }),
    ],
  })
}

export interface FixMeta {
  messageId: string
  address: string
}

/** For a mail that failed: why, and to which address it should go now. `suppressed` says why the address is blocked. */
export function fixForm(
  ticket: TicketView,
  messageId: string,
  reason: string | null,
  suppressed: string | null,
): ModalView {
  const { address } = ticket.customer
  return modal({
    id: ids.forms.fix,
    title: 'Fix and resend',
    submit: 'Send again',
    meta: { messageId, address } satisfies FixMeta,
    blocks: [
      words(`The mail to ${cut(address, 320)} did not arrive. ${cut(oneLine(reason ?? ''), 1_000)}`.trim()),
      field(
        'customer',
        'Send it to',
        { type: 'plain_text_input', initial_value: address, max_length: 400 },
        { hint: 'From now on this is the address of the ticket.' },
      ),
      ...(suppressed
        ? [
            field(
              'lift',
              `Nothing is sent to ${cut(address, 320)} any more`,
              { type: 'checkboxes', options: [option('The address works: send to it again', 'lift')] },
              { optional: true, hint: cut(oneLine(suppressed), 500) },
            ),
            field(
              'note',
              'Why it is sent there again',
              { type: 'plain_text_input', max_length: 500 },
              { optional: true, hint: 'Needed for that; kept with your name, for those who ask later.' },
            ),
          ]
        : []),
    ],
  })
}
