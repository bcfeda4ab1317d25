import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf } from '../../../../core/agents.ts'
import type { Action } from '../../../../core/permissions/grants.ts'
import { assignTicket } from '../../../../core/tickets/assign.ts'
import { setPriority } from '../../../../core/tickets/change.ts'
import { closeByAgent } from '../../../../core/tickets/close.ts'
import { openChildren } from '../../../../core/tickets/relations.ts'
import { archiveTicket, markSpam, SETTABLE } from '../../../../core/tickets/status.ts'
import { setPlainStatus, setSubStatus } from '../../../../core/tickets/sub-status.ts'
import { subStatuses } from '../../../../core/tickets/sub-statuses.ts'
import type { TicketView } from '../../../../core/view.ts'
import type { AgentRow, Priority, Status } from '../../../../db/schema.ts'
import type { Tx } from '../../../../db/store.ts'
import { Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { assignForm, closeForm, OWN, type PutAway, statusForm } from '../../views/tickets/forms.ts'
import type { TicketMeta } from '../../views/tickets/ticket-meta.ts'
import { admit, loadTicket, openForm } from '../show.ts'
import { onPress, onSubmit } from '../showing-problems.ts'
import * as values from '../values.ts'
import { askedToClose, givenIn } from './fields.ts'
import { assigneeOf } from './read-ticket.ts'

/** The small forms behind the card's buttons: close, assign, status. */
export function listenToTicketForms(app: App, desk: Desk): void {
  const form = (id: string, needed: Action, draw: (ticket: TicketView) => ModalView | Promise<ModalView>) =>
    app.action<BlockAction>(
      id,
      onPress(desk, async ({ body, user, value }) => {
        await admit(desk, user, value, needed)
        await openForm(desk, body, await draw(await loadTicket(desk, value)))
      }),
    )
  form(ids.close, 'manage', async ticket => closeForm(ticket, await askedToClose(desk, ticket)))
  form(ids.assign, 'view', assignForm) // some may take, others give
  form(ids.status, 'manage', async ticket =>
    statusForm(ticket, SETTABLE, await desk.store.read(q => subStatuses(q, ticket.team.id))),
  )

  const submitted = (id: string, work: (s: SubmittedForm) => Promise<void>) =>
    app.view<ViewSubmitAction>(
      id,
      onSubmit(desk, async body => {
        const agent = await desk.people.agent(body.user.id)
        const { ticketId } = values.metaOf<TicketMeta>(body.view)
        await work({ desk, agent, ticketId, values: body.view.state.values })
        return undefined
      }),
    )
  submitted(ids.forms.close, close)
  submitted(ids.forms.assign, assign)
  submitted(ids.forms.status, changeStatus)
}

interface SubmittedForm {
  desk: Desk
  agent: AgentRow
  ticketId: string
  values: values.Values
}

async function close({ desk, agent, ticketId, values: v }: SubmittedForm): Promise<void> {
  const reason = [values.chosen(v, 'reason'), values.typed(v, 'words').trim()].filter(Boolean).join(': ')
  const { given, faults } = await givenIn(desk, v)
  if (faults.length) throw new Problems(faults)
  await desk.store.write(async tx => {
    if (values.chosen(v, 'children') === 'close')
      for (const child of await openChildren(tx.q, ticketId))
        await closeByAgent(tx, child.id, reason, {}, actorOf(agent))
    await closeByAgent(tx, ticketId, reason, given, actorOf(agent))
  })
}

async function assign({ desk, agent, ticketId, values: v }: SubmittedForm): Promise<void> {
  const user = isNobody(v) ? null : values.chosenUser(v, 'assignee')
  const assignee = user && (await assigneeOf(desk, user))
  await desk.store.write(tx => assignTicket(tx, ticketId, assignee, actorOf(agent)))
}

function isNobody(v: values.Values): boolean {
  return values.isChecked(v, 'nobody')
}

async function changeStatus({ desk, agent, ticketId, values: v }: SubmittedForm): Promise<void> {
  const status = values.chosen(v, 'status') as Status | PutAway | `own:${string}` | null
  const priority = values.chosen(v, 'priority') as Priority | null
  await desk.store.write(async (tx: Tx) => {
    if (status === 'archived') await archiveTicket(tx, ticketId, actorOf(agent))
    else if (status === 'spam') await markSpam(tx, ticketId, actorOf(agent))
    else if (status?.startsWith(OWN)) await setSubStatus(tx, ticketId, status.slice(OWN.length), actorOf(agent))
    else if (status) await setPlainStatus(tx, ticketId, status as Status, actorOf(agent))
    if (priority) await setPriority(tx, ticketId, priority, actorOf(agent))
  })
}
