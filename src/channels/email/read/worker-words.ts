import type { Envelope } from '../receive/recipients.ts'
import type { ReadContext, Reading } from './mail.ts'

/** What the thread is asked. */
export interface Request {
  bytes: Uint8Array
  envelope: Envelope
  context: ReadContext
}

/** Said once, when the thread can be asked. */
export const READY = 'ready'

/** What it answers; `ms` is how long it was at it. */
export interface Answer {
  reading: Reading
  ms: number
}
