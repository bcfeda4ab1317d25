import type { App, BlockAction } from '@slack/bolt'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { customerOptions, type Start } from '../../views/tickets/new-ticket.ts'
import { admit, loadTicket } from '../show.ts'
import { onPress } from '../showing-problems.ts'
import { openNewTicket } from './ticket-form.ts'

/** The form for a new ticket, begun with what it has from the ticket that it is to be part of. */
export function listenToSubTickets(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.newSubTicket,
    onPress(desk, async ({ body, user, value }) => {
      await admit(desk, user, value, 'manage')
      const { id, identifier, team, customer, tags, publishedAt } = await loadTicket(desk, value)
      const [option] = customerOptions([customer], null)
      const start: Start = {
        ...(option && { customer: option }),
        tags,
        audience: publishedAt === null ? 'internal' : 'email',
      }
      const from = { trigger_id: body.trigger_id, user: { id: user }, ...(body.view && { view: body.view }) }
      await openNewTicket(desk, from, null, start, { teamId: team.id, parent: { id, identifier } })
    }),
  )
}
