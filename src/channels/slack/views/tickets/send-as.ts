import type { ModalView } from '@slack/types'
import type { LastUsed } from '../../../../core/senders/ticket.ts'
import type { TicketView } from '../../../../core/view.ts'
import type { SenderRow } from '../../../../db/schema.ts'
import { cut, field, limits, modal, notice, option, plain } from '../blocks.ts'
import { ids } from '../ids.ts'
import type { TicketMeta } from './ticket-meta.ts'

/** What the mails of a ticket are sent from, from now on. */
export function sendAsForm(ticket: TicketView, senders: SenderRow[], last: LastUsed | null): ModalView {
  const options = senders.slice(0, 100).map(s => option(`${s.broken_at === null ? '' : '⚠️ '}${s.address}`, s.id))
  if (!options.length) return notice('Send as', 'This team has no address to send from. Add one in Set-up.')
  const initial = options.find(o => o.value === ticket.sender?.id)
  const hint = last
    ? `The last mail came from ${cut(last.address, 320)}. Another address looks like somebody else to the customer.`
    : 'Also what waits to be sent goes from there.'
  return modal({
    id: ids.forms.sendAs,
    title: cut(`Send ${ticket.identifier} as`, limits.title),
    submit: 'Save',
    meta: { ticketId: ticket.id } satisfies TicketMeta,
    blocks: [
      field(
        'sender',
        'From now on its mails come from',
        {
          type: 'static_select',
          options,
          placeholder: plain('Choose an address', limits.placeholder),
          ...(initial && { initial_option: initial }),
        },
        { hint },
      ),
    ],
  })
}
