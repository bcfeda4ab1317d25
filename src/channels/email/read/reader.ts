import type { Worker } from 'node:worker_threads'
import { threadOf } from '../../../lib/thread.ts'
import type { Envelope } from '../receive/recipients.ts'
import type { ReadContext, Reading } from './mail.ts'
import { type Answer, READY, type Request } from './worker-words.ts'

/** Reads mails in a thread of its own, one after another. */
export interface Reader {
  /**
   * What a mail says. One that takes too long, that no parser can read or that ends the thread is a reading, too, of kind
   * `unreadable`. Rejects only when no thread can be had, or once the reader is closed: then the mail is to be read later.
   */
  read(bytes: Buffer, envelope: Envelope, context: ReadContext): Promise<Timed>
  /** Ends the thread; safe to call twice. */
  close(): Promise<void>
}

/** A reading, and how long the thread was at it. */
export type Timed = Reading & { ms: number }

export interface ReaderOptions {
  deadlineMs?: number // of work for one mail
  idleMs?: number // without work, until the thread is ended
  heapMb?: number // that it may take
  file?: URL // what runs in the thread
}

interface Job {
  bytes: Buffer
  envelope: Envelope
  context: ReadContext
  done: (reading: Timed) => void
  failed: (error: Error) => void
}

/** Of a mail that is longer only the beginning is read. */
export const MOST_RAW = 40 * 1024 * 1024

const LONGEST_START_MS = 30_000

/** The thread has the next mails before it is done with one, so that it need not wait for them: as many, and as much. */
const AHEAD = 8
const BYTES_AHEAD = 1024 * 1024

const PATIENCE = 5 // deadlines

/** What can be said all the same. All that reading needs is loaded here only then: the thread has it. */
async function withoutReading({ bytes, envelope }: Job, rule: string): Promise<Reading> {
  const { unreadable } = await import('./mail.ts')
  return unreadable(bytes, envelope, rule)
}

let ours: Reader | undefined

/** The one reader of this process. Nobody closes it: without work its thread ends, and keeps no process alive before. */
export function sharedReader(): Reader {
  ours ??= createReader()
  return ours
}

/** A reader whose thread starts with the first mail. */
export function createReader(options: ReaderOptions = {}): Reader {
  const { deadlineMs = 2_000, idleMs = 60_000, heapMb = 384, file = ownFile() } = options
  const waiting: Job[] = []
  const given: Job[] = [] // what the thread has, in its order: it is at the first
  let thread: Worker | null = null
  let isReady = false
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let begunAt = 0

  function next(): void {
    if (!waiting.length) {
      if (!given.length) rest()
      return
    }
    if (!thread) start()
    thread?.ref()
    while (isReady && waiting[0] && hasRoomFor(waiting[0])) give(waiting.shift() as Job)
  }

  function hasRoomFor(job: Job): boolean {
    const bytes = given.reduce((sum, j) => sum + j.bytes.length, job.bytes.length)
    return !given.length || (given.length < AHEAD && bytes <= BYTES_AHEAD)
  }

  /** Without work the thread keeps no process alive, and after a while it ends. */
  function rest(): void {
    clearTimeout(timer)
    thread?.unref()
    timer = setTimeout(drop, idleMs).unref()
  }

  function start(): void {
    clearTimeout(timer)
    const started = threadOf(file, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: heapMb } })
    thread = started
    isReady = false
    timer = setTimeout(() => lost(started, null), LONGEST_START_MS)
    started.on('message', (message: typeof READY | Answer) => {
      if (thread !== started) return
      clearTimeout(timer)
      if (message !== READY) return answered(message)
      isReady = true
      next()
    })
    started.on('error', (error: Error & { code?: string }) =>
      lost(
        started,
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'the reader ran out of memory' : 'the reader broke off',
        error,
      ),
    )
    started.on('exit', () => lost(started, 'the reader broke off'))
  }

  function give(job: Job): void {
    const bytes = new Uint8Array(job.bytes) // a copy to hand over: this side still needs its own if the thread is lost
    const { envelope, context } = job
    given.push(job)
    thread?.postMessage({ bytes, envelope, context } satisfies Request, [bytes.buffer])
    if (given.length === 1) begin(job)
  }

  /** The thread begins with this one now. */
  function begin(job: Job): void {
    clearTimeout(timer)
    begunAt = performance.now()
    watch(job, process.cpuUsage())
  }

  /**
   * Counts the time that this process worked, not what a busy or sleeping machine withheld from it: a thread that hangs
   * works all the while. One that waits for ever without working is ended, too, though later.
   */
  function watch(job: Job, since: NodeJS.CpuUsage, ms = deadlineMs): void {
    timer = setTimeout(() => {
      if (job !== given[0] || !thread) return
      const { user, system } = process.cpuUsage(since)
      const left = deadlineMs - (user + system) / 1_000
      const isLate = performance.now() - begunAt > PATIENCE * deadlineMs
      if (left > 1 && !isLate) watch(job, since, left)
      else lost(thread, `took longer than ${deadlineMs / 1000} s`)
    }, ms)
  }

  function answered({ reading, ms }: Answer): void {
    const job = given.shift()
    if (given[0]) begin(given[0])
    job?.done({ ...reading, files: reading.files.map(f => ({ ...f, bytes: asBuffer(f.bytes) })), ms })
    next()
  }

  /** The thread is gone, or is to go, over the mail in hand; `rule` is null when that was not the mail's doing. */
  function lost(which: Worker, rule: string | null, cause?: Error): void {
    if (thread !== which) return
    const wasReady = isReady
    const [job, ...after] = wasReady ? given.splice(0) : waiting.splice(0, 1)
    waiting.unshift(...after)
    drop()
    const ms = performance.now() - begunAt
    if (job && wasReady && rule) withoutReading(job, rule).then(r => job.done({ ...r, ms }), job.failed)
    else
      job?.failed(
        new Error(`The thread that reads mails does not start${cause ? `: ${cause.message}` : '.'}`, { cause }),
      )
    next()
  }

  function drop(): void {
    clearTimeout(timer)
    const old = thread
    thread = null
    isReady = false
    old?.terminate().catch(() => {})
  }

  return {
    read(bytes, envelope, context) {
      return new Promise((done, failed) => {
        if (isClosed) return failed(new Error('The reader is closed.'))
        const isLong = bytes.length > MOST_RAW
        waiting.push({
          bytes: isLong ? bytes.subarray(0, MOST_RAW) : bytes,
          envelope: isLong ? { ...envelope, bytes: envelope.bytes ?? bytes.length } : envelope,
          context,
          done,
          failed,
        })
        next()
      })
    },
    async close() {
      isClosed = true
      const left = [...given.splice(0), ...waiting.splice(0)]
      const old = thread
      drop()
      for (const job of left) job.failed(new Error('The reader is closed.'))
      await old?.terminate()
    },
  }
}

/** As it is run: compiled, or from source in development and tests. */
function ownFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
