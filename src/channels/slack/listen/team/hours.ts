import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { agentByHandle } from '../../../../core/agents.ts'
import { autoCloseOf } from '../../../../core/auto-close/settings.ts'
import { hoursOf, ownHoursOf, setAgentHours, setTeamHours } from '../../../../core/hours/settings.ts'
import { policiesOf } from '../../../../core/sla/policies.ts'
import { digestOf } from '../../../../core/stats/digest.ts'
import { teamById } from '../../../../core/teams.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import {
  type HoursMeta,
  type HoursPageMeta,
  hoursForm,
  hoursPage,
  readHolidays,
  readSlots,
} from '../../views/team/hours.ts'
import { pressesIn } from '../admitted.ts'
import { admitLead, openForm, redrawView } from '../show.ts'
import { type Done, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'

/** The page of a team's hours and promises, and the hours of teams and agents. */
export function listenToHours(app: App, desk: Desk): void {
  const on = pressesIn(app, desk)
  on(ids.hoursPage, async ({ body, value }) => openForm(desk, body, await pageOf(desk, value)))
  on(ids.editHours, pressed => editHours(desk, pressed))
  on(ids.editOwnHours, pressed => editOwnHours(desk, pressed))
  app.view<ViewSubmitAction>(
    ids.forms.hours,
    onSubmit(desk, body => save(desk, body)),
  )
}

function pageOf(desk: Desk, teamId: string): Promise<ModalView> {
  return desk.store.read(async q => {
    const team = await teamById(q, teamId)
    return hoursPage({
      team,
      hours: hoursOf(team),
      policies: await policiesOf(q, teamId),
      autoClose: autoCloseOf(team),
      digest: digestOf(team),
    })
  })
}

/** What a form leaves behind that was opened over the page: the page as it is now. */
export function overPage(desk: Desk, teamId: string, pageId: string): Done {
  return { keepBelow: true, after: () => redrawPage(desk, teamId, pageId) }
}

export async function redrawPage(desk: Desk, teamId: string, pageId: string): Promise<void> {
  await redrawView(desk, pageId, await pageOf(desk, teamId))
}

/** The team whose page a button is in. */
export function teamOfPage(body: BlockAction): string {
  return body.view ? values.metaOf<HoursPageMeta>(body.view).teamId : ''
}

async function editHours(desk: Desk, { body, value: teamId }: Pressed): Promise<void> {
  const team = await desk.store.read(q => teamById(q, teamId))
  const meta = { teamId, pageId: body.view?.id ?? '' }
  await openForm(desk, body, hoursForm(meta, hoursOf(team), `When ${team.name} works`))
}

async function editOwnHours(desk: Desk, { body, user }: Pressed): Promise<void> {
  const agent = await desk.store.read(q => agentByHandle(q, user))
  const lead = 'When you work, whatever your teams do. Left empty, you work when they do.'
  await openForm(desk, body, hoursForm({ teamId: null, pageId: '' }, agent ? ownHoursOf(agent) : null, lead))
}

async function save(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { teamId, pageId } = values.metaOf<HoursMeta>(view)
  const agent = await desk.people.agent(user.id)
  const v = view.state.values
  const week = Array.from({ length: 7 }, (_, i) => readSlots(values.typed(v, `day:${i + 1}`)))
  const zone = values.typed(v, 'zone').trim()
  const holidays = readHolidays(values.typed(v, 'holidays'))
  if (teamId !== null) {
    await admitLead(desk, user.id, teamId)
    await desk.store.write(tx => setTeamHours(tx, teamId, { zone, week, holidays }))
    return overPage(desk, teamId, pageId)
  }
  const isEmpty = !zone && !holidays.length && week.every(day => !day.length)
  const own = isEmpty ? null : { zone: zone || (agent.zone ?? ''), week, holidays }
  await desk.store.write(tx => setAgentHours(tx, agent.id, own))
  return { keepBelow: true }
}
