import type { Notice } from '../../../core/alerts.ts'
import type { Outcome } from '../../../core/letter.ts'
import type { Desk } from '../desk.ts'
import { noticePost, overPost } from '../views/notice.ts'
import { outcomeOfWord } from './outcome.ts'
import { findCard, findParts, mark, plain, type Sought, tsOf } from './posted.ts'

const OVER = 1 // the part of a notice that says its end

/** Shows a notice in its channel; once it is over, draws it anew and says so below it. The same twice leaves one post each. */
export async function announce(desk: Desk, notice: Notice): Promise<Outcome> {
  try {
    return await show(desk, notice)
  } catch (error) {
    return outcomeOfWord(desk, notice, error)
  }
}

async function show(desk: Desk, notice: Notice): Promise<Outcome> {
  const sought = { id: notice.id, thread: { place: notice.place }, createdAt: notice.createdAt }
  const channel = channelOf(notice)
  const ts =
    tsOf(notice.externalId) ??
    (notice.attempts > 1 ? await findCard(desk, sought) : undefined) ??
    (notice.over === null ? await post(desk, notice) : undefined)
  if (!ts) return { refused: { reason: 'It was over before it was said.' } }
  if (notice.over !== null) await sayOver(desk, { ...sought, thread: { place: channel } }, notice, ts)
  return { sent: { id: `${channel}:${ts}` } }
}

/** It stays where it was said, also when the team has another channel now. */
function channelOf({ externalId, place }: Notice): string {
  return externalId?.split(':')[0] ?? place
}

async function post(desk: Desk, notice: Notice): Promise<string> {
  const { ts } = await desk.bulk.chat.postMessage({
    channel: notice.place,
    ...noticePost(notice),
    ...plain,
    metadata: mark(notice.id, 0),
  })
  return ts as string
}

async function sayOver(desk: Desk, sought: Sought, notice: Notice, ts: string): Promise<void> {
  const channel = sought.thread.place
  await desk.bulk.chat.update({ channel, ts, ...noticePost(notice) })
  const { parts } = notice.attempts > 1 ? await findParts(desk, sought, ts, notice.id) : { parts: new Map() }
  if (!parts.has(OVER))
    await desk.bulk.chat.postMessage({
      channel,
      thread_ts: ts,
      reply_broadcast: true,
      ...overPost(notice.over ?? ''),
      ...plain,
      metadata: mark(notice.id, OVER),
    })
}
