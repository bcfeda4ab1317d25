import { prepared } from '../../db/prepared.ts'
import type { ThreadRow } from '../../db/schema.ts'
import type { Tx } from '../../db/store.ts'
import type { Arrival, ArrivalKind } from '../arrival.ts'
import { plainText } from '../document.ts'
import { unsubscribe } from '../unsubscriptions.ts'
import type { Author } from './author.ts'

/**
 * A mail that answers a chat and asks for no more unsubscribes its customer, and comes back as one that nobody wrote by
 * hand, so that it counts as no answer; every other mail comes back as it is. Nobody can do that for somebody else.
 */
export async function withUnsubscribing(tx: Tx, a: Arrival, thread: ThreadRow, { actor }: Author): Promise<Arrival> {
  if (actor.kind !== 'customer') return a
  const [chat] = (await selectChat(tx.q, { ticketId: thread.ticket_id })).rows
  const rule = chat && ruleFor(a, chat.answered_at !== null)
  if (!chat || !rule) return a
  await unsubscribe(tx, {
    address: chat.address,
    kind: chat.kind,
    chatId: chat.id,
    reason: `They unsubscribed by answering chat ${chat.number}.`,
    source: 'mail',
  })
  return { ...a, kind: 'unsubscribe', rule }
}

const selectChat = prepared((q, v: { ticketId: string }) =>
  q
    .selectFrom('chat_recipients as r')
    .innerJoin('chats as c', 'c.id', 'r.chat_id')
    .select(['r.address', 'r.answered_at', 'c.id', 'c.number', 'c.kind'])
    .where('r.ticket_id', '=', v.ticketId),
)

/** Mail programs write it into the subject, as List-Unsubscribe says, perhaps by a machine; people write it by hand. */
function ruleFor(a: Arrival, isConversation: boolean): string | null {
  if (SENT_BY_PROGRAMS.includes(a.kind) && a.subject.trim().toLowerCase() === 'unsubscribe')
    return 'the subject is “unsubscribe”'
  if (isConversation || !BY_HAND.includes(a.kind)) return null // within one, "stop" may be about anything
  return ASKED.has(bare(plainText(a.body))) ? 'all that it says is that they want no more' : null
}

const BY_HAND: ArrivalKind[] = ['human', 'list']
const SENT_BY_PROGRAMS: ArrivalKind[] = [...BY_HAND, 'auto']

function bare(text: string): string {
  return text
    .slice(0, 200)
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\s]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^please | please$/g, '')
}

const ASKED = new Set([
  'unsubscribe',
  'unsubscribe me',
  'stop',
  'stop all',
  'stop it',
  'stop emailing me',
  'remove',
  'remove me',
  'remove me from your list',
  'remove me from this list',
  'remove me from your mailing list',
  'remove me from the list',
  'take me off',
  'take me off your list',
  'take me off this list',
  'opt out',
  'opt me out',
  'cancel subscription',
  'abmelden',
  'abbestellen',
  'bitte abmelden',
  'désabonner',
  'me désabonner',
  'se désabonner',
  'désinscription',
  'désinscrire',
  'baja',
  'darme de baja',
  'cancelar suscripción',
  'cancellami',
  'disiscrivimi',
  'cancelar inscrição',
  'afmelden',
  'uitschrijven',
  'avregistrera',
  'afmeld',
  'wypisz',
  'отписаться',
])
