import type { InputBlock, KnownBlock, PlainTextOption } from '@slack/types'
import type { Field } from '../../../../core/fields/field.ts'
import { nameInForm } from '../../../../core/fields/read.ts'
import { context, cut, field, limits, oneLine, option, plain } from '../blocks.ts'
import { ids } from '../ids.ts'

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

function elementOf({ id, kind, options, values, isRequired }: Asked): InputBlock['element'] {
  const [value] = values
  switch (kind) {
    case 'line':
      return { type: 'plain_text_input', max_length: 255, ...begun(value, 255) }
    case 'text':
      return { type: 'plain_text_input', multiline: true, max_length: 3_000, ...begun(value, 3_000) }
    case 'number':
      return { type: 'number_input', is_decimal_allowed: true, ...(isNumber(value) && begun(value, 30)) }
    case 'url':
      return {
        type: 'url_text_input',
        placeholder: plain('https://', limits.placeholder),
        ...begun(asUrl(value), 2_000),
      }
    case 'date':
      return { type: 'datepicker', ...(isDate(value) && { initial_date: value as string }) }
    case 'user':
      return { type: 'multi_users_select', max_selected_items: 1, ...(value && { initial_users: [value] }) }
    case 'checkbox': {
      const yes = option('Yes', 'yes')
      return { type: 'checkboxes', options: [yes], ...(value === 'yes' && { initial_options: [yes] }) }
    }
    case 'select': {
      if (options.length > MOST_AT_ONCE) return search(id, values, 1)
      const none = isRequired ? [] : [option('None', NO_CHOICE)]
      const all = [...none, ...choices(options, values)]
      const initial = all.find(o => o.value === value)
      return { type: 'static_select', options: all, ...(initial && { initial_option: initial }) }
    }
    case 'multi': {
      if (options.length > MOST_AT_ONCE) return search(id, values, 100)
      const all = choices(options, values)
      const initial = all.filter(o => values.includes(String(o.value)))
      return { type: 'multi_static_select', options: all, ...(initial.length && { initial_options: initial }) }
    }
  }
}

/** More options are searched: a view may not weigh more than 250 KB. */
const MOST_AT_ONCE = 20

function search(id: string, values: string[], most: number): InputBlock['element'] {
  return {
    type: 'multi_external_select',
    action_id: `${ids.findOption}:${id}`,
    min_query_length: 0,
    max_selected_items: most,
    ...(values.length && { initial_options: values.slice(0, most).map(v => option(v, v)) }),
  }
}

function begun(value: string | undefined, most: number): { initial_value?: string } {
  return value ? { initial_value: cut(value, most) } : {}
}

/** Slack refuses a form that begins with what it would not let anybody enter. */
function isNumber(value: string | undefined): boolean {
  return value !== undefined && /^-?\d+(\.\d+)?$/.test(value)
}

/** What was typed without its beginning is given it, so that it is not lost. */
function asUrl(value: string | undefined): string | undefined {
  return [value, `https://${value}`].find(url => value && URL.canParse(url ?? ''))
}

function isDate(value: string | undefined): boolean {
  return value !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(value)
}

/** What is chosen now stands first, also when it is no option any more. */
function choices(options: string[], values: string[]): PlainTextOption[] {
  const old = values.filter(v => !options.includes(v))
  return [...old, ...options].slice(0, 99).map(o => option(o, o))
}

/** What a search through a field's options offers. */
export function optionOffers(options: string[], typed: string): PlainTextOption[] {
  const wanted = typed.trim().toLowerCase()
  return options
    .filter(o => o.toLowerCase().includes(wanted))
    .slice(0, 100)
    .map(o => option(o, o))
}

const MOST_INPUTS = 60
const MOST_CHARACTERS = 150_000

/** The inputs of all that is asked, as many as a modal has room for; the others stay as they are. */
export function fieldInputs(asked: Asked[]): KnownBlock[] {
  const blocks: KnownBlock[] = []
  let room = MOST_CHARACTERS
  for (const one of asked) {
    const input = fieldInput(one)
    room -= JSON.stringify(input).length
    if (room < 0 || blocks.length === MOST_INPUTS)
      return [...blocks, context('There are more fields than Slack can show. They stay as they are.')]
    blocks.push(input)
  }
  return blocks
}
