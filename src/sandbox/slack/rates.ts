import { posting, type Tier, tiers } from './limits.ts'

interface Bucket {
  left: number
  at: number
}

/** Token buckets by name. `scale` multiplies what is allowed; `false` allows all. */
export function createRates(scale: false | number, now: () => number) {
  const buckets = new Map<string, Bucket>()

  /** Takes one, or returns the seconds to wait. */
  function take(name: string, burst: number, perSecond: number): number | undefined {
    if (scale === false) return undefined
    const most = burst * scale
    const bucket = buckets.get(name) ?? { left: most, at: now() }
    buckets.set(name, bucket)
    const speed = perSecond * scale
    bucket.left = Math.min(most, bucket.left + (Math.max(0, now() - bucket.at) / 1000) * speed)
    bucket.at = now()
    if (bucket.left < 1) return Math.max(1, Math.ceil((1 - bucket.left) / speed))
    bucket.left -= 1
    return undefined
  }

  return {
    /** The seconds that this call has to wait; undefined when it may go on. */
    wait(method: string, tier: Tier, channel: string | undefined): number | undefined {
      if (method !== 'chat.postMessage') return take(method, tiers[tier], tiers[tier] / 60)
      return (
        take(`post ${channel}`, posting.burst, posting.perSecond) ??
        take('post', posting.workspacePerMinute, posting.workspacePerMinute / 60)
      )
    },
  }
}

export type Rates = ReturnType<typeof createRates>
