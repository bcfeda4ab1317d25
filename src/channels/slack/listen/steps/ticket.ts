import { ticketUrl } from '../../../../core/tickets/link.ts'
import { openTicket } from '../../../../core/tickets/open.ts'
import type { Priority } from '../../../../db/schema.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { threadUrl } from '../../thread-url.ts'
import { agentIn, type Inputs, messageIn, type Outputs, teamIn, textIn } from './inputs.ts'

/** *Create a proactive ticket*: what the form does, without the form. */
export async function createTicketStep(desk: Desk, inputs: Inputs, key: string): Promise<Outputs> {
  const agent = await agentIn(desk, inputs)
  const body = await messageIn(desk, inputs, 'message')
  const ticket = await desk.store.write(async tx =>
    openTicket(tx, {
      teamId: (await teamIn(tx.q, inputs, agent)).id,
      customer: { typed: textIn(inputs, 'customer') },
      subject: textIn(inputs, 'subject'),
      body,
      priority: priorityIn(inputs),
      email: inputs.internal !== true,
      agent,
      dedupKey: key,
    }),
  )
  return ticketOutputs(desk, ticket)
}

const PRIORITIES: Priority[] = ['low', 'medium', 'high', 'urgent']

function priorityIn(inputs: Inputs): Priority {
  const typed = textIn(inputs, 'priority').toLowerCase()
  if (!typed) return 'medium'
  const found = PRIORITIES.find(p => p === typed)
  if (found) return found
  throw new Problem('invalid', `“${typed}” is not a priority. There are: ${PRIORITIES.join(', ')}.`)
}

/** The ticket's name, and a link to it where there is one. */
export async function ticketOutputs(desk: Desk, ticket: { id: string; identifier: string }): Promise<Outputs> {
  const link = ticketUrl(desk.store.files, ticket.identifier) ?? (await threadUrl(desk, ticket.id))
  return { ticket: ticket.identifier, ...(link && { link }) }
}
