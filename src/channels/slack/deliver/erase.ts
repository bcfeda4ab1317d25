import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import type { DeskTrace } from '../../../core/erase/run.ts'
import type { Erased } from '../../channel.ts'
import type { Desk } from '../desk.ts'
import { tsOf } from './posted.ts'

/** Whoever is not allowed, or finds nothing, leaves it to people. https://docs.slack.dev/reference/methods/chat.delete */
const FOR_PEOPLE = [
  'cant_delete_message',
  'cant_delete_file',
  'compliance_exports_prevent_deletion',
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
]
const GONE = ['message_not_found', 'thread_not_found', 'file_not_found', 'file_deleted']

/**
 * Deletes what Overture itself posted in a thread, files and card, or single posts of it; what colleagues wrote only they can
 * delete, and it is counted. The same again finds nothing more.
 */
export async function eraseTrace(desk: Desk, { place, root, posts }: DeskTrace): Promise<Erased> {
  const tally = { erased: 0, left: 0 }
  try {
    if (root !== null) await eraseThread(desk, place, root, tally)
    for (const post of posts) await erasePost(desk, place, tsOf(post) as string, tally)
    return tally
  } catch (error) {
    if (error instanceof WebAPIRateLimitedError)
      return { erased: tally.erased, left: 0, afterMs: error.retryAfter * 1000 }
    if (isOf(error, FOR_PEOPLE)) return { ...tally, left: tally.left + 1 }
    throw error
  }
}

type Tally = { erased: number; left: number }

async function eraseThread(desk: Desk, channel: string, root: string, tally: Tally): Promise<void> {
  for (const message of (await messagesIn(desk, channel, root)).toReversed()) {
    for (const file of message.files ?? []) if (file.user === desk.self.userId) await eraseFile(desk, file.id ?? '')
    if (message.subtype === 'tombstone') continue
    if (message.user === desk.self.userId || message.bot_id === desk.self.botId)
      await erasePost(desk, channel, message.ts as string, tally)
    else tally.left++
  }
}

interface Reply {
  ts?: string
  user?: string
  bot_id?: string
  subtype?: string
  files?: { id?: string; user?: string }[]
}

async function messagesIn(desk: Desk, channel: string, root: string): Promise<Reply[]> {
  const found: Reply[] = []
  let cursor: string | undefined
  try {
    do {
      const page = await desk.bulk.conversations.replies({ channel, ts: root, limit: 200, ...(cursor && { cursor }) })
      found.push(...((page.messages ?? []) as Reply[]))
      cursor = page.response_metadata?.next_cursor || undefined
    } while (cursor)
  } catch (error) {
    if (!isOf(error, GONE)) throw error
  }
  return found
}

async function erasePost(desk: Desk, channel: string, ts: string, tally: Tally): Promise<void> {
  try {
    await desk.bulk.chat.delete({ channel, ts })
    tally.erased++
  } catch (error) {
    if (isOf(error, GONE)) return
    if (!isOf(error, ['cant_delete_message'])) throw error
    tally.left++
  }
}

async function eraseFile(desk: Desk, file: string): Promise<void> {
  try {
    await desk.bulk.files.delete({ file })
  } catch (error) {
    if (!isOf(error, GONE)) throw error
  }
}

function isOf(error: unknown, codes: string[]): boolean {
  return error instanceof WebAPIPlatformError && codes.includes(error.data.error)
}
