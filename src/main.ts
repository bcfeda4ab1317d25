import { start } from './app.ts'
import { ConfigFault, readConfig } from './config.ts'
import { createLog } from './lib/log.ts'

/** Runs Overture until SIGTERM or SIGINT, then drains: intake stops, work in hand ends, connections close, exit 0. */
export async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(env)
  const log = createLog(config.logLevel)
  const overture = await start(config, log)
  log.info(
    { url: overture.url, mailPort: overture.mailPort, mode: config.slack.appToken ? 'socket' : 'http' },
    'Overture is ready.',
  )
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      log.info({ signal }, 'Stopping.')
      overture.stop().then(
        () => log.info('Stopped.'),
        error => {
          log.error({ err: error }, 'Stopping went wrong.')
          process.exitCode = 1
        },
      )
    })
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
