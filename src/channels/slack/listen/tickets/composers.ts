import type { App, BlockAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import type { Wish } from '../../../../core/schedule/moment.ts'
import { fillFor } from '../../../../core/templates/fill.ts'
import { templateById, templatesFor } from '../../../../core/templates/templates.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { type NoteMeta, noteForm } from '../../views/tickets/forms.ts'
import { insertIntoChat } from '../chats/new-chat.ts'
import { loadTicket, redrawForm } from '../show.ts'
import { onPress } from '../showing-problems.ts'
import * as values from '../values.ts'
import { withInserted } from './compose.ts'
import { saveFrom } from './drafts.ts'
import { insertIntoReply, occasionOf, redrawReply } from './reply-form.ts'
import { insertIntoTicket, redrawTicket } from './ticket-form.ts'

/** What is chosen in the forms in which somebody writes: a template, and when it goes. What is typed is saved with it. */
export function listenToComposers(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.insertTemplate,
    onPress(desk, async ({ body, value }) => {
      if (!value || value === 'undefined') return // the choice was emptied
      const drawn = await insert[body.view?.callback_id ?? '']?.(desk, body, value)
      await saveFrom(desk, body, drawn)
    }),
  )
  app.action<BlockAction>(
    ids.pickSendWhen,
    onPress(desk, async ({ body, value }) => {
      const when = value as Wish['when']
      const redraw = body.view?.callback_id === ids.forms.reply ? redrawReply : redrawTicket
      await saveFrom(desk, body, await redraw(desk, body, { when }))
    }),
  )
}

type Insert = (desk: Desk, body: BlockAction, templateId: string) => Promise<ModalView | undefined>

const insert: Record<string, Insert> = {
  [ids.forms.newTicket]: insertIntoTicket,
  [ids.forms.reply]: insertIntoReply,
  [ids.forms.note]: insertIntoNote,
  [ids.forms.newChat]: insertIntoChat,
}

async function insertIntoNote(desk: Desk, body: BlockAction, templateId: string): Promise<undefined> {
  const { view, user } = body
  if (!view) return undefined
  const agent = await desk.people.agent(user.id)
  const { ticketId, rev } = values.metaOf<NoteMeta>(view)
  const ticket = await loadTicket(desk, ticketId)
  const { text, templates } = await desk.store.read(async q => {
    const template = await templateById(q, templateId, agent.id)
    const text = await fillFor(q, { subject: '', body: JSON.parse(template.body) }, occasionOf(ticket, agent))
    return { text, templates: await templatesFor(q, user.id, { teamId: ticket.team.id, limit: 100 }) }
  })
  const start = withInserted(values.richText(view.state.values, 'message'), text.body)
  const form = noteForm(ticket, templates, { rev: rev + 1, ...(start && { start }), missing: text.missing })
  await redrawForm(desk, view, form)
  return undefined
}
