import { z } from 'zod'
import { messageViews } from '../../core/messages/view.ts'
import type { MessageView } from '../../core/view.ts'
import type { Store } from '../../db/store.ts'
import { isoOf, moment } from '../moment.ts'
import type { Tell } from './tell.ts'

/** What was said on a ticket, as we answer it: how Sendbird Desk does is documented nowhere. */
export const messageShape = z
  .object({
    id: z.number().int(),
    ticket: z.number().int(),
    message: z.string(),
    isPrivate: z.boolean(),
    sender: z.object({
      type: z.enum(['AGENT', 'CUSTOMER', 'STRANGER']),
      id: z.number().int().nullable(),
      displayName: z.string(),
      email: z.string().nullable(),
    }),
    files: z.array(z.object({ name: z.string(), type: z.string(), size: z.number().int() })),
    deliveryStatus: z.enum(['UNDECIDED', 'HELD', 'QUEUED', 'SENT', 'BOUNCED', 'FAILED', 'CANCELLED']).nullable(),
    createdAt: moment,
    updatedAt: moment,
  })
  .meta({ id: 'SendbirdMessage' })

type SendbirdMessage = z.infer<typeof messageShape>

/** Messages of a ticket in the order of their ids. */
export async function messagesTold(
  t: Tell,
  store: Store,
  ticketId: string,
  ids: readonly string[],
): Promise<SendbirdMessage[]> {
  const views = await messageViews(t.q, store, [...ids])
  const authors = (kind: string) =>
    [...views.values()].flatMap(m => (m.author.kind === kind && m.author.id ? m.author.id : []))
  const numbers = await t.numbers({
    ticket: [ticketId],
    message: [...views.keys()],
    agent: authors('agent'),
    customer: authors('customer'),
  })
  return ids.flatMap(id => {
    const view = views.get(id)
    return view ? messageOf(view, ticketId, numbers) : []
  })
}

function messageOf(m: MessageView, ticketId: string, numbers: Map<string, number>): SendbirdMessage {
  const mail = m.deliveries.find(d => d.side === 'customer')
  const type = m.author.kind === 'agent' ? 'AGENT' : m.author.kind === 'customer' ? 'CUSTOMER' : 'STRANGER'
  return {
    id: numbers.get(m.id) as number,
    ticket: numbers.get(ticketId) as number,
    message: m.text,
    isPrivate: m.visibility !== 'public',
    sender: {
      type,
      id: numbers.get(m.author.id ?? '') ?? null,
      displayName: m.author.name,
      email: m.author.address,
    },
    files: m.attachments.map(({ name, type, size }) => ({ name, type, size })),
    deliveryStatus:
      m.visibility === 'undecided'
        ? 'UNDECIDED'
        : mail
          ? (mail.state.toUpperCase() as SendbirdMessage['deliveryStatus'])
          : null,
    createdAt: isoOf(m.createdAt),
    updatedAt: isoOf(m.editedAt ?? m.createdAt),
  }
}
