import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import type { Letter, Outcome } from '../../../core/letter.ts'
import { notePlaceProblem } from '../../../core/teams.ts'
import type { Desk } from '../desk.ts'

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

/** What an error of Slack's means for a letter: tried again, or refused for good. */
export async function outcomeOf(desk: Desk, letter: Letter, error: unknown): Promise<Outcome> {
  const problem = placeProblemIn(error)
  if (problem) await tellOfPlaceProblem(desk, letter, problem)
  return verdictOn(desk, letter, error)
}

/** A word to all, such as a notice or a chat's card. */
interface Word {
  id: string
  place: string
  externalId: string | null
}

/** The same for a word to all. Nobody waits for it, so a place that people must mend is shown in Set-up alone. */
export async function outcomeOfWord(desk: Desk, word: Word, error: unknown): Promise<Outcome> {
  const problem = placeProblemIn(error)
  if (problem) await desk.store.write(tx => notePlaceProblem(tx, word.place, problem))
  return verdictOn(desk, word, error)
}

function placeProblemIn(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError ? PLACE_PROBLEMS[error.data.error] : undefined
}

function verdictOn(desk: Desk, what: { id: string; externalId: string | null }, error: unknown): Outcome {
  if (error instanceof WebAPIRateLimitedError)
    return { retry: { reason: 'Slack asks us to be slower.', afterMs: error.retryAfter * 1000, place: true } }
  if (!(error instanceof WebAPIPlatformError))
    return { retry: { reason: `Slack cannot be reached (${error instanceof Error ? error.message : error}).` } }
  const code = error.data.error
  const problem = PLACE_PROBLEMS[code]
  if (problem) return { retry: { reason: problem, afterMs: AWAY_MS } } // no pause of the place: who mends it sees the card at once
  if (code === 'message_not_found' && what.externalId) return { sent: { id: what.externalId } } // deleted in Slack: nothing to redraw
  if (['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org'].includes(code))
    return { retry: { reason: `Slack had a fault of its own (${code}).` } }
  desk.log.error({ delivery: what.id, code, detail: error.data.response_metadata }, 'Slack refused a post.')
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
