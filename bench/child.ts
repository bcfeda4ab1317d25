import { type ChildProcess, fork } from 'node:child_process'
import type { Reply } from './answers.ts'

/** A process of ours that does what it is asked. */
export interface Child {
  /** Has the child do something; resolves with what it answers. Rejects when it fails, dies or takes over two minutes, or as long as is said. */
  ask<T>(what: string, args?: object, patienceMs?: number): Promise<T>
  /** Ends it; resolves once it is gone. */
  stop(): Promise<void>
}

const PATIENCE_MS = 120_000
const FAREWELL_MS = 10_000

const alive = new Set<ChildProcess>()

/** Starts a compiled program of the bench; resolves once it says that it is ready. */
export async function startChild(file: string, env: Record<string, string>, nodeOptions: string[]): Promise<Child> {
  const child = fork(file, {
    env: { ...surroundings(), ...env },
    execArgv: nodeOptions,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  alive.add(child)
  const waiting = new Map<number, { done: (value: never) => void; failed: (error: Error) => void }>()
  let asked = 0

  child.on('message', (reply: Reply) => {
    const question = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (reply.error !== undefined) question?.failed(new Error(reply.error))
    else question?.done(reply.value as never)
  })
  const gone = new Promise<void>(resolve => {
    child.once('exit', (code, signal) => {
      alive.delete(child)
      for (const { failed } of waiting.values()) failed(new Error(`${file} ended early (${signal ?? code}).`))
      resolve()
    })
  })

  function ask<T>(what: string, args: object = {}, patienceMs = PATIENCE_MS): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const id = ++asked
      const timer = setTimeout(() => reject(new Error(`"${what}" took over ${patienceMs / 1000} s.`)), patienceMs)
      const over = (): void => {
        clearTimeout(timer)
        waiting.delete(id)
      }
      waiting.set(id, {
        done: value => {
          over()
          resolve(value)
        },
        failed: error => {
          over()
          reject(error)
        },
      })
      child.send({ id, what, args }, error => error && waiting.get(id)?.failed(error))
    })
  }

  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const force = setTimeout(() => child.kill('SIGKILL'), FAREWELL_MS)
    ask('stop').catch(() => {})
    await gone
    clearTimeout(force)
  }

  try {
    await ask('ready')
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return { ask, stop }
}

/** Ends at once whatever was started and still runs. */
export function killAll(): void {
  for (const child of alive) child.kill('SIGKILL')
}

/** Nothing of the caller's own settings reaches a child. */
export function surroundings(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }), NODE_ENV: 'production' }
}
