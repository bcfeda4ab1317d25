import type { App, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { hookHost, setAnswerHook } from '../../../../core/answer-posts.ts'
import { teamById } from '../../../../core/teams.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { type AnswerHookMeta, answerHookForm } from '../../views/team/answer-hook.ts'
import { pressesIn, teamFormsIn } from '../admitted.ts'
import { admitLead, openForm, redrawView } from '../show.ts'
import type { Done, Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'

/** Where a team has word of its customers' answers posted, opened from its form. For leads, where there are any. */
export function listenToAnswerHooks(app: App, desk: Desk): void {
  const on = pressesIn(app, desk)
  on(ids.answerHook, async ({ body, value }) => openForm(desk, body, await formFor(desk, value)))
  on(ids.forgetHook, pressed => forget(desk, pressed))
  teamFormsIn(app, desk)(ids.forms.answerHook, body => save(desk, body))
}

async function formFor(desk: Desk, teamId: string): Promise<ModalView> {
  const team = await desk.store.read(q => teamById(q, teamId))
  return answerHookForm(team, hookHost(desk.store.key, team))
}

async function save(desk: Desk, { view }: ViewSubmitAction): Promise<Done> {
  const { teamId } = values.metaOf<AnswerHookMeta>(view)
  const url = values.typed(view.state.values, 'url').trim()
  if (url) await desk.store.write(tx => setAnswerHook(tx, teamId, url, desk.localHooks))
  return { keepBelow: true }
}

async function forget(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  await admitLead(desk, user, value)
  await desk.store.write(tx => setAnswerHook(tx, value, null, desk.localHooks))
  if (body.view) await redrawView(desk, body.view.id, await formFor(desk, value))
}
