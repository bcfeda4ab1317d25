import type { App, GlobalShortcut, MessageShortcut } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import { agents } from '../../../core/agents.ts'
import type { Document } from '../../../core/document.ts'
import type { Desk } from '../desk.ts'
import type { Names } from '../outside.ts'
import { fromMrkdwn, fromRichText } from '../rich-text.ts'
import { initialText } from '../views/excerpt.ts'
import { ids } from '../views/ids.ts'
import { onShortcut } from './showing-problems.ts'
import { openNewTicket } from './tickets/ticket-form.ts'

export function listenToShortcuts(app: App, desk: Desk): void {
  app.shortcut<GlobalShortcut>(
    { type: 'shortcut', callback_id: ids.shortcuts.newTicket },
    onShortcut<GlobalShortcut>(desk, body => openNewTicket(desk, body, null)),
  )
  app.shortcut<MessageShortcut>(
    { type: 'message_action', callback_id: ids.shortcuts.newTicketAbout },
    onShortcut<MessageShortcut>(desk, body => openAbout(desk, body)),
  )
}

/** The form with a message from Slack quoted in it, without anything that is only for us. */
async function openAbout(desk: Desk, body: MessageShortcut): Promise<void> {
  const names = await knownNames(desk)
  const blocks = (body.message.blocks ?? []) as KnownBlock[]
  const content = blocks.length ? fromRichText(blocks, names) : fromMrkdwn(body.message.text ?? '', names)
  const quote: Document = content.length ? [{ type: 'quote', content }] : []
  await openNewTicket(desk, body, body.channel.id, { message: initialText(quote, 2_500) })
}

/** Those whom the database knows; Slack is not asked, since a form waits. */
export async function knownNames(desk: Desk): Promise<Names> {
  const names = new Map((await desk.store.read(agents)).map(a => [a.handle, a.name]))
  return { user: id => names.get(id) ?? '', usergroup: () => 'a group', channel: () => undefined }
}
