import type { Figures } from '../../../../core/stats/figures.ts'
import { axes, countAxis, countGrid, INK, MIDDLE, PLOT, picture, px, shown, words } from '../chart.ts'

const MOST_NAMES = 8

/** What was sent and what customers wrote, day by day, as an SVG with a pair of bars for each day. */
export function weekSvg({ days, sent }: Pick<Figures, 'days' | 'sent'>): string {
  const up = countAxis(Math.max(...days.map(d => Math.max(d.sent, d.answers)), 0))
  const y = (count: number) => PLOT.bottom - (count / up.end) * (PLOT.bottom - PLOT.top)
  const room = (PLOT.right - PLOT.left) / Math.max(days.length, 1)
  const every = Math.ceil(days.length / MOST_NAMES)
  const answers = days.reduce((sum, d) => sum + d.answers, 0)
  return picture(
    words(36, 60, `${shown(sent)} sent, ${shown(answers)} from customers`, `font-size="38" fill="${INK.words}"`),
    ...countGrid(up.ticks, y),
    ...days.flatMap((d, i) => [
      bar(PLOT.left + (i + 0.12) * room, room * 0.36, y(d.sent), INK.curve),
      bar(PLOT.left + (i + 0.52) * room, room * 0.36, y(d.answers), INK.second),
    ]),
    ...days.flatMap((d, i) =>
      i % every === 0
        ? [words(PLOT.left + (i + 0.5) * room, PLOT.bottom + 42, dayWords(d.day), 'text-anchor="middle"')]
        : [],
    ),
    axes(),
    ...legend(),
  )
}

const SHORT = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })

/** `2026-11-07` as `7 Nov`. */
function dayWords(day: string): string {
  return SHORT.format(new Date(`${day}T00:00:00Z`))
}

function bar(x: number, width: number, top: number, ink: string): string {
  return `<rect x="${px(x)}" y="${px(top)}" width="${px(width)}" height="${px(PLOT.bottom - top)}" fill="${ink}"/>`
}

function legend(): string[] {
  const y = PLOT.bottom + 72
  return [
    `<rect x="${px(MIDDLE - 190)}" y="${y}" width="24" height="24" fill="${INK.curve}"/>`,
    words(MIDDLE - 156, y + 22, 'sent'),
    `<rect x="${px(MIDDLE - 30)}" y="${y}" width="24" height="24" fill="${INK.second}"/>`,
    words(MIDDLE + 4, y + 22, 'from customers'),
  ]
}
