import { type Logger, pino } from 'pino'

export type Log = Logger

/** A log of JSON lines on standard error, so that standard output stays a command's own. */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: false }))
}
