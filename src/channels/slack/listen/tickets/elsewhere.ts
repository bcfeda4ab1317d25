import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf } from '../../../../core/agents.ts'
import { customerById } from '../../../../core/customers.ts'
import { teamById, teams } from '../../../../core/teams.ts'
import { changeCustomer, waitingFor } from '../../../../core/tickets/customer.ts'
import { deleteTicket } from '../../../../core/tickets/delete.ts'
import { moveToTeam, sendersThere } from '../../../../core/tickets/move.ts'
import { moveMessage, splitOff } from '../../../../core/tickets/take-away.ts'
import type { MessageView, TicketView } from '../../../../core/view.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { outcome } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import {
  changeCustomerForm,
  type MailMeta,
  moveMailForm,
  moveTeamForm,
  splitForm,
} from '../../views/tickets/elsewhere.ts'
import type { TicketMeta } from '../../views/tickets/ticket-meta.ts'
import { admit, loadMessage, loadTicket, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'
import { findCustomers } from './customers.ts'
import { ticketIn } from './relations.ts'

/** Tickets and mails that go elsewhere: to another team, customer or ticket, or away for good. */
export function listenToElsewhere(app: App, desk: Desk): void {
  const on = (id: string, work: (pressed: Pressed) => Promise<void>) => app.action<BlockAction>(id, onPress(desk, work))
  const submitted = (id: string, work: (desk: Desk, body: ViewSubmitAction) => Promise<Done | undefined>) =>
    app.view<ViewSubmitAction>(
      id,
      onSubmit(desk, body => work(desk, body)),
    )
  on(ids.moveTeam, async ({ body, user, value }) => {
    await admit(desk, user, value, 'transfer')
    await openForm(desk, body, await teamForm(desk, value, null))
  })
  on(ids.pickNewTeam, async ({ body, value }) => {
    if (body.view) await redrawView(desk, body.view.id, await teamForm(desk, metaOf(body).ticketId, value))
  })
  submitted(ids.forms.moveTeam, moveTeam)
  on(ids.changeCustomer, async ({ body, user, value }) => {
    await admit(desk, user, value, 'manage')
    await openForm(desk, body, await customerForm(desk, value, null))
  })
  on(ids.pickNewCustomer, async ({ body, value }) => {
    if (body.view) await redrawView(desk, body.view.id, await customerForm(desk, metaOf(body).ticketId, value))
  })
  findCustomers(app, desk, ids.pickNewCustomer)
  submitted(ids.forms.customer, change)
  const openMail = (id: string, draw: (message: MessageView, ticket: TicketView) => ModalView) =>
    on(id, async ({ body, user, value }) => {
      const { message, ticket } = await loadMessage(desk, value)
      await admit(desk, user, ticket.id, 'manage')
      await openForm(desk, body, draw(message, ticket))
    })
  openMail(ids.splitOff, splitForm)
  openMail(ids.moveMail, moveMailForm)
  submitted(ids.forms.splitOff, split)
  submitted(ids.forms.moveMail, moveMail)
  on(ids.deleteTicket, pressed => remove(desk, pressed))
}

function metaOf(body: BlockAction): TicketMeta {
  return values.metaOf<TicketMeta>(body.view ?? { private_metadata: '' })
}

async function teamForm(desk: Desk, ticketId: string, teamId: string | null): Promise<ModalView> {
  const ticket = await loadTicket(desk, ticketId)
  return desk.store.read(async q => {
    if (!teamId) return moveTeamForm(ticket, await teams(q), null)
    const { all, usual } = await sendersThere(q, teamId)
    return moveTeamForm(ticket, await teams(q), { team: await teamById(q, teamId), senders: all, usual })
  })
}

async function moveTeam(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { ticketId } = values.metaOf<TicketMeta>(view)
  const agent = await desk.people.agent(user.id)
  const teamId = values.chosen(view.state.values, 'team')
  if (!teamId) throw new Problem('invalid', 'Choose a team.', 'team')
  const senderId = values.chosen(view.state.values, `sender:${teamId}`)
  await desk.store.write(tx => moveToTeam(tx, ticketId, { teamId, senderId }, actorOf(agent)))
  const ticket = await loadTicket(desk, ticketId)
  const mails = ticket.sender ? ` The next mail comes from ${ticket.sender.address}.` : ''
  return { show: outcome('Moved', `${ticket.identifier} is with the team ${ticket.team.name} now.${mails}`) }
}

async function customerForm(desk: Desk, ticketId: string, picked: string | null): Promise<ModalView> {
  const ticket = await loadTicket(desk, ticketId)
  const next = picked && (await placeOf(desk, picked))
  return changeCustomerForm(ticket, await desk.store.read(q => waitingFor(q, ticketId)), next)
}

async function placeOf(desk: Desk, picked: string): Promise<string> {
  if (!picked.startsWith('c:')) return picked.slice(2)
  const { name, address } = await desk.store.read(q => customerById(q, picked.slice(2)))
  return named(name, address)
}

function named(name: string, address: string): string {
  return name === address ? address : `${name} (${address})`
}

async function change(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { ticketId } = values.metaOf<TicketMeta>(view)
  const agent = await desk.people.agent(user.id)
  const picked = values.chosen(view.state.values, 'customer')
  if (!picked) throw new Problem('invalid', 'Choose a customer.', 'customer')
  const to = picked.startsWith('c:') ? { id: picked.slice(2) } : { typed: picked.slice(2) }
  await desk.store.write(tx => changeCustomer(tx, ticketId, to, actorOf(agent)))
  const { identifier, customer } = await loadTicket(desk, ticketId)
  return {
    show: outcome('Customer', `The next mail of ${identifier} goes to ${named(customer.name, customer.address)}.`),
  }
}

async function split(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { messageId } = values.metaOf<MailMeta>(view)
  const agent = await desk.people.agent(user.id)
  const subject = values.typed(view.state.values, 'subject')
  const ticket = await desk.store.write(tx => splitOff(tx, messageId, subject, actorOf(agent)))
  return { show: outcome('Split off', `The mail is ${ticket.identifier} now.`) }
}

async function moveMail(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { messageId } = values.metaOf<MailMeta>(view)
  const agent = await desk.people.agent(user.id)
  const to = ticketIn(view.state.values)
  await desk.store.write(tx => moveMessage(tx, messageId, to, actorOf(agent)))
  const { identifier } = await loadTicket(desk, to)
  return { show: outcome('Moved', `The mail is on ${identifier} now.`) }
}

async function remove(desk: Desk, { user, value, body }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  const { identifier } = await loadTicket(desk, value)
  await desk.store.write(tx => deleteTicket(tx, value, actorOf(agent)))
  if (body.view) await redrawView(desk, body.view.id, outcome('Deleted', `${identifier} is deleted.`))
}
