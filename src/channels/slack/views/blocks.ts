import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  InputBlock,
  KnownBlock,
  ModalView,
  PlainTextElement,
  PlainTextOption,
  RichTextBlock,
  RichTextElement,
  SectionBlock,
} from '@slack/types'
import { cut } from '../../../lib/cut.ts'

export { cut }

/** Slack's limits, in UTF-16 units: https://docs.slack.dev/reference/block-kit/blocks */
export const limits = {
  header: 150,
  section: 3000,
  button: 75,
  option: 75,
  title: 24,
  placeholder: 150,
  username: 80,
  blocksInMessage: 50,
  blocksInView: 100,
} as const

/** One line of a text that somebody else wrote: no line breaks, nothing that turns the direction of what follows. */
export function oneLine(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
}

/** Text that means only itself in mrkdwn: no mention, no link. */
export function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

/** Literal text; an empty one, which Slack refuses, becomes a blank. */
export function plain(text: string, most: number = limits.section): PlainTextElement {
  return { type: 'plain_text', text: cut(text, most) || ' ', emoji: false }
}

/** Words of our own, where emoji such as `:lock:` are meant. */
export function label(text: string, most: number = limits.section): PlainTextElement {
  return { type: 'plain_text', text: cut(text, most) || ' ', emoji: true }
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plain(oneLine(text), limits.header) }
}

/** A section of mrkdwn: the caller has escaped what is not ours. */
export function mrkdwn(text: string, accessory?: SectionBlock['accessory']): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: cut(text, limits.section) }, ...(accessory && { accessory }) }
}

export function words(text: string, accessory?: SectionBlock['accessory']): SectionBlock {
  return { type: 'section', text: plain(text), ...(accessory && { accessory }) }
}

/** A field for a line of text that begins with this; with `multiline` beside it, for several. */
export function textInput(value: string | null | undefined, most: number, example?: string) {
  return {
    type: 'plain_text_input' as const,
    max_length: most,
    ...(example && { placeholder: plain(example, limits.placeholder) }),
    ...(value && { initial_value: cut(value, most) }),
  }
}

/** A quiet line: mrkdwn of our own, or literal text. */
export function context(...elements: (string | PlainTextElement)[]): ContextBlock {
  return {
    type: 'context',
    elements: elements.map(e => (typeof e === 'string' ? { type: 'mrkdwn', text: cut(e, 2000) } : e)),
  }
}

export function rich(...elements: RichTextElement[]): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }
}

/** A piece of rich text: always literal. */
export function said(text: string, style?: { bold?: boolean; italic?: boolean; code?: boolean }): RichTextElement {
  return { type: 'text', text: text || ' ', ...(style && { style }) }
}

export function button(
  text: string,
  actionId: string,
  value: string,
  more: { style?: 'primary' | 'danger'; confirm?: ConfirmationDialog; url?: string } = {},
): Button {
  return { type: 'button', text: label(text, limits.button), action_id: actionId, value, ...more }
}

export function actions(...elements: (Button | false | undefined)[]): ActionsBlock {
  return { type: 'actions', elements: elements.filter(e => e !== false && e !== undefined) }
}

export function confirm(title: string, text: string, yes: string, no = 'Cancel'): ConfirmationDialog {
  return { title: label(title, 100), text: plain(text, 300), confirm: label(yes, 30), deny: label(no, 30) }
}

export function option(text: string, value: string): PlainTextOption {
  return { text: plain(oneLine(text), limits.option), value: value.slice(0, limits.option) }
}

/** A field of a form. Its block is named after the field, so that a fault finds it. */
export function field(
  name: string,
  title: string,
  element: InputBlock['element'],
  more: { optional?: boolean; hint?: string; dispatch?: boolean } = {},
): InputBlock {
  return {
    type: 'input',
    block_id: name,
    label: label(title, 2000),
    element: { action_id: VALUE, ...element } as InputBlock['element'],
    ...(more.optional && { optional: true }),
    ...(more.hint && { hint: label(more.hint, 2000) }),
    ...(more.dispatch && { dispatch_action: true }),
  }
}

/** The action id of a field that nobody listens to. */
const VALUE = 'value'

export interface Form {
  id: string
  title: string
  submit?: string
  close?: string
  blocks: KnownBlock[]
  meta?: object
  isWatched?: true // we are told when it is closed
}

/** A modal. What it must remember travels in its private metadata (at most 3,000 characters). */
export function modal(form: Form): ModalView {
  return {
    type: 'modal',
    callback_id: form.id,
    title: label(form.title, limits.title),
    ...(form.submit && { submit: label(form.submit, limits.title) }),
    close: label(form.close ?? (form.submit ? 'Cancel' : 'Close'), limits.title),
    ...(form.isWatched && { notify_on_close: true }),
    blocks: form.blocks.slice(0, limits.blocksInView),
    private_metadata: JSON.stringify(form.meta ?? {}),
  }
}

/** A modal that only says something. */
export function notice(title: string, blocks: KnownBlock[] | string): ModalView {
  return modal({ id: 'notice', title, blocks: typeof blocks === 'string' ? [words(blocks)] : blocks })
}

/** What became of something. With it closes what is below, which shows it as it was. */
export function outcome(title: string, text: string): ModalView {
  return { ...notice(title, text), clear_on_close: true }
}
