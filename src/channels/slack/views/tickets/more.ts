import type { Button, KnownBlock, ModalView } from '@slack/types'
import type { TicketView } from '../../../../core/view.ts'
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
    title: '*Write*\nWhat the next mail is sent from, and a word to you if nobody answers.',
    buttons: t => [button('Send as', ids.sendAs, t.id), t.closedAt === null && button('Remind me', ids.remind, t.id)],
  },
  {
    title:
      '*What is known of it*\nDescription, due date, tags, and the fields of its form; what is known of the customer.',
    buttons: t => [button('Edit details', ids.editDetails, t.id), button('Customer', ids.customerFields, t.id)],
  },
  {
    title: '*Later*\nOut of the way until a date, or until they answer.',
    buttons: t => [
      t.closedAt === null && t.status !== 'snoozed' && button('Snooze', ids.snooze, t.id),
      t.status === 'snoozed' && button('Change the snooze', ids.snooze, t.id),
      t.status === 'snoozed' && button('Wake it now', ids.wake, t.id),
    ],
  },
  {
    title: '*Other tickets*\nSub-tickets and links are shown on both cards; merging makes two into one.',
    buttons: t => [
      button('Links and sub-tickets', ids.relations, t.id),
      t.mergedInto === null && button('New sub-ticket', ids.newSubTicket, t.id),
      t.mergedInto === null && button('Merge', ids.merge, t.id),
    ],
  },
  { title: '*Notes*\nAll of them, to change, to colour and to pin.', buttons: t => [button('Notes', ids.notes, t.id)] },
  {
    title: '*Elsewhere*\nAnother team, or another customer, has it from then on.',
    buttons: t => [
      t.mergedInto === null && button('Move to a team', ids.moveTeam, t.id),
      t.mergedInto === null && button('Change the customer', ids.changeCustomer, t.id),
    ],
  },
  {
    title: '*History*\nWho did what and when, all of it.',
    buttons: t => [button('History', ids.history, t.id)],
  },
  {
    title:
      '*Put it away*\nOut of the lists, and closed. An answer brings an archived one back; spam stays away. Deleting is for good.',
    buttons: t => [
      t.archivedAt === null && button('Archive', ids.archive, t.id),
      t.spamAt === null && button('Spam', ids.spam, t.id, { confirm: asSpam(t) }),
      button('Delete', ids.deleteTicket, t.id, { style: 'danger', confirm: deleting(t) }),
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

function deleting({ identifier, counts }: TicketView) {
  const waiting = counts.held + counts.queued
  const mails = waiting ? ` ${waiting === 1 ? '1 mail that waits is' : `${waiting} mails that wait are`} not sent.` : ''
  return confirm(
    `Delete ${identifier}?`,
    `It is in no list any more, and what answers it is not taken in.${mails} That cannot be undone.`,
    'Delete it',
  )
}
