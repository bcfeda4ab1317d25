/** What a child is asked over IPC, and its answer. */
export interface Question {
  id: number
  what: string
  args: object
}
export interface Reply {
  id: number
  value?: unknown
  error?: string
}

/** CPU time of the whole process, all threads, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

type Answers = Record<string, (args: never) => unknown>

/** Answers what the bench asks until it asks to stop, or is gone. `begin` makes the answers; afterwards it is ready. */
export function answer(begin: () => Promise<Answers>): void {
  const begun = Promise.resolve().then(begin) // once the whole file is read
  const common: Answers = { ready: () => true, cpu: cpuMs, rss: () => process.memoryUsage.rss() }

  process.on('message', async ({ id, what, args }: Question) => {
    const reply: Reply = { id }
    try {
      const answers: Answers = { ...common, ...(await begun) }
      reply.value = await answers[what]?.(args as never)
    } catch (error) {
      reply.error = error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
    process.send?.(reply, () => what === 'stop' && process.exit())
  })
  process.on('disconnect', () => process.exit(1))
}
