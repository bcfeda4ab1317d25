import type { App } from '@slack/bolt'
import type { Desk } from '../desk.ts'
import { ids } from '../views/ids.ts'
import { listenToDraftChanges } from './chats/change-draft.ts'
import { listenToChats } from './chats/chats.ts'
import { listenToDryRuns } from './chats/dry-run.ts'
import { finishNewChat, listenToNewChat } from './chats/new-chat.ts'
import { listenToChatRules } from './chats/rules.ts'
import { listenToSegments } from './chats/segments.ts'
import { listenToCommands } from './commands.ts'
import { listenToDeeds } from './find/deeds.ts'
import { listenToFind } from './find/find.ts'
import { listenToFound } from './find/results.ts'
import { listenToHome } from './home.ts'
import { listenToBlocked } from './mail/blocked.ts'
import { listenToTray } from './mail/tray.ts'
import { listenToImport } from './people/import.ts'
import { listenToPeople } from './people/people.ts'
import { listenToShortcuts } from './shortcuts.ts'
import type { Submission } from './submission.ts'
import { switchboard } from './switchboard.ts'
import { listenToFields } from './team/fields.ts'
import { listenToForgetting } from './team/forget.ts'
import { listenToHooks } from './team/hooks.ts'
import { listenToHours } from './team/hours.ts'
import { listenToKeys } from './team/keys.ts'
import { listenToOutreach } from './team/outreach.ts'
import { listenToPromises } from './team/promises.ts'
import { listenToReactionSettings } from './team/reactions.ts'
import { listenToRoles } from './team/roles.ts'
import { listenToRouting } from './team/routing.ts'
import { listenToSetUp } from './team/setup.ts'
import { listenToStats } from './team/stats.ts'
import { listenToTags } from './team/tags.ts'
import { listenToTemplates } from './team/templates.ts'
import { listenToActions } from './tickets/actions.ts'
import { listenToComposers } from './tickets/composers.ts'
import { listenToCustomerFields } from './tickets/customer-fields.ts'
import { listenToCustomers } from './tickets/customers.ts'
import { listenToDrafts } from './tickets/drafts.ts'
import { listenToDetails } from './tickets/edit-details.ts'
import { listenToElsewhere } from './tickets/elsewhere.ts'
import { listenToFixes } from './tickets/fix.ts'
import { listenToTicketForms } from './tickets/forms.ts'
import { listenToHistory } from './tickets/history.ts'
import { listenToNewTicket } from './tickets/new-ticket.ts'
import { listenToNoteComposer } from './tickets/note.ts'
import { listenToNotes } from './tickets/notes.ts'
import { listenToRelations } from './tickets/relations.ts'
import { listenToReminders } from './tickets/remind.ts'
import { listenToReplies } from './tickets/reply.ts'
import { listenToSendAs } from './tickets/send-as.ts'
import { finishReply } from './tickets/send-reply.ts'
import { finishNewTicket } from './tickets/send-ticket.ts'
import { listenToSnoozes } from './tickets/snooze.ts'
import { listenToSubTickets } from './tickets/sub-ticket.ts'

export { ids } from '../views/ids.ts'

/** Registers all that people press, type and submit. What they write in threads comes as events, from stored rows. */
export function listen(bolt: App, desk: Desk): void {
  const app = switchboard(bolt)
  listenToCommands(app, desk)
  listenToShortcuts(app, desk)
  listenToNewTicket(app, desk)
  listenToCustomers(app, desk)
  listenToPeople(app, desk)
  listenToImport(app, desk)
  listenToActions(app, desk)
  listenToReplies(app, desk)
  listenToTicketForms(app, desk)
  listenToDetails(app, desk)
  listenToCustomerFields(app, desk)
  listenToComposers(app, desk)
  listenToDrafts(app, desk)
  listenToTemplates(app, desk)
  listenToReminders(app, desk)
  listenToSendAs(app, desk)
  listenToFixes(app, desk)
  listenToRelations(app, desk)
  listenToSubTickets(app, desk)
  listenToElsewhere(app, desk)
  listenToSnoozes(app, desk)
  listenToNotes(app, desk)
  listenToNoteComposer(app, desk)
  listenToHistory(app, desk)
  listenToHome(app, desk)
  listenToFind(app, desk)
  listenToFound(app, desk)
  listenToDeeds(app, desk)
  listenToSetUp(app, desk)
  listenToRouting(app, desk)
  listenToHours(app, desk)
  listenToPromises(app, desk)
  listenToStats(app, desk)
  listenToFields(app, desk)
  listenToTags(app, desk)
  listenToRoles(app, desk)
  listenToReactionSettings(app, desk)
  listenToHooks(app, desk)
  listenToKeys(app, desk)
  listenToOutreach(app, desk)
  listenToForgetting(app, desk)
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
