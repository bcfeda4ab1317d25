import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf, agentByHandle } from '../../../../core/agents.ts'
import { refuseUnmailable, tooLargeToMail } from '../../../../core/attachments.ts'
import { copyChoices, readCopies, splitTyped } from '../../../../core/copies.ts'
import { isEmpty } from '../../../../core/document.ts'
import type { NewFile, TicketView } from '../../../../core/letter.ts'
import { wroteFrom } from '../../../../core/messages/find.ts'
import { postMessage } from '../../../../core/messages/post.ts'
import { obstacleTo, refuseUnreachable } from '../../../../core/suppressions.ts'
import { addressesFor, writeTo } from '../../../../core/tickets/address.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { fromRichText } from '../../rich-text.ts'
import { notice } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import { workingView } from '../../views/tickets/new-ticket.ts'
import {
  addressChosen,
  copiesTicked,
  type Draft,
  previewView,
  type ReplyMeta,
  replyForm,
} from '../../views/tickets/reply.ts'
import { knownNames } from '../shortcuts.ts'
import { loadTicket, openForm } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import { finish, type Submission, storeSubmission } from '../submission.ts'
import * as values from '../values.ts'
import { writtenIn } from './new-ticket.ts'

export function listenToReplies(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.reply,
    onPress(desk, async ({ body, value }) => {
      await openForm(desk, body, await composer(desk, value))
    }),
  )
  app.action<BlockAction>(
    ids.preview,
    onPress(desk, pressed => preview(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.reply,
    onSubmit(desk, body => submit(desk, body)),
  )
}

async function composer(desk: Desk, ticketId: string): Promise<ModalView> {
  const ticket = await loadTicket(desk, ticketId)
  return desk.store.read(async q =>
    replyForm({
      ticket,
      obstacle: await obstacleTo(q, ticket.customer.address),
      addresses: await addressesFor(q, ticketId),
      wroteFrom: await wroteFrom(q, ticketId),
      copies: await copyChoices(q, ticketId),
      files: desk.store.files,
    }),
  )
}

async function preview(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const v = values.valuesAround(body)
  const agent = await desk.store.read(q => agentByHandle(q, user))
  const author = agent ?? { name: 'You', alias: null, signature: '' }
  const ticket = await loadTicket(desk, value)
  const text = values.richText(v, 'message')
  const files = values.filesIn(v)
  const links = tooLargeToMail(desk.store.files, files)
  const to = addressChosen(values.chosen(v, 'to')) ?? ticket.customer.address
  const wanted = copiesIn(v, values.metaOf<ReplyMeta>(body.view ?? { private_metadata: '' }))
  const draft: Draft = {
    to,
    copies: await desk.store.read(q => readCopies(q, to, wanted)),
    body: text ? fromRichText([text], await knownNames(desk)) : [],
    files: files.filter(f => !links.includes(f)).map(f => f.name),
    links: links.map(f => f.name),
  }
  await openForm(desk, body, previewView(ticket, author, draft))
}

/** Who gets a copy: whom the agent ticked, and whom they typed. */
function copiesIn(v: values.Values, meta: ReplyMeta): string[] {
  return [...copiesTicked(values.ticked(v, 'copy_to'), meta), ...splitTyped(values.typed(v, 'copies'))]
}

async function submit(desk: Desk, body: ViewSubmitAction): Promise<Done | undefined> {
  const v = body.view.state.values
  const files = values.filesIn(v)
  if (!files.length) {
    await send(desk, body, [])
    return undefined
  }
  refuseUnmailable(desk.store.files, files)
  const meta = values.metaOf<ReplyMeta>(body.view)
  const ticket = await loadTicket(desk, meta.ticketId)
  const to = addressChosen(values.chosen(v, 'to')) ?? ticket.customer.address
  await desk.store.write(async tx => {
    await refuseUnreachable(tx.q, to)
    await readCopies(tx.q, to, copiesIn(v, meta))
    await storeSubmission(tx, body)
  })
  return { show: workingView(`Reply on ${ticket.identifier}`) }
}

/** Sends the reply of a stored submission, whose files are fetched now. Twice the same is one message. */
export async function finishReply(desk: Desk, body: Submission): Promise<void> {
  await finish(desk, body, 'Reply', async files => {
    const ticket = await send(desk, body, files)
    return sentView(ticket)
  })
}

function sentView(ticket: TicketView): ModalView {
  return notice(`Reply on ${ticket.identifier}`, 'Your reply is on its way; it stands in the thread.')
}

async function send(desk: Desk, { user, view }: Submission, files: NewFile[]): Promise<TicketView> {
  const meta = values.metaOf<ReplyMeta>(view)
  const { ticketId } = meta
  const v = view.state.values
  const document = await writtenIn(desk, values.richText(v, 'message'))
  const agent = await desk.people.agent(user.id)
  const ticket = await loadTicket(desk, ticketId)
  // what was meant for the customer must not become a note unseen
  if (ticket.publishedAt === null)
    throw new Problem('conflict', `${ticket.identifier} is internal. Publish it first.`, 'message')
  if (isEmpty(document) && !files.length) throw new Problem('invalid', 'Write a message.', 'message')
  const to = addressChosen(values.chosen(v, 'to'))
  await desk.store.write(async tx => {
    if (to) await writeTo(tx, ticketId, to, actorOf(agent))
    await postMessage(tx, {
      ticketId,
      author: actorOf(agent),
      body: document,
      files,
      visibility: 'public',
      copyTo: copiesIn(v, meta),
      dedupKey: `view:${view.id}`,
    })
  })
  return ticket
}
