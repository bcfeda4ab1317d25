import type { DeskPost } from '../../../core/desk-posts.ts'
import type { Outcome } from '../../../core/letter.ts'
import type { Figures } from '../../../core/stats/figures.ts'
import type { Desk } from '../desk.ts'
import { uploadFiles } from '../files.ts'
import { threadUrl } from '../thread-url.ts'
import { deskPost } from '../views/desk-post.ts'
import { weekSvg } from '../views/team/week-chart.ts'
import { drawn } from './chart.ts'
import { outcomeOfWord } from './outcome.ts'
import { findCard, findParts, mark, plain, type Sought } from './posted.ts'

/** Says something in a channel, or to one person; a digest has its chart below it. The same twice is one post. */
export async function sayAtDesk(desk: Desk, post: DeskPost): Promise<Outcome> {
  try {
    const channel = post.handle === null ? post.place : await directChannel(desk, post.handle)
    const sought: Sought = { id: post.id, thread: { place: channel }, createdAt: post.createdAt }
    const known = post.attempts > 1 ? await findCard(desk, sought) : undefined
    const ts = known ?? (await say(desk, channel, post))
    if (post.figures) await showChart(desk, sought, ts, post, post.figures)
    return { sent: { id: `${channel}:${ts}` } }
  } catch (error) {
    return outcomeOfWord(desk, { id: post.id, place: post.place, externalId: null }, error)
  }
}

async function directChannel(desk: Desk, handle: string): Promise<string> {
  const { channel } = await desk.bulk.conversations.open({ users: handle })
  return channel?.id as string
}

async function say(desk: Desk, channel: string, post: DeskPost): Promise<string> {
  const link = post.ticketId === null ? null : await threadUrl(desk, post.ticketId)
  const { ts } = await desk.bulk.chat.postMessage({
    channel,
    ...deskPost(post, link),
    ...plain,
    metadata: mark(post.id, 0),
  })
  return ts as string
}

async function showChart(desk: Desk, sought: Sought, root: string, post: DeskPost, figures: Figures): Promise<void> {
  const name = `week-${post.id.slice(-8)}.png` // another for each post, so that a retry knows its own
  if (post.attempts > 1 && (await hasFile(desk, sought, root, name))) return
  const png = await drawn(weekSvg(figures))
  await uploadFiles(desk, { channel: sought.thread.place, threadTs: root }, [
    { name, size: png.length, read: async () => png },
  ])
}

/** The post itself stands first in its thread, so files after it are its own. */
async function hasFile(desk: Desk, sought: Sought, root: string, name: string): Promise<boolean> {
  return (await findParts(desk, sought, root, sought.id, [name])).hasFiles
}
