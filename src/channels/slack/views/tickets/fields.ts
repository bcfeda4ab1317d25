import type { InputBlock, KnownBlock, PlainTextOption } from '@slack/types'
import type { Field } from '../../../../core/fields/define.ts'
import { nameInForm } from '../../../../core/fields/read.ts'
import { cut, field, limits, oneLine, option, plain } from '../blocks.ts'

/** A field as a form of Slack's asks for it. */
export interface Asked extends Pick<Field, 'id' | 'name' | 'kind' | 'hint' | 'options'> {
  isRequired: boolean // in this very form
  values: string[] // what it holds at first; people by their handle
  note?: string // of ours, behind the hint
}

/** The value of the choice of nothing: a select cannot be emptied otherwise. */
export const NO_CHOICE = 'none:'

/** One input, as its kind is entered. Named after the field, so that Slack keeps what was typed when a form is drawn anew. */
export function fieldInput(asked: Asked): InputBlock {
  const hint = [asked.hint, asked.note].filter(Boolean).join(' ')
  return field(nameInForm(asked), cut(oneLine(asked.name), 150), elementOf(asked), {
    ...(!asked.isRequired && { optional: true }),
    ...(hint && { hint }),
  })
}

function elementOf({ kind, options, values, isRequired }: Asked): InputBlock['element'] {
  const [value] = values
  switch (kind) {
    case 'line':
      return { type: 'plain_text_input', max_length: 255, ...begun(value, 255) }
    case 'text':
      return { type: 'plain_text_input', multiline: true, max_length: 3_000, ...begun(value, 3_000) }
    case 'number':
      return { type: 'number_input', is_decimal_allowed: true, ...begun(value, 30) }
    case 'url':
      return { type: 'url_text_input', placeholder: plain('https://', limits.placeholder), ...begun(value, 2_000) }
    case 'date':
      return { type: 'datepicker', ...(isDate(value) && { initial_date: value as string }) }
    case 'user':
      return { type: 'multi_users_select', max_selected_items: 1, ...(value && { initial_users: [value] }) }
    case 'checkbox': {
      const yes = option('Yes', 'yes')
      return { type: 'checkboxes', options: [yes], ...(value === 'yes' && { initial_options: [yes] }) }
    }
    case 'select': {
      const none = isRequired ? [] : [option('None', NO_CHOICE)]
      const all = [...none, ...choices(options, values, 100 - none.length)]
      const initial = all.find(o => o.value === value)
      return { type: 'static_select', options: all, ...(initial && { initial_option: initial }) }
    }
    case 'multi': {
      const all = choices(options, values, 100)
      const initial = all.filter(o => values.includes(String(o.value)))
      return { type: 'multi_static_select', options: all, ...(initial.length && { initial_options: initial }) }
    }
  }
}

function begun(value: string | undefined, most: number): { initial_value?: string } {
  return value ? { initial_value: cut(value, most) } : {}
}

function isDate(value: string | undefined): boolean {
  return value !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(value)
}

/** What is chosen now stands first, also when it is no option any more. */
function choices(options: string[], values: string[], most: number): PlainTextOption[] {
  const old = values.filter(v => !options.includes(v))
  return [...old, ...options].slice(0, most).map(o => option(o, o))
}

const MOST_INPUTS = 60

/** The inputs of all that is asked, as many as a modal has room for. */
export function fieldInputs(asked: Asked[]): KnownBlock[] {
  return asked.slice(0, MOST_INPUTS).map(fieldInput)
}
