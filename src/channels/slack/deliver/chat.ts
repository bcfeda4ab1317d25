import type { ChatCard, ChatPost } from '../../../core/chats/card.ts'
import { chatReport } from '../../../core/chats/report.ts'
import { chatView } from '../../../core/chats/view.ts'
import type { Outcome } from '../../../core/letter.ts'
import type { Desk } from '../desk.ts'
import { uploadFiles } from '../files.ts'
import { threadUrl } from '../thread-url.ts'
import { chatCard } from '../views/chats/card.ts'
import { chatPost } from '../views/chats/post.ts'
import { answersChart } from './chart.ts'
import { outcomeOfWord } from './outcome.ts'
import { findCard, findParts, type Left, mark, plain, type Sought, tsOf } from './posted.ts'

/** Draws a chat's card in its team's channel, whole; the same twice is one post. It stays where it was posted first. */
export async function drawChat(desk: Desk, card: ChatCard): Promise<Outcome> {
  const channel = channelOf(card.externalId) ?? card.place
  const sought: Sought = { id: card.chat.id, thread: { place: channel }, createdAt: card.createdAt }
  try {
    const known = tsOf(card.externalId) ?? (card.attempts > 1 ? await findCard(desk, sought) : undefined)
    const shown = chatCard(card.chat)
    if (known) await desk.bulk.chat.update({ channel, ts: known, ...shown })
    const ts = known ?? (await post(desk, channel, card.chat.id, shown))
    return { sent: { id: `${channel}:${ts}` } }
  } catch (error) {
    return outcomeOfWord(desk, { id: card.chat.id, place: channel, externalId: card.externalId }, error)
  }
}

function channelOf(externalId: string | null): string | undefined {
  return externalId?.split(':')[0]
}

/** Says a word in the thread under a chat's card; the same twice is one post, and one chart. */
export async function postInChat(desk: Desk, said: ChatPost): Promise<Outcome> {
  const channel = channelOf(said.cardId) ?? ''
  const root = tsOf(said.cardId) ?? ''
  try {
    const link = said.ticketId === null ? null : await threadUrl(desk, said.ticketId)
    if (said.ticketId !== null && link === null && said.attempts <= TRIES_FOR_LINK) return LATER
    const chart = said.kind === 'chart' ? await chartOf(desk, said.chatId) : undefined
    if (chart === null) return { refused: { reason: 'Nobody has answered, so there is nothing to draw.' } }
    const sought: Sought = { id: said.id, thread: { place: channel }, createdAt: said.createdAt }
    const left: Left =
      said.attempts > 1
        ? await findParts(desk, sought, root, said.id, [chartName(said)])
        : { parts: new Map(), hasFiles: false }
    const ts = left.parts.get(0) ?? (await post(desk, channel, said.id, chatPost(said, link), root))
    if (chart && !left.hasFiles) await showChart(desk, said, chart, { channel, threadTs: root })
    return { sent: { id: `${channel}:${ts}` } }
  } catch (error) {
    return outcomeOfWord(desk, { id: said.id, place: channel, externalId: null }, error)
  }
}

const TRIES_FOR_LINK = 8

/** The ticket's card is on its way to the channel, and this word leads to it. */
const LATER: Outcome = { retry: { reason: 'The card of the ticket is not posted yet.', afterMs: 1_000 } }

async function post(
  desk: Desk,
  channel: string,
  id: string,
  shown: ReturnType<typeof chatCard>,
  root?: string,
): Promise<string> {
  const { ts } = await desk.bulk.chat.postMessage({
    channel,
    ...shown,
    ...plain,
    ...(root && { thread_ts: root }),
    metadata: mark(id, 0),
  })
  return ts as string
}

async function chartOf(desk: Desk, chatId: string): Promise<Buffer | null> {
  const chat = await desk.store.read(q => chatView(q, desk.store, chatId))
  if (!chat?.counts.answered) return null
  return answersChart(await desk.store.read(q => chatReport(q, chatId)), chat)
}

async function showChart(
  desk: Desk,
  said: ChatPost,
  png: Buffer,
  to: { channel: string; threadTs: string },
): Promise<void> {
  await uploadFiles(desk, to, [{ name: chartName(said), size: png.length, read: async () => png }])
}

/** Another for each post, so that a retry knows its own. */
function chartName({ id }: ChatPost): string {
  return `answers-${id.slice(-8)}.png`
}
