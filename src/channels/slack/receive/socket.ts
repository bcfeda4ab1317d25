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
      ...(options.apiUrl ? { clientOptions: { slackApiUrl: options.apiUrl } } : {}),
    })
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
    async start(intake: Intake): Promise<void> {
      for (const client of clients)
        client.on('slack_event', ({ body, ack, retry_num, retry_reason }) =>
          intake.take({ body, ack, retryNum: retry_num, retryReason: retry_reason }),
        )
      await Promise.all(clients.map(c => c.start()))
    },
    async stop(): Promise<void> {
      await Promise.all(clients.map(c => Promise.race([c.disconnect(), rest(DISCONNECT_MS)])))
    },
  }
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
