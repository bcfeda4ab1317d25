import type { ErasureRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import { eraseAnswered } from './answered.ts'
import { eraseFormer, eraseMessages, eraseTickets } from './conversations.ts'
import { erasePerson } from './person.ts'
import type { Erasing, Piece } from './piece.ts'
import { eraseTold } from './told.ts'
import { eraseChats, eraseCopies, eraseMails, eraseReplaced } from './traces.ts'

/**
 * What is forgotten, in this order: the tickets first, so that nobody writes more; what the desk shows before the rows that
 * say where; the person after all that is found by them; last what the index keeps of words that it finds no more.
 */
export const STEPS = [
  'tickets',
  'desk',
  'messages',
  'elsewhere',
  'former',
  'mails',
  'chats',
  'copies',
  'told',
  'answered',
  'person',
  'index',
] as const
export type Step = (typeof STEPS)[number]
export const FIRST_STEP: Step = 'tickets'

type Work = (tx: Tx, e: Erasing) => Promise<Piece>

/** All steps but the desk's, which is no transaction. */
export const WORK: Record<Exclude<Step, 'desk'>, Work> = {
  tickets: eraseTickets,
  messages: (tx, e) => eraseMessages(tx, e, 'theirs'),
  elsewhere: (tx, e) => eraseMessages(tx, e, 'elsewhere'),
  former: eraseFormer,
  mails: eraseMails,
  chats: eraseChats,
  copies: eraseCopies,
  told: eraseTold,
  answered: eraseAnswered,
  person: erasePerson,
  index: eraseReplaced,
}

export function erasingOf(row: ErasureRow): Erasing {
  return {
    id: row.id,
    customerId: row.customer_id,
    addresses: JSON.parse(row.addresses),
    agentId: row.agent_id,
    cursor: row.cursor,
  }
}
