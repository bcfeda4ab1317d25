import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { actorOf } from '../../../../core/agents.ts'
import { readMoment } from '../../../../core/schedule/moment.ts'
import { cancelReminder, remindAgent, remindersOf } from '../../../../core/tickets/remind.ts'
import { zoneOrUtc } from '../../../../lib/zone.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { remindersView, remindForm } from '../../views/tickets/remind.ts'
import type { TicketMeta } from '../../views/tickets/ticket-meta.ts'
import { admit, loadTicket, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import { keyOf } from '../submission.ts'
import * as values from '../values.ts'

/** Reminders of customers who do not answer. */
export function listenToReminders(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.remind,
    onPress(desk, async ({ body, user, value }) => {
      await admit(desk, user, value)
      const reminders = await desk.store.read(q => remindersOf(q, value))
      await openForm(desk, body, remindForm(await loadTicket(desk, value), reminders, await zoneOf(desk, user)))
    }),
  )
  app.action<BlockAction>(
    ids.cancelReminder,
    onPress(desk, pressed => cancel(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.remind,
    onSubmit(desk, body => submit(desk, body)),
  )
}

/** The agent's own clock: they are the one who is reminded. */
async function zoneOf(desk: Desk, user: string): Promise<string> {
  return zoneOrUtc((await desk.people.profile(user)).zone)
}

const DAY_MS = 24 * 3_600_000

async function submit(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { ticketId } = values.metaOf<TicketMeta>(view)
  const v = view.state.values
  const agent = await desk.people.agent(user.id)
  const now = desk.store.now()
  const date = values.chosenDay(v, 'date')
  const dueAt = date
    ? readMoment({ date, time: values.chosenTime(v, 'time') ?? '09:00' }, await zoneOf(desk, user.id), now)
    : now + Number(values.chosen(v, 'days')) * DAY_MS
  const reminder = { dueAt, note: values.typed(v, 'words'), dedupKey: keyOf(view.id) }
  await desk.store.write(tx => remindAgent(tx, ticketId, reminder, agent))
  return { show: remindersView(await loadTicket(desk, ticketId), await desk.store.read(q => remindersOf(q, ticketId))) }
}

async function cancel(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  const ticketId = await desk.store.write(tx => cancelReminder(tx, value, actorOf(agent)))
  const reminders = await desk.store.read(q => remindersOf(q, ticketId))
  if (body.view) await redrawView(desk, body.view.id, remindersView(await loadTicket(desk, ticketId), reminders))
}
