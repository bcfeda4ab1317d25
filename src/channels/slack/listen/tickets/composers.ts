import type { App, BlockAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import type { Wish } from '../../../../core/schedule/moment.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { insertIntoChat } from '../chats/chat-form.ts'
import { onPress } from '../showing-problems.ts'
import { insertIntoNote } from './note-form.ts'
import { insertIntoReply, redrawReply } from './reply-form.ts'
import { saveFrom } from './save-draft.ts'
import { insertIntoTicket, redrawTicket } from './ticket-form.ts'

/** What is chosen in the forms in which somebody writes: a template, and when it goes. What is typed is saved with it. */
export function listenToComposers(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.insertTemplate,
    onPress(desk, async ({ body, value }) => {
      if (!value || value === 'undefined') return // the choice was emptied
      const drawn = await insert[body.view?.callback_id ?? '']?.(desk, body, value)
      await saveFrom(desk, body, drawn)
    }),
  )
  app.action<BlockAction>(
    ids.pickSendWhen,
    onPress(desk, async ({ body, value }) => {
      const when = value as Wish['when']
      const redraw = body.view?.callback_id === ids.forms.reply ? redrawReply : redrawTicket
      await saveFrom(desk, body, await redraw(desk, body, { when }))
    }),
  )
}

type Insert = (desk: Desk, body: BlockAction, templateId: string) => Promise<ModalView | undefined>

const insert: Record<string, Insert> = {
  [ids.forms.newTicket]: insertIntoTicket,
  [ids.forms.reply]: insertIntoReply,
  [ids.forms.note]: insertIntoNote,
  [ids.forms.newChat]: insertIntoChat,
}
