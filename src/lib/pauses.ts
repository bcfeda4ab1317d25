/** Places that asked for a pause, such as a Slack channel after a 429. */
export interface Pauses {
  begin(place: string, ms: number): void
  /** The places that are paused now. */
  places(): string[]
  /** When pauses end (ms UTC). */
  ends(): number[]
}

export function startPauses(now: () => number): Pauses {
  const until = new Map<string, number>()
  return {
    begin: (place, ms) => until.set(place, now() + ms),
    places() {
      for (const [place, end] of until) if (end <= now()) until.delete(place)
      return [...until.keys()]
    },
    ends: () => [...until.values()],
  }
}
