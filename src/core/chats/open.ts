import type { ChatRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { faultsIn, Problem, Problems } from '../../lib/problem.ts'
import { chatFault } from '../unsubscriptions.ts'
import { type Audience, fillPicked } from './audience.ts'
import { startChat } from './change.ts'
import { type ChatForm, checkChat, createChat } from './draft.ts'
import { dryRunIn } from './dry-run.ts'
import { blockedIn, chatById } from './find.ts'

export interface NewChat extends ChatForm {
  audience: Extract<Audience, { kind: 'customers' }>
}

export const MOST_PICKED = 10_000 // that one transaction writes down in a second or so

/**
 * Makes a chat to picked customers and sends it, or has it wait for its time or somebody's yes, all at once: when it is
 * refused, nothing of it is kept. Throws as createChat and startChat do; when nobody would get it, with the first reasons.
 */
export async function openChat(tx: Tx, form: NewChat): Promise<ChatRow> {
  const { ids } = form.audience
  if (new Set(ids).size > MOST_PICKED)
    throw new Problem('invalid', `At most ${MOST_PICKED.toLocaleString('en')} customers can be picked.`, 'audience')
  const unreachable = chatFault(tx.files)
  const faults = await faultsIn(() => checkChat(tx, form, []))
  if (unreachable) faults.push(new Problem('conflict', unreachable))
  if (faults.length) throw new Problems(faults)
  const { id } = await createChat(tx, form)
  await fillPicked(tx, id, ids)
  const { willGet } = await dryRunIn(tx, id)
  if (willGet === 0) throw new Problem('conflict', await whyNobody(tx, id), 'audience')
  await startChat(tx, id, form.createdBy)
  return chatById(tx.q, id)
}

const MOST_NAMED = 5

async function whyNobody(tx: Tx, chatId: string): Promise<string> {
  const blocked = await blockedIn(tx.q, chatId, MOST_NAMED)
  return ['Nobody would get this.', ...blocked.map(b => `${b.address}: ${b.reason}`)].join(' ')
}
