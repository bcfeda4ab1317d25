import type { AgentRow, ChatRecipientRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf, agentById } from '../agents.ts'
import { customerFor } from '../customers.ts'
import { postMessage } from '../messages/post.ts'
import { refuseUnlessWrites } from '../permissions/may.ts'
import { openTicketsOfChat } from '../tickets/open-for-chat.ts'
import { Unfilled } from '../unfilled.ts'
import { customersAt, variablesOf } from '../variables.ts'
import { contextOf } from './blocks.ts'
import { chatById } from './find.ts'
import { filesOf } from './send.ts'

/**
 * Sends an agent the mail that this recipient would get, or the first one, with all that it bears: it can be answered and
 * unsubscribed from like any other, and counts nowhere. Throws a Problem when the agent has no address, or it cannot be
 * filled in.
 */
export async function sendToMe(tx: Tx, chatId: string, recipientId: string | null, agent: AgentRow): Promise<void> {
  if (!agent.email) throw new Problem('conflict', 'We do not know your email address, so nothing can be sent to you.')
  const chat = await chatById(tx.q, chatId)
  await refuseUnlessWrites(tx.q, agent.id, chat.team_id)
  const context = await contextOf(tx.q, chat)
  const like = await recipientOr(tx.q, chatId, recipientId)
  const customer = like && (await customersAt(tx.q, [like.address])).get(like.address)
  const { subject, body } = filled(() =>
    context.template.fill(
      variablesOf(context, like ?? { address: agent.email ?? '', name: '', fields: null }, customer),
    ),
  )
  const person = await customerFor(tx, agent.email.toLowerCase(), agent.name)
  const author = actorOf(await agentById(tx.q, chat.agent_id))
  const [ticket] = await openTicketsOfChat(tx, chat, author, [{ customer: person, subject }])
  if (!ticket) throw new Error('A ticket was not opened.')
  await tx.q
    .insertInto('chat_recipients')
    .values({
      id: newId(),
      chat_id: chatId,
      line: await lineOfTest(tx.q, chatId),
      address: person.address,
      name: agent.name,
      customer_id: person.id,
      state: 'test',
      due_at: 0,
      ticket_id: ticket.id,
      step: 0,
    })
    .execute()
  const keptFiles = await filesOf(tx.q, chatId)
  const mail = { ticketId: ticket.id, author, body, keptFiles, visibility: 'public' as const }
  await postMessage(tx, { ...mail, opening: true, holdMs: 0, isAgreed: true })
}

function filled<T>(fill: () => T): T {
  try {
    return fill()
  } catch (error) {
    if (error instanceof Unfilled) throw new Problem('invalid', error.message)
    throw error
  }
}

function recipientOr(q: Query, chatId: string, id: string | null): Promise<ChatRecipientRow | undefined> {
  let found = q.selectFrom('chat_recipients').selectAll().where('chat_id', '=', chatId).where('line', '>', 0)
  found = id ? found.where('id', '=', id) : found.where('state', '!=', 'blocked')
  return found.orderBy('line').limit(1).executeTakeFirst()
}

async function lineOfTest(q: Query, chatId: string): Promise<number> {
  const row = await q
    .selectFrom('chat_recipients')
    .select(e => e.fn.min('line').as('line'))
    .where('chat_id', '=', chatId)
    .executeTakeFirst()
  return Math.min(Number(row?.line ?? 0), 0) - 1
}
