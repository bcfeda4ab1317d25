import type { FieldKind } from '../../../db/schema.ts'
import { Problem } from '../../../lib/problem.ts'

/** How each kind of field is called in answers. */
export const TYPE_OF: Record<FieldKind, string> = {
  line: 'single_line',
  text: 'multi_line',
  number: 'number',
  date: 'date',
  select: 'dropdown',
  multi: 'multi_select',
  checkbox: 'checkbox',
  user: 'user_lookup',
  url: 'url',
}

/** What else programs may call them: the full list of the source system is not known. */
const ALSO: Record<string, FieldKind> = {
  text: 'line',
  string: 'line',
  short_text: 'line',
  long_text: 'text',
  textarea: 'text',
  paragraph: 'text',
  rich_text: 'text',
  integer: 'number',
  decimal: 'number',
  single_choice: 'select',
  single_select: 'select',
  select: 'select',
  radio: 'select',
  radio_button: 'select',
  multi_choice: 'multi',
  multiple_choice: 'multi',
  multiselect: 'multi',
  boolean: 'checkbox',
  toggle: 'checkbox',
  user: 'user',
  agent: 'user',
  lookup: 'user',
  link: 'url',
}

const KINDS = new Map<string, FieldKind>([
  ...(Object.entries(TYPE_OF) as [FieldKind, string][]).map(([kind, type]): [string, FieldKind] => [type, kind]),
  ...Object.entries(ALSO),
])

/** The kind that is meant, in any case and with blanks or hyphens. Throws a Problem under `fieldType` that lists them. */
export function kindOf(type: string): FieldKind {
  const kind = KINDS.get(
    type
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, '_'),
  )
  if (kind) return kind
  throw new Problem('invalid', `A field is one of ${Object.values(TYPE_OF).join(', ')}.`, 'fieldType')
}
