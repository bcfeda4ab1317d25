import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import type { ReminderView } from '../../../../core/tickets/remind.ts'
import type { TicketView } from '../../../../core/view.ts'
import { button, cut, escaped, field, modal, mrkdwn, notice, oneLine, option, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { moment } from '../words.ts'
import type { TicketMeta } from './ticket-meta.ts'

const DAYS = [1, 2, 3, 5, 7, 14, 30]

/** When somebody wants to hear of a customer who has not answered; and what they will hear already. */
export function remindForm(ticket: TicketView, reminders: ReminderView[], zone: string): ModalView {
  const options = DAYS.map(d => option(`In ${d} ${d === 1 ? 'day' : 'days'}`, String(d)))
  return modal({
    id: ids.forms.remind,
    title: 'Remind me',
    submit: 'Remind me',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: [
      words(
        `If ${cut(oneLine(ticket.customer.name), 100)} has not answered by then, you are told in the thread and in a direct message. An answer, or closing the ticket, ends it.`,
      ),
      field('days', 'When', { type: 'static_select', options, initial_option: options[2] as PlainTextOption }),
      field('date', 'or on a day', { type: 'datepicker' }, { optional: true }),
      field('time', 'at', { type: 'timepicker' }, { optional: true, hint: `By your clock, ${zone}; else at 09:00.` }),
      field('words', 'What about', { type: 'plain_text_input', max_length: 300 }, { optional: true }),
      ...reminders.slice(0, 20).map(line),
    ],
  })
}

/** What will be said about a ticket. */
export function remindersView(ticket: TicketView, reminders: ReminderView[]): ModalView {
  if (!reminders.length) return notice('Reminders', `Nobody is reminded of ${ticket.identifier}.`)
  return notice('Reminders', reminders.slice(0, 20).map(line))
}

function line({ id, agent, due_at, note }: ReminderView): KnownBlock {
  const about = note ? `: ${escaped(cut(oneLine(note), 300))}` : ''
  const name = escaped(cut(oneLine(agent), 80)).replaceAll('*', '')
  return mrkdwn(`⏰ *${name}* ${moment(due_at)}${about}`, button('Cancel', ids.cancelReminder, id))
}
