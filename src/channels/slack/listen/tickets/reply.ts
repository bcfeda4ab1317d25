import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { agentByHandle } from '../../../../core/agents.ts'
import { tooLargeToMail } from '../../../../core/attachments.ts'
import { readAllCopies } from '../../../../core/copies.ts'
import { clockFor, scheduleOf } from '../../../../core/schedule/moment.ts'
import { sendersOf } from '../../../../core/senders/find.ts'
import { lastUsed } from '../../../../core/senders/ticket.ts'
import { fillToSend } from '../../../../core/templates/fill.ts'
import type { Desk } from '../../desk.ts'
import { fromRichText } from '../../rich-text.ts'
import { mendVariables } from '../../variables.ts'
import { ids } from '../../views/ids.ts'
import { addressChosen, type Draft, previewView, type ReplyMeta } from '../../views/tickets/reply.ts'
import { knownNames } from '../shortcuts.ts'
import { admit, loadTicket, openForm } from '../show.ts'
import { onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'
import { openWriting } from './begun.ts'
import { wishIn } from './compose.ts'
import { copiesIn, occasionOf } from './reply-form.ts'
import { submitReply } from './send-reply.ts'

/** The composer of an answer: opened, looked at as a mail, and submitted. */
export function listenToReplies(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.reply,
    onPress(desk, async ({ body, user, value }) => {
      await admit(desk, user, value, 'manage')
      await openWriting(desk, body, { kind: 'reply', ticketId: value, origin: null })
    }),
  )
  app.action<BlockAction>(
    ids.preview,
    onPress(desk, pressed => preview(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.reply,
    onSubmit(desk, body => submitReply(desk, body), { date: 'send_when', time: 'send_when', subject: 'message' }),
  )
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
