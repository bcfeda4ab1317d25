import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import type { Letter, MessageView, Outcome } from '../../core/letter.ts'
import { notePlaceProblem } from '../../core/teams.ts'
import type { Desk } from './desk.ts'
import { uploadFiles } from './files.ts'
import { ticketCard } from './views/card.ts'
import { deskMessage, type Post } from './views/message.ts'

/**
 * Carries a letter to Slack. chat.postMessage has no idempotency key, so each post carries its delivery's id as metadata,
 * and a second try first looks for what the first one may have left.
 */
export async function deliver(desk: Desk, letter: Letter): Promise<Outcome> {
  try {
    if (letter.kind === 'card') return await drawCard(desk, letter)
    if (letter.kind === 'mark') return await drawMark(desk, letter)
    return await postInThread(desk, letter)
  } catch (error) {
    return outcomeOf(desk, letter, error)
  }
}

async function drawCard(desk: Desk, letter: Letter): Promise<Outcome> {
  const post = ticketCard(letter.ticket, desk.store.now())
  const channel = letter.thread.place
  const known =
    tsOf(letter.externalId) ?? letter.thread.root ?? (letter.attempts > 1 ? await findCard(desk, letter) : undefined)
  if (known) {
    await desk.bulk.chat.update({ channel, ts: known, ...post })
    return { sent: { id: `${channel}:${known}`, root: known } }
  }
  const { ts } = await desk.bulk.chat.postMessage({ channel, ...post, ...plain, metadata: mark(letter, 0) })
  return { sent: { id: `${channel}:${ts}`, root: ts as string } }
}

/** Nothing that a customer wrote may unfurl or ping. */
const plain = { unfurl_links: false, unfurl_media: false }

async function findCard(desk: Desk, letter: Letter): Promise<string | undefined> {
  const { messages } = await desk.bulk.conversations.history({
    channel: letter.thread.place,
    oldest: String(letter.createdAt / 1000 - 60),
    limit: 200,
    include_all_metadata: true,
  })
  return messages?.find(m => partOf(m, letter) === 0)?.ts
}

async function postInThread(desk: Desk, letter: Letter): Promise<Outcome> {
  const { message, thread } = letter
  if (!message || !thread.root) return { refused: { reason: 'There is nothing to post.' } }
  const posts = deskMessage(message, letter.ticket, desk.store.now())
  const channel = thread.place
  const known = tsOf(letter.externalId)
  if (known) {
    const [first] = posts
    if (first) await desk.bulk.chat.update({ channel, ts: known, blocks: first.blocks, text: first.text })
    return { sent: { id: `${channel}:${known}` } }
  }
  const there =
    letter.attempts > 1 ? await findParts(desk, letter) : { parts: new Map<number, string>(), hasFiles: false }
  let firstTs = there.parts.get(0)
  for (const [part, post] of posts.entries()) {
    if (there.parts.has(part)) continue
    const ts = await postPart(desk, letter, part, post)
    firstTs ??= ts
  }
  if (message.attachments.length && !there.hasFiles)
    await uploadFiles(desk, { channel, threadTs: thread.root }, message.attachments)
  return { sent: { id: `${channel}:${firstTs}` } }
}

async function postPart(desk: Desk, letter: Letter, part: number, post: Post): Promise<string> {
  const { ts } = await desk.bulk.chat.postMessage({
    channel: letter.thread.place,
    thread_ts: letter.thread.root as string,
    ...post,
    ...plain,
    metadata: mark(letter, part),
  })
  return ts as string
}

/** What an earlier try left in the thread: its posts by part, and whether the files came after them. */
async function findParts(desk: Desk, letter: Letter): Promise<{ parts: Map<number, string>; hasFiles: boolean }> {
  const parts = new Map<number, string>()
  const names = new Set(letter.message?.attachments.map(a => a.name))
  let hasFiles = false
  let cursor: string | undefined
  do {
    const page = await desk.bulk.conversations.replies({
      channel: letter.thread.place,
      ts: letter.thread.root as string,
      oldest: String(letter.createdAt / 1000 - 60),
      limit: 200,
      include_all_metadata: true,
      ...(cursor ? { cursor } : {}),
    })
    for (const m of page.messages ?? []) {
      const part = partOf(m, letter)
      if (part !== undefined && m.ts) parts.set(part, m.ts)
      if (parts.size > 0 && m.user === desk.self.userId && m.files?.some(f => names.has(f.title ?? f.name ?? '')))
        hasFiles = true
    }
    cursor = page.response_metadata?.next_cursor || undefined
  } while (cursor)
  return { parts, hasFiles }
}

const POSTED = 'overture_delivery'

function mark(letter: Letter, part: number) {
  return { event_type: POSTED, event_payload: { delivery: letter.id, part } }
}

function partOf(
  message: { metadata?: { event_type?: string; event_payload?: object } },
  letter: Letter,
): number | undefined {
  const { event_type, event_payload } = message.metadata ?? {}
  const payload = event_payload as { delivery?: string; part?: number } | undefined
  return event_type === POSTED && payload?.delivery === letter.id ? payload.part : undefined
}

const MARKS = { waiting: 'hourglass_flowing_sand', sent: 'white_check_mark', failed: 'warning' } as const

/** Marks an agent's own message by what became of its mail. Adding twice and removing nothing are harmless. */
async function drawMark(desk: Desk, letter: Letter): Promise<Outcome> {
  const id = letter.message?.fromKey
  const timestamp = tsOf(id ?? null)
  if (!letter.message || !id || !timestamp) return { refused: { reason: 'There is nothing to mark.' } }
  const wanted = markFor(letter.message)
  const at = { channel: letter.thread.place, timestamp }
  if (wanted) await harmless('already_reacted', desk.bulk.reactions.add({ ...at, name: MARKS[wanted] }))
  if (letter.version > 1 || letter.attempts > 1 || !wanted)
    for (const [state, name] of Object.entries(MARKS))
      if (state !== wanted) await harmless('no_reaction', desk.bulk.reactions.remove({ ...at, name }))
  return { sent: { id } }
}

function markFor(message: MessageView): keyof typeof MARKS | undefined {
  if (message.deletedAt !== null) return undefined
  const state = message.deliveries.filter(d => d.side === 'customer').at(-1)?.state
  if (state === 'held' || state === 'queued') return 'waiting'
  if (state === 'sent') return 'sent'
  return state === 'failed' || state === 'bounced' ? 'failed' : undefined
}

async function harmless(allowed: string, call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof WebAPIPlatformError && [allowed, 'message_not_found'].includes(error.data.error)))
      throw error
  }
}

function tsOf(externalId: string | null): string | undefined {
  return externalId?.slice(externalId.indexOf(':') + 1)
}

const AWAY_MS = 60_000

/** Errors of Slack's that people must mend: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
const PLACE_PROBLEMS: Record<string, string> = {
  not_in_channel: 'Overture is not in this channel. Write `/invite @Overture` there.',
  channel_not_found: 'Overture cannot see this channel. If it is private, write `/invite @Overture` there.',
  is_archived: 'This channel is archived. Choose another in Set-up.',
  restricted_action: 'A workspace setting forbids apps to write in this channel.',
  missing_scope: 'Overture lacks a permission here. Install the app again from its manifest.',
  invalid_auth: 'Slack refuses the bot token.',
  not_authed: 'Slack refuses the bot token.',
  account_inactive: 'The app was removed from the workspace. Install it again.',
  token_revoked: 'The app was removed from the workspace. Install it again.',
}

async function outcomeOf(desk: Desk, letter: Letter, error: unknown): Promise<Outcome> {
  if (error instanceof WebAPIRateLimitedError)
    return { retry: { reason: 'Slack asks us to be slower.', afterMs: error.retryAfter * 1000, place: true } }
  if (!(error instanceof WebAPIPlatformError))
    return { retry: { reason: `Slack cannot be reached (${error instanceof Error ? error.message : error}).` } }
  const code = error.data.error
  const problem = PLACE_PROBLEMS[code]
  if (problem) {
    await tellOfPlaceProblem(desk, letter, problem)
    return { retry: { reason: problem, afterMs: AWAY_MS, place: true } }
  }
  if (code === 'message_not_found' && letter.externalId) return { sent: { id: letter.externalId } } // deleted in Slack: nothing to redraw
  if (['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org'].includes(code))
    return { retry: { reason: `Slack had a fault of its own (${code}).` } }
  desk.log.error({ delivery: letter.id, code, detail: error.data.response_metadata }, 'Slack refused a post.')
  return { refused: { reason: `Slack refused it (${code}).` } }
}

/** Said once, to those who wait for the ticket; Set-up shows it as long as it lasts. */
async function tellOfPlaceProblem(desk: Desk, letter: Letter, problem: string): Promise<void> {
  const isNews = await desk.store.write(tx => notePlaceProblem(tx, letter.thread.place, problem))
  const handle = letter.ticket.assignee?.handle ?? letter.ticket.creator?.handle
  if (!isNews || !handle) return
  const text = `${letter.ticket.identifier} cannot be shown in <#${letter.thread.place}>: ${problem} Nothing is lost; it appears there as soon as that is done.`
  await desk.bulk.chat
    .postMessage({ channel: handle, text })
    .catch(err => desk.log.warn({ err }, 'An agent could not be told of a problem with a channel.'))
}
