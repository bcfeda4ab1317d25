/** How fast mail goes to each recipient domain: at once as long as there is little, evenly once there is much. */
export interface Pace {
  /** Whether a letter may go now; else in how many ms it is its turn, which is then kept for it. `done` must follow. */
  begin(letter: { id: string; domain: string; hurried: boolean }, now: number): number
  /** A letter that was let go is through. */
  done(domain: string): void
  /** The domain's servers find us too fast: half the speed, after a pause. */
  slower(domain: string, now: number): void
  /** The domain's servers took a mail: a hundredth of the full speed comes back. */
  faster(domain: string): void
}

/** One way into a domain; what is hurried has a way of its own, so that an answer never waits behind outreach. */
interface Lane {
  nextAt: number // when a full bucket's worth of time ahead is used up (the generic cell rate algorithm)
  turns: Map<string, number> // when each letter that was put off has its turn
}

interface Domain {
  perMinute: number
  atOnce: number
  full: number // per minute, when all is well
  hurried: Lane
  other: Lane
  slowedAt: number
}

const MINUTE = 60_000
const SLOWEST = 1 // mails a minute
const PAUSE_MS = MINUTE
const MOST_DOMAINS = 5_000
const MOST_TURNS = 50_000
const BUSY_MS = 1_000

/** Whose mailboxes are many, and whose servers expect much from everybody; all their domains are one. */
const BIG: [name: string, domains: RegExp][] = [
  ['google', /^(gmail|googlemail)\.com$/],
  ['microsoft', /^(outlook|hotmail|live|msn|windowslive)(\.[a-z]{2,3}){1,2}$/],
  ['yahoo', /^((yahoo|ymail|rocketmail)(\.[a-z]{2,3}){1,2}|aol\.com)$/],
  ['apple', /^(icloud|me|mac)\.com$/],
]
const BIG_FACTOR = 5

/** `perMinute`: mails to an ordinary domain; as many may go at once after a silence, a sixth of them side by side. */
export function createPace(perMinute: number): Pace {
  const domains = new Map<string, Domain>()

  function domainOf(name: string): Domain {
    const big = BIG.find(([, of]) => of.test(name))?.[0]
    const known = domains.get(big ?? name)
    if (known) return known
    if (domains.size >= MOST_DOMAINS) forgetOldest()
    const full = big ? perMinute * BIG_FACTOR : perMinute
    const fresh = { perMinute: full, full, atOnce: 0, hurried: newLane(), other: newLane(), slowedAt: -MINUTE }
    domains.set(big ?? name, fresh)
    return fresh
  }

  /** One that nobody is writing to; what it had learned is learned anew. */
  function forgetOldest(): void {
    for (const [name, d] of domains)
      if (d.atOnce === 0 && !d.hurried.turns.size && !d.other.turns.size) {
        domains.delete(name)
        return
      }
  }

  return {
    begin({ id, domain, hurried }, now) {
      const d = domainOf(domain)
      const wait = turnOf(d, laneOf(d, hurried), id, now)
      if (wait > 0) return wait
      if (d.atOnce >= Math.max(1, Math.round(d.perMinute / 6))) {
        laneOf(d, hurried).turns.set(id, now) // its turn has come, but all doors are taken
        return BUSY_MS
      }
      laneOf(d, hurried).turns.delete(id)
      d.atOnce += 1
      return 0
    },
    done(domain) {
      domainOf(domain).atOnce -= 1
    },
    slower(domain, now) {
      const d = domainOf(domain)
      if (now - d.slowedAt < PAUSE_MS) return // those that were under way say the same once more
      d.slowedAt = now
      d.perMinute = Math.max(SLOWEST, d.perMinute / 2)
      for (const lane of [d.hurried, d.other]) {
        lane.turns.clear()
        lane.nextAt = now + PAUSE_MS + MINUTE // the bucket is empty
      }
    },
    faster(domain) {
      const d = domainOf(domain)
      if (d.perMinute < d.full) d.perMinute = Math.min(d.full, d.perMinute + d.full / 100)
    },
  }
}

function newLane(): Lane {
  return { nextAt: 0, turns: new Map() }
}

function laneOf(d: Domain, hurried: boolean): Lane {
  return hurried ? d.hurried : d.other
}

/** How long until the letter's turn; 0 when it is now. A turn that was given is kept. */
function turnOf(d: Domain, lane: Lane, id: string, now: number): number {
  const given = lane.turns.get(id)
  if (given !== undefined) return Math.max(0, given - now)
  if (lane.turns.size >= MOST_TURNS) lane.turns.clear() // of letters that were withdrawn, most of them
  const at = Math.max(lane.nextAt, now)
  const wait = Math.round(at - MINUTE - now)
  lane.nextAt = at + MINUTE / d.perMinute
  if (wait <= 0) return 0
  lane.turns.set(id, now + wait)
  return wait
}
