import type { HookRow } from '../../db/schema.ts'
import type { Telling } from './make.ts'

/** How what happened is written for programs: JSON. Whoever starts the loop gives it one. */
export interface HookWriter {
  event(telling: Telling, about: { isReplay: boolean }): string
  words(telling: Telling, link: string): string
  test(hook: Pick<HookRow, 'id' | 'shape'>, eventId: string, at: number): string
}
