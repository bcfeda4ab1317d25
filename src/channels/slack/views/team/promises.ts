import type { ModalView, NumberInput, PlainTextOption } from '@slack/types'
import type { AutoClose } from '../../../../core/auto-close/settings.ts'
import { type Condition, MOST_CONDITIONS } from '../../../../core/routing/conditions.ts'
import { METRICS, metricWords, type Policy } from '../../../../core/sla/policies.ts'
import type { Digest } from '../../../../core/stats/digest.ts'
import type { SlaMetric } from '../../../../db/schema.ts'
import { actions, button, cut, field, modal, option, textInput, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { priorityWords, workingSpan } from '../words.ts'
import { conditionFields } from './conditions.ts'
import { dayWords, type HoursMeta } from './hours.ts'

export interface PolicyMeta {
  teamId: string
  policyId: string | null // null: a new one
  pageId: string // the view below, to be drawn anew
  rows: number // conditions that the form has room for
}

/** A promise as far as it is given. */
export interface PolicyDraft {
  name: string
  meets: Policy['meets']
  conditions: Condition[]
  targets: Record<SlaMetric, string> // as typed
}

/** A promise as its form shows it. */
export function draftOf(policy?: Policy): PolicyDraft {
  const typed = (metric: SlaMetric) => (policy?.targets[metric] ? compact(policy.targets[metric]) : '')
  return {
    name: policy?.name ?? '',
    meets: policy?.meets ?? 'all',
    conditions: policy?.conditions ?? [],
    targets: { next_response: typed('next_response'), update: typed('update'), resolution: typed('resolution') },
  }
}

function compact(ms: number): string {
  return workingSpan(ms).replace(/ (h|min)/g, (_, unit: string) => unit[0] ?? '')
}

const hints: Record<SlaMetric, string> = {
  next_response: 'From the first of the customer’s words that we have not answered.',
  update: 'How long they may hear nothing from us while the ticket is ours.',
  resolution: 'Until the ticket is closed.',
}

/** Adds or changes a promise; a condition whose text is emptied is left out. */
export function policyForm(meta: PolicyMeta, draft: PolicyDraft): ModalView {
  const modes = [option('All conditions hold', 'all'), option('Any of them holds', 'any')]
  const rows = Math.min(Math.max(meta.rows, draft.conditions.length), MOST_CONDITIONS)
  return modal({
    id: ids.forms.policy,
    title: meta.policyId ? 'Promise' : 'New promise',
    submit: 'Save',
    meta: { ...meta, rows } satisfies PolicyMeta,
    blocks: [
      field('name', 'Name', textInput(draft.name, 80, 'Urgent tickets')),
      ...METRICS.map(metric =>
        field(metric, `${metricWords[metric]} within`, textInput(draft.targets[metric], 20, '4h'), {
          optional: true,
          hint: `${hints[metric]} Working time, such as 30m, 4h, 1h 30m. It rests while we wait for the customer.`,
        }),
      ),
      field('meets', 'It is for a ticket when', {
        type: 'static_select',
        options: modes,
        initial_option: modes[draft.meets === 'all' ? 0 : 1] as PlainTextOption,
      }),
      words('Without conditions it is for every ticket.'),
      ...Array.from({ length: rows }, (_, i) => conditionFields(i + 1, draft.conditions[i])).flat(),
      ...(rows < MOST_CONDITIONS ? [actions(button('Add condition', ids.addPolicyCondition, 'more'))] : []),
    ],
  })
}

/** `1h 30m` as milliseconds; null for nothing; NaN for what is no time. */
export function readSpan(typed: string): number | null {
  const given = typed.trim().toLowerCase()
  if (given === '') return null
  const [whole, hours, minutes] =
    /^(?:(\d{1,4}(?:[.,]\d{1,2})?) ?h(?:ours?)?)? ?(?:(\d{1,5}) ?m(?:in|inutes?)?)?$/.exec(given) ?? []
  if (!whole) return Number.NaN
  return Math.round(Number((hours ?? '0').replace(',', '.')) * 3_600_000) + Number(minutes ?? 0) * 60_000
}

/** What becomes of tickets whose customer does not answer. */
export function autoCloseForm(meta: HoursMeta, rules: AutoClose): ModalView {
  const priorities = (['urgent', 'high', 'medium', 'low'] as const).map(p => option(priorityWords[p], p))
  const chosen = priorities.filter(o => rules.except.includes(o.value as 'low'))
  return modal({
    id: ids.forms.autoClose,
    title: 'Silent tickets',
    submit: 'Save',
    meta,
    blocks: [
      words(
        'Working days are counted from our last word. Nothing happens while the last word is the customer’s, nor to snoozed and internal tickets.',
      ),
      field('nudgeDays', 'Tell the assignee after working days', days(rules.nudgeDays), {
        optional: true,
        hint: EMPTY,
      }),
      field('remindDays', 'Remind the customer after working days', days(rules.remindDays), {
        optional: true,
        hint: EMPTY,
      }),
      field(
        'reminder',
        'The reminder',
        { ...textInput(rules.reminder, 3_000, 'Hello'), multiline: true },
        {
          optional: true,
          hint: 'Goes out under the name of the assignee. Variables: {{ customer.first_name | default: "there" }}, {{ ticket.subject }}, {{ ticket.identifier }}, {{ agent.name }}, {{ team.name }}.',
        },
      ),
      field('closeDays', 'Close after working days', days(rules.closeDays), { optional: true, hint: EMPTY }),
      field(
        'except',
        'Leave these alone',
        { type: 'checkboxes', options: priorities, ...(chosen.length && { initial_options: chosen }) },
        { optional: true },
      ),
    ],
  })
}

const EMPTY = 'Left empty, this step is left out.'

function days(value: number | null): NumberInput {
  return {
    type: 'number_input',
    is_decimal_allowed: false,
    min_value: '1',
    max_value: '365',
    ...(value !== null && { initial_value: String(value) }),
  }
}

/** When a team's week is told. */
export function digestForm(meta: HoursMeta, digest: Digest | null, zone: string): ModalView {
  const on = option('Tell the week in the channel', 'yes')
  const weekdays = dayWords.map((name, i) => option(name, String(i + 1)))
  return modal({
    id: ids.forms.digest,
    title: 'Weekly digest',
    submit: 'Save',
    meta,
    blocks: [
      field(
        'on',
        'Digest',
        { type: 'checkboxes', options: [on], ...(digest && { initial_options: [on] }) },
        { optional: true },
      ),
      field('weekday', 'Day', {
        type: 'static_select',
        options: weekdays,
        initial_option: weekdays[(digest?.weekday ?? 1) - 1] as PlainTextOption,
      }),
      field('time', 'Time', textInput(digest?.time ?? '09:00', 5, '09:00'), { hint: cut(`In ${zone}.`, 100) }),
    ],
  })
}
