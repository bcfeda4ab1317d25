import type { Button, KnownBlock, ModalView } from '@slack/types'
import type { TicketView } from '../../../../core/letter.ts'
import { actions, button, confirm, cut, mrkdwn, notice, oneLine } from '../blocks.ts'
import { ids } from '../ids.ts'

/** All that can be done with a ticket beside what its card offers, by what it is about. Each press opens over it. */
export function moreView(ticket: TicketView): ModalView {
  return notice(
    cut(`More on ${ticket.identifier}`, 24),
    GROUPS.flatMap(group => shown(group, ticket)),
  )
}

interface Group {
  title: string // mrkdwn of our own
  buttons: (ticket: TicketView) => (Button | false)[]
}

const GROUPS: Group[] = [
  {
    title:
      '*What is known of it*\nDescription, due date, tags, and the fields of its form; what is known of the customer.',
    buttons: t => [button('Edit details', ids.editDetails, t.id), button('Customer', ids.customerFields, t.id)],
  },
  {
    title: '*Put it away*\nOut of the lists, and closed. An answer brings an archived one back; spam stays away.',
    buttons: t => [
      t.archivedAt === null && button('Archive', ids.archive, t.id),
      t.spamAt === null && button('Spam', ids.spam, t.id, { confirm: asSpam(t) }),
    ],
  },
]

function shown({ title, buttons }: Group, ticket: TicketView): KnownBlock[] {
  const some = buttons(ticket).filter(b => b !== false)
  return some.length ? [mrkdwn(title), actions(...some)] : []
}

function asSpam({ customer }: TicketView) {
  return confirm(
    'Put it away as spam?',
    `What ${cut(oneLine(customer.name), 80)} writes on this ticket is kept, but shown to nobody.`,
    'It is spam',
  )
}
