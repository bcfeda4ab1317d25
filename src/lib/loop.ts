/**
 * Runs a round of work whenever somebody knocks or the time that the last round named has come; never two rounds at once.
 * A knock during a round starts another one after it.
 */
export interface Loop {
  knock(): void
  /** No round is in hand or asked for. */
  isResting(): boolean
  /** Ends: no new round begins; resolves once the one in hand is over. */
  stop(): Promise<void>
}

const LOOK_AGAIN_MS = 2

/** Resolves once a loop rests with nothing in hand, and nothing is due now. */
export async function untilIdle(
  loop: Loop,
  work: { inHand: Map<string, unknown>; done(): Promise<unknown>; due(): Promise<number | null>; now(): number },
): Promise<void> {
  for (;;) {
    await work.done()
    const due = await work.due()
    const isResting = loop.isResting() // what a round has just claimed is not in hand yet
    if (isResting && work.inHand.size === 0 && (due === null || due > work.now())) return
    if (isResting) loop.knock()
    await new Promise(resolve => setTimeout(resolve, LOOK_AGAIN_MS))
  }
}

const LONGEST_REST_MS = 5_000
const AFTER_A_FAILURE_MS = 1_000

/** `round` returns after how many milliseconds the next one is due, 0 for at once, null when it knows of none. */
export function startLoop(round: () => Promise<number | null>, failed: (error: unknown) => void): Loop {
  let knocked = true
  let stopped = false
  let rest: { timer: NodeJS.Timeout; wake: () => void } | undefined

  async function run(): Promise<void> {
    while (!stopped) {
      knocked = false
      const wait = await round().catch(error => {
        failed(error)
        return AFTER_A_FAILURE_MS
      })
      if (!knocked && !stopped && wait !== 0) await pause(Math.min(wait ?? LONGEST_REST_MS, LONGEST_REST_MS))
      rest = undefined
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      rest = {
        timer,
        wake: () => {
          clearTimeout(timer)
          resolve()
        },
      }
    })
  }

  const running = run()
  return {
    isResting: () => rest !== undefined && !knocked,
    knock() {
      knocked = true
      rest?.wake()
    },
    async stop() {
      stopped = true
      rest?.wake()
      await running
    },
  }
}
