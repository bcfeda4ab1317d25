import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import { type Condition, MOST_CONDITIONS } from '../../../../core/routing/conditions.ts'
import { MOST_RULES, type Rule, type Taken } from '../../../../core/routing/rules.ts'
import { type Routing, STRATEGIES, type Strategy } from '../../../../core/routing/settings.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  field,
  modal,
  mrkdwn,
  notice,
  oneLine,
  option,
  plain,
  textInput,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { moment } from '../words.ts'
import { conditionFields, conditionWords } from './conditions.ts'

export const strategyWords: Record<Strategy, string> = {
  claim: 'Tickets are claimed by hand',
  round_robin: 'Tickets go round in turn',
  least_open: 'Tickets go to who has the fewest',
  random: 'Tickets go to anybody who is free',
}

export interface RoutingMeta {
  teamId: string
}

interface Named {
  id: string
  name: string
}

/** All that a team's routing is drawn from. */
export interface RoutingPage {
  team: Named
  routing: Routing
  takers: string[] // handles
  leads: string[]
  teams: Named[]
  rules: Rule[]
  names: Map<string, string> // of agents, by id
}

/** The value of the choice of no team. */
export const NO_TEAM = 'none'
const MOST_OTHERS = 99

/** How a team gives out its tickets, and its rules in the order in which they are tried. */
export function routingForm(page: RoutingPage): ModalView {
  const { team, routing, rules } = page
  const strategies = STRATEGIES.map(s => option(strategyWords[s], s))
  return modal({
    id: ids.forms.routing,
    title: 'Routing',
    submit: 'Save',
    meta: { teamId: team.id } satisfies RoutingMeta,
    blocks: [
      words(cut(`Who takes the tickets of ${oneLine(team.name)}`, 300)),
      field('strategy', 'When a customer answers', {
        type: 'static_select',
        options: strategies,
        initial_option: strategies.find(o => o.value === routing.strategy) as PlainTextOption,
      }),
      people('takers', 'Who takes tickets', page.takers, 'Whoever opens a ticket in the team joins it by themselves.'),
      people('leads', 'Leads of the team', page.leads),
      tick('last_sender', 'Last sender', 'Whoever wrote to the customer last comes first', routing.lastSenderFirst),
      field(
        'capacity',
        'Open tickets that one agent is given at most',
        {
          type: 'plain_text_input',
          max_length: 4,
          ...(routing.capacity !== null && { initial_value: String(routing.capacity) }),
        },
        { optional: true, hint: 'Left empty, there is no limit. Agents set their own by /outreach limit.' },
      ),
      otherTeam(
        'fallback_team',
        'If nobody is free for a while, ask',
        'Nobody else: the ticket waits',
        page,
        routing.fallbackTeamId,
      ),
      field('fallback_minutes', 'Minutes before the other team is asked', {
        type: 'plain_text_input',
        max_length: 5,
        initial_value: String(routing.fallbackMinutes),
      }),
      tick(
        'presence',
        'Presence',
        'Who is away in Slack, or not to be disturbed, gets nothing',
        routing.followPresence,
      ),
      tick('hours', 'Hours', 'Who has own working hours gets nothing outside them', routing.followHours),
      { type: 'divider' },
      mrkdwn(
        '*Rules* come after the last sender and before all else, in this order; the first that fits and whose agent is free decides',
        rules.length < MOST_RULES ? button('Add rule', ids.addRule, team.id) : undefined,
      ),
      ...(rules.length ? rules.flatMap((r, i) => ruleBlocks(r, i, page)) : [context('There is no rule yet.')]),
    ],
  })
}

function people(name: string, title: string, handles: string[], hint?: string) {
  return field(
    name,
    title,
    { type: 'multi_users_select', ...(handles.length && { initial_users: handles }) },
    { optional: true, ...(hint && { hint }) },
  )
}

function tick(name: string, title: string, text: string, isTicked: boolean) {
  const options = [option(text, 'yes')]
  return field(
    name,
    title,
    { type: 'checkboxes', options, ...(isTicked && { initial_options: options }) },
    { optional: true },
  )
}

function otherTeam(
  name: string,
  title: string,
  none: string,
  { team, teams }: { team: Named; teams: Named[] },
  chosen: string | null,
) {
  const others = teams.filter(t => t.id !== team.id).slice(0, MOST_OTHERS)
  const options = [option(none, NO_TEAM), ...others.map(t => option(t.name, t.id))]
  const initial = options.find(o => o.value === chosen) ?? (options[0] as PlainTextOption)
  return field(name, title, { type: 'static_select', options, initial_option: initial })
}

function ruleBlocks(rule: Rule, index: number, page: RoutingPage): KnownBlock[] {
  const joint = rule.meets === 'all' ? ' and ' : ' or '
  const when = rule.conditions.map(conditionWords).join(joint)
  return [
    words(cut(`${index + 1}. ${oneLine(rule.name)}: ${oneLine(when)} → ${oneLine(targetOf(rule, page))}`, 600)),
    actions(
      button('Edit', ids.editRule, rule.id),
      index > 0 && button('Move up', ids.moveRuleUp, rule.id),
      button('Try it', ids.tryRule, rule.id),
      button('Delete', ids.removeRule, rule.id, {
        style: 'danger',
        confirm: confirm('Delete this rule?', cut(oneLine(rule.name), 200), 'Delete'),
      }),
    ),
  ]
}

function targetOf({ agentId, toTeamId }: Rule, { names, teams }: RoutingPage): string {
  if (agentId) return names.get(agentId) ?? 'somebody who is no longer here'
  return `team ${teams.find(t => t.id === toTeamId)?.name ?? 'that is no more'}`
}

export interface RuleMeta {
  teamId: string
  ruleId: string | null // null: a new one
  routingId: string // the view below, to be drawn anew
  rows: number // conditions that the form has room for
}

/** A rule as far as it is given. */
export interface RuleDraft {
  name: string
  meets: Rule['meets']
  conditions: Condition[]
  agent: string | null // handle
  toTeamId: string | null
}

export const emptyRule: RuleDraft = { name: '', meets: 'all', conditions: [], agent: null, toTeamId: null }

/** Adds or changes a rule; a condition whose text is emptied is left out. */
export function ruleForm(meta: RuleMeta, draft: RuleDraft, teams: Named[]): ModalView {
  const modes = [option('All conditions hold', 'all'), option('Any of them holds', 'any')]
  const rows = Math.min(Math.max(meta.rows, draft.conditions.length), MOST_CONDITIONS)
  const team = { id: meta.teamId, name: '' }
  return modal({
    id: ids.forms.rule,
    title: meta.ruleId ? 'Rule' : 'New rule',
    submit: 'Save',
    meta: { ...meta, rows } satisfies RuleMeta,
    blocks: [
      field('name', 'Name', textInput(draft.name, 80)),
      field('meets', 'It takes a ticket when', {
        type: 'static_select',
        options: modes,
        initial_option: modes[draft.meets === 'all' ? 0 : 1] as PlainTextOption,
      }),
      ...Array.from({ length: rows }, (_, i) => conditionFields(i + 1, draft.conditions[i])).flat(),
      ...(rows < MOST_CONDITIONS ? [actions(button('Add condition', ids.addCondition, 'more'))] : []),
      field(
        'agent',
        'Give it to',
        { type: 'users_select', ...(draft.agent && { initial_user: draft.agent }) },
        { optional: true },
      ),
      otherTeam('to_team', 'Or to a team', 'No team', { team, teams }, draft.toTeamId),
    ],
  })
}

/** Which past tickets a rule would have taken. */
export function tryView(rule: Pick<Rule, 'name'>, found: { tickets: Taken[]; of: number }, most: number): ModalView {
  const { tickets, of } = found
  const name = oneLine(rule.name)
  const lead = !tickets.length
    ? `${name} would have taken none of the newest ${many(of, 'ticket')}.`
    : tickets.length < most
      ? `${name} would have taken ${many(tickets.length, 'ticket')} of the newest ${of}:`
      : `${name} would have taken these ${most} tickets, and perhaps older ones:`
  return notice('Try it', [
    words(cut(lead, 300)),
    ...tickets
      .slice(0, most)
      .map(t => context(moment(t.createdAt), plain(`${t.identifier} · ${cut(oneLine(t.subject), 300)}`))),
  ])
}
