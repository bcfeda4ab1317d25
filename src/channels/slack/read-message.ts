import type { KnownBlock } from '@slack/types'
import { type Document, plainText } from '../../core/document.ts'
import { saysNote } from '../../core/messages/note.ts'
import type { Desk } from './desk.ts'
import { fromMrkdwn, fromRichText } from './rich-text.ts'

/** A message as people outside Slack may read it. */
export interface Read {
  body: Document
  isNote: boolean // it is for us alone: it begins with `note:`, or calls Overture, a colleague, a group or everybody
  saysNote: boolean // it begins with `note:`
}

/** What somebody wrote, and whether it is for us alone. */
export async function readMessage(desk: Desk, message: { text?: string; blocks?: KnownBlock[] }): Promise<Read> {
  const written = JSON.stringify([message.blocks ?? [], message.text ?? ''])
  const people = new Set([...written.matchAll(USER)].map(m => (m[1] ?? m[2]) as string))
  const names = new Map(await Promise.all([...people].map(async id => [id, await desk.people.name(id)] as const)))
  const dictionary = {
    user: (id: string) => names.get(id) ?? '',
    usergroup: () => 'a group',
    channel: () => undefined,
  }
  const body = message.blocks?.length
    ? fromRichText(message.blocks, dictionary)
    : fromMrkdwn(message.text ?? '', dictionary)
  const callsColleagues =
    people.size > 0 || /"type":"(usergroup|broadcast)"|<!(subteam|here|channel|everyone)/.test(written)
  const isCalledNote = saysNote(plainText(body)) || saysNote(message.text ?? '')
  return { body, isNote: isCalledNote || callsColleagues, saysNote: isCalledNote }
}

const USER = /"user_id":"([UW][A-Z0-9]+)"|<@([UW][A-Z0-9]+)/g
