import type { Letter, Outcome } from '../../../core/letter.ts'
import type { Desk } from '../desk.ts'
import { fallbackText } from '../rich-text.ts'
import { cut, escaped, oneLine } from '../views/blocks.ts'
import { shownFiles } from '../views/files.ts'
import { deskMessage, type Post } from '../views/tickets/message.ts'
import { tellOfFailure } from './failure.ts'
import { showFiles } from './files.ts'
import { findCard, findParts, type Left, mark, plain, tsOf } from './posted.ts'

/** Posts a message in its ticket's thread, in as many posts as it needs, then its files; later draws the first anew. */
export async function postInThread(desk: Desk, letter: Letter): Promise<Outcome> {
  const { message, thread } = letter
  if (!message || !thread.root) return { refused: { reason: 'There is nothing to post.' } }
  const posts = deskMessage(message, letter.ticket, desk.store.now())
  const known = tsOf(letter.externalId)
  if (known) {
    await drawAnew(desk, letter, thread.root, known, posts)
    await tellOfFailure(desk, letter, message)
    return { sent: { id: `${thread.place}:${known}` } }
  }
  const names = shownFiles(message).map(a => a.name)
  const left: Left =
    letter.attempts > 1
      ? await findParts(desk, letter, thread.root, letter.id, names)
      : { parts: new Map(), hasFiles: false }
  for (const [part, post] of posts.entries())
    if (!left.parts.has(part)) left.parts.set(part, await postPart(desk, letter, thread.root, part, post))
  await showFiles(desk, letter, thread.root, left)
  return { sent: { id: `${thread.place}:${left.parts.get(0)}` } }
}

/** Posts the words alone, in the channel, with the way to the ticket. */
export async function postPlainly(desk: Desk, letter: Letter): Promise<Outcome> {
  const { message, thread, ticket } = letter
  if (!message) return { refused: { reason: 'There is nothing to post.' } }
  const channel = thread.place
  const left = letter.attempts > 1 ? await findCard(desk, letter) : undefined
  if (left) return { sent: { id: `${channel}:${left}` } }
  const by = escaped(cut(oneLine(message.author.name), 80))
  const way = `Slack would not show this in its thread; \`/ticket ${ticket.identifier}\` shows the ticket.`
  const text = `*${ticket.identifier}* · ${by}: ${cut(fallbackText(message.body), 3_000)}\n${way}`
  const { ts } = await desk.bulk.chat.postMessage({ channel, text, ...plain, metadata: mark(letter.id, 0) })
  return { sent: { id: `${channel}:${ts}` } }
}

/** The first post changes; of a message that has grown, such as one that was folded, the others follow. */
async function drawAnew(desk: Desk, letter: Letter, root: string, ts: string, posts: Post[]): Promise<void> {
  const [first] = posts
  if (first) await desk.bulk.chat.update({ channel: letter.thread.place, ts, blocks: first.blocks, text: first.text })
  if (posts.length < 2) return
  const { parts } = await findParts(desk, letter, root, letter.id)
  for (const [part, post] of posts.entries())
    if (part > 0 && !parts.has(part)) await postPart(desk, letter, root, part, post)
}

async function postPart(desk: Desk, letter: Letter, root: string, part: number, post: Post): Promise<string> {
  const { ts } = await desk.bulk.chat.postMessage({
    channel: letter.thread.place,
    thread_ts: root,
    ...post,
    ...plain,
    metadata: mark(letter.id, part),
  })
  return ts as string
}
