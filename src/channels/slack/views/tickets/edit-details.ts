import type { ModalView } from '@slack/types'
import type { TicketView } from '../../../../core/view.ts'
import { field, modal, option, textInput } from '../blocks.ts'
import { ids } from '../ids.ts'
import { type Asked, fieldInputs } from './fields.ts'
import { tagsField } from './tags-field.ts'
import type { TicketMeta } from './ticket-meta.ts'

/** What is known of a ticket beside its messages: for the team, but for fields that customers see. */
export function editDetailsForm(ticket: TicketView, asked: Asked[]): ModalView {
  return modal({
    id: ids.forms.editDetails,
    title: `Details of ${ticket.identifier}`,
    submit: 'Save',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: [
      field(
        'description',
        'Description',
        { ...textInput(ticket.description, 3_000), multiline: true },
        { optional: true, hint: 'For the team: the customer does not see it.' },
      ),
      field(
        'due',
        'Due',
        {
          type: 'datetimepicker',
          ...(ticket.dueAt !== null && { initial_date_time: Math.floor(ticket.dueAt / 1000) }),
        },
        { optional: true },
      ),
      ...(ticket.dueAt === null
        ? []
        : [
            field(
              'no_due',
              'or no longer',
              { type: 'checkboxes', options: [option('It is due at no time', 'yes')] },
              { optional: true },
            ),
          ]),
      tagsField(ticket.tags, ids.findTags),
      ...fieldInputs(asked),
    ],
  })
}
