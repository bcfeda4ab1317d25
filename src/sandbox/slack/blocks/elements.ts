import { isDeepStrictEqual } from 'node:util'
import { limits } from '../limits.ts'
import type { Json } from '../types.ts'
import { richTextBlock } from './rich-text.ts'
import {
  anything,
  bool,
  list,
  matching,
  object,
  oneOf,
  plainText,
  type Rule,
  type Shape,
  string,
  text,
  typed,
  whole,
} from './rules.ts'

const { options: o } = limits
const confirm = object({
  needs: ['text'],
  fields: {
    title: plainText(limits.confirm.title),
    text: text(limits.confirm.text),
    confirm: plainText(limits.confirm.button),
    deny: plainText(limits.confirm.button),
    style: oneOf('primary', 'danger'),
  },
})
const placeholder = plainText(limits.placeholder)
const color = oneOf('primary', 'danger')
const dispatch_action_config = object({
  fields: { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { least: 1, most: 2 }) },
})

function option(words: (most: number) => Rule): Rule {
  return object({
    needs: ['text', 'value'],
    fields: {
      text: words(o.text),
      value: string(o.value, 1),
      description: words(o.description),
      url: string(limits.button.url),
    },
  })
}

const plainOption = option(plainText)
const plainOptions = list(plainOption, { least: 1, most: o.most })
const choices = list(option(text), { least: 1, most: limits.choices })
const groups = list(
  object({ needs: ['label', 'options'], fields: { label: plainText(o.groupLabel), options: plainOptions } }),
  { least: 1, most: o.groups },
)
const common = { confirm, placeholder, focus_on_load: bool }
const max_selected_items = whole(1, 100)
const filter = object({
  fields: {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { least: 1 }),
    exclude_external_shared_channels: bool,
    exclude_bot_users: bool,
  },
})

/** Options or option groups, never both, and what is chosen at first must be among them. */
const amongOptions: Rule = (element, at, report) => {
  if (!element.options === !element.option_groups) report('must provide either options or option_groups', at)
  const all = optionsOf(element)
  const initial = element.initial_options ?? (element.initial_option ? [element.initial_option] : [])
  for (const chosen of initial)
    if (!all.some(one => isDeepStrictEqual(withoutEmoji(one), withoutEmoji(chosen))))
      report('initial_option must be one of the provided options', at)
}

function optionsOf(element: Json): Json[] {
  if (Array.isArray(element.options)) return element.options
  return Array.isArray(element.option_groups) ? element.option_groups.flatMap((g: Json) => g?.options ?? []) : []
}

/** Slack fills in `emoji` by itself, so it makes no difference. */
function withoutEmoji(chosen: Json): Json {
  const { emoji: _, ...words } = chosen?.text ?? {}
  return { ...chosen, text: words }
}

const lengths: Rule = (element, at, report) => {
  const { min_length = 0, max_length = limits.input.value, initial_value = '' } = element
  if (min_length > max_length) report('min_length must not be greater than max_length', at)
  if (initial_value.length > max_length) report('initial_value is longer than max_length', `${at}/initial_value`)
}

const textInput = {
  initial_value: string(limits.input.value),
  placeholder,
  focus_on_load: bool,
  dispatch_action_config,
}

const elements: Record<string, Shape> = {
  button: {
    needs: ['text'],
    fields: {
      text: plainText(limits.button.text),
      value: string(limits.button.value),
      url: string(limits.button.url),
      style: color,
      confirm,
      accessibility_label: string(limits.button.label),
    },
  },
  image: {
    needs: ['alt_text'],
    fields: { image_url: string(limits.image.url, 1), slack_file: anything, alt_text: string(limits.image.alt, 1) },
    also: (value, at, report) => {
      if (!value.image_url === !value.slack_file) report('must provide either image_url or slack_file', at)
    },
  },
  overflow: {
    needs: ['options'],
    fields: { options: list(plainOption, { least: 1, most: limits.overflow }), confirm },
  },
  static_select: {
    fields: { ...common, options: plainOptions, option_groups: groups, initial_option: plainOption },
    also: amongOptions,
  },
  multi_static_select: {
    fields: {
      ...common,
      options: plainOptions,
      option_groups: groups,
      initial_options: list(plainOption),
      max_selected_items,
    },
    also: amongOptions,
  },
  external_select: { fields: { ...common, initial_option: plainOption, min_query_length: whole(0, 100) } },
  multi_external_select: {
    fields: { ...common, initial_options: list(plainOption), min_query_length: whole(0, 100), max_selected_items },
  },
  users_select: { fields: { ...common, initial_user: string(255, 1) } },
  multi_users_select: { fields: { ...common, initial_users: list(string(255, 1)), max_selected_items } },
  conversations_select: {
    fields: {
      ...common,
      initial_conversation: string(255, 1),
      default_to_current_conversation: bool,
      response_url_enabled: bool,
      filter,
    },
  },
  multi_conversations_select: {
    fields: {
      ...common,
      initial_conversations: list(string(255, 1)),
      default_to_current_conversation: bool,
      max_selected_items,
      filter,
    },
  },
  channels_select: { fields: { ...common, initial_channel: string(255, 1), response_url_enabled: bool } },
  multi_channels_select: { fields: { ...common, initial_channels: list(string(255, 1)), max_selected_items } },
  datepicker: { fields: { ...common, initial_date: matching(/^\d{4}-\d\d-\d\d$/, 'a date as YYYY-MM-DD') } },
  timepicker: {
    fields: {
      ...common,
      initial_time: matching(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time as HH:mm'),
      timezone: string(255, 1),
    },
  },
  datetimepicker: { fields: { confirm, focus_on_load: bool, initial_date_time: whole(1_000_000_000, 9_999_999_999) } },
  radio_buttons: {
    needs: ['options'],
    fields: { options: choices, initial_option: option(text), confirm, focus_on_load: bool },
    also: amongOptions,
  },
  checkboxes: {
    needs: ['options'],
    fields: { options: choices, initial_options: list(option(text), { least: 1 }), confirm, focus_on_load: bool },
    also: amongOptions,
  },
  plain_text_input: {
    fields: { ...textInput, multiline: bool, min_length: whole(0, 3_000), max_length: whole(1, 3_000) },
    also: lengths,
  },
  email_text_input: { fields: textInput },
  url_text_input: { fields: textInput },
  number_input: {
    needs: ['is_decimal_allowed'],
    fields: { ...textInput, is_decimal_allowed: bool, min_value: string(255), max_value: string(255) },
  },
  rich_text_input: {
    fields: {
      initial_value: richTextBlock,
      placeholder,
      focus_on_load: bool,
      dispatch_action_config,
      min_lines: whole(1, 100),
      max_lines: whole(1, 100),
    },
  },
  file_input: { fields: { filetypes: list(string(255, 1), { least: 1 }), max_files: whole(1, limits.files.most) } },
}

const selects = ['static', 'external', 'users', 'conversations', 'channels'].map(kind => `${kind}_select`)
const multiSelects = selects.map(kind => `multi_${kind}`)
const pickers = ['datepicker', 'timepicker', 'radio_buttons', 'checkboxes']
const inputs = [
  ...selects,
  ...multiSelects,
  ...pickers,
  'datetimepicker',
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'rich_text_input',
  'file_input',
]

/** Which elements may stand where. */
export const accessory = oneOfElements(['button', 'image', 'overflow', ...selects, ...multiSelects, ...pickers])
export const action = oneOfElements(['button', 'overflow', ...selects, ...multiSelects, ...pickers, 'datetimepicker'])
export const input = oneOfElements(inputs)

function oneOfElements(names: string[]): Rule {
  const allowed = Object.fromEntries(names.map(name => [name, elements[name] as Shape]))
  const ids = { action_id: string(limits.id, 1) }
  const rule = typed(allowed, ids)
  const image = typed({ image: elements.image as Shape })
  return (value, at, report) => (value?.type === 'image' && allowed.image ? image : rule)(value, at, report)
}

export const contextElement: Rule = (value, at, report) =>
  (value?.type === 'image' ? typed({ image: elements.image as Shape }) : text(limits.section.text))(value, at, report)

/** Options as the answer to a block_suggestion. */
export const suggestions: Rule = object({
  fields: { options: list(plainOption, { most: o.most }), option_groups: list(anything, { most: o.groups }) },
  also: (value, at, report) => {
    if (!value.options === !value.option_groups) report('must provide either options or option_groups', at)
    if (value.option_groups) groups(value.option_groups, `${at}/option_groups`, report)
  },
})
