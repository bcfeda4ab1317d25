import { preparedMany } from '../../db/prepared.ts'
import type { ChatRecipientRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { alert } from '../alerts.ts'
import { hoursOf } from '../hours/settings.ts'
import { workingDaysAfter } from '../hours/working-time.ts'
import { teamById } from '../teams.ts'
import { pause } from './change.ts'
import { chatById, recipientOfTicket } from './find.ts'
import { redrawChat } from './redraw.ts'
import { stepAfter } from './steps.ts'

/** The first mails of these tickets were accepted: of those that a chat sent, its recipients have them. */
export async function chatMailsSent(tx: Tx, ticketIds: string[]): Promise<void> {
  const { rows } = await markSent(
    tx.q,
    ticketIds.map(ticketId => ({ ticketId, now: tx.now })),
  )
  if (!rows.length) return
  for (const [chatId, recipients] of byChat(rows)) {
    await setNextStep(tx, chatId, recipients)
    await redrawChat(tx, chatId)
  }
  tx.wake('chats')
}

const markSent = preparedMany((q, sent: { ticketId: string; now: number }[]) =>
  q
    .updateTable('chat_recipients')
    .set({ state: 'sent', sent_at: sent[0]?.now ?? 0 })
    .where(
      'ticket_id',
      'in',
      sent.map(s => s.ticketId),
    )
    .where('state', '=', 'sending')
    .returning(['id', 'chat_id']),
)

type Reached = Pick<ChatRecipientRow, 'id' | 'chat_id'>

function byChat(recipients: Reached[]): Map<string, Reached[]> {
  const chats = new Map<string, Reached[]>()
  for (const r of recipients) chats.set(r.chat_id, [...(chats.get(r.chat_id) ?? []), r])
  return chats
}

/** All whose first mail went out at this moment wait for the first step until the same one. */
async function setNextStep(tx: Tx, chatId: string, recipients: Reached[]): Promise<void> {
  const due = await stepAfter(tx, { chat_id: chatId, step: 0 }, tx.now)
  if (due === null) return
  await tx.q
    .updateTable('chat_recipients')
    .set({ step_due_at: due })
    .where(
      'id',
      'in',
      recipients.map(r => r.id),
    )
    .execute()
}

/** The first mail of a ticket was refused for good. `isHard`: the address will never work. */
export async function chatMailFailed(tx: Tx, ticketId: string, reason: string, isHard: boolean): Promise<void> {
  await missed(tx, ticketId, isHard ? 'bounced' : 'failed', reason, isHard)
}

/** A mail of a ticket came back. `isHard`: the address will never work. */
export async function chatMailBounced(tx: Tx, ticketId: string, reason: string, isHard: boolean): Promise<void> {
  await missed(tx, ticketId, 'bounced', reason, isHard)
}

/** How a hard bounce is told from others, among those that came back. */
const HARD = 'hard'

async function missed(
  tx: Tx,
  ticketId: string,
  state: 'bounced' | 'failed',
  reason: string,
  isHard: boolean,
): Promise<void> {
  const [recipient] = await tx.q
    .updateTable('chat_recipients')
    .set({ state, reason: reason.slice(0, 1_000), block: isHard ? HARD : null, step_due_at: null })
    .where('ticket_id', '=', ticketId)
    .where('state', 'in', ['sending', 'sent'])
    .returning(['chat_id'])
    .execute()
  if (!recipient) return
  await redrawChat(tx, recipient.chat_id)
  tx.wake('chats')
  await pauseIfUnwelcome(tx, recipient.chat_id)
}

/** A chat's ticket was closed, or opened again (null). */
export async function chatTicketClosed(tx: Tx, ticketId: string, closedAt: number | null): Promise<void> {
  const [recipient] = await tx.q
    .updateTable('chat_recipients')
    .set({ closed_at: closedAt, ...(closedAt !== null && { step_due_at: null }) })
    .where('ticket_id', '=', ticketId)
    .returning(['chat_id'])
    .execute()
  if (recipient) await redrawChat(tx, recipient.chat_id)
}

/** Somebody called a mail of this ticket spam. */
export async function chatMailComplained(tx: Tx, ticketId: string): Promise<void> {
  const recipient = await recipientOfTicket(tx.q, ticketId)
  if (recipient) await pauseIfUnwelcome(tx, recipient.chat_id)
}

const MOST_HARD = 0.05 // of those that were tried
const MOST_COMPLAINTS = 0.001
const FEWEST = 20 // before that a share says nothing

/** Mail systems judge us by such a chat: it goes on only when somebody has looked at it. */
async function pauseIfUnwelcome(tx: Tx, chatId: string): Promise<void> {
  const chat = await chatById(tx.q, chatId)
  if (chat.state !== 'sending') return
  const { tried, hard, complained } = await harmOf(tx, chatId)
  const share = (n: number) => `${((100 * n) / tried).toFixed(1)} %`
  const reason =
    tried >= FEWEST && hard / tried > MOST_HARD
      ? `${share(hard)} of its mails came back for good.`
      : complained / Math.max(tried, 1) > MOST_COMPLAINTS
        ? `${complained} of ${tried} recipients reported it as spam.`
        : null
  if (!reason) return
  await pause(tx, chat, reason)
  const { name } = await teamById(tx.q, chat.team_id)
  const text = `Chat ${chat.number} of ${name} was paused: ${reason} Look at its list before you resume it.`
  await alert(tx, `chat:${chat.id}`, text, chat.team_id)
}

async function harmOf(tx: Tx, chatId: string): Promise<{ tried: number; hard: number; complained: number }> {
  const rows = await tx.q
    .selectFrom('chat_recipients')
    .select(e => ['block', e.fn.countAll().as('n'), e.fn.count('complained_at').as('complained')])
    .where('chat_id', '=', chatId)
    .where('state', 'in', ['sent', 'bounced', 'failed'])
    .groupBy('block')
    .execute()
  const sum = (values: unknown[]) => values.reduce<number>((all, n) => all + Number(n), 0)
  return {
    tried: sum(rows.map(r => r.n)),
    hard: sum(rows.filter(r => r.block === HARD).map(r => r.n)),
    complained: sum(rows.map(r => r.complained)),
  }
}

/** An out-of-office came: what would follow waits until they may be back. */
export async function chatRecipientAbsent(tx: Tx, ticketId: string): Promise<void> {
  const recipient = await recipientOfTicket(tx.q, ticketId)
  if (!recipient) return
  const due = recipient.step_due_at === null ? null : await postponed(tx, recipient)
  await tx.q
    .updateTable('chat_recipients')
    .set({ absent_at: tx.now, step_due_at: due })
    .where('id', '=', recipient.id)
    .execute()
  await redrawChat(tx, recipient.chat_id)
}

const ABSENT_DAYS = 5 // working days

async function postponed(tx: Tx, recipient: ChatRecipientRow): Promise<number> {
  const chat = await chatById(tx.q, recipient.chat_id)
  const hours = hoursOf(await teamById(tx.q, chat.team_id))
  return Math.max(recipient.step_due_at ?? 0, workingDaysAfter(hours, tx.now, ABSENT_DAYS))
}
