import { SocketModeClient } from '@slack/socket-mode'
import type { Log } from '../../../lib/log.ts'
import type { Intake } from './take.ts'

const SOCKETS = 2 // while one is being replaced the other takes what comes
const DISCONNECT_MS = 2_000

/** Slack over Socket Mode: no public address needed. https://docs.slack.dev/apis/events-api/using-socket-mode */
export function createSockets(options: {
  appToken: string
  apiUrl: string | undefined
  log: Log
  /** Called when a socket is open again after there was none; since when, in ms UTC. */
  backAfter: (since: number) => void
}) {
  const open = new Set<SocketModeClient>()
  let noneSince: number | undefined
  const clients = Array.from({ length: SOCKETS }, () => {
    const client = new SocketModeClient({
      appToken: options.appToken,
      logger: quiet(options.log),
      clientOptions: {
        ...(options.apiUrl ? { slackApiUrl: options.apiUrl } : {}),
        timeout: 10_000,
        retryConfig: PATIENCE,
      },
    })
    againOnFailure(client, options.log)
    client.on('error', error => options.log.warn({ err: error }, 'A Slack socket had trouble; it reconnects.'))
    client.on('connected', () => {
      open.add(client)
      if (noneSince !== undefined) options.backAfter(noneSince)
      noneSince = undefined
    })
    client.on('close', () => {
      open.delete(client)
      if (open.size === 0) noneSince ??= Date.now()
    })
    return client
  })
  return {
    /** May be called again after it failed: what comes then is taken once. */
    async start(intake: Intake): Promise<void> {
      for (const client of clients) {
        client.removeAllListeners('slack_event')
        client.on('slack_event', ({ body, ack, retry_num, retry_reason }) =>
          intake.take({ body, ack, retryNum: retry_num, retryReason: retry_reason }),
        )
      }
      try {
        await Promise.all(clients.map(c => c.start()))
      } catch (error) {
        await stop()
        throw error
      }
    },
    /** How many are open. */
    open: () => open.size,
    stop,
  }

  async function stop(): Promise<void> {
    await Promise.all(clients.map(c => Promise.race([c.disconnect(), rest(DISCONNECT_MS)])))
  }
}

/** Without it an outage of an hour is followed by many minutes without a socket. */
const PATIENCE = { forever: true, factor: 1.3, maxTimeout: 15_000 }
const AGAIN_MS = 30_000

/** A socket that was open and cannot be opened again is tried again; socket-mode would end the process by a rejection. */
function againOnFailure(client: SocketModeClient, log: Log): void {
  const start = client.start.bind(client)
  let isLeaving = false
  let wasOpen = false
  let again: NodeJS.Timeout | undefined
  client.on('connected', () => {
    wasOpen = true
  })
  client.on('disconnecting', () => {
    isLeaving = true
    clearTimeout(again)
  })
  client.start = () =>
    start().catch(error => {
      if (isLeaving) return {} as Awaited<ReturnType<typeof start>> // it was being opened in that moment
      if (!wasOpen) throw error
      log.error({ err: error }, 'A Slack socket cannot be opened; trying again.')
      again = setTimeout(() => client.start(), AGAIN_MS)
      return {} as Awaited<ReturnType<typeof start>>
    })
}

/** socket-mode 3.1 may never resolve disconnect() (node-slack-sdk #2656). */
function rest(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}

function quiet(log: Log) {
  return {
    debug: () => {},
    info: () => {},
    warn: (...words: unknown[]) => log.warn(words.map(String).join(' ')),
    error: (...words: unknown[]) => log.error(words.map(String).join(' ')),
    setLevel: () => {},
    getLevel: () => 'warn' as never,
    setName: () => {},
  }
}
