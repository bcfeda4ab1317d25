import type { SideName } from './side.ts'
import type { World } from './world.ts'

/** What must hold for a line: a figure of ours at most, or least, this many times the raw parts', or below this. */
export type Bar = { atMostTimesRaw: number } | { atLeastTimesRaw: number } | { below: number }

/** One line of the table. */
export interface Line {
  name: string // as `--only` knows it
  work: string
  unit: string
  bar: Bar | null // null: told without being judged
}

/**
 * One piece of work, measured on ours and on the raw parts by the same steps. A row with several figures, such as a
 * median and a 99th percentile, has a line for each; `measure` returns the lines' figures in their order, and throws when
 * anything was lost, so that no speed is told of work that was not done.
 */
export interface Row {
  lines: [Line, ...Line[]]
  /** Rounds that are enough, where a figure is slow to come and hardly differs. */
  rounds?: number
  /** Makes ready, once, what all rounds need. */
  prepare?(world: World): Promise<void>
  measure(side: SideName, world: World): Promise<number[]>
}

/** Throws, naming all that differs, unless everything that was asked for is there. */
export function expectAll(found: Record<string, number>, wanted: Record<string, number>): void {
  const wrong = Object.entries(wanted).filter(([what, n]) => found[what] !== n)
  if (wrong.length) throw new Error(wrong.map(([what, n]) => `${what}: ${found[what]} in place of ${n}`).join(', '))
}
