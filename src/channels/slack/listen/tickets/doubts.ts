import { agentByHandle } from '../../../../core/agents.ts'
import { collisionsWith } from '../../../../core/collisions.ts'
import type { Query } from '../../../../db/store.ts'
import type { Desk } from '../../desk.ts'
import type { Doubts } from '../../views/tickets/collision.ts'
import type { NewTicketMeta } from '../../views/tickets/new-ticket.ts'
import type { Submission } from '../submission.ts'
import * as values from '../values.ts'
import { addresseeOf, addressOf, customerIn } from './read-ticket.ts'

/** Why somebody may not want to write to the customer of a form; undefined when nothing speaks against it. */
export async function doubtsAbout(
  q: Query,
  user: string,
  meta: NewTicketMeta,
  v: values.Values,
  now: number,
): Promise<Doubts | undefined> {
  const to = await addresseeOf(q, customerIn(v))
  if (!to) return undefined
  const address = await addressOf(q, to)
  if (meta.anyway === address) return undefined
  const agent = await agentByHandle(q, user)
  const others = await collisionsWith(q, to, agent?.id ?? null, now)
  const collisions = others.filter(c => c.ticketId !== meta.parent?.id)
  const filledFor = meta.filledFor && meta.filledFor !== address ? meta.filledFor : null
  return collisions.length || filledFor ? { collisions, filledFor, isAsked: false } : undefined
}

/** The same for a form that is submitted. */
export function doubtsOf(desk: Desk, { user, view }: Submission): Promise<Doubts | undefined> {
  const meta = values.metaOf<NewTicketMeta>(view)
  return desk.store.read(q => doubtsAbout(q, user.id, meta, view.state.values, desk.store.now()))
}

/** The address of whoever is chosen in a form; null while nobody is. */
export async function customerAddress(desk: Desk, v: values.Values): Promise<string | null> {
  return desk.store.read(async q => {
    const to = await addresseeOf(q, customerIn(v))
    return to && addressOf(q, to)
  })
}
