import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, startChild } from './child.ts'
import type { SideName } from './side.ts'

export interface Options {
  quick: boolean
  tickets: number // in the database where a row needs many
  profile: string | null // a folder for CPU profiles of ours and the raw parts
}

/** Where a round happens: the compiled programs, a folder of its own on disk, and the far side. */
export interface World {
  options: Options
  /** The smaller of two sizes with `--quick`. */
  size(full: number, quick: number): number
  /** A path in the bench's folder. */
  path(name: string): string
  /** A fresh far side, and a way to start what is measured against it; all of it ends with the work. */
  withFar<T>(work: (round: Round) => Promise<T>): Promise<T>
  /** The settings of a real start against this far side. */
  settings(ports: Ports, database: string): Record<string, string>
  program(name: string): string
  close(): void
}

export interface Ports {
  mail: number
  slack: number
}

export interface Round {
  far: Child
  ports: Ports
  /** Starts a compiled program of the bench with the settings of a real start, on an empty database unless one is named. */
  start(program: string, side: SideName, database?: string): Promise<Child>
}

export function createWorld(compiled: string, scratchIn: string, options: Options): World {
  const scratch = mkdtempSync(join(scratchIn, 'bench-'))
  let databases = 0

  const world: World = {
    options,
    size: (full, quick) => (options.quick ? quick : full),
    path: name => join(scratch, name),
    program: name => join(compiled, `${name}.js`),
    settings: (ports, database) => ({
      SLACK_BOT_TOKEN: 'xoxb-bench',
      SLACK_APP_TOKEN: 'xapp-bench',
      SLACK_API_URL: `http://127.0.0.1:${ports.slack}/api/`,
      DESK_CHANNEL: 'C0BENCH',
      SMTP_URL: `smtp://127.0.0.1:${ports.mail}?ignoreTLS=true`,
      MAIL_FROM: 'Support <support@bench.test>',
      MAIL_PER_MINUTE: '1000000', // all its customers are of one domain
      MAIL_LISTEN: '127.0.0.1:0',
      DATABASE_URL: database,
      HOST: '127.0.0.1',
      PORT: '0',
      APP_SECRET: 'the secret of the bench',
      HOLD_SECONDS: '0',
      PUBLIC_URL: 'https://overture.bench.test',
      API_PER_MINUTE: '1000000',
      LOG_LEVEL: 'warn',
    }),
    async withFar(work) {
      const started: Child[] = []
      try {
        const far = await startChild(world.program('sinks'), {}, [])
        started.push(far)
        const ports = await far.ask<Ports>('ports')
        return await work({
          far,
          ports,
          async start(program, side, database = join(scratch, `${++databases}.db`)) {
            const profiling = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${join(options.profile, side)}`] : []
            const child = await startChild(world.program(program), world.settings(ports, database), profiling)
            started.push(child)
            return child
          },
        })
      } finally {
        for (const child of started.reverse()) await child.stop()
      }
    },
    close: () => rmSync(scratch, { recursive: true, force: true }),
  }
  return world
}
