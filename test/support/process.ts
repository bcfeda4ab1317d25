import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Overture as `npm start` runs it: built, a process of its own. */
export interface Running {
  readonly pid: number
  /** All that it has said, for when a test fails. */
  said(): string
  /** Resolves with the exit code (null after a signal) once it has ended. */
  readonly ended: Promise<number | null>
  kill(signal: NodeJS.Signals): void
  /** Has one that was started as mortal die at its n-th commit from now on, such as `before:3` or `after:3`. */
  killAt(point: string): void
  isOver(): boolean
}

/** Starts the process; resolves once it says that it is ready, or has ended. */
export async function startProcess(
  env: Record<string, string>,
  options: { isMortal?: boolean } = {},
): Promise<Running> {
  const preload = options.isMortal ? ['--import', new URL('kill-at.mjs', import.meta.url).href] : []
  const child = spawn(process.execPath, [...preload, builtCli(), 'start'], {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'ignore', 'pipe', ...(options.isMortal ? ['ipc' as const] : [])],
  })
  return watch(child)
}

/** The command line as `npm run build` makes it: by whoever asks first, for all workers of this run. */
export function builtCli(): string {
  const built = `${ROOT}${inject('built')}`
  if (!existsSync(built)) build(built)
  return `${built}/cli.js`
}

/** Made aside and put there whole; when two build at the same time, the first one's is used by both. */
function build(built: string): void {
  const aside = `${built}-${process.pid}`
  execFileSync(`${ROOT}node_modules/.bin/tsx`, ['build.ts', aside], { cwd: ROOT })
  try {
    renameSync(aside, built)
  } catch (error) {
    rmSync(aside, { recursive: true })
    if (!existsSync(built)) throw error
  }
}

function watch(child: ChildProcess): Promise<Running> {
  let said = ''
  const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
  const running: Running = {
    pid: child.pid as number,
    said: () => said,
    ended,
    killAt: point => child.send(point, () => {}), // it may be dying already
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    kill: signal => {
      if (!running.isOver()) child.kill(signal)
    },
  }
  return new Promise(resolve => {
    ended.then(() => resolve(running))
    child.stderr?.on('data', chunk => {
      said += chunk
      if (said.includes('Overture is ready.')) resolve(running)
    })
  })
}

/**
 * A loopback port that is free now, for servers that must come back at the same one: below those that the system gives to
 * outgoing connections, one of which could take it while the server is down.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer()
    probe.on('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
