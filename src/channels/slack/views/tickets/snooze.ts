import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import type { TicketView } from '../../../../core/view.ts'
import { context, field, modal, option } from '../blocks.ts'
import { ids } from '../ids.ts'
import { moment } from '../words.ts'
import type { TicketMeta } from './ticket-meta.ts'

/** Until when a ticket may sleep. */
export type SnoozeChoice = 'tomorrow' | 'three_days' | 'monday' | 'answer'

const choiceWords: Record<SnoozeChoice, string> = {
  tomorrow: 'Tomorrow, 9:00',
  three_days: 'In three days, 9:00',
  monday: 'Next Monday, 9:00',
  answer: 'Until they answer, whenever that is',
}

/** Asks until when a ticket is to be out of the way; nine o'clock is the asker's. */
export function snoozeForm(ticket: TicketView): ModalView {
  return modal({
    id: ids.forms.snooze,
    title: `Snooze ${ticket.identifier}`,
    submit: 'Snooze',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: snoozeFields({ isInternal: ticket.publishedAt === null, until: ticket.snoozedUntil }),
  })
}

/** Until when, a date and time before all else; `until` is how long it sleeps already. No answer comes on what is internal. */
export function snoozeFields({ isInternal, until }: { isInternal: boolean; until: number | null }): KnownBlock[] {
  const options = (Object.keys(choiceWords) as SnoozeChoice[])
    .filter(c => c !== 'answer' || !isInternal)
    .map(c => option(choiceWords[c], c))
  const answer = option('Wake it then', 'answer')
  return [
    ...(until === null ? [] : [context(`💤 It sleeps until ${moment(until)}.`)]),
    field('until', 'Until', {
      type: 'static_select',
      options,
      initial_option: options[0] as PlainTextOption,
    }),
    field(
      'moment',
      'or until a date and time',
      { type: 'datetimepicker' },
      { optional: true, hint: 'Whoever looks after it is told then, in its thread and alone.' },
    ),
    ...(isInternal
      ? []
      : [
          field(
            'answer',
            'If they answer first',
            { type: 'checkboxes', options: [answer], initial_options: [answer] },
            { optional: true },
          ),
        ]),
  ]
}
