import { expect, it } from 'vitest'
import type { Desk } from '../../../src/channels/slack/desk.ts'
import { readMessage } from '../../../src/channels/slack/read-message.ts'

const desk = { people: { name: async () => 'Ben' }, self: { userId: 'U0BOT' } } as unknown as Desk
const rich = (type: string, text: string, style?: object) => [
  { type: 'rich_text', elements: [{ type, elements: [{ type: 'text', text, ...(style && { style }) }] }] },
]
const section = (text: string, style?: object) => rich('rich_text_section', text, style)

it.each([
  ['bold', '*Note:* he is difficult', section('Note:', { bold: true })],
  ['italic', '_note_: between us', section('note: between us', { italic: true })],
  ['quoted', '&gt; NOTE: between us', rich('rich_text_quote', 'NOTE: between us')],
  ['with the colon of another keyboard', 'note： between us', section('note： between us')],
  ['behind an emoji', '🔒 note: between us', section('🔒 note: between us')],
])('what begins with "note:" is for us alone, also %s', async (_, text, blocks) => {
  expect((await readMessage(desk, { text, blocks: blocks as never })).isNote).toBe(true)
  expect((await readMessage(desk, { text })).isNote).toBe(true)
})

it.each(['Please note: we are closed', 'Notes: none', 'A note: hello'])('"%s" is not', async text => {
  expect((await readMessage(desk, { text, blocks: section(text) as never })).isNote).toBe(false)
})
