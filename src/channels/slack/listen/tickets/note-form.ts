import type { BlockAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf } from '../../../../core/agents.ts'
import { endDraft } from '../../../../core/drafts.ts'
import { postMessage } from '../../../../core/messages/post.ts'
import { templatesFor } from '../../../../core/templates/templates.ts'
import type { Desk } from '../../desk.ts'
import { type ComposedNoteMeta, type NoteStart, noteForm } from '../../views/tickets/note.ts'
import { loadTicket, redrawForm } from '../show.ts'
import { keyOf, type Submission } from '../submission.ts'
import * as values from '../values.ts'
import { freshComposer, withInserted } from './compose.ts'
import { lookIn } from './notes.ts'
import { writtenIn } from './read-ticket.ts'
import { templateFor } from './reply-form.ts'

/** The composer of a note as it stands at `meta`. */
export async function noteComposer(
  desk: Desk,
  user: string,
  meta: Pick<ComposedNoteMeta, 'ticketId'> & Partial<ComposedNoteMeta>,
  start: NoteStart = {},
  missing: string | null = null,
): Promise<ModalView> {
  const { draft, rev } = freshComposer()
  const ticket = await loadTicket(desk, meta.ticketId)
  const templates = await desk.store.read(q => templatesFor(q, user, { teamId: ticket.team.id, limit: 100 }))
  return noteForm(ticket, { draft, rev, ...meta }, { templates, start, missing })
}

/** What the composer holds, to begin it with again. */
export function startOfNote(v: values.Values): NoteStart {
  return { message: values.richText(v, 'message'), ...lookIn(v) }
}

/** Puts a template into the note, filled in for the ticket's customer. */
export async function insertIntoNote(
  desk: Desk,
  body: BlockAction,
  templateId: string,
): Promise<ModalView | undefined> {
  const { view, user } = body
  if (!view) return undefined
  const agent = await desk.people.agent(user.id)
  const meta = values.metaOf<ComposedNoteMeta>(view)
  const ticket = await loadTicket(desk, meta.ticketId)
  const text = await templateFor(desk, ticket, templateId, agent)
  const held = startOfNote(view.state.values)
  const start = { ...held, message: withInserted(held.message, text.body) }
  const form = await noteComposer(desk, user.id, { ...meta, rev: meta.rev + 1 }, start, text.missing)
  await redrawForm(desk, view, form)
  return form
}

/** Keeps the note that was submitted; the same again is one. Its draft goes with it. */
export async function keepNote(desk: Desk, { user, view }: Submission): Promise<void> {
  const agent = await desk.people.agent(user.id)
  const { ticketId, draft } = values.metaOf<ComposedNoteMeta>(view)
  const v = view.state.values
  const body = await writtenIn(desk, values.richText(v, 'message'))
  const dedupKey = keyOf(view.id)
  await desk.store.write(async tx => {
    if (draft) await endDraft(tx, draft, dedupKey, agent.id)
    await postMessage(tx, { ticketId, author: actorOf(agent), body, visibility: 'note', dedupKey, ...lookIn(v) })
  })
}
