import { performance } from 'node:perf_hooks'

const EVERY_MS = 20

/** Watches the process while it works: its memory, and for how long nothing else got its turn. */
export interface Watch {
  /** The most memory since the watch began (MB), and the longest time that the event loop was held up (ms). */
  end(): { peakMb: number; stallMs: number }
}

export function watchProcess(): Watch {
  let peak = process.memoryUsage.rss()
  let stall = 0
  let last = performance.now()
  const look = (): void => {
    const now = performance.now()
    stall = Math.max(stall, now - last - EVERY_MS)
    last = now
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const timer = setInterval(look, EVERY_MS)
  return {
    end() {
      clearInterval(timer)
      look()
      return { peakMb: peak / 1_000_000, stallMs: stall }
    },
  }
}

/** Now, by a clock that is the same in all processes of this machine (ms). */
export function clock(): number {
  return performance.timeOrigin + performance.now()
}
