import type { App, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { agentByHandle, agentById, agents } from '../../../../core/agents.ts'
import {
  addRule,
  changeRule,
  dryRun,
  moveRuleUp,
  type Rule,
  type RuleForm,
  removeRule,
  ruleById,
  rulesOf,
} from '../../../../core/routing/rules.ts'
import { changeRouting, type Routing, rosterOf, routingOf, type Strategy } from '../../../../core/routing/settings.ts'
import { teamById, teams } from '../../../../core/teams.ts'
import type { Query, Tx } from '../../../../db/store.ts'
import { underField } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import {
  emptyRule,
  NO_TEAM,
  type RoutingMeta,
  type RuleDraft,
  type RuleMeta,
  routingForm,
  ruleForm,
  tryView,
} from '../../views/team/routing.ts'
import { pressesIn, teamFormsIn } from '../admitted.ts'
import { showHome } from '../home.ts'
import { admitLead, openForm, redrawView } from '../show.ts'
import type { Done, Pressed } from '../showing-problems.ts'
import { once } from '../submission.ts'
import * as values from '../values.ts'
import { conditionsIn, inRows } from './conditions.ts'

const MOST_TRIED = 20
const ROWS = 2 // conditions that a new rule has room for

/** How a team gives out its tickets, and its rules. */
export function listenToRouting(app: App, desk: Desk): void {
  const on = pressesIn(app, desk)
  on(ids.editRouting, async ({ body, value }) => openForm(desk, body, await routingPage(desk, value)))
  on(ids.addRule, pressed => newRule(desk, pressed))
  on(ids.editRule, pressed => editRule(desk, pressed))
  on(ids.removeRule, pressed => changeList(desk, pressed, removeRule))
  on(ids.moveRuleUp, pressed => changeList(desk, pressed, moveRuleUp))
  on(ids.tryRule, pressed => tryRule(desk, pressed))
  on(ids.addCondition, pressed => moreConditions(desk, pressed))
  const saved = teamFormsIn(app, desk)
  saved(ids.forms.routing, body => saveRouting(desk, body))
  saved(ids.forms.rule, body => saveRule(desk, body))
}

function routingPage(desk: Desk, teamId: string): Promise<ModalView> {
  return desk.store.read(async q => {
    const team = await teamById(q, teamId)
    const { takers, leads } = await rosterOf(q, teamId)
    return routingForm({
      team,
      routing: routingOf(team),
      takers: takers.map(a => a.handle),
      leads: leads.map(a => a.handle),
      teams: await teams(q),
      rules: await rulesOf(q, teamId),
      names: new Map((await agents(q)).map(a => [a.id, a.name])),
    })
  })
}

async function saveRouting(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { teamId } = values.metaOf<RoutingMeta>(view)
  const v = view.state.values
  const takers = await agentsIn(desk, v, 'takers')
  const leads = await agentsIn(desk, v, 'leads')
  await desk.store.write(tx => changeRouting(tx, teamId, readRouting(v), { takers, leads }))
  return { after: () => showHome(desk, user.id, { tab: 'setup' }) }
}

function readRouting(v: values.Values): Routing {
  const number = (name: string) => {
    const typed = values.typed(v, name).trim()
    return typed === '' ? null : Number(typed)
  }
  return {
    strategy: (values.chosen(v, 'strategy') ?? 'claim') as Strategy,
    lastSenderFirst: values.isChecked(v, 'last_sender'),
    capacity: number('capacity'),
    fallbackTeamId: chosenTeam(v, 'fallback_team'),
    fallbackMinutes: number('fallback_minutes') ?? Number.NaN,
    followPresence: values.isChecked(v, 'presence'),
    followHours: values.isChecked(v, 'hours'),
  }
}

function chosenTeam(v: values.Values, name: string): string | null {
  const chosen = values.chosen(v, name)
  return chosen === NO_TEAM ? null : chosen
}

async function agentsIn(desk: Desk, v: values.Values, name: string): Promise<string[]> {
  const all: string[] = []
  for (const handle of values.chosenUsers(v, name)) all.push(await agentOf(desk, handle, name))
  return all
}

/** Slack is asked only about those whom we do not know. A Problem names the field. */
async function agentOf(desk: Desk, handle: string, name: string): Promise<string> {
  const known = await desk.store.read(q => agentByHandle(q, handle))
  if (known && known.deactivated_at === null) return known.id
  return (await underField(name, () => desk.people.agent(handle))).id
}

async function newRule(desk: Desk, { body, value: teamId }: Pressed): Promise<void> {
  const meta = { teamId, ruleId: null, routingId: body.view?.id ?? '', rows: ROWS }
  await openForm(desk, body, ruleForm(meta, emptyRule, await desk.store.read(teams)))
}

async function editRule(desk: Desk, { body, value: ruleId }: Pressed): Promise<void> {
  const form = await desk.store.read(async q => {
    const rule = await ruleById(q, ruleId)
    const meta = { teamId: rule.teamId, ruleId, routingId: body.view?.id ?? '', rows: ROWS }
    return ruleForm(meta, await draftOf(q, rule), await teams(q))
  })
  await openForm(desk, body, form)
}

async function draftOf(q: Query, { name, meets, conditions, agentId, toTeamId }: Rule): Promise<RuleDraft> {
  const agent = agentId ? (await agentById(q, agentId)).handle : null
  return { name, meets, conditions, agent, toTeamId }
}

/** The same form with room for one more condition, and all that was typed so far. */
async function moreConditions(desk: Desk, { body }: Pressed): Promise<void> {
  if (!body.view) return
  const meta = values.metaOf<RuleMeta>(body.view)
  const { draft } = readRule(values.valuesAround(body), meta.rows)
  const form = ruleForm({ ...meta, rows: meta.rows + 1 }, draft, await desk.store.read(teams))
  await redrawView(desk, body.view.id, form)
}

/** What was given, and in which row each of its conditions stands: emptied ones are left out. */
function readRule(v: values.Values, rows: number): { draft: RuleDraft; at: number[] } {
  const { conditions, at } = conditionsIn(v, rows)
  const draft: RuleDraft = {
    name: values.typed(v, 'name'),
    meets: values.chosen(v, 'meets') === 'any' ? 'any' : 'all',
    conditions,
    agent: values.chosenUser(v, 'agent'),
    toTeamId: chosenTeam(v, 'to_team'),
  }
  return { draft, at }
}

async function saveRule(desk: Desk, { view }: ViewSubmitAction): Promise<Done> {
  const { teamId, ruleId, routingId, rows } = values.metaOf<RuleMeta>(view)
  const { draft, at } = readRule(view.state.values, rows)
  const { agent, ...rest } = draft
  const form: RuleForm = { teamId, ...rest, agentId: agent && (await agentOf(desk, agent, 'agent')) }
  await inRows(at, () =>
    desk.store.write(tx => once<unknown>(tx, view, () => (ruleId ? changeRule(tx, ruleId, form) : addRule(tx, form)))),
  )
  return {
    keepBelow: true,
    after: async () => void (await redrawView(desk, routingId, await routingPage(desk, teamId))),
  }
}

/** Changes the list of rules that the button is in, and draws it anew. */
async function changeList(
  desk: Desk,
  { body, user, value }: Pressed,
  work: (tx: Tx, ruleId: string) => Promise<void>,
): Promise<void> {
  const rule = await desk.store.read(q => ruleById(q, value))
  await admitLead(desk, user, rule.teamId)
  await desk.store.write(tx => work(tx, value))
  if (!body.view) return
  const { teamId } = values.metaOf<RoutingMeta>(body.view)
  await redrawView(desk, body.view.id, await routingPage(desk, teamId))
}

async function tryRule(desk: Desk, { body, value }: Pressed): Promise<void> {
  const view = await desk.store.read(async q => {
    const rule = await ruleById(q, value)
    return tryView(rule, await dryRun(q, rule, MOST_TRIED), MOST_TRIED)
  })
  await openForm(desk, body, view)
}
