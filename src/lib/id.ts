import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

const RANDOM = 16 // bytes that one id takes
const pool = Buffer.alloc(RANDOM * 256) // asking for randomness is what an id costs, so it is asked for by the hundred
let used = pool.length
let last = { msecs: 0, seq: 0 }

/** A new UUIDv7: unique, and later ones sort after earlier ones of the same process. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const random = pool.subarray(used, used + RANDOM)
  used += RANDOM
  last = next(Date.now(), random.readUInt32BE(6))
  return v7({ random, ...last })
}

/** A millisecond begins anywhere in the first half of its sequence, and goes on from there. */
function next(now: number, start: number): typeof last {
  if (now > last.msecs) return { msecs: now, seq: start >>> 1 }
  const seq = (last.seq + 1) >>> 0
  return { msecs: seq === 0 ? last.msecs + 1 : last.msecs, seq }
}

/** The smallest id of this moment (ms UTC): those made later sort after it. */
export function idAt(at: number): string {
  return v7({ msecs: at, seq: 0, random: new Uint8Array(RANDOM) })
}
