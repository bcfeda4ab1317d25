import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf, agentByHandle } from '../../../core/agents.ts'
import { refuseTooLarge } from '../../../core/attachments.ts'
import { isEmpty } from '../../../core/document.ts'
import type { NewFile, TicketView } from '../../../core/letter.ts'
import { postMessage } from '../../../core/messages/post.ts'
import { refuseUnreachable, suppressionOf } from '../../../core/suppressions.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Desk } from '../desk.ts'
import { fromRichText } from '../rich-text.ts'
import { notice } from '../views/blocks.ts'
import { ids } from '../views/ids.ts'
import { workingView } from '../views/new-ticket.ts'
import { previewView, replyForm } from '../views/reply.ts'
import type { TicketMeta } from '../views/ticket-forms.ts'
import { writtenIn } from './new-ticket.ts'
import { knownNames } from './shortcuts.ts'
import { loadTicket, openForm } from './show.ts'
import { type Done, onPress, onSubmit, type Pressed } from './showing-problems.ts'
import { finish, type Submission, storeSubmission } from './submission.ts'
import * as values from './values.ts'

export function listenToReplies(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.reply,
    onPress(desk, async ({ body, value }) => {
      const ticket = await loadTicket(desk, value)
      await openForm(desk, body, replyForm(ticket, await suppression(desk, ticket)))
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

async function suppression(desk: Desk, ticket: TicketView): Promise<string | null> {
  const found = await desk.store.read(q => suppressionOf(q, ticket.customer.address))
  return found?.reason ?? null
}

async function preview(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const v = values.valuesAround(body)
  const text = values.richText(v, 'message')
  const document = text ? fromRichText([text], await knownNames(desk)) : []
  const agent = await desk.store.read(q => agentByHandle(q, user))
  const files = values.filesIn(v).map(f => f.name)
  const author = agent ?? { name: 'You', alias: null, signature: '' }
  await openForm(desk, body, previewView(await loadTicket(desk, value), author, document, files))
}

async function submit(desk: Desk, body: ViewSubmitAction): Promise<Done | undefined> {
  const files = values.filesIn(body.view.state.values)
  if (!files.length) {
    await send(desk, body, [])
    return undefined
  }
  refuseTooLarge(files)
  const ticket = await loadTicket(desk, values.metaOf<TicketMeta>(body.view).ticketId)
  await desk.store.write(async tx => {
    await refuseUnreachable(tx.q, ticket.customer.address)
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
  const { ticketId } = values.metaOf<TicketMeta>(view)
  const document = await writtenIn(desk, values.richText(view.state.values, 'message'))
  const agent = await desk.people.agent(user.id)
  const ticket = await loadTicket(desk, ticketId)
  // what was meant for the customer must not become a note unseen
  if (ticket.publishedAt === null)
    throw new Problem('conflict', `${ticket.identifier} is internal. Publish it first.`, 'message')
  if (isEmpty(document) && !files.length) throw new Problem('invalid', 'Write a message.', 'message')
  await desk.store.write(tx =>
    postMessage(tx, {
      ticketId,
      author: actorOf(agent),
      body: document,
      files,
      visibility: 'public',
      dedupKey: `view:${view.id}`,
    }),
  )
  return ticket
}
