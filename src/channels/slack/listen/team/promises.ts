import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { type AutoClose, autoCloseOf, setAutoClose } from '../../../../core/auto-close/settings.ts'
import { hoursOf } from '../../../../core/hours/settings.ts'
import {
  addPolicy,
  changePolicy,
  METRICS,
  movePolicyUp,
  type Policy,
  policyById,
  removePolicy,
} from '../../../../core/sla/policies.ts'
import { digestOf, setDigest } from '../../../../core/stats/digest.ts'
import { teamById } from '../../../../core/teams.ts'
import type { Priority, SlaMetric } from '../../../../db/schema.ts'
import type { Tx } from '../../../../db/store.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { type HoursMeta, readClock } from '../../views/team/hours.ts'
import {
  autoCloseForm,
  digestForm,
  draftOf,
  type PolicyDraft,
  type PolicyMeta,
  policyForm,
  readSpan,
} from '../../views/team/promises.ts'
import { pressesIn, teamFormsIn } from '../admitted.ts'
import { admitLead, openForm, redrawView } from '../show.ts'
import type { Done, Pressed } from '../showing-problems.ts'
import { once } from '../submission.ts'
import * as values from '../values.ts'
import { conditionsIn, inRows } from './conditions.ts'
import { overPage, redrawPage, teamOfPage } from './hours.ts'

const ROWS = 1 // conditions that a new promise has room for

/** What a team promises, what becomes of silent tickets, and when its week is told: forms over the page of its hours. */
export function listenToPromises(app: App, desk: Desk): void {
  const on = pressesIn(app, desk)
  on(ids.addPolicy, ({ body, value: teamId }) => openPolicy(desk, body, teamId))
  on(ids.editPolicy, async ({ body, value }) => {
    const policy = await desk.store.read(q => policyById(q, value))
    await openPolicy(desk, body, policy.teamId, policy)
  })
  on(ids.removePolicy, pressed => changeList(desk, pressed, removePolicy))
  on(ids.movePolicyUp, pressed => changeList(desk, pressed, movePolicyUp))
  on(ids.addPolicyCondition, pressed => moreConditions(desk, pressed))
  on(ids.editAutoClose, async ({ body, value: teamId }) => {
    const rules = autoCloseOf(await desk.store.read(q => teamById(q, teamId)))
    await openForm(desk, body, autoCloseForm({ teamId, pageId: body.view?.id ?? '' }, rules))
  })
  on(ids.editDigest, async ({ body, value: teamId }) => {
    const team = await desk.store.read(q => teamById(q, teamId))
    const meta = { teamId, pageId: body.view?.id ?? '' }
    await openForm(desk, body, digestForm(meta, digestOf(team), hoursOf(team).zone))
  })
  const saved = teamFormsIn(app, desk)
  saved(ids.forms.policy, body => savePolicy(desk, body))
  saved(ids.forms.autoClose, body => saveAutoClose(desk, body))
  saved(ids.forms.digest, body => saveDigest(desk, body))
}

async function openPolicy(desk: Desk, body: BlockAction, teamId: string, policy?: Policy): Promise<void> {
  const meta = { teamId, policyId: policy?.id ?? null, pageId: body.view?.id ?? '', rows: ROWS }
  await openForm(desk, body, policyForm(meta, draftOf(policy)))
}

/** Changes the list of promises that the button is in, and draws it anew. */
async function changeList(
  desk: Desk,
  { body, user, value }: Pressed,
  work: (tx: Tx, policyId: string) => Promise<void>,
): Promise<void> {
  const policy = await desk.store.read(q => policyById(q, value))
  await admitLead(desk, user, policy.teamId)
  await desk.store.write(tx => work(tx, value))
  if (body.view) await redrawPage(desk, teamOfPage(body), body.view.id)
}

/** The same form with room for one more condition, and all that was typed so far. */
async function moreConditions(desk: Desk, { body }: Pressed): Promise<void> {
  if (!body.view) return
  const meta = values.metaOf<PolicyMeta>(body.view)
  const { draft } = readPolicy(values.valuesAround(body), meta.rows)
  await redrawView(desk, body.view.id, policyForm({ ...meta, rows: meta.rows + 1 }, draft))
}

function readPolicy(v: values.Values, rows: number): { draft: PolicyDraft; at: number[] } {
  const { conditions, at } = conditionsIn(v, rows)
  const targets = Object.fromEntries(METRICS.map(m => [m, values.typed(v, m)])) as Record<SlaMetric, string>
  const meets = values.chosen(v, 'meets') === 'any' ? 'any' : 'all'
  return { draft: { name: values.typed(v, 'name'), meets, conditions, targets }, at }
}

async function savePolicy(desk: Desk, { view }: ViewSubmitAction): Promise<Done> {
  const { teamId, policyId, pageId, rows } = values.metaOf<PolicyMeta>(view)
  const { draft, at } = readPolicy(view.state.values, rows)
  const { next_response, update, resolution } = draft.targets
  const targets = {
    next_response: readSpan(next_response),
    update: readSpan(update),
    resolution: readSpan(resolution),
  }
  const form = { ...draft, teamId, targets }
  await inRows(at, () =>
    desk.store.write(tx =>
      once<unknown>(tx, view, () => (policyId ? changePolicy(tx, policyId, form) : addPolicy(tx, form))),
    ),
  )
  return overPage(desk, teamId, pageId)
}

async function saveAutoClose(desk: Desk, { view }: ViewSubmitAction): Promise<Done> {
  const { teamId, pageId } = values.metaOf<HoursMeta>(view)
  const v = view.state.values
  const days = (name: string) => (values.typed(v, name).trim() === '' ? null : Number(values.typed(v, name)))
  const form: AutoClose = {
    nudgeDays: days('nudgeDays'),
    remindDays: days('remindDays'),
    reminder: values.typed(v, 'reminder'),
    closeDays: days('closeDays'),
    except: values.ticked(v, 'except') as Priority[],
  }
  await desk.store.write(tx => setAutoClose(tx, teamId ?? '', form))
  return overPage(desk, teamId ?? '', pageId)
}

async function saveDigest(desk: Desk, { view }: ViewSubmitAction): Promise<Done> {
  const { teamId, pageId } = values.metaOf<HoursMeta>(view)
  const v = view.state.values
  const digest = { weekday: Number(values.chosen(v, 'weekday') ?? 1), time: readClock(values.typed(v, 'time')) }
  await desk.store.write(tx => setDigest(tx, teamId ?? '', values.isChecked(v, 'on') ? digest : null))
  return overPage(desk, teamId ?? '', pageId)
}
