import { type Overture, start } from './app.ts'
import { ConfigFault, readConfig } from './config.ts'
import { createLog, type Log } from './lib/log.ts'

const LONGEST_DRAIN_MS = 25_000 // those who stop us kill after 30 s, at the latest

/** Runs Overture until SIGTERM or SIGINT, then drains: intake stops, work in hand ends, connections close, exit 0. */
export async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(env)
  const log = createLog(config.logLevel)
  const starting = start(config, log)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(signal, starting, log))
  const overture = await starting
  const mode = config.slack.appToken ? 'socket' : 'http'
  log.info({ url: overture.url, mailPort: overture.mailPort, mode }, 'Overture is ready.')
}

/** A signal that comes during the start is heeded once the start is over, so that nothing is left half open. */
async function end(signal: string, starting: Promise<Overture>, log: Log): Promise<void> {
  log.info({ signal }, 'Stopping.')
  setTimeout(() => {
    log.error(
      'Something far away does not answer; ending without it. What was in hand is carried again after the start.',
    )
    process.exit(1)
  }, LONGEST_DRAIN_MS)
  try {
    await (await starting).stop()
    log.info('Stopped.')
  } catch (error) {
    log.error({ err: error }, 'Stopping went wrong.')
    process.exitCode = 1
  }
  process.exit() // a library may still be waiting for somebody who is away
}

/** Ends a start that could not be with one message that names what to do. */
export function explainFailure(error: unknown): void {
  process.exitCode = 1
  console.error(
    error instanceof ConfigFault
      ? error.message
      : `Overture cannot start: ${error instanceof Error ? error.message : error}`,
  )
}
