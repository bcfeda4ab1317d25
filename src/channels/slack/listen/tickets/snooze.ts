import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { actorOf } from '../../../../core/agents.ts'
import { type Snooze, snoozeTicket, wakeTicket } from '../../../../core/tickets/snooze.ts'
import { daysToWeekday, timeInDays, zoneOrUtc } from '../../../../lib/zone.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import type { TicketMeta } from '../../views/tickets/forms.ts'
import { moreView } from '../../views/tickets/more.ts'
import { type SnoozeChoice, snoozeForm } from '../../views/tickets/snooze.ts'
import { admit, loadTicket, openForm, redrawView } from '../show.ts'
import { onPress, onSubmit } from '../showing-problems.ts'
import * as values from '../values.ts'

/** Putting a ticket out of the way for a while, and waking it. */
export function listenToSnoozes(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.snooze,
    onPress(desk, async ({ body, user, value }) => {
      await admit(desk, user, value, 'manage')
      await openForm(desk, body, snoozeForm(await loadTicket(desk, value)))
    }),
  )
  app.action<BlockAction>(
    ids.wake,
    onPress(desk, async ({ body, user, value }) => {
      const agent = await desk.people.agent(user)
      await desk.store.write(tx => wakeTicket(tx, value, actorOf(agent)))
      if (body.view) await redrawView(desk, body.view.id, moreView(await loadTicket(desk, value)))
    }),
  )
  app.view<ViewSubmitAction>(
    ids.forms.snooze,
    onSubmit(desk, async body => {
      await snooze(desk, body)
      return undefined
    }),
  )
}

async function snooze(desk: Desk, { user, view }: ViewSubmitAction): Promise<void> {
  const { ticketId } = values.metaOf<TicketMeta>(view)
  const agent = await desk.people.agent(user.id)
  const until = await untilIn(desk, user.id, view.state.values)
  await desk.store.write(tx => snoozeTicket(tx, ticketId, until, actorOf(agent)))
}

/** Until when, as the form says: by the date and time that was chosen, if any. Days are those of whoever fills it in. */
export async function untilIn(desk: Desk, userId: string, v: values.Values): Promise<Snooze> {
  const choice = values.chosen(v, 'until') as SnoozeChoice
  const untilAnswer = choice === 'answer' || values.isChecked(v, 'answer')
  const seconds = values.chosenMoment(v, 'moment')
  if (seconds !== null) return { until: seconds * 1000, untilAnswer }
  if (choice === 'answer') return { until: null, untilAnswer }
  const zone = zoneOrUtc((await desk.people.profile(userId)).zone)
  const now = desk.store.now()
  const days = { tomorrow: 1, three_days: 3, monday: daysToWeekday(now, 1, zone) }[choice]
  return { until: timeInDays(now, days, '09:00', zone), untilAnswer }
}
