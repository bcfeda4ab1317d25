const LONGEST_WAIT_MS = 15_000

/** Waits for what is to come true, looking again every few milliseconds; returns it. */
export async function until<T>(look: () => Promise<T> | T, wanted: (value: T) => boolean = Boolean): Promise<T> {
  const end = Date.now() + LONGEST_WAIT_MS
  for (;;) {
    const value = await look()
    if (wanted(value)) return value
    if (Date.now() > end) throw new Error(`Did not come true: ${JSON.stringify(value)}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
