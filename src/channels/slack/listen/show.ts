import type { ModalView } from '@slack/types'
import { WebAPIPlatformError } from '@slack/web-api'
import { actorOf, agentByHandle, agents } from '../../../core/agents.ts'
import { type ChatView, chatView } from '../../../core/chats/view.ts'
import { historyOf } from '../../../core/events.ts'
import { matchesOf, messageById } from '../../../core/messages/find.ts'
import { messageView } from '../../../core/messages/view.ts'
import type { Action } from '../../../core/permissions/grants.ts'
import { refuseUnlessChangesSome, refuseUnlessMay } from '../../../core/permissions/may.ts'
import { refuseUnlessLead } from '../../../core/permissions/roles.ts'
import { ticketById, ticketByIdentifier } from '../../../core/tickets/find.ts'
import { ticketView } from '../../../core/tickets/view.ts'
import type { MessageView, TicketView } from '../../../core/view.ts'
import type { AgentRow } from '../../../db/schema.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Desk } from '../desk.ts'
import { threadUrl } from '../thread-url.ts'
import { ticketCard } from '../views/tickets/card.ts'
import { threadLink, ticketDetails } from '../views/tickets/details.ts'
import { historyBlocks } from '../views/tickets/history.ts'
import type { Prompt } from '../views/tickets/prompts.ts'
import type { Pressed } from './showing-problems.ts'

/** The ticket as it is now; a Problem when it is no more. */
export async function loadTicket(desk: Desk, id: string): Promise<TicketView> {
  const ticket = await desk.store.read(q => ticketView(q, desk.store, id))
  if (!ticket) throw new Problem('not_found', 'This ticket is no more.')
  return ticket
}

/** A message and its ticket as they are now; a Problem when one of them is no more. */
export async function loadMessage(desk: Desk, id: string): Promise<{ message: MessageView; ticket: TicketView }> {
  const row = await desk.store.read(q => messageById(q, id))
  const message = await desk.store.read(q => messageView(q, desk.store, id))
  if (!message) throw new Problem('not_found', 'This message is no more.')
  return { message, ticket: await loadTicket(desk, row.ticket_id) }
}

/** The chat as it is now; a Problem when it is no more. */
export async function loadChat(desk: Desk, id: string): Promise<ChatView> {
  const chat = await desk.store.read(q => chatView(q, desk.store, id))
  if (!chat) throw new Problem('not_found', 'This chat is no more.')
  return chat
}

/** A ticket's history, newest first, the names of those that it speaks of by id, and why its newest mails are here. */
async function loadPast(desk: Desk, ticketId: string) {
  return desk.store.read(async q => ({
    events: await historyOf(q, ticketId),
    names: new Map((await agents(q)).map(a => [a.id, a.name])),
    matches: await matchesOf(q, ticketId),
  }))
}

/** The details of a ticket, with its newest history. */
export async function detailsView(desk: Desk, ticketId: string): Promise<ModalView> {
  const ticket = await loadTicket(desk, ticketId)
  const past = await loadPast(desk, ticketId)
  return ticketDetails(ticket, past, await threadUrl(desk, ticketId), desk.store.now())
}

/** A ticket as somebody who asked for it by name is shown it: its card, its newest history, and the way to its thread. */
export async function ticketPost(desk: Desk, userId: string, identifier: string): Promise<Prompt> {
  const { id } = await desk.store.read(q => ticketByIdentifier(q, identifier))
  await admit(desk, userId, id)
  const card = ticketCard(await loadTicket(desk, id), desk.store.now())
  const { events, names } = await loadPast(desk, id)
  const url = await threadUrl(desk, id)
  const blocks = [...card.blocks, ...historyBlocks(events, names, 12), ...(url ? [threadLink(url)] : [])]
  return { text: card.text, blocks }
}

/** Opens a form: over the modal in which somebody pressed, or by itself. A trigger lives three seconds. */
export async function openForm(
  desk: Desk,
  from: { trigger_id: string; view?: { type: string; id?: string } | undefined },
  view: ModalView,
): Promise<string> {
  const shown = { trigger_id: from.trigger_id, view }
  if (from.view?.type !== 'modal') return (await desk.ui.views.open(shown)).view?.id ?? ''
  try {
    return (await desk.ui.views.push(shown)).view?.id ?? ''
  } catch (error) {
    // three may lie on each other: the fourth takes the place of the one below it
    if (!isRefusal(error, 'push_limit_reached') || !from.view.id) throw error
    await desk.ui.views.update({ view_id: from.view.id, view })
    return from.view.id
  }
}

function isRefusal(error: unknown, code: string): boolean {
  return error instanceof WebAPIPlatformError && error.data.error === code
}

/** Draws a modal anew; false when it is closed already. */
export async function redrawView(desk: Desk, viewId: string, view: ModalView): Promise<boolean> {
  try {
    await desk.ui.views.update({ view_id: viewId, view })
    return true
  } catch (err) {
    desk.log.debug({ err }, 'A view could not be drawn anew.')
    return false
  }
}

/** Draws a form anew as it was when somebody chose something in it; harmless once they have closed it. */
export async function redrawForm(desk: Desk, view: { id: string; hash: string }, form: ModalView): Promise<void> {
  try {
    await desk.ui.views.update({ view_id: view.id, hash: view.hash, view: form })
  } catch (error) {
    if (!(error instanceof WebAPIPlatformError && error.data.error === 'not_found')) throw error
  }
}

/** The card in the channel draws itself; a copy that only this person sees is drawn anew here. */
export async function refreshCopy(desk: Desk, pressed: Pressed, ticketId: string): Promise<void> {
  const { body, respond } = pressed
  if (body.view?.callback_id === 'notice') await redrawView(desk, body.view.id, await detailsView(desk, ticketId))
  else if (body.container?.is_ephemeral)
    await respond({ replace_original: true, ...ticketCard(await loadTicket(desk, ticketId), desk.store.now()) })
}

/**
 * Who it is. Throws a Problem for somebody who must not see tickets, or not this one, or may not do this with it. Those whom
 * we know are let in without asking Slack.
 */
export async function admit(desk: Desk, userId: string, ticketId?: string, action: Action = 'view'): Promise<AgentRow> {
  const known = await desk.store.read(q => agentByHandle(q, userId))
  const agent = known && known.deactivated_at === null ? known : await desk.people.agent(userId)
  if (ticketId !== undefined)
    await desk.store.read(async q => refuseUnlessMay(q, actorOf(agent), action, await ticketById(q, ticketId)))
  return agent
}

/** Who it is, for somebody who may change tickets at all, as what belongs to none asks for. Throws a Problem for others. */
export async function admitChanging(desk: Desk, userId: string): Promise<AgentRow> {
  const agent = await admit(desk, userId)
  await desk.store.read(q => refuseUnlessChangesSome(q, actorOf(agent)))
  return agent
}

/**
 * Throws a Problem for somebody who may only look, before they write what they could not send. Whom we do not know yet is
 * asked about when they submit: a trigger lives three seconds.
 */
export async function refuseOnlooker(desk: Desk, userId: string): Promise<void> {
  await desk.store.read(async q => {
    const known = await agentByHandle(q, userId)
    if (known) await refuseUnlessChangesSome(q, actorOf(known))
  })
}

/** Who it is, for somebody who may set things up: in the team, or anywhere. Throws a Problem for others. */
export async function admitLead(desk: Desk, userId: string, teamId?: string): Promise<AgentRow> {
  const agent = await desk.people.agent(userId)
  await desk.store.read(q => refuseUnlessLead(q, agent.id, teamId))
  return agent
}
