import type { Letter, Retry } from '../letter.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What is done when the far side says "later"; RFC 5321 4.5.4.1 asks for days of it. */
const LADDER = [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR]

/** For how long a mail is tried before it is given up, counted from the first failure. A full mailbox gets three days. */
const LIFE = { soon: 48 * HOUR, later: 48 * HOUR, daily: 3 * DAY - HOUR }

/** When a letter is to be tried again (ms from now), or null when it was tried for long enough. */
export function nextTry(letter: Letter, retry: Retry, now: number): number | null {
  const { tries = 'soon', afterMs } = retry
  if (tries === 'uncounted') return afterMs ?? MINUTE
  // what is at the desk is ours to see: it is never given up
  if (letter.key !== null && now - (letter.deferredAt ?? now) > LIFE[tries]) return null
  if (afterMs !== undefined) return afterMs
  if (tries === 'soon') return backOff(letter.attempts)
  const wait = tries === 'daily' ? DAY : (LADDER[Math.min(letter.deferrals, LADDER.length - 1)] as number)
  return Math.round(wait * (1 + jitter(letter) / 10))
}

/** 1 s, 2 s, 4 s ... 10 min (ms), after so many tries. */
export function backOff(attempts: number): number {
  return Math.min(SECOND * 2 ** Math.min(attempts - 1, 10), 10 * MINUTE)
}

/** 0 to 1, another for each letter: those that failed together do not come back together. */
function jitter({ id }: Letter): number {
  return Number.parseInt(id.slice(-4), 16) / 0xffff || 0
}

/** In words, for a mail that was given up. */
export function givenUp(retry: Retry): string {
  return `It could not be delivered for ${retry.tries === 'daily' ? 'three' : 'two'} days: ${retry.reason}`
}
