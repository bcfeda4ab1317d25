import type { ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf } from '../../../../core/agents.ts'
import { refuseUnmailable } from '../../../../core/attachments.ts'
import { readAllCopies } from '../../../../core/copies.ts'
import { type Document, isEmpty } from '../../../../core/document.ts'
import { endDraft } from '../../../../core/drafts.ts'
import { postMessage } from '../../../../core/messages/post.ts'
import { clockFor, scheduleOf } from '../../../../core/schedule/moment.ts'
import { sendAs } from '../../../../core/senders/ticket.ts'
import { refuseUnreachable } from '../../../../core/suppressions.ts'
import { fillToSend } from '../../../../core/templates/fill.ts'
import { writeTo } from '../../../../core/tickets/address.ts'
import type { NewFile, TicketView } from '../../../../core/view.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { refuseUnready } from '../../files.ts'
import { mendVariables } from '../../variables.ts'
import { notice } from '../../views/blocks.ts'
import { workingView } from '../../views/tickets/new-ticket.ts'
import { addressChosen, type ReplyMeta } from '../../views/tickets/reply.ts'
import { loadTicket } from '../show.ts'
import type { Done } from '../showing-problems.ts'
import { finish, keyOf, type Submission, storeSubmission } from '../submission.ts'
import * as values from '../values.ts'
import { wishIn } from './compose.ts'
import { writtenIn } from './read-ticket.ts'
import { copiesIn, occasionOf } from './reply-form.ts'

/** Sends the reply of a form; with files from its stored submission. */
export async function submitReply(desk: Desk, body: ViewSubmitAction): Promise<Done | undefined> {
  const v = body.view.state.values
  const files = values.filesWith(body.view)
  if (!files.length) {
    await sendReply(desk, body)
    return undefined
  }
  refuseUnmailable(desk.store.files, files)
  const meta = values.metaOf<ReplyMeta>(body.view)
  const ticket = await loadTicket(desk, meta.ticketId)
  const to = addressChosen(values.chosen(v, 'to')) ?? ticket.customer.address
  await scheduleIn(desk, ticket, meta, v)
  await refuseUnready(
    desk,
    files.map(f => f.id),
    looked => refuseUnmailable(desk.store.files, looked),
  )
  await writtenFor(desk, body, ticket)
  await desk.store.write(async tx => {
    await refuseUnreachable(tx.q, to)
    await readAllCopies(tx.q, to, copiesIn(v, meta))
    await storeSubmission(tx, body)
  })
  return { show: workingView(`Reply on ${ticket.identifier}`) }
}

/** Sends the reply of a stored submission, whose files are fetched now. Twice the same is one message. */
export async function finishReply(desk: Desk, body: Submission): Promise<void> {
  await finish(desk, body, 'Reply', async files => {
    const ticket = await sendReply(desk, body, files)
    return sentView(ticket)
  })
}

function sentView(ticket: TicketView): ModalView {
  return notice(`Reply on ${ticket.identifier}`, 'Your reply is on its way; it stands in the thread.')
}

async function scheduleIn(desk: Desk, ticket: TicketView, { when }: ReplyMeta, v: values.Values) {
  const clock = await desk.store.read(q => clockFor(q, ticket.customer.id, ticket.team.id))
  return scheduleOf(wishIn(when, v), clock, desk.store.now())
}

/** What was written, its template filled in; throws a Problem under `message` for what is missing. */
async function writtenFor(desk: Desk, { user, view }: Submission, ticket: TicketView): Promise<Document> {
  const written = await writtenIn(desk, values.richText(view.state.values, 'message'))
  if (!values.metaOf<ReplyMeta>(view).liquid) return written
  const agent = await desk.people.agent(user.id)
  const text = { subject: '', body: mendVariables(written) }
  return (await desk.store.read(q => fillToSend(q, text, occasionOf(ticket, agent)))).body
}

/** Sends the reply that a form or a draft holds. Throws a Problem for what is wrong with it. Twice the same is one message. */
export async function sendReply(desk: Desk, body: Submission, files: NewFile[] = []): Promise<TicketView> {
  const { user, view } = body
  const meta = values.metaOf<ReplyMeta>(view)
  const { ticketId } = meta
  const v = view.state.values
  const agent = await desk.people.agent(user.id)
  const ticket = await loadTicket(desk, ticketId)
  const document = await writtenFor(desk, body, ticket)
  // what was meant for the customer must not become a note unseen
  if (ticket.publishedAt === null)
    throw new Problem('conflict', `${ticket.identifier} is internal. Publish it first.`, 'message')
  if (isEmpty(document) && !files.length) throw new Problem('invalid', 'Write a message.', 'message')
  const schedule = await scheduleIn(desk, ticket, meta, v)
  const to = addressChosen(values.chosen(v, 'to'))
  const from = values.chosen(v, 'sender')
  const dedupKey = keyOf(view.id)
  await desk.store.write(async tx => {
    if (meta.draft) await endDraft(tx, meta.draft, dedupKey, agent.id)
    if (to) await writeTo(tx, ticketId, to, actorOf(agent))
    if (from) await sendAs(tx, ticketId, from, actorOf(agent))
    await postMessage(tx, {
      ticketId,
      author: actorOf(agent),
      body: document,
      files,
      visibility: 'public',
      ...copiesIn(v, meta),
      schedule,
      dedupKey,
    })
  })
  return ticket
}
