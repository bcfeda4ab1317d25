import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { changeNote, deleteNote, notesOf } from '../../../../core/messages/notes.ts'
import { messageViews } from '../../../../core/messages/view.ts'
import type { NoteColor } from '../../../../db/schema.ts'
import type { Desk } from '../../desk.ts'
import { notice } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import { changeNoteForm, MOST_NOTES, type NoteMeta, notesView } from '../../views/tickets/notes.ts'
import { admit, loadMessage, loadTicket, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'
import { writtenIn } from './read-ticket.ts'

/** The notes of a ticket: seen together, changed, coloured, pinned and deleted. */
export function listenToNotes(app: App, desk: Desk): void {
  const on = (id: string, work: (pressed: Pressed) => Promise<void>) => app.action<BlockAction>(id, onPress(desk, work))
  on(ids.notes, async ({ body, user, value }) => {
    await admit(desk, user, value)
    await openForm(desk, body, await listed(desk, value))
  })
  on(ids.changeNote, async ({ body, user, value }) => {
    const { message, ticket } = await loadMessage(desk, value)
    await admit(desk, user, ticket.id, 'manage')
    await openForm(desk, body, changeNoteForm(message, body.view?.id ?? null, ticket.id))
  })
  on(ids.deleteNote, pressed => remove(desk, pressed))
  app.view<ViewSubmitAction>(
    ids.forms.changeNote,
    onSubmit(desk, body => save(desk, body)),
  )
}

async function listed(desk: Desk, ticketId: string): Promise<ModalView> {
  const ticket = await loadTicket(desk, ticketId)
  const notes = await desk.store.read(async q => {
    const found = await notesOf(q, ticketId, MOST_NOTES)
    const views = await messageViews(q, desk.store, found)
    return found.flatMap(id => views.get(id) ?? [])
  })
  return notesView(ticket, notes)
}

async function save(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { messageId, ticketId, listId } = values.metaOf<NoteMeta>(view)
  const v = view.state.values
  const agent = await desk.people.agent(user.id)
  const text = values.richText(v, 'message')
  const change = { ...(text && { body: await writtenIn(desk, text) }), ...lookIn(v) }
  await desk.store.write(tx => changeNote(tx, messageId, change, agent))
  if (!listId) return {}
  return { keepBelow: true, after: async () => void (await redrawView(desk, listId, await listed(desk, ticketId))) }
}

/** How a note is to look, as a form says it. */
export function lookIn(v: values.Values): { color: NoteColor | null; isPinned: boolean } {
  const color = values.chosen(v, 'color')
  return { color: color && color !== 'none' ? (color as NoteColor) : null, isPinned: values.isChecked(v, 'pin') }
}

async function remove(desk: Desk, { user, value, body }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => deleteNote(tx, value, agent))
  if (!body.view) return
  const { listId, ticketId } = values.metaOf<NoteMeta>(body.view)
  await redrawView(desk, body.view.id, notice('Note', 'It is deleted.'))
  if (listId) await redrawView(desk, listId, await listed(desk, ticketId))
}
