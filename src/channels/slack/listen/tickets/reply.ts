import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf, agentByHandle } from '../../../../core/agents.ts'
import { refuseUnmailable, tooLargeToMail } from '../../../../core/attachments.ts'
import { copyChoices, readAllCopies, splitTyped } from '../../../../core/copies.ts'
import { type Document, isEmpty } from '../../../../core/document.ts'
import { endDraft } from '../../../../core/drafts.ts'
import type { CopiesWanted, NewFile, TicketView } from '../../../../core/letter.ts'
import { wroteFrom } from '../../../../core/messages/find.ts'
import { postMessage } from '../../../../core/messages/post.ts'
import { clockFor, scheduleOf } from '../../../../core/schedule/moment.ts'
import { sendersOf } from '../../../../core/senders/find.ts'
import { lastUsed, sendAs } from '../../../../core/senders/ticket.ts'
import { obstacleTo, refuseUnreachable } from '../../../../core/suppressions.ts'
import { fillFor, fillToSend, type Occasion } from '../../../../core/templates/fill.ts'
import { templateById, templatesFor } from '../../../../core/templates/templates.ts'
import { addressesFor, writeTo } from '../../../../core/tickets/address.ts'
import type { AgentRow } from '../../../../db/schema.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { refuseUnready } from '../../files.ts'
import { fromRichText } from '../../rich-text.ts'
import { mendVariables } from '../../variables.ts'
import { notice } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import type { ComposerMeta } from '../../views/tickets/composer.ts'
import { workingView } from '../../views/tickets/new-ticket.ts'
import {
  addressChosen,
  copiesTicked,
  type Draft,
  previewView,
  type ReplyMeta,
  type ReplyStart,
  replyForm,
} from '../../views/tickets/reply.ts'
import { knownNames } from '../shortcuts.ts'
import { loadTicket, openForm, redrawForm } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import { finish, type Submission, storeSubmission } from '../submission.ts'
import * as values from '../values.ts'
import { openWriting } from './begun.ts'
import { composerStart, freshComposer, wishIn, withInserted } from './compose.ts'
import { writtenIn } from './new-ticket.ts'

export function listenToReplies(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.reply,
    onPress(desk, ({ body, value }) => openWriting(desk, body, { kind: 'reply', ticketId: value, origin: null })),
  )
  app.action<BlockAction>(
    ids.preview,
    onPress(desk, pressed => preview(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.reply,
    onSubmit(desk, body => submit(desk, body), { date: 'send_when', time: 'send_when', subject: 'message' }),
  )
}

/** The composer of an answer as it stands at `meta`. */
export async function composer(
  desk: Desk,
  user: string,
  ticketId: string,
  meta: ComposerMeta = freshComposer(),
  start: ReplyStart = {},
  missing: string | null = null,
): Promise<ModalView> {
  const ticket = await loadTicket(desk, ticketId)
  return desk.store.read(async q =>
    replyForm({
      ticket,
      obstacle: await obstacleTo(q, ticket.customer.address),
      addresses: await addressesFor(q, ticketId),
      wroteFrom: await wroteFrom(q, ticketId),
      copies: await copyChoices(q, ticketId),
      files: desk.store.files,
      senders: await sendersOf(q, ticket.team.id),
      last: await lastUsed(q, ticketId),
      templates: await templatesFor(q, user, { teamId: ticket.team.id, limit: 100 }),
      clock: await clockFor(q, ticket.customer.id, ticket.team.id),
      now: desk.store.now(),
      meta,
      start,
      missing,
    }),
  )
}

/** The composer again with something changed; what was typed stays. */
export async function redrawReply(
  desk: Desk,
  { view, user }: BlockAction,
  change: Partial<ComposerMeta>,
  start: Partial<ReplyStart> = {},
  missing: string | null = null,
): Promise<ModalView | undefined> {
  if (!view) return undefined
  const meta = { ...values.metaOf<ReplyMeta>(view), ...change }
  const held = { ...startOfReply(view.state.values), ...start }
  const form = await composer(desk, user.id, meta.ticketId, meta, held, missing)
  await redrawForm(desk, view, form)
  return form
}

/** What a composer holds, to begin it with again. */
export function startOfReply(v: values.Values): ReplyStart {
  return { ...composerStart(v), to: values.chosen(v, 'to'), sender: values.chosen(v, 'sender') }
}

/** Puts a template into the composer, filled in for the ticket's customer. */
export async function insertIntoReply(
  desk: Desk,
  body: BlockAction,
  templateId: string,
): Promise<ModalView | undefined> {
  const agent = await desk.people.agent(body.user.id)
  const { rev, ticketId } = values.metaOf<ReplyMeta>(body.view as { private_metadata: string })
  const occasion = occasionOf(await loadTicket(desk, ticketId), agent)
  const text = await desk.store.read(async q => {
    const template = await templateById(q, templateId, agent.id)
    return fillFor(q, { subject: '', body: JSON.parse(template.body) }, occasion)
  })
  const message = withInserted(values.richText(values.valuesAround(body), 'message'), text.body)
  const change = { rev: rev + 1, ...(text.missing !== null && { liquid: true as const }) }
  return redrawReply(desk, body, change, { message }, text.missing)
}

/** For whom, by whom and about what an answer is written. */
export function occasionOf(ticket: TicketView, agent: AgentRow): Occasion {
  const { identifier, subject } = ticket
  return { to: { id: ticket.customer.id }, agentId: agent.id, teamId: ticket.team.id, ticket: { identifier, subject } }
}

async function preview(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const v = values.valuesAround(body)
  const view = body.view ?? { private_metadata: '', state: { values: v } }
  const meta = values.metaOf<ReplyMeta>(view)
  const agent = await desk.store.read(q => agentByHandle(q, user))
  const author = agent ?? { name: 'You', alias: null, signature: '' }
  const ticket = await loadTicket(desk, value)
  const text = values.richText(v, 'message')
  const written = text ? fromRichText([text], await knownNames(desk)) : []
  const files = values.filesWith(view)
  const links = tooLargeToMail(desk.store.files, files)
  const to = addressChosen(values.chosen(v, 'to')) ?? ticket.customer.address
  const now = desk.store.now()
  const draft = await desk.store.read(async (q): Promise<Draft> => {
    const { copies, blind } = await readAllCopies(q, to, copiesIn(v, meta))
    const senders = await sendersOf(q, ticket.team.id)
    const filled = meta.liquid && agent && mendVariables(written)
    return {
      to,
      copies: copies.filter(c => !blind.includes(c)),
      blind,
      from: (senders.find(s => s.id === values.chosen(v, 'sender')) ?? ticket.sender)?.address ?? '',
      last: await lastUsed(q, ticket.id),
      goesAt: scheduleOf(wishIn(meta.when, v), await clockFor(q, ticket.customer.id, ticket.team.id), now),
      body: filled ? (await fillToSend(q, { subject: '', body: filled }, occasionOf(ticket, agent))).body : written,
      files: files.filter(f => !links.includes(f)).map(f => f.name),
      links: links.map(f => f.name),
    }
  })
  await openForm(desk, body, previewView(ticket, author, draft))
}

/** Who gets a copy: whom the agent ticked, and whom they typed. */
function copiesIn(v: values.Values, meta: ReplyMeta): Required<CopiesWanted> {
  return {
    copyTo: [...copiesTicked(values.ticked(v, 'copy_to'), meta), ...splitTyped(values.typed(v, 'copies'))],
    blindTo: splitTyped(values.typed(v, 'blind')),
  }
}

async function submit(desk: Desk, body: ViewSubmitAction): Promise<Done | undefined> {
  const v = body.view.state.values
  const files = values.filesWith(body.view)
  if (!files.length) {
    await send(desk, body, [])
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

/** Sends the reply that a draft holds. Throws a Problem for what is wrong with it. */
export async function sendReply(desk: Desk, body: Submission): Promise<void> {
  await send(desk, body, [])
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

async function send(desk: Desk, body: Submission, files: NewFile[]): Promise<TicketView> {
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
  const dedupKey = `view:${view.id}`
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
