import type { BegunTicket } from '../../../../core/drafts.ts'
import { initialText } from '../../views/excerpt.ts'
import { ids } from '../../views/ids.ts'
import type { NewTicketMeta } from '../../views/tickets/new-ticket.ts'
import type { Kept } from './save-draft.ts'

const LONGEST = 12_000

/** The form for a new ticket as if that had been written in it, to be kept as a draft: whoever opens it goes on there. */
export function formOfTicket(t: BegunTicket): string {
  const meta: NewTicketMeta = { draft: t.draft, rev: 0, when: 'now', teamId: t.teamId, origin: null, formId: t.formId }
  const message = initialText(t.message, LONGEST)
  const option = (value: string) => ({ selected_option: { text: { type: 'plain_text', text: value }, value } })
  const values = {
    team: { given: { type: 'static_select', ...option(t.teamId) } },
    ...(t.formId && { form: { given: { type: 'static_select', ...option(t.formId) } } }),
    customer_typed: { given: { type: 'plain_text_input', value: t.customer } },
    subject: { given: { type: 'plain_text_input', value: t.subject } },
    ...(message && { message: { given: { type: 'rich_text_input', rich_text_value: message } } }),
    audience: { given: { type: 'radio_buttons', ...option(t.email ? 'email' : 'internal') } },
    ...(t.priority && { priority: { given: { type: 'static_select', ...option(t.priority) } } }),
    ...(t.assignee && { assignee: { given: { type: 'users_select', selected_user: t.assignee } } }),
  }
  return JSON.stringify({ callback: ids.forms.newTicket, meta: JSON.stringify(meta), values } as unknown as Kept)
}
