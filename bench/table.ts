import type { Bar, Line } from './row.ts'
import { median } from './stats.ts'

/** A line with what was measured, a figure a round. */
export interface Result {
  line: Line
  ours: number[]
  raw: number[]
  fault: string | null // why there is no figure: something was lost, or did not run
}

/** A result as it is told: medians, their ratio, and whether the bar holds. */
export interface Verdict {
  name: string
  work: string
  unit: string
  ours: number
  raw: number
  ratio: number
  bar: string
  holds: boolean | null // null: there is no bar
  fault: string | null
  rounds: { ours: number[]; raw: number[] }
}

export function verdictOf({ line, ours, raw, fault }: Result): Verdict {
  const [a, b] = [median(ours), median(raw)]
  const { name, work, unit, bar } = line
  const holds = fault === null ? bar && holdsBar(bar, a, b) : false
  return {
    name,
    work,
    unit,
    ours: a,
    raw: b,
    ratio: a / b,
    bar: barWords(bar, unit),
    holds,
    fault,
    rounds: { ours, raw },
  }
}

function holdsBar(bar: Bar, ours: number, raw: number): boolean {
  if ('below' in bar) return ours < bar.below
  return 'atLeastTimesRaw' in bar ? ours / raw >= bar.atLeastTimesRaw : ours / raw <= bar.atMostTimesRaw
}

function barWords(bar: Bar | null, unit: string): string {
  if (!bar) return '-'
  if ('below' in bar) return `< ${bar.below} ${unit}`
  if ('atLeastTimesRaw' in bar) return `>= ${bar.atLeastTimesRaw}x`
  return `<= ${Number(bar.atMostTimesRaw.toFixed(2))}x`
}

/** The table for people, as wide as its words. */
export function tableOf(verdicts: Verdict[]): string {
  const head = ['work', 'ours', 'raw parts', 'ratio', 'bar', 'holds']
  const rows = verdicts.map(v =>
    v.fault === null
      ? [v.work, figure(v.ours, v.unit), figure(v.raw, v.unit), `${v.ratio.toFixed(2)}x`, v.bar, judgement(v)]
      : [v.work, '-', '-', '-', v.bar, 'FAILED'],
  )
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map(row => row[i]?.length ?? 0)))
  const drawn = [head, widths.map(w => '-'.repeat(w)), ...rows].map(row =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  )
  return [...drawn, ...verdicts.filter(v => v.fault !== null).map(v => `\n${v.work}: ${v.fault}`)].join('\n')
}

function judgement({ holds }: Verdict): string {
  if (holds === null) return '-'
  return holds ? 'yes' : 'NO'
}

function figure(value: number, unit: string): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${unit}`
}
