import type { ActionsBlock, Button } from '@slack/types'
import type { MessageView } from '../../../../core/view.ts'
import { actions, button } from '../blocks.ts'
import { ids } from '../ids.ts'

/** The ways of a mail that may belong elsewhere. */
export function movingButtons(message: MessageView): Button[] {
  return [button('Move to…', ids.moveMail, message.id), button('New ticket', ids.splitOff, message.id)]
}

/** What can be done with a mail that came in, whoever wrote it. What a ticket began with is merged, not moved. */
export function mailActions(message: MessageView): ActionsBlock {
  return actions(...(message.opening ? [] : movingButtons(message)), button('Download', ids.downloadMail, message.id))
}
