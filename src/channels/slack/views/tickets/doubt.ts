import type { Button, KnownBlock } from '@slack/types'
import type { MessageView, TicketView } from '../../../../core/view.ts'
import { button, confirm, cut, limits, oneLine, words } from '../blocks.ts'
import { ids } from '../ids.ts'

/** Why its author may not be who they say. */
export function doubtLine({ author }: MessageView, doubt: string): KnownBlock {
  return words(`⚠️ This may not be from ${cut(oneLine(author.name), 80)}: ${cut(oneLine(doubt), 500)}`)
}

/** For a mail of the customer's that failed the checks, and for one of somebody new; not for whoever says to be one of us. */
export function acceptButton(message: MessageView, ticket: TicketView): Button | undefined {
  const isTheirs = message.author.id === ticket.customer.id
  if (message.doubt !== null && isTheirs)
    return button(cut(`It is ${oneLine(ticket.customer.name)}`, limits.button), ids.accept, message.id, {
      confirm: confirm(
        'Count it as theirs?',
        `The mail then counts as ${cut(oneLine(ticket.customer.name), 80)}'s, although its checks failed.`,
        'Yes',
      ),
    })
  if (message.author.kind !== 'stranger' || message.doubt !== null) return undefined
  return button('Accept as participant', ids.accept, message.id, {
    confirm: confirm(
      'Accept this address?',
      `From now on ${cut(message.author.address ?? '', 120)} is a further address of ${cut(oneLine(ticket.customer.name), 80)}.`,
      'Accept',
    ),
  })
}
