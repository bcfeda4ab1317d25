import { prepared } from '../../db/prepared.ts'
import type { ChatRecipientRow, ChatStepRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { hoursOf } from '../hours/settings.ts'
import { workingDaysAfter } from '../hours/working-time.ts'
import { teamById } from '../teams.ts'
import { chatById } from './find.ts'

/** When the step that follows a recipient's newest mail is due (ms UTC); null when there is none. */
export async function stepAfter(
  tx: Tx,
  recipient: Pick<ChatRecipientRow, 'chat_id' | 'step'>,
  mailedAt: number,
): Promise<number | null> {
  const [next] = (await selectStep(tx.q, { chatId: recipient.chat_id, step: recipient.step + 1 })).rows
  if (!next) return null
  const chat = await chatById(tx.q, recipient.chat_id)
  return workingDaysAfter(hoursOf(await teamById(tx.q, chat.team_id)), mailedAt, next.working_days)
}

const selectStep = prepared((q, v: { chatId: string; step: number }) =>
  q.selectFrom('chat_steps').select('working_days').where('chat_id', '=', v.chatId).where('step', '=', v.step),
)

/** A chat's follow-ups, in their order. */
export function stepsOf(q: Query, chatId: string): Promise<ChatStepRow[]> {
  return q.selectFrom('chat_steps').selectAll().where('chat_id', '=', chatId).orderBy('step').execute()
}
