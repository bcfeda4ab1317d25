import type { RichTextBlock } from '@slack/types'
import type { Document } from '../../../../core/document.ts'
import type { Wish } from '../../../../core/schedule/moment.ts'
import { newId } from '../../../../lib/id.ts'
import { initialText } from '../../views/excerpt.ts'
import type { ComposerMeta, ComposerStart } from '../../views/tickets/composer.ts'
import * as values from '../values.ts'

/** How a form begins to remember. */
export function freshComposer(): ComposerMeta {
  return { draft: newId(), rev: 0, when: 'now' }
}

/** When somebody wants the mail to go. */
export function wishIn(when: Wish['when'] | undefined, v: values.Values): Wish {
  return {
    when: when ?? 'now',
    date: values.chosenDay(v, 'date'),
    time: values.chosenTime(v, 'time'),
    unlessAnswered: values.isChecked(v, 'unless'),
  }
}

/** What the common fields of a form hold, to begin it with again. */
export function composerStart(v: values.Values): ComposerStart {
  return {
    message: values.richText(v, 'message'),
    copies: values.typed(v, 'copies'),
    blind: values.typed(v, 'blind'),
    date: values.chosenDay(v, 'date'),
    time: values.chosenTime(v, 'time'),
    unless: v.unless ? values.isChecked(v, 'unless') : true,
  }
}

const LONGEST = 12_000

/** What was written, and below it the text that is inserted. */
export function withInserted(written: RichTextBlock | undefined, inserted: Document): RichTextBlock | undefined {
  const more = initialText(inserted, LONGEST)
  const isBlank = !written || !JSON.stringify(written).match(/"(text|name|url|user_id)":"[^"]*[^"\s][^"]*"/)
  if (isBlank) return more
  return { type: 'rich_text', elements: [...written.elements, ...(more?.elements ?? [])] }
}
