import type { KnownBlock, ModalView } from '@slack/types'
import type { AutoClose } from '../../../../core/auto-close/settings.ts'
import type { Holiday, Hours, Slot } from '../../../../core/hours/settings.ts'
import { METRICS, MOST_POLICIES, metricWords, type Policy } from '../../../../core/sla/policies.ts'
import type { Digest } from '../../../../core/stats/digest.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  field,
  modal,
  mrkdwn,
  oneLine,
  plain,
  textInput,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { workingSpan } from '../words.ts'
import { conditionWords } from './conditions.ts'

export const dayWords = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

export interface HoursPageMeta {
  teamId: string
}

/** All that the page of a team's hours and promises is drawn from. */
export interface HoursPage {
  team: { id: string; name: string }
  hours: Hours
  policies: Policy[]
  autoClose: AutoClose
  digest: Digest | null
}

/** When a team works, what it promises, what becomes of silent tickets, and when its week is told. */
export function hoursPage({ team, hours, policies, autoClose, digest }: HoursPage): ModalView {
  return modal({
    id: ids.hoursPage,
    title: 'Hours and SLA',
    meta: { teamId: team.id } satisfies HoursPageMeta,
    blocks: [
      words(cut(`When ${oneLine(team.name)} works, and what it promises`, 300)),
      mrkdwn('*Working hours*', button('Change', ids.editHours, team.id)),
      context(plain(cut(hoursWords(hours), 1_900))),
      { type: 'divider' },
      mrkdwn(
        '*Promises (SLA)* in working time; the first whose conditions a ticket meets counts. They begin with the customer’s words, not with ours.',
        policies.length < MOST_POLICIES ? button('Add a promise', ids.addPolicy, team.id) : undefined,
      ),
      ...(policies.length
        ? policies.flatMap((p, i) => policyBlocks(p, i, isNeverReached(policies, i)))
        : [context('Nothing is promised yet.')]),
      { type: 'divider' },
      mrkdwn('*Silent tickets*, whose customer does not answer', button('Change', ids.editAutoClose, team.id)),
      context(plain(cut(autoCloseWords(autoClose), 1_900))),
      { type: 'divider' },
      mrkdwn('*Weekly digest* in the channel', button('Change', ids.editDigest, team.id)),
      context(digest ? `${dayWords[digest.weekday - 1]}, ${digest.time}` : 'There is none.'),
    ],
  })
}

/** One above is for every ticket. */
function isNeverReached(policies: Policy[], index: number): boolean {
  return policies.slice(0, index).some(p => p.conditions.length === 0)
}

function policyBlocks(policy: Policy, index: number, isUnreached: boolean): KnownBlock[] {
  const { conditions, meets, targets } = policy
  const when = conditions.length
    ? conditions.map(conditionWords).join(meets === 'all' ? ' and ' : ' or ')
    : 'every ticket'
  const what = METRICS.flatMap(m =>
    targets[m] === null ? [] : [`${metricWords[m].toLowerCase()} in ${workingSpan(targets[m])}`],
  )
  return [
    words(cut(`${index + 1}. ${oneLine(policy.name)}: ${oneLine(when)} → ${what.join(', ')}`, 600)),
    ...(isUnreached ? [context('⚠️ It never counts, since one above it is for every ticket: move it up.')] : []),
    actions(
      button('Edit', ids.editPolicy, policy.id),
      index > 0 && button('Move up', ids.movePolicyUp, policy.id),
      button('Delete', ids.removePolicy, policy.id, {
        style: 'danger',
        confirm: confirm('Delete this promise?', cut(oneLine(policy.name), 200), 'Delete'),
      }),
    ),
  ]
}

function hoursWords({ zone, week, holidays }: Hours): string {
  const days = week.flatMap((slots, i) => (slots.length ? [`${dayWords[i]?.slice(0, 3)} ${slotWords(slots)}`] : []))
  return `${days.join(' · ')} · ${zone} · ${many(holidays.length, 'holiday')}`
}

function slotWords(slots: Slot[]): string {
  return slots.map(s => `${s.from}-${s.to}`).join(', ')
}

function autoCloseWords({ nudgeDays, remindDays, closeDays, except }: AutoClose): string {
  const after = (days: number) => `after ${many(days, 'working day')}`
  const steps = [
    ...(nudgeDays === null ? [] : [`the assignee is told ${after(nudgeDays)}`]),
    ...(remindDays === null ? [] : [`the customer is reminded ${after(remindDays)}`]),
    ...(closeDays === null ? [] : [`it is closed ${after(closeDays)}`]),
  ]
  if (!steps.length) return 'Nothing happens by itself.'
  const all = steps.join(', ')
  return `${all[0]?.toUpperCase()}${all.slice(1)}${except.length ? `; not for priority ${except.join(', ')}` : ''}`
}

export interface HoursMeta {
  teamId: string | null // null: the agent's own
  pageId: string // the view below, to be drawn anew
}

/** When a team works, or an agent, whose own hours may be left empty. */
export function hoursForm(meta: HoursMeta, hours: Hours | null, lead: string): ModalView {
  const isOwn = meta.teamId === null
  return modal({
    id: ids.forms.hours,
    title: isOwn ? 'Own working hours' : 'Working hours',
    submit: 'Save',
    meta,
    blocks: [
      words(cut(lead, 300)),
      field('zone', 'Time zone', textInput(hours?.zone ?? '', 60, 'Europe/Berlin'), { optional: isOwn }),
      ...dayWords.map((name, i) =>
        field(`day:${i + 1}`, name, textInput(slotWords(hours?.week[i] ?? []), 120, '09:00-12:30, 13:00-17:00'), {
          optional: true,
          ...(i === 0 && { hint: 'Left empty, the day is free.' }),
        }),
      ),
      field(
        'holidays',
        'Holidays',
        {
          ...textInput((hours?.holidays ?? []).map(holidayLine).join('\n'), 3_000, '25-12 Christmas'),
          multiline: true,
        },
        { optional: true, hint: 'One in each line: 25-12 for every year, 06-04-2026 for one.' },
      ),
    ],
  })
}

function holidayLine({ on, name }: Holiday): string {
  return `${on} ${name}`.trim()
}

/** `9-12:30, 13:00 – 17:00` as people type it; what is no time is left for core to name. */
export function readSlots(typed: string): Slot[] {
  return typed
    .split(/[,;\n]|\band\b/)
    .map(part => part.trim())
    .filter(Boolean)
    .map(part => {
      const [from = '', to = ''] = part.split(/\s*(?:-|–|—|\bto\b)\s*/)
      return { from: readClock(from), to: readClock(to) }
    })
}

export function readClock(typed: string): string {
  const [, hour = '', minute = '00'] = /^(\d{1,2})(?:[:.](\d{2}))?$/.exec(typed.trim()) ?? []
  return hour ? `${hour.padStart(2, '0')}:${minute}` : typed.trim()
}

/** One in each line: `25-12 Christmas`, `06-04-2026`, also with the year first. */
export function readHolidays(typed: string): Holiday[] {
  return typed
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean)
    .map(line => {
      const [date = '', ...name] = line.split(/\s+/)
      const parts = date.split(/[-./]/).filter(Boolean)
      const [day = '', month = '', year] = parts[0]?.length === 4 ? parts.toReversed() : parts
      const on = [day.padStart(2, '0'), month.padStart(2, '0'), ...(year ? [year] : [])].join('-')
      return { on, name: name.join(' ') }
    })
}
