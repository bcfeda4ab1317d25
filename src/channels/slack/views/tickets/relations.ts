import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import type { TicketChoice } from '../../../../core/tickets/like.ts'
import type { MergeOutlook } from '../../../../core/tickets/merge.ts'
import type { RelatedTicket, Relations, TicketView } from '../../../../core/view.ts'
import { button, context, cut, field, modal, oneLine, option, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { statusWords } from '../words.ts'
import type { TicketMeta } from './ticket-meta.ts'

/** The field in which a ticket is searched as somebody types: by identifier, subject or customer. */
export function ticketField(title: string, more: { optional?: boolean; hint?: string } = {}): KnownBlock {
  return field(
    'ticket',
    title,
    {
      type: 'external_select',
      action_id: ids.findTicket,
      min_query_length: 0,
      placeholder: plain('SUP-1, a subject, or a customer', 150),
    },
    more,
  )
}

export function ticketOption({ id, identifier, subject, customer, isClosed }: TicketChoice): PlainTextOption {
  const state = isClosed ? ' (closed)' : ''
  return option(`${identifier}${state} · ${cut(oneLine(customer), 25)} · ${oneLine(subject)}`, id)
}

/** How a ticket may belong to another. */
export type Relation = 'link' | 'child' | 'parent'

const relationWords: Record<Relation, string> = {
  link: 'They have to do with each other',
  child: 'It is a sub-ticket of this one',
  parent: 'This one is a sub-ticket of it',
}

/** The tickets around one: seen, taken away, and added. */
export function relationsForm(ticket: TicketView): ModalView {
  const { parent, children, childCounts, links } = ticket.relations
  const unlisted = childCounts.open + childCounts.closed - Math.min(children.length, MOST_LINES)
  const options = (Object.keys(relationWords) as Relation[]).map(r => option(relationWords[r], r))
  return modal({
    id: ids.forms.relations,
    title: `Around ${ticket.identifier}`,
    submit: 'Add',
    close: 'Done',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: [
      ...(parent ? [line('⬆️ Part of', parent, 'parent', ticket)] : []),
      ...children.slice(0, MOST_LINES).map(c => line('⬇️ Sub-ticket', c, 'child', ticket)),
      ...(unlisted > 0 ? [context(`⬇️ And ${unlisted} more sub-tickets.`)] : []),
      ...links.slice(0, MOST_LINES).map(l => line('🔗 See also', l, 'link', ticket)),
      ...(parent || children.length || links.length ? [] : [context('Nothing is around it yet.')]),
      { type: 'divider' },
      ticketField('Another ticket'),
      field('relation', 'How it belongs', {
        type: 'radio_buttons',
        options,
        initial_option: options[0] as PlainTextOption,
      }),
    ],
  })
}

const MOST_LINES = 40
const MOST_NAMED = 20

/** The sub-tickets that are open, as many as a line can name. */
export function openChildNames({ children, childCounts }: Relations): string {
  const named = children.filter(c => !c.isClosed).slice(0, MOST_NAMED)
  const more = childCounts.open - named.length
  return `${named.map(c => c.identifier).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function line(lead: string, other: RelatedTicket, relation: Relation, ticket: TicketView): KnownBlock {
  const state = ` (${statusWords[other.status].toLowerCase()})`
  return words(
    `${lead} ${other.identifier}${state} · ${cut(oneLine(other.subject), 200)}`,
    button('Remove', `${ids.unrelate}:${relation}:${other.id}`, `${ticket.id} ${relation} ${other.id}`),
  )
}

export interface MergeMeta extends TicketMeta {
  confirms?: string // what has to be confirmed: `from into` of another customer
}

/** Which of the two goes on. */
export type MergeWay = 'into_it' | 'into_this'

/** Asks which ticket to merge with; once another customer's was chosen, whether that is meant. */
export function mergeForm(
  ticket: TicketView,
  chosen: { option: PlainTextOption; way: MergeWay; outlook: MergeOutlook; key: string } | null = null,
): ModalView {
  const ways = [
    option(`${ticket.identifier} goes into it`, 'into_it' satisfies MergeWay),
    option(`It goes into ${ticket.identifier}`, 'into_this' satisfies MergeWay),
  ]
  const select = ticketField('Merge with', { hint: 'With nothing typed: the other tickets of this customer.' })
  if (chosen && select.type === 'input') Object.assign(select.element, { initial_option: chosen.option })
  return modal({
    id: ids.forms.merge,
    title: `Merge ${ticket.identifier}`,
    submit: 'Merge',
    meta: { ticketId: ticket.id, ...(chosen && { confirms: chosen.key }) } satisfies MergeMeta,
    blocks: [
      words(
        'The messages of one become the other’s, and answers to the mails of both come in there. Its card is closed and points there. That cannot be undone.',
      ),
      select,
      field('way', 'Which goes on', {
        type: 'radio_buttons',
        options: ways,
        initial_option: ways.find(w => w.value === chosen?.way) ?? (ways[0] as PlainTextOption),
      }),
      ...(chosen ? otherCustomer(chosen.outlook) : []),
    ],
  })
}

function otherCustomer({ from, into, held }: MergeOutlook): KnownBlock[] {
  const waiting = held ? ` What waits to be sent still goes to ${cut(from.address, 320)}.` : ''
  return [
    words(
      `⚠️ ${from.identifier} is of ${cut(oneLine(from.customer), 80)}, ${into.identifier} of ${cut(oneLine(into.customer), 80)}. After merging, the next mail goes to ${cut(into.address, 320)}.${waiting}`,
    ),
    field('other_customer', 'They are two customers', {
      type: 'checkboxes',
      options: [option('Merge them all the same', 'yes')],
    }),
  ]
}
