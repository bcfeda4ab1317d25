import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { teams } from '../../../../core/teams.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { senderForm } from '../../views/team/settings.ts'
import type { NewTicketMeta } from '../../views/tickets/new-ticket.ts'
import { openForm, redrawForm } from '../show.ts'
import { onPress, onSubmit } from '../showing-problems.ts'
import * as values from '../values.ts'
import { customerAddress, doubtsAbout } from './doubts.ts'
import { startOfTicket } from './read-ticket.ts'
import { composer } from './reply-form.ts'
import { saveFrom } from './save-draft.ts'
import { submitNewTicket } from './send-ticket.ts'
import { openNewTicket, redrawTicket } from './ticket-form.ts'

/** The form for a new ticket: what is chosen in it, and its submission. */
export function listenToNewTicket(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.shortcuts.newTicket,
    onPress(desk, ({ body }) => openNewTicket(desk, body, null)),
  )
  app.action<BlockAction>(
    ids.pickTeam,
    onPress(desk, async ({ body, value }) => void (await redrawTicket(desk, body, { teamId: value, formId: null }))),
  )
  app.action<BlockAction>(
    ids.pickForm,
    onPress(desk, async ({ body, value }) => void (await redrawTicket(desk, body, { formId: value }))),
  )
  app.action<BlockAction>(
    ids.findCustomer,
    onPress(desk, ({ body }) => redrawForCustomer(desk, body)),
  )
  app.action<BlockAction>(
    ids.writeAnyway,
    onPress(desk, ({ body }) => writeAnyway(desk, body)),
  )
  app.action<BlockAction>(
    ids.continueThere,
    onPress(desk, ({ body, user, value }) => continueThere(desk, body, user, value)),
  )
  app.action<BlockAction>(
    ids.setUpSending,
    onPress(desk, ({ body, value }) => setUpSending(desk, body, value)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.newTicket,
    onSubmit(desk, body => submitNewTicket(desk, body), {
      sender: 'audience',
      customer_typed: 'customer',
      when: 'send_when',
      date: 'send_when',
      time: 'send_when',
    }),
  )
}

/** Who else writes to the customer is said as soon as they are chosen; what was said of another goes. */
async function redrawForCustomer(desk: Desk, body: BlockAction): Promise<void> {
  const { view, user } = body
  if (!view) return
  const meta = values.metaOf<NewTicketMeta>(view)
  const doubts = await desk.store.read(q => doubtsAbout(q, user.id, meta, view.state.values, desk.store.now()))
  const showsSome = JSON.stringify(view.blocks).includes(`"${ids.writeAnyway}"`)
  if (doubts || showsSome || meta.when !== 'now') await redrawTicket(desk, body, {})
}

async function writeAnyway(desk: Desk, body: BlockAction): Promise<void> {
  const anyway = await customerAddress(desk, values.valuesAround(body))
  await redrawTicket(desk, body, anyway === null ? {} : { anyway })
}

/** The composer of that ticket's answer, in the form's place, with what was written and its draft. */
async function continueThere(desk: Desk, body: BlockAction, user: string, ticketId: string): Promise<void> {
  const { view } = body
  if (!view) return
  await saveFrom(desk, body)
  const { draft, rev, when, liquid, files } = values.metaOf<NewTicketMeta>(view)
  const meta = { draft, rev: rev + 1, when, ...(liquid && { liquid }), ...(files && { files }) }
  const { sender: _, ...start } = startOfTicket(view.state.values)
  const form = await composer(desk, user, ticketId, meta, start)
  await redrawForm(desk, view, form)
}

async function setUpSending(desk: Desk, body: BlockAction, teamId: string): Promise<void> {
  if (!body.view) return
  const meta = values.metaOf<NewTicketMeta>(body.view)
  const all = await desk.store.read(teams)
  await openForm(desk, body, senderForm(null, all, teamId, { form: { ...meta, teamId, viewId: body.view.id } }))
}
