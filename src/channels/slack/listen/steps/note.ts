import { actorOf } from '../../../../core/agents.ts'
import { postMessage } from '../../../../core/messages/post.ts'
import { ticketByIdentifier } from '../../../../core/tickets/find.ts'
import { identifierIn } from '../../../../core/tickets/link.ts'
import type { Desk } from '../../desk.ts'
import { agentIn, type Inputs, messageIn, type Outputs, textIn } from './inputs.ts'
import { ticketOutputs } from './ticket.ts'

/** *Add a note*: in the thread of a ticket, by its name or its link; the customer never sees it. */
export async function addNoteStep(desk: Desk, inputs: Inputs, key: string): Promise<Outputs> {
  const agent = await agentIn(desk, inputs)
  const body = await messageIn(desk, inputs, 'note')
  const typed = textIn(inputs, 'ticket')
  const ticket = await desk.store.write(async tx => {
    const found = await ticketByIdentifier(tx.q, identifierIn(tx.files, typed) ?? typed)
    await postMessage(tx, { ticketId: found.id, author: actorOf(agent), body, visibility: 'note', dedupKey: key })
    return found
  })
  return ticketOutputs(desk, ticket)
}
