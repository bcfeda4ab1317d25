import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { admit } from '../show.ts'
import { onPress, onSubmit } from '../showing-problems.ts'
import { openWriting } from './begun.ts'
import { keepNote } from './note-form.ts'

/** The composer of a note: opened, and kept. */
export function listenToNoteComposer(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.note,
    onPress(desk, async ({ body, user, value }) => {
      await admit(desk, user, value, 'manage')
      await openWriting(desk, body, { kind: 'note', ticketId: value, origin: null })
    }),
  )
  app.view<ViewSubmitAction>(
    ids.forms.note,
    onSubmit(desk, async body => {
      await keepNote(desk, body)
      return undefined
    }),
  )
}
