import { WebAPIPlatformError } from '@slack/web-api'
import { releasePlace } from '../../../core/deliveries/claim.ts'
import { answerableFor, noteShared } from '../../../core/places.ts'
import { notePlaceProblem } from '../../../core/teams.ts'
import type { TeamRow } from '../../../db/schema.ts'
import { Problem } from '../../../lib/problem.ts'
import type { Desk } from '../desk.ts'
import { escaped, mrkdwn, oneLine } from '../views/blocks.ts'

/** Whether people of another organisation read what is written in a channel, or we cannot tell, since we cannot see it. */
export async function mayOthersRead(desk: Desk, channel: string): Promise<boolean> {
  const found = await look(desk, channel)
  return !found || found.is_ext_shared === true || found.is_pending_ext_shared === true
}

/** Throws a Problem under `place` for a channel that people of another organisation read: they would see our notes. */
export async function refuseShared(desk: Desk, channel: string): Promise<void> {
  const found = await look(desk, channel)
  if (found?.is_ext_shared || found?.is_pending_ext_shared)
    throw new Problem(
      'invalid',
      'This channel is shared with another organisation, who would read our notes. Choose another.',
      'place',
    )
}

/**
 * Enters a team's channel where that is allowed, and writes down why not where it is not, a finished sentence, which is
 * also returned; null when we can write there. What waited for the channel is due at once.
 */
export async function enterPlace(desk: Desk, channel: string): Promise<string | null> {
  const found = await look(desk, channel)
  const problem = await enter(desk, channel, found)
  const shared = await desk.store.write(async tx => {
    await notePlaceProblem(tx, channel, problem)
    if (problem === null) await releasePlace(tx, channel)
    return found && noteShared(tx, channel, found.is_ext_shared === true)
  })
  if (shared) await warnOfSharing(desk, shared)
  return problem
}

/** Tells those who answer for a team that others read its channel now: not there, but each by themselves. */
export async function warnOfSharing(desk: Desk, team: TeamRow): Promise<void> {
  const text = `⚠️ <#${team.place}>, where tickets of ${escaped(oneLine(team.name))} are shown, is now shared with another organisation: its people can read your notes and all that customers write. Nothing that is written there is mailed until a lead agrees to it in Set-up. You may rather choose another channel there.`
  for (const handle of await desk.store.read(q => answerableFor(q, team.id)))
    await desk.bulk.chat
      .postMessage({ channel: handle, text, blocks: [mrkdwn(text)] })
      .catch(err => desk.log.warn({ err }, 'A lead could not be told that a channel is shared.'))
}

async function enter(desk: Desk, channel: string, found: Awaited<ReturnType<typeof look>>): Promise<string | null> {
  if (!found) return 'Overture cannot see this channel. If it is private, write `/invite @Overture` there.'
  if (found.is_archived) return 'This channel is archived. Choose another.'
  if (found.is_member) return null
  if (found.is_private) return `Overture is not in #${found.name ?? 'this channel'}. Write \`/invite @Overture\` there.`
  try {
    await desk.ui.conversations.join({ channel })
    return null
  } catch (error) {
    if (error instanceof WebAPIPlatformError)
      return `Overture could not join the channel (${error.data.error}). Write \`/invite @Overture\` there.`
    throw error
  }
}

async function look(desk: Desk, channel: string) {
  try {
    return (await desk.ui.conversations.info({ channel })).channel
  } catch (error) {
    if (error instanceof WebAPIPlatformError) return undefined
    throw error
  }
}
