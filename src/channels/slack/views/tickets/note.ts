import type { ModalView, RichTextBlock } from '@slack/types'
import type { TemplateChoice } from '../../../../core/templates/templates.ts'
import type { TicketView } from '../../../../core/view.ts'
import type { NoteColor } from '../../../../db/schema.ts'
import { context, modal } from '../blocks.ts'
import { ids } from '../ids.ts'
import { type ComposerMeta, messageField, missingLine, templateField } from './composer.ts'
import { noteLook } from './notes.ts'
import type { TicketMeta } from './ticket-meta.ts'

/** What the composer of a note remembers. */
export type ComposedNoteMeta = TicketMeta & Pick<ComposerMeta, 'draft' | 'rev'>

/** What its fields are filled with at first. */
export interface NoteStart {
  message?: RichTextBlock | undefined
  color?: NoteColor | null
  isPinned?: boolean
}

/** The composer of a note; what is typed in it is saved as it is in others. */
export function noteForm(
  ticket: TicketView,
  meta: ComposedNoteMeta,
  {
    templates = [],
    start = {},
    missing,
  }: { templates?: TemplateChoice[]; start?: NoteStart; missing?: string | null } = {},
): ModalView {
  const { rev } = meta
  return modal({
    id: ids.forms.note,
    title: `Note on ${ticket.identifier}`,
    submit: 'Keep note',
    isWatched: true,
    meta,
    blocks: [
      context('🔒 A note stays with the team. It is in no mail.'),
      ...templateField(templates, rev),
      ...missingLine(missing),
      messageField(start.message, rev, { focus: true, title: 'Note' }),
      ...noteLook(start.color ?? null, start.isPinned ?? false),
    ],
  })
}
