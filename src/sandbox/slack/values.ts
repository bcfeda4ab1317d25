import { interactive } from './messages.ts'
import type { Block, Json, StateValues } from './types.ts'

/** Under which key an element's state and its initial value are kept. */
const KEYS: Record<string, { value: string; initial: string; empty: Json }> = {
  plain_text_input: { value: 'value', initial: 'initial_value', empty: null },
  email_text_input: { value: 'value', initial: 'initial_value', empty: null },
  url_text_input: { value: 'value', initial: 'initial_value', empty: null },
  number_input: { value: 'value', initial: 'initial_value', empty: null },
  rich_text_input: { value: 'rich_text_value', initial: 'initial_value', empty: null },
  static_select: { value: 'selected_option', initial: 'initial_option', empty: null },
  external_select: { value: 'selected_option', initial: 'initial_option', empty: null },
  radio_buttons: { value: 'selected_option', initial: 'initial_option', empty: null },
  users_select: { value: 'selected_user', initial: 'initial_user', empty: null },
  conversations_select: { value: 'selected_conversation', initial: 'initial_conversation', empty: null },
  channels_select: { value: 'selected_channel', initial: 'initial_channel', empty: null },
  multi_static_select: { value: 'selected_options', initial: 'initial_options', empty: [] },
  multi_external_select: { value: 'selected_options', initial: 'initial_options', empty: [] },
  checkboxes: { value: 'selected_options', initial: 'initial_options', empty: [] },
  multi_users_select: { value: 'selected_users', initial: 'initial_users', empty: [] },
  multi_conversations_select: { value: 'selected_conversations', initial: 'initial_conversations', empty: [] },
  multi_channels_select: { value: 'selected_channels', initial: 'initial_channels', empty: [] },
  datepicker: { value: 'selected_date', initial: 'initial_date', empty: null },
  timepicker: { value: 'selected_time', initial: 'initial_time', empty: null },
  datetimepicker: { value: 'selected_date_time', initial: 'initial_date_time', empty: null },
  file_input: { value: 'files', initial: '', empty: [] },
}

/** The name of the field that holds an element's value; undefined for buttons and overflow menus, which keep none. */
export function valueKey(type: string): string | undefined {
  return KEYS[type]?.value
}

/** The state of all elements that keep one: what was entered before where the same element is still there, else initial. */
export function valuesOf(blocks: Block[], before: StateValues = {}): StateValues {
  const values: StateValues = {}
  for (const block of blocks)
    for (const element of interactive(block)) {
      if (!KEYS[element.type]) continue
      const known = before[block.block_id as string]?.[element.action_id]
      const state = known?.type === element.type ? known : initial(element)
      values[block.block_id as string] = { ...values[block.block_id as string], [element.action_id]: state }
    }
  return values
}

/** An option as Slack gives it back. */
export function asChosen(option: Json): Json {
  const { text, ...rest } = option
  return { text: text.type === 'plain_text' ? { emoji: true, ...text } : text, ...rest }
}

export function isEmpty(state: Json): boolean {
  const value = state[valueKey(state.type) as string]
  if (state.type === 'rich_text_input') return !value || !hasText(value)
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
}

function initial(element: Json): Json {
  const { value, initial, empty } = KEYS[element.type] as (typeof KEYS)[string]
  const given = element[initial]
  if (given === undefined || given === null || given === '')
    return { type: element.type, [value]: structuredClone(empty) }
  if (initial === 'initial_option') return { type: element.type, [value]: asChosen(given) }
  if (initial === 'initial_options') return { type: element.type, [value]: given.map(asChosen) }
  return { type: element.type, [value]: structuredClone(given) }
}

function hasText(part: Json): boolean {
  if (part.type === 'text') return part.text.trim() !== ''
  if (!part.elements) return true
  return part.elements.some(hasText)
}
