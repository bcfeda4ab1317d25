import type { Desk } from '../desk.ts'

/**
 * chat.postMessage has no idempotency key, so each post carries what it is as metadata, and a second try first looks for
 * what the first one may have left. Every app of the workspace can read metadata: ids only.
 */
const POSTED = 'overture_delivery'

/** Nothing that a customer wrote may unfurl or ping. */
export const plain = { unfurl_links: false, unfurl_media: false }

/** The metadata of a post: which delivery it is, and which part of it. */
export function mark(delivery: string, part: number) {
  return { event_type: POSTED, event_payload: { delivery, part } }
}

interface Posted {
  metadata?: { event_type?: string; event_payload?: object }
}

function partOf(message: Posted, delivery: string): number | undefined {
  const { event_type, event_payload } = message.metadata ?? {}
  const payload = event_payload as { delivery?: string; part?: number } | undefined
  return event_type === POSTED && payload?.delivery === delivery ? payload.part : undefined
}

/** What is looked for: posts of one id in a place. */
export interface Sought {
  id: string
  thread: { place: string }
  createdAt: number
}

/** What an earlier try left in the channel itself, such as the card. */
export async function findCard(desk: Desk, letter: Sought): Promise<string | undefined> {
  let cursor: string | undefined
  do {
    const page = await desk.bulk.conversations.history({
      channel: letter.thread.place,
      oldest: since(letter),
      limit: 200,
      include_all_metadata: true,
      ...(cursor ? { cursor } : {}),
    })
    const found = page.messages?.find(m => partOf(m, letter.id) === 0)
    if (found) return found.ts
    cursor = page.response_metadata?.next_cursor || undefined
  } while (cursor)
  return undefined
}

export interface Left {
  parts: Map<number, string> // ts by part
  hasFiles: boolean
}

/** What earlier tries left in a thread of one delivery: its posts by part, and whether files of these names came after. */
export async function findParts(
  desk: Desk,
  letter: Sought,
  root: string,
  delivery: string,
  files: string[] = [],
): Promise<Left> {
  const left: Left = { parts: new Map(), hasFiles: false }
  let cursor: string | undefined
  do {
    const page = await desk.bulk.conversations.replies({
      channel: letter.thread.place,
      ts: root,
      oldest: since(letter),
      limit: 200,
      include_all_metadata: true,
      ...(cursor ? { cursor } : {}),
    })
    for (const m of page.messages ?? []) {
      const part = partOf(m, delivery)
      if (part !== undefined && m.ts) left.parts.set(part, m.ts)
      if (left.parts.size > 0 && m.files?.some(f => files.includes(f.title ?? f.name ?? ''))) left.hasFiles = true
    }
    cursor = page.response_metadata?.next_cursor || undefined
  } while (cursor)
  return left
}

/** Slack's clock and ours may differ by some seconds. */
function since(letter: Sought): string {
  return String(letter.createdAt / 1000 - 60)
}

/** The ts in an id of ours, `channel:ts`. */
export function tsOf(externalId: string | null): string | undefined {
  return externalId?.slice(externalId.indexOf(':') + 1)
}
