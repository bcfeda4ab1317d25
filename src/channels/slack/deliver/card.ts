import type { Letter, Outcome } from '../../../core/letter.ts'
import type { Desk } from '../desk.ts'
import { threadUrl } from '../thread-url.ts'
import { type Card, movedCard, ticketCard } from '../views/tickets/card.ts'
import { tellOfFailure } from './failure.ts'
import { showFiles } from './files.ts'
import { findCard, mark, plain, tsOf } from './posted.ts'

/** Posts the card, with the opening message's files in its thread; later draws it anew, whole. */
export async function drawCard(desk: Desk, letter: Letter): Promise<Outcome> {
  const channel = letter.thread.place
  const card = await cardFor(desk, letter)
  const known =
    tsOf(letter.externalId) ?? letter.thread.root ?? (letter.attempts > 1 ? await findCard(desk, letter) : undefined)
  const root = known ?? (await post(desk, letter, card))
  if (known) await desk.bulk.chat.update({ channel, ts: known, ...card })
  if (letter.ticket.deletedBy !== null) return { sent: { id: `${channel}:${root}`, root } }
  if (letter.externalId === null) await showFiles(desk, letter, root)
  else if (letter.ticket.opening) await tellOfFailure(desk, letter, letter.ticket.opening)
  return { sent: { id: `${channel}:${root}`, root } }
}

async function cardFor(desk: Desk, { thread, ticket }: Letter): Promise<Card> {
  if (thread.endedAt !== null) return movedCard(ticket, await threadUrl(desk, ticket.id))
  return ticketCard(ticket, desk.store.now())
}

async function post(desk: Desk, letter: Letter, card: Card): Promise<string> {
  const { ts } = await desk.bulk.chat.postMessage({
    channel: letter.thread.place,
    ...card,
    ...plain,
    metadata: mark(letter.id, 0),
  })
  return ts as string
}
