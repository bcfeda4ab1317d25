import type { KnownBlock } from '@slack/types'
import type { TicketView } from '../../../../core/view.ts'
import { context, cut, oneLine, plain, words } from '../blocks.ts'
import { priorityWords, standing } from '../words.ts'

/** A ticket in two lines, for where it is only spoken of. `url` is its thread. */
export function compactCard(ticket: TicketView, url: string | null): { blocks: KnownBlock[] } {
  const { customer, assignee } = ticket
  const facts = [
    cut(oneLine(standing(ticket)), 200),
    priorityWords[ticket.priority],
    assignee ? cut(oneLine(assignee.name), 80) : 'unassigned',
    cut(oneLine(customer.company ? `${customer.name}, ${customer.company}` : customer.name), 200),
  ]
  return {
    blocks: [
      words(`${ticket.identifier} · ${cut(oneLine(ticket.subject), 300)}`),
      context(plain(facts.join(' · '))),
      ...(url ? [context(`<${url}|Open the thread>`)] : []),
    ],
  }
}
