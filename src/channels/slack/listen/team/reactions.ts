import type { App, ViewSubmitAction } from '@slack/bolt'
import {
  DEEDS,
  type Reactions,
  reactionsOf,
  readReactions,
  setReactions,
  type TypedReactions,
} from '../../../../core/reactions.ts'
import { teamById } from '../../../../core/teams.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { emojiNames } from '../../emoji-names.ts'
import { ids } from '../../views/ids.ts'
import { type ReactionsMeta, reactionsForm } from '../../views/team/reactions.ts'
import { pressesIn, teamFormsIn } from '../admitted.ts'
import { openForm } from '../show.ts'
import type { Done } from '../showing-problems.ts'
import * as values from '../values.ts'

/** A team's emoji, opened from its form. */
export function listenToReactionSettings(app: App, desk: Desk): void {
  pressesIn(app, desk)(ids.reactions, async ({ body, value }) => {
    const team = await desk.store.read(q => teamById(q, value))
    await openForm(desk, body, reactionsForm(team, reactionsOf(team)))
  })
  teamFormsIn(app, desk)(ids.forms.reactions, body => save(desk, body))
}

async function save(desk: Desk, { view }: ViewSubmitAction): Promise<Done> {
  const { teamId } = values.metaOf<ReactionsMeta>(view)
  const v = view.state.values
  const typed = Object.fromEntries(DEEDS.map(deed => [deed, values.typed(v, deed)])) as TypedReactions
  const reactions = readReactions(typed)
  await refuseUnknown(desk, reactions)
  await desk.store.write(tx => setReactions(tx, teamId, reactions))
  return { keepBelow: true }
}

/** A name that Slack has no emoji for would never do anything, and nobody would know why. */
async function refuseUnknown(desk: Desk, reactions: Reactions): Promise<void> {
  const names = await emojiNames(desk)
  if (!names) return
  const faults = DEEDS.filter(deed => reactions[deed] !== null && !names.has(reactions[deed])).map(
    deed => new Problem('invalid', `Slack has no emoji that is called :${reactions[deed]}: here.`, deed),
  )
  if (faults.length) throw new Problems(faults)
}
