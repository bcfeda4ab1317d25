import type { BlockAction, ViewOutput, ViewStateValue } from '@slack/bolt'
import type { PlainTextOption, RichTextBlock } from '@slack/types'

export type Values = ViewOutput['state']['values']

/** What was given in a field; its block is named `name`, or `name:ID` where it belongs to something. */
function given(values: Values, name: string): ViewStateValue | undefined {
  const block = values[name] ?? Object.entries(values).find(([id]) => id.startsWith(`${name}:`))?.[1]
  return block && Object.values(block)[0]
}

export function typed(values: Values, name: string): string {
  return given(values, name)?.value ?? ''
}

export function chosen(values: Values, name: string): string | null {
  return given(values, name)?.selected_option?.value ?? null
}

export function chosenOption(values: Values, name: string) {
  return given(values, name)?.selected_option ?? null
}

export function isChecked(values: Values, name: string): boolean {
  return (given(values, name)?.selected_options ?? []).length > 0
}

/** The values of all boxes that are ticked. */
export function ticked(values: Values, name: string): string[] {
  return (given(values, name)?.selected_options ?? []).map(o => String(o.value))
}

/** All options that were chosen, such as in a search for several. */
export function chosenOptions(values: Values, name: string): PlainTextOption[] {
  return (given(values, name)?.selected_options ?? []) as PlainTextOption[]
}

/** A moment that was chosen, in seconds since 1970. */
export function chosenMoment(values: Values, name: string): number | null {
  return given(values, name)?.selected_date_time ?? null
}

/** A day that was chosen, as 2026-11-21. */
export function chosenDay(values: Values, name: string): string | null {
  return given(values, name)?.selected_date ?? null
}

export function chosenUser(values: Values, name: string): string | null {
  return given(values, name)?.selected_user ?? null
}

export function chosenUsers(values: Values, name: string): string[] {
  return given(values, name)?.selected_users ?? []
}

export function chosenConversation(values: Values, name: string): string {
  return given(values, name)?.selected_conversation ?? ''
}

export function richText(values: Values, name: string): RichTextBlock | undefined {
  return given(values, name)?.rich_text_value
}

export interface GivenFile {
  id: string
  name: string
  size: number // bytes; 0 where Slack does not say
}

export function filesIn(values: Values, name = 'files'): GivenFile[] {
  const files = (given(values, name)?.files ?? []) as { id: string; name?: string; size?: number }[]
  return files.map(f => ({ id: f.id, name: f.name ?? 'file', size: f.size ?? 0 }))
}

/** What a view remembers. */
export function metaOf<T>(view: { private_metadata: string }): T {
  return JSON.parse(view.private_metadata || '{}') as T
}

/** The fields of the modal that a button in it was pressed in. */
export function valuesAround(body: BlockAction): Values {
  return body.view?.state.values ?? {}
}
