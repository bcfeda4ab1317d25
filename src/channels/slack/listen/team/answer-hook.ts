import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { hookHost, setAnswerHook } from '../../../../core/answer-posts.ts'
import { refuseUnlessLead } from '../../../../core/permissions/roles.ts'
import { teamById } from '../../../../core/teams.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { type AnswerHookMeta, answerHookForm } from '../../views/team/answer-hook.ts'
import { admit, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'

/** Where a team has word of its customers' answers posted, opened from its form. For leads, where there are any. */
export function listenToAnswerHooks(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.answerHook,
    onPress(desk, async ({ body, user, value }) => {
      await admit(desk, user)
      await openForm(desk, body, await formFor(desk, value))
    }),
  )
  app.action<BlockAction>(
    ids.forgetHook,
    onPress(desk, pressed => forget(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.answerHook,
    onSubmit(desk, body => save(desk, body)),
  )
}

async function formFor(desk: Desk, teamId: string): Promise<ModalView> {
  const team = await desk.store.read(q => teamById(q, teamId))
  return answerHookForm(team, hookHost(desk.store.key, team))
}

async function save(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { teamId } = values.metaOf<AnswerHookMeta>(view)
  const url = values.typed(view.state.values, 'url').trim()
  if (url) await set(desk, user.id, teamId, url)
  return { keepBelow: true }
}

async function forget(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await set(desk, user, value, null)
  if (body.view) await redrawView(desk, body.view.id, await formFor(desk, value))
}

async function set(desk: Desk, user: string, teamId: string, url: string | null): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(async tx => {
    await refuseUnlessLead(tx.q, agent.id, teamId)
    await setAnswerHook(tx, teamId, url, desk.localHooks)
  })
}
