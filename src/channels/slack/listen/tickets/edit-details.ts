import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { actorOf } from '../../../../core/agents.ts'
import { fieldById } from '../../../../core/fields/define.ts'
import { setFields } from '../../../../core/fields/values.ts'
import { findTags, setTags } from '../../../../core/tags/tags.ts'
import { setDetails } from '../../../../core/tickets/details.ts'
import type { Tx } from '../../../../db/store.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { editDetailsForm, tagOffers } from '../../views/tickets/edit-details.ts'
import { optionOffers } from '../../views/tickets/fields.ts'
import type { TicketMeta } from '../../views/tickets/forms.ts'
import { onSearch } from '../search.ts'
import { admit, loadTicket, openForm } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'
import { askedOn, givenIn } from './fields.ts'

/** A ticket's description, due date, tags and fields. */
export function listenToDetails(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.editDetails,
    onPress(desk, pressed => open(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.editDetails,
    onSubmit(desk, body => save(desk, body)),
  )
  onSearch(app, desk, ids.findTags, async ({ typed }) =>
    tagOffers(await desk.store.read(q => findTags(q, typed)), typed),
  )
  onSearch(app, desk, new RegExp(`^${ids.findOption}:`), async ({ typed, actionId }) => {
    const id = actionId.slice(ids.findOption.length + 1)
    return { options: optionOffers((await desk.store.read(q => fieldById(q, id))).options, typed) }
  })
}

async function open(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await admit(desk, user, value, 'manage')
  const ticket = await loadTicket(desk, value)
  await openForm(desk, body, editDetailsForm(ticket, await askedOn(desk, ticket)))
}

async function save(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { ticketId } = values.metaOf<TicketMeta>(view)
  const v = view.state.values
  const actor = actorOf(await desk.people.agent(user.id))
  const { given, faults } = await givenIn(desk, v)
  const due = values.chosenMoment(v, 'due')
  const work = [
    (tx: Tx) =>
      setDetails(
        tx,
        ticketId,
        {
          description: values.typed(v, 'description'),
          dueAt: due === null || values.isChecked(v, 'no_due') ? null : due * 1000,
        },
        actor,
      ),
    (tx: Tx) =>
      setTags(
        tx,
        ticketId,
        values.chosenOptions(v, 'tags').map(o => String(o.value)),
        actor,
      ),
    (tx: Tx) => setFields(tx, ticketId, given, actor),
  ]
  await desk.store.write(tx => allOrNone(tx, work, faults))
  return { keepBelow: true }
}

/** Does all of it, or nothing, with each fault among the Problems thrown. */
export async function allOrNone(tx: Tx, work: ((tx: Tx) => Promise<unknown>)[], faults: Problem[]): Promise<void> {
  for (const step of work)
    await step(tx).catch(error => {
      if (error instanceof Problems) faults.push(...error.problems)
      else if (error instanceof Problem) faults.push(error)
      else throw error
    })
  if (faults.length) throw new Problems(faults)
}
