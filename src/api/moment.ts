import { z } from 'zod'

/** A moment as programs are told of it: ISO 8601, UTC. */
export const moment = z.iso.datetime()

/** A moment (ms UTC) so written. */
export function isoOf(at: number): string
export function isoOf(at: number | null): string | null
export function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
