import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { actorOf } from '../../../../core/agents.ts'
import { sendersOf } from '../../../../core/senders/find.ts'
import { lastUsed, sendAs } from '../../../../core/senders/ticket.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { sendAsForm } from '../../views/tickets/send-as.ts'
import type { TicketMeta } from '../../views/tickets/ticket-meta.ts'
import { admit, loadTicket, openForm } from '../show.ts'
import { onPress, onSubmit } from '../showing-problems.ts'
import * as values from '../values.ts'

/** What a ticket's mails are sent from. */
export function listenToSendAs(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.sendAs,
    onPress(desk, async ({ body, user, value }) => {
      await admit(desk, user, value, 'manage')
      const ticket = await loadTicket(desk, value)
      const form = await desk.store.read(async q =>
        sendAsForm(ticket, await sendersOf(q, ticket.team.id), await lastUsed(q, ticket.id)),
      )
      await openForm(desk, body, form)
    }),
  )
  app.view<ViewSubmitAction>(
    ids.forms.sendAs,
    onSubmit(desk, async ({ user, view }) => {
      const { ticketId } = values.metaOf<TicketMeta>(view)
      const agent = await desk.people.agent(user.id)
      const sender = values.chosen(view.state.values, 'sender')
      if (!sender) throw new Problem('invalid', 'Choose an address.', 'sender')
      await desk.store.write(tx => sendAs(tx, ticketId, sender, actorOf(agent)))
      return undefined
    }),
  )
}
