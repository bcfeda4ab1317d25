import type { App, BlockAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf } from '../../../../core/agents.ts'
import type { Actor } from '../../../../core/events.ts'
import { decideMessage, undoSend } from '../../../../core/messages/decide.ts'
import { sendCorrection } from '../../../../core/messages/edit.ts'
import { messageById, messagesToSettle } from '../../../../core/messages/find.ts'
import { messageViews } from '../../../../core/messages/view.ts'
import { acceptAuthor, treatAsAnswer } from '../../../../core/receive/decide.ts'
import { sendNow } from '../../../../core/schedule/release.ts'
import { threadOf } from '../../../../core/threads.ts'
import { takeTicket } from '../../../../core/tickets/assign.ts'
import { setReplyMode } from '../../../../core/tickets/change.ts'
import { publishTicket } from '../../../../core/tickets/publish.ts'
import { archiveTicket, markSpam, reopenTicket } from '../../../../core/tickets/status.ts'
import type { AgentRow } from '../../../../db/schema.ts'
import type { Tx } from '../../../../db/store.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { sortOut, uploadFiles } from '../../files.ts'
import { notice } from '../../views/blocks.ts'
import { foldedFiles } from '../../views/files.ts'
import { ids } from '../../views/ids.ts'
import { messageDetails, settleView } from '../../views/tickets/details.ts'
import { moreView } from '../../views/tickets/more.ts'
import { heldPrompt, keptPrompt, readToAll } from '../../views/tickets/prompts.ts'
import { askWhyToLift } from '../mail/blocked.ts'
import { admit, detailsView, loadMessage, loadTicket, openForm, redrawView, refreshCopy } from '../show.ts'
import { onPress, type Pressed } from '../showing-problems.ts'

/** The buttons that need no form: on the card, under a message, and in what only the author sees. */
export function listenToActions(app: App, desk: Desk): void {
  const on = (id: string, work: (pressed: Pressed) => Promise<void>) => app.action<BlockAction>(id, onPress(desk, work))

  for (const id of [ids.take, ids.claim]) on(id, pressed => change(desk, pressed, takeTicket))
  on(ids.reopen, pressed => change(desk, pressed, (tx, id, agent) => reopenTicket(tx, id, actorOf(agent))))
  on(ids.publish, pressed => change(desk, pressed, (tx, id, agent) => publishTicket(tx, id, actorOf(agent))))
  on(ids.details, async ({ body, user, value }) => {
    await admit(desk, user, value)
    await openForm(desk, body, await detailsView(desk, value))
  })
  on(ids.more, async ({ body, user, value }) => {
    await admit(desk, user, value)
    await openForm(desk, body, moreView(await loadTicket(desk, value)))
  })
  on(ids.archive, pressed => changeFromMore(desk, pressed, archiveTicket))
  on(ids.spam, pressed => changeFromMore(desk, pressed, markSpam))
  on(ids.showFull, async ({ body, user, value }) => {
    const { message, ticket } = await loadMessage(desk, value)
    await admit(desk, user, ticket.id)
    await openForm(desk, body, messageDetails(message, ticket))
  })
  on(ids.settle, async ({ body, user, value }) => {
    await admit(desk, user, value)
    await openForm(desk, body, await settleViewOf(desk, value))
  })
  on(ids.undo, pressed => undo(desk, pressed))
  on(ids.sendNow, pressed => sendScheduled(desk, pressed))
  on(ids.send, pressed => decide(desk, pressed, (tx, id, actor) => decideMessage(tx, id, 'public', actor)))
  on(ids.sendAll, pressed => sendToAll(desk, pressed))
  on(ids.keep, pressed => decide(desk, pressed, (tx, id, actor) => decideMessage(tx, id, 'note', actor)))
  on(ids.always, pressed => decide(desk, pressed, alwaysSend))
  on(ids.correct, pressed => correct(desk, pressed))
  on(ids.treatAsAnswer, pressed => countAsAnswer(desk, pressed))
  on(ids.accept, pressed => accept(desk, pressed))
  on(ids.writeAgain, pressed => writeAgain(desk, pressed))
  on(ids.postFiles, pressed => postFiles(desk, pressed))
  on(ids.link, async () => {})
}

/** Puts those files of a message into its thread that were folded away, and says what became of them. */
async function postFiles(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const { message, ticket } = await loadMessage(desk, value)
  await admit(desk, user, ticket.id, 'download')
  const viewId = await openForm(desk, body, notice('Files', 'Putting them into the thread…'))
  const { root, place } = await desk.store.read(q => threadOf(q, ticket.id, 'desk'))
  if (!root) throw new Problem('conflict', 'The card of this ticket is not posted yet.')
  const { fit, out } = sortOut(foldedFiles(message))
  if (fit.length) out.push(...(await uploadFiles(desk, { channel: place, threadTs: root }, fit)))
  const left = out.map(o => `${o.file.name} is not there, since ${o.why}.`)
  await redrawView(desk, viewId, notice('Files', left.join(' ') || 'They are in the thread now.'))
}

/** Changes the ticket whose button it is. */
async function change(
  desk: Desk,
  pressed: Pressed,
  work: (tx: Tx, id: string, agent: AgentRow) => Promise<void>,
): Promise<void> {
  const agent = await desk.people.agent(pressed.user)
  await desk.store.write(tx => work(tx, pressed.value, agent))
  await refreshCopy(desk, pressed, pressed.value)
}

/** The card draws itself; what can still be done is drawn here. */
async function changeFromMore(
  desk: Desk,
  { body, user, value }: Pressed,
  work: (tx: Tx, id: string, actor: Actor) => Promise<void>,
): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => work(tx, value, actorOf(agent)))
  if (body.view) await redrawView(desk, body.view.id, moreView(await loadTicket(desk, value)))
}

async function undo(desk: Desk, pressed: Pressed): Promise<void> {
  const agent = await desk.people.agent(pressed.user)
  await desk.store.write(tx => undoSend(tx, pressed.value, actorOf(agent)))
  const { message, ticket } = await loadMessage(desk, pressed.value)
  if (message.opening) await refreshCopy(desk, pressed, ticket.id)
  else if (pressed.body.container?.is_ephemeral) await replace(pressed, keptPrompt(message, ticket))
}

async function sendScheduled(desk: Desk, pressed: Pressed): Promise<void> {
  const agent = await desk.people.agent(pressed.user)
  await desk.store.write(tx => sendNow(tx, pressed.value, actorOf(agent)))
  const { ticket } = await loadMessage(desk, pressed.value)
  await refreshCopy(desk, pressed, ticket.id)
}

/** Decides on a message from the thread, and says in place of the question what became of it. */
async function decide(
  desk: Desk,
  pressed: Pressed,
  work: (tx: Tx, id: string, actor: Actor) => Promise<unknown>,
): Promise<void> {
  const agent = await desk.people.agent(pressed.user)
  await desk.store.write(tx => work(tx, pressed.value, actorOf(agent)))
  await showDecided(desk, pressed, pressed.value)
}

/** To those whom the button named when it was shown. */
async function sendToAll(desk: Desk, pressed: Pressed): Promise<void> {
  const { messageId, copies } = readToAll(pressed.value)
  await decide(desk, { ...pressed, value: messageId }, (tx, id, actor) =>
    decideMessage(tx, id, 'public', actor, copies),
  )
}

async function alwaysSend(tx: Tx, messageId: string, actor: Actor): Promise<void> {
  const { ticket_id } = await messageById(tx.q, messageId)
  await decideMessage(tx, messageId, 'public', actor)
  await setReplyMode(tx, ticket_id, 'direct', actor)
}

async function correct(desk: Desk, pressed: Pressed): Promise<void> {
  const agent = await desk.people.agent(pressed.user)
  const id = await desk.store.write(tx => sendCorrection(tx, pressed.value, actorOf(agent)))
  await showDecided(desk, pressed, id)
}

async function countAsAnswer(desk: Desk, { user, value, body }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => treatAsAnswer(tx, value, actorOf(agent)))
  const { message, ticket } = await loadMessage(desk, value)
  if (body.view) await redrawView(desk, body.view.id, messageDetails(message, ticket))
}

async function accept(desk: Desk, pressed: Pressed): Promise<void> {
  const agent = await desk.people.agent(pressed.user)
  await desk.store.write(tx => acceptAuthor(tx, pressed.value, actorOf(agent)))
  const { message, ticket } = await loadMessage(desk, pressed.value)
  if (message.opening) await refreshCopy(desk, pressed, ticket.id)
}

/** The card draws itself once it is lifted. */
async function writeAgain(desk: Desk, pressed: Pressed): Promise<void> {
  const { view } = pressed.body
  const { place } = await desk.store.read(q => threadOf(q, pressed.value, 'customer'))
  const below = view?.type === 'modal' ? { below: { viewId: view.id, ticketId: pressed.value } } : {}
  await askWhyToLift(desk, pressed, { what: 'suppression', address: place, kind: '', ...below })
}

async function settleViewOf(desk: Desk, ticketId: string): Promise<ModalView> {
  const messages = await desk.store.read(async q => {
    const ids = await messagesToSettle(q, ticketId)
    const found = await messageViews(q, desk.store, ids)
    return ids.flatMap(id => found.get(id) ?? [])
  })
  return settleView(await loadTicket(desk, ticketId), messages)
}

/** In the modal the rest is shown, at the message what became of it. */
async function showDecided(desk: Desk, pressed: Pressed, messageId: string): Promise<void> {
  const { message, ticket } = await loadMessage(desk, messageId)
  const { view } = pressed.body
  if (view) {
    await redrawView(desk, view.id, await settleViewOf(desk, ticket.id))
    return
  }
  if (!pressed.body.container?.is_ephemeral) return // our own post in the thread draws itself
  const prompt =
    message.visibility === 'public' ? heldPrompt(message, ticket, desk.store.now()) : keptPrompt(message, ticket)
  await replace(pressed, prompt)
}

async function replace({ respond }: Pressed, prompt: ReturnType<typeof keptPrompt>): Promise<void> {
  await respond({ replace_original: true, ...prompt })
}
