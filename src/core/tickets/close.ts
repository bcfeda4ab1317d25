import type { Tx } from '../../db/store.ts'
import type { Actor } from '../events.ts'
import type { Given } from '../fields/read.ts'
import { setFields } from '../fields/values.ts'
import { lockTicket } from './lock.ts'
import { closeTicket } from './status.ts'

/**
 * Closes a ticket as people do: with the fields given, and all that its form wants by then. Throws Problems under the
 * fields that are missing or at fault. Closing a closed one changes nothing.
 */
export async function closeByAgent(tx: Tx, id: string, reason: string, given: Given, actor: Actor): Promise<void> {
  const ticket = await lockTicket(tx, id, actor)
  if (ticket.closed_at !== null) return
  await setFields(tx, id, given, actor)
  await closeTicket(tx, id, reason, actor)
}
