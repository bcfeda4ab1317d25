import { threadByRoot } from '../../../../core/threads.ts'
import type { InboundRow } from '../../../../db/schema.ts'
import type { Desk } from '../../desk.ts'
import { said } from '../../views/tickets/prompts.ts'
import type { SlackMessage } from '../slack-message.ts'
import type { Submission } from '../submission.ts'

const SAYS = {
  later: 'could not be taken in, yet, and is tried again. Nothing of it was sent to the customer so far.',
  quarantined: 'could not be taken in, and nothing of it was sent. Please write it again.',
}

/** Tells somebody of what they wrote in a ticket's thread, or of their form, that we cannot take it in. */
export async function tellOfTrouble(desk: Desk, row: InboundRow, became: keyof typeof SAYS): Promise<void> {
  const body = JSON.parse(row.raw.toString('utf8'))
  try {
    if (body.type === 'view_submission') await tellOfForm(desk, body, SAYS[became])
    else if (body.event?.type === 'message') await tellInThread(desk, body.event, SAYS[became])
  } catch (err) {
    desk.log.warn({ err, inbound: row.id }, 'A person could not be told of trouble.')
  }
}

async function tellOfForm(desk: Desk, { user }: Submission, says: string): Promise<void> {
  await desk.bulk.chat.postMessage({ channel: user.id, ...said(`A form of yours ${says}`) })
}

async function tellInThread(desk: Desk, event: SlackMessage, says: string): Promise<void> {
  const { user, thread_ts } = event.message ?? event.previous_message ?? event
  if (!user || !thread_ts || event.bot_id) return
  if (!(await desk.store.read(q => threadByRoot(q, 'slack', event.channel, thread_ts)))) return
  const what = said(`What you wrote or changed here ${says}`)
  await desk.bulk.chat.postEphemeral({ channel: event.channel, user, thread_ts, ...what })
}
