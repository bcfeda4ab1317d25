import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { actorOf } from '../../../../core/agents.ts'
import { resendMessage } from '../../../../core/messages/resend.ts'
import { liftSuppression, suppressionOf } from '../../../../core/suppressions.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { type FixMeta, fixForm } from '../../views/tickets/forms.ts'
import { mailOf } from '../../views/words.ts'
import { admit, loadMessage, openForm } from '../show.ts'
import { onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'

/** Sending again what failed for good. */
export function listenToFixes(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.fix,
    onPress(desk, pressed => openFix(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.fix,
    onSubmit(desk, async body => {
      await resend(desk, body)
      return undefined
    }),
  )
}

async function openFix(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const { message, ticket } = await loadMessage(desk, value)
  await admit(desk, user, ticket.id, 'manage')
  const suppressed = await desk.store.read(q => suppressionOf(q, ticket.customer.address))
  await openForm(desk, body, fixForm(ticket, message.id, mailOf(message)?.reason ?? null, suppressed?.reason ?? null))
}

async function resend(desk: Desk, { user, view }: ViewSubmitAction): Promise<void> {
  const { messageId, address } = values.metaOf<FixMeta>(view)
  const lift = values.isChecked(view.state.values, 'lift')
  const agent = await desk.people.agent(user.id)
  await desk.store.write(async tx => {
    if (lift) await liftSuppression(tx, address, actorOf(agent), values.typed(view.state.values, 'note'))
    await resendMessage(tx, messageId, values.typed(view.state.values, 'customer'), actorOf(agent))
  })
}
