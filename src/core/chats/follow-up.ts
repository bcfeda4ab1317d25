import type { AgentRow, ChatRecipientRow, ChatStepRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { actorOf, agentById } from '../agents.ts'
import { type Document, isEmpty } from '../document.ts'
import type { Actor } from '../events.ts'
import { hoursOf } from '../hours/settings.ts'
import { workingDaysAfter } from '../hours/working-time.ts'
import { postMessage } from '../messages/post.ts'
import { openedBy, refuseUnlessSends } from '../permissions/may.ts'
import { suppressionOf } from '../suppressions.ts'
import { teamById } from '../teams.ts'
import { Unfilled } from '../unfilled.ts'
import { unsubscriptionOf } from '../unsubscriptions.ts'
import { customersAt, variablesOf } from '../variables.ts'
import { type ChatContext, contextOf } from './blocks.ts'
import { chatById, recipientOfTicket } from './find.ts'
import { redrawChat } from './redraw.ts'
import { afterQuietHours, chatRulesOf } from './rules.ts'
import { stepKey } from './step-key.ts'
import { stepAfter, stepsOf } from './steps.ts'

export const MOST_STEPS = 5

/**
 * Adds a step to a chat: what goes, in the same mail thread, to each recipient who has not answered so many working days
 * after their last mail; with 0 at once. Returns to how many that is now. `after` says how many steps there were when it was
 * written: the same again is one step. Throws Problems under `message` and `days`, and for another step added meanwhile.
 */
export async function followUp(
  tx: Tx,
  chatId: string,
  form: { body: Document; workingDays: number; after?: number },
  agent: AgentRow,
): Promise<{ recipients: number; step: number }> {
  const chat = await chatById(tx.q, chatId)
  if (chat.state === 'draft' || chat.state === 'stopped')
    throw new Problem('conflict', 'Only a chat that is sent can be followed up.')
  await refuseUnlessSends(tx.q, actorOf(agent), openedBy(agent.id, chat.team_id))
  if (isEmpty(form.body)) throw new Problem('invalid', 'Write a message.', 'message')
  await refuseUnreadable(form.body)
  if (!Number.isInteger(form.workingDays) || form.workingDays < 0 || form.workingDays > 90)
    throw new Problem('invalid', 'The days are a whole number from 0 to 90.', 'days')
  const steps = await stepsOf(tx.q, chatId)
  const meanwhile = steps[form.after ?? steps.length]
  if (meanwhile) {
    if (meanwhile.created_by !== agent.id || meanwhile.body !== JSON.stringify(form.body))
      throw new Problem('conflict', 'Another follow-up was added meanwhile. Look at the chat before you add one.')
    return { recipients: await countIn(tx.q, chatId, meanwhile.step), step: meanwhile.step }
  }
  const step = steps.length + 1
  if (step > MOST_STEPS) throw new Problem('conflict', `A chat has at most ${MOST_STEPS} follow-ups.`)
  await tx.q
    .insertInto('chat_steps')
    .values({
      chat_id: chatId,
      step,
      working_days: form.workingDays,
      body: JSON.stringify(form.body),
      created_by: agent.id,
      created_at: tx.now,
    })
    .execute()
  const recipients = await setDue(tx, chatId, step, form.workingDays)
  await redrawChat(tx, chatId)
  tx.wake('chats')
  return { recipients, step }
}

/**
 * Writes again to one recipient of a chat, now, on their ticket. Returns the message's id. Throws a Problem for whoever may
 * not send, and for a recipient who left such chats and has not written since.
 */
export async function followUpOne(tx: Tx, ticket: TicketRow, body: Document, actor: Actor): Promise<string> {
  await refuseUnlessSends(tx.q, actor, ticket)
  const recipient = await recipientOfTicket(tx.q, ticket.id)
  if (!recipient) throw new Problem('not_found', `No chat began ${ticket.identifier}.`)
  const { kind } = await chatById(tx.q, recipient.chat_id)
  const left = recipient.answered_at === null && (await unsubscriptionOf(tx.q, recipient.address, kind))
  if (left) throw new Problem('conflict', `Nothing more of a chat goes to them: ${left.reason}`)
  return postMessage(tx, { ticketId: ticket.id, author: actor, body, visibility: 'public' })
}

/** How many have had a step, or will. */
async function countIn(q: Query, chatId: string, step: number): Promise<number> {
  const { n } = await q
    .selectFrom('chat_recipients')
    .select(e => e.fn.countAll().as('n'))
    .where('chat_id', '=', chatId)
    .where(e => e.or([e('step', '>=', step), e.and([e('step', '=', step - 1), e('step_due_at', 'is not', null)])]))
    .executeTakeFirstOrThrow()
  return Number(n)
}

async function refuseUnreadable(body: Document): Promise<void> {
  const { readTemplate } = await import('../liquid.ts')
  readTemplate('', body)
}

/** All who have had every step before this one, and ended none by an answer, a bounce, by leaving or by being closed. */
async function setDue(tx: Tx, chatId: string, step: number, workingDays: number): Promise<number> {
  const chat = await chatById(tx.q, chatId)
  const hours = hoursOf(await teamById(tx.q, chat.team_id))
  // days are counted from each one's own mail; those of one day are due together
  const due = workingDays === 0 ? null : await sentDays(tx.q, chatId, step)
  if (due === null) return markDue(tx, chatId, step, tx.now)
  let count = 0
  for (const { from, to } of due)
    count += await markDue(tx, chatId, step, Math.max(tx.now, workingDaysAfter(hours, from, workingDays)), { from, to })
  return count
}

const DAY_MS = 24 * 3_600_000

async function sentDays(q: Query, chatId: string, step: number): Promise<{ from: number; to: number }[]> {
  const row = await q
    .selectFrom('chat_recipients')
    .select(e => [e.fn.min('sent_at').as('first'), e.fn.max('sent_at').as('last')])
    .where('chat_id', '=', chatId)
    .where('step', '=', step - 1)
    .where('state', '=', 'sent')
    .executeTakeFirst()
  const days: { from: number; to: number }[] = []
  if (row?.first == null || row.last == null) return days
  for (let from = Number(row.first); from <= Number(row.last); from += DAY_MS) days.push({ from, to: from + DAY_MS })
  return days
}

async function markDue(
  tx: Tx,
  chatId: string,
  step: number,
  at: number,
  sent?: { from: number; to: number },
): Promise<number> {
  let update = tx.q
    .updateTable('chat_recipients')
    .set({ step_due_at: at })
    .where('chat_id', '=', chatId)
    .where('state', '=', 'sent')
    .where('step', '=', step - 1)
    .where('answered_at', 'is', null)
    .where('unsubscribed_at', 'is', null)
    .where('closed_at', 'is', null)
  if (sent) update = update.where('sent_at', '>=', sent.from).where('sent_at', '<', sent.to)
  return Number((await update.executeTakeFirst()).numUpdatedRows)
}

/** Sends up to `limit` of the follow-ups that are due. Returns how many it looked at. */
export async function sendDueSteps(tx: Tx, limit: number): Promise<number> {
  const due = await tx.q
    .selectFrom('chat_recipients as r')
    .innerJoin('chats as c', 'c.id', 'r.chat_id')
    .selectAll('r')
    .where('r.step_due_at', 'is not', null)
    .where('r.step_due_at', '<=', tx.now)
    .where('c.state', 'in', ['sending', 'finished'])
    .orderBy('r.step_due_at')
    .limit(limit)
    .execute()
  const contexts = new Map<string, { context: ChatContext; steps: ChatStepRow[] }>()
  for (const recipient of due) {
    const { chat_id } = recipient
    const known = contexts.get(chat_id) ?? {
      context: await contextOf(tx.q, await chatById(tx.q, chat_id)),
      steps: await stepsOf(tx.q, chat_id),
    }
    contexts.set(chat_id, known)
    await sendStep(tx, recipient, known.context, known.steps)
    await redrawChat(tx, chat_id)
  }
  return due.length
}

async function sendStep(tx: Tx, r: ChatRecipientRow, context: ChatContext, steps: ChatStepRow[]): Promise<void> {
  const step = steps.find(s => s.step === r.step + 1)
  const team = await teamById(tx.q, context.chat.team_id)
  const customer = (await customersAt(tx.q, [r.address])).get(r.address)
  const at = afterQuietHours(chatRulesOf(team), customer?.zone ?? null, hoursOf(team).zone, tx.now)
  if (at > tx.now) return setStep(tx, r, { step_due_at: at })
  const ended = !step || !r.ticket_id || (await endedBy(tx.q, r, context.chat.kind))
  if (ended) return setStep(tx, r, { step_due_at: null })
  try {
    const { readTemplate } = await import('../liquid.ts')
    const { body } = readTemplate('', JSON.parse(step.body)).fill(variablesOf(context, r, customer))
    await postMessage(tx, {
      ticketId: r.ticket_id as string,
      author: actorOf(await agentById(tx.q, context.chat.agent_id)),
      body,
      visibility: 'public',
      isAgreed: true,
      holdMs: 0,
      dedupKey: stepKey(r.id, step.step),
    })
  } catch (error) {
    if (!(error instanceof Unfilled || error instanceof Problem)) throw error
    return setStep(tx, r, { step_due_at: null, reason: `Follow-up ${step.step}: ${error.message}` })
  }
  await setStep(tx, r, { step: step.step, step_due_at: await stepAfter(tx, { ...r, step: step.step }, tx.now) })
}

/** Whether nothing more may follow: they answered, left, or cannot be written to. */
async function endedBy(q: Query, r: ChatRecipientRow, kind: string): Promise<boolean> {
  if (r.state !== 'sent' || r.answered_at !== null || r.unsubscribed_at !== null || r.closed_at !== null) return true
  if (await unsubscriptionOf(q, r.address, kind)) return true // perhaps by the link in another chat
  return (await suppressionOf(q, r.address)) !== undefined
}

async function setStep(
  tx: Tx,
  r: ChatRecipientRow,
  changes: Partial<Pick<ChatRecipientRow, 'step' | 'step_due_at' | 'reason'>>,
): Promise<void> {
  await tx.q.updateTable('chat_recipients').set(changes).where('id', '=', r.id).execute()
}

/** When the next follow-up is due (ms UTC), or null. */
export async function nextStepDue(q: Query): Promise<number | null> {
  const row = await q
    .selectFrom('chat_recipients as r')
    .innerJoin('chats as c', 'c.id', 'r.chat_id')
    .select(e => e.fn.min('r.step_due_at').as('at'))
    .where('r.step_due_at', 'is not', null)
    .where('c.state', 'in', ['sending', 'finished'])
    .executeTakeFirst()
  return row?.at == null ? null : Number(row.at)
}
