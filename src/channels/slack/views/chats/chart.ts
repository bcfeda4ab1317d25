import type { ChatReport } from '../../../../core/chats/report.ts'
import type { ChatView } from '../../../../core/chats/view.ts'
import { axes, countAxis, countGrid, INK, MIDDLE, PLOT, picture, px, shown, words } from '../chart.ts'

/** What the picture tells of a chat beside its curve. */
export type Charted = Pick<ChatView, 'number' | 'counts'>

/** Answers over time as an SVG: how many had answered by when, in the chat's own time, so that no zone is needed. */
export function answersSvg({ answersOverTime }: Pick<ChatReport, 'answersOverTime'>, chat: Charted): string {
  const begun = answersOverTime[0]?.at ?? 0
  const last = answersOverTime.at(-1) ?? { at: begun, count: 0 }
  const across = last.count ? timeAxis(last.at - begun) : NO_TIME
  const up = countAxis(last.count)
  const x = (at: number) => PLOT.left + ((at - begun) / across.end) * (PLOT.right - PLOT.left)
  const y = (count: number) => PLOT.bottom - (count / up.end) * (PLOT.bottom - PLOT.top)
  return picture(
    words(36, 60, `Chat ${chat.number}: ${headline(last.count, chat)}`, `font-size="38" fill="${INK.words}"`),
    ...countGrid(up.ticks, y),
    ...across.ticks.map(t => words(x(begun + t.ms), PLOT.bottom + 42, shown(t.name), 'text-anchor="middle"')),
    words(MIDDLE, PLOT.bottom + 90, `${across.unit} since it began`, 'text-anchor="middle"'),
    words(36, PLOT.top - 28, 'answers'),
    axes(),
    ...(last.count ? curve(answersOverTime.map(p => [x(p.at), y(p.count)])) : [noneYet()]),
  )
}

function headline(answers: number, { counts }: Charted): string {
  const reached = Math.max(counts.sent, answers)
  const share = answers ? ` (${Math.round((100 * answers) / reached)} %)` : ''
  return `${shown(answers)} of ${shown(reached)} answered${share}`
}

function noneYet(): string {
  return words(MIDDLE, (PLOT.top + PLOT.bottom) / 2 + 10, 'Nobody has answered yet.', 'text-anchor="middle"')
}

/** In steps: between two points nobody has answered, or it is not known when. */
function curve(points: [x: number, y: number][]): string[] {
  const [[startX, startY] = [0, 0], ...rest] = points
  const [endX, endY] = points.at(-1) ?? [startX, startY]
  const line = `M${px(startX)} ${px(startY)}${rest.map(([x, y]) => `H${px(x)}V${px(y)}`).join('')}`
  return [
    `<path d="${line}V${PLOT.bottom}H${PLOT.left}Z" fill="${INK.curve}" fill-opacity="0.14"/>`,
    `<path d="${line}" fill="none" stroke="${INK.curve}" stroke-width="5" stroke-linejoin="round"/>`,
    `<circle cx="${px(endX)}" cy="${px(endY)}" r="9" fill="${INK.curve}" stroke="${INK.ground}" stroke-width="3"/>`,
  ]
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Each unit serves until the next is better; its steps are those that people count it by. */
const UNITS: { unit: string; ms: number; until: number; steps: number[] }[] = [
  { unit: 'seconds', ms: SECOND, until: 2 * MINUTE, steps: [1, 2, 5, 10, 20, 30] },
  { unit: 'minutes', ms: MINUTE, until: 2 * HOUR, steps: [1, 2, 5, 10, 20, 30] },
  { unit: 'hours', ms: HOUR, until: 2 * DAY, steps: [1, 2, 3, 6, 12] },
  { unit: 'days', ms: DAY, until: Number.POSITIVE_INFINITY, steps: [1, 2, 5, 7, 14, 28, 56, 91, 182, 365] },
]
const MOST_MARKS = 8

interface TimeAxis {
  unit: string
  end: number // ms
  ticks: { ms: number; name: number }[]
}

const NO_TIME: TimeAxis = { unit: 'time', end: 1, ticks: [] }

function timeAxis(span: number): TimeAxis {
  const { unit, ms, steps } = UNITS.find(u => span <= u.until) as (typeof UNITS)[number]
  const step = steps.find(s => s * ms * MOST_MARKS >= span) ?? Math.ceil(span / ms / MOST_MARKS)
  const end = Math.max(span, step * ms)
  const marks = Math.floor(end / (step * ms)) + 1
  return { unit, end, ticks: Array.from({ length: marks }, (_, i) => ({ ms: i * step * ms, name: i * step })) }
}
