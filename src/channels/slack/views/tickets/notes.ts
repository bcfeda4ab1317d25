import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import type { MessageView, TicketView } from '../../../../core/view.ts'
import type { NoteColor } from '../../../../db/schema.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  field,
  modal,
  notice,
  oneLine,
  option,
  plain,
  words,
} from '../blocks.ts'
import { excerpt, initialText } from '../excerpt.ts'
import { ids } from '../ids.ts'
import { moment } from '../words.ts'
import { noteSquare } from './work.ts'

/** How many notes are shown at once. */
export const MOST_NOTES = 20

const colorWords: Record<NoteColor, string> = {
  red: 'Red',
  orange: 'Orange',
  yellow: 'Yellow',
  green: 'Green',
  blue: 'Blue',
  purple: 'Purple',
}

/** The fields for how a note looks: its background, and whether everybody is to see it. */
export function noteLook(color: NoteColor | null, isPinned: boolean): KnownBlock[] {
  const colors = (Object.keys(colorWords) as NoteColor[]).map(c => option(`${noteSquare(c)} ${colorWords[c]}`, c))
  const none = option('None', 'none')
  const pin = option('📌 Pin it: the card shows it', 'pin')
  return [
    field('color', 'Background', {
      type: 'static_select',
      options: [none, ...colors],
      initial_option: colors.find(c => c.value === color) ?? none,
    }),
    field(
      'pin',
      'For everybody to see',
      { type: 'checkboxes', options: [pin], ...(isPinned && { initial_options: [pin] as PlainTextOption[] }) },
      { optional: true },
    ),
  ]
}

/** A ticket's notes, pinned ones first. */
export function notesView(ticket: TicketView, notes: MessageView[]): ModalView {
  return notice(`Notes on ${ticket.identifier}`, [
    ...(notes.length ? notes.flatMap(noteBlocks) : [words('There is no note yet.')]),
    actions(button('New note', ids.note, ticket.id)),
  ])
}

function noteBlocks(message: MessageView): KnownBlock[] {
  const { note, author } = message
  const marks = `${note?.isPinned ? '📌 ' : ''}${noteSquare(note?.color ?? null)}`.trim()
  const edited = message.editedAt === null ? [] : ['(edited)']
  return [
    context(plain(`${marks} ${cut(oneLine(author.name), 80)}`.trim()), moment(message.createdAt), ...edited),
    ...excerpt(message.body, 700, 3).blocks,
    actions(button('Change', ids.changeNote, message.id)),
    { type: 'divider' },
  ]
}

export interface NoteMeta {
  messageId: string
  ticketId: string
  listId: string | null // the list below, to be drawn anew
}

/** Changes a note. One that was written in the thread is changed there; here it is coloured and pinned. */
export function changeNoteForm(message: MessageView, listId: string | null, ticketId: string): ModalView {
  const initial = initialText(message.body)
  const isOurs = message.fromThreadId === null
  return modal({
    id: ids.forms.changeNote,
    title: 'Change a note',
    submit: 'Save',
    meta: { messageId: message.id, ticketId, listId } satisfies NoteMeta,
    blocks: [
      ...(isOurs
        ? [field('message', 'Note', { type: 'rich_text_input', ...(initial && { initial_value: initial }) })]
        : [
            ...excerpt(message.body, 700, 3).blocks,
            context(plain(`${cut(oneLine(message.author.name), 80)} wrote it in the thread, and can change it there.`)),
          ]),
      ...noteLook(message.note?.color ?? null, message.note?.isPinned ?? false),
      ...(isOurs
        ? [
            actions(
              button('Delete', ids.deleteNote, message.id, {
                style: 'danger',
                confirm: confirm('Delete this note?', 'Its author and leads may do this.', 'Delete'),
              }),
            ),
          ]
        : []),
    ],
  })
}
