import type { App } from '@slack/bolt'
import type { Desk } from '../desk.ts'
import { ids } from '../views/ids.ts'
import { listenToActions } from './actions.ts'
import { listenToBlocked } from './blocked.ts'
import { listenToDraftChanges } from './change-draft.ts'
import { listenToChatRules } from './chat-rules.ts'
import { listenToChats } from './chats.ts'
import { listenToCommands } from './commands.ts'
import { listenToCustomers } from './customers.ts'
import { listenToDryRuns } from './dry-run.ts'
import { listenToFixes } from './fix.ts'
import { listenToHome } from './home.ts'
import { finishNewChat, listenToNewChat } from './new-chat.ts'
import { finishNewTicket, listenToNewTicket } from './new-ticket.ts'
import { listenToOutreach } from './outreach.ts'
import { finishReply, listenToReplies } from './reply.ts'
import { listenToRouting } from './routing.ts'
import { listenToSegments } from './segments.ts'
import { listenToSetUp } from './setup.ts'
import { listenToShortcuts } from './shortcuts.ts'
import type { Submission } from './submission.ts'
import { switchboard } from './switchboard.ts'
import { listenToTicketForms } from './ticket-forms.ts'
import { listenToTray } from './tray.ts'

export { ids } from '../views/ids.ts'

/** Registers all that people press, type and submit. What they write in threads comes as events, from stored rows. */
export function listen(bolt: App, desk: Desk): void {
  const app = switchboard(bolt)
  listenToCommands(app, desk)
  listenToShortcuts(app, desk)
  listenToNewTicket(app, desk)
  listenToCustomers(app, desk)
  listenToActions(app, desk)
  listenToReplies(app, desk)
  listenToTicketForms(app, desk)
  listenToFixes(app, desk)
  listenToHome(app, desk)
  listenToSetUp(app, desk)
  listenToRouting(app, desk)
  listenToOutreach(app, desk)
  listenToTray(app, desk)
  listenToBlocked(app, desk)
  listenToChats(app, desk)
  listenToNewChat(app, desk)
  listenToSegments(app, desk)
  listenToDryRuns(app, desk)
  listenToDraftChanges(app, desk)
  listenToChatRules(app, desk)
}

/** Does what a stored submission asks for; harmless a second time. Throws only for what is to be tried again. */
export async function finishSubmission(desk: Desk, body: Submission): Promise<void> {
  if (body.view.callback_id === ids.forms.newTicket) return finishNewTicket(desk, body)
  if (body.view.callback_id === ids.forms.reply) return finishReply(desk, body)
  if (body.view.callback_id === ids.forms.newChat) return finishNewChat(desk, body)
  throw new Error(`No form that is stored is called ${body.view.callback_id}.`)
}
