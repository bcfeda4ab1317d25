import { readFileSync } from 'node:fs'
import { App, HTTPReceiver, SocketModeReceiver } from '@slack/bolt'
import { startSlack } from '../../../src/sandbox/slack/server.ts'
import type { SlackOptions, SlackSandbox } from '../../../src/sandbox/slack/types.ts'

export const manifest = readFileSync(new URL('../../../manifest.yml', import.meta.url), 'utf8')

const open: (() => Promise<unknown>)[] = []

/** Ends what the tests of a file started, newest first. */
export async function closeAll(): Promise<void> {
  for (const close of open.splice(0).reverse()) await close()
}

export async function slackFor(options: Partial<SlackOptions> = {}): Promise<SlackSandbox> {
  const slack = await startSlack({ manifest, ...options })
  open.push(() => slack.close())
  return slack
}

/** A real Bolt app on Socket Mode. */
export async function boltOn(slack: SlackSandbox, listen: (app: App) => void): Promise<App> {
  const clientOptions = { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true }
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    logger: silent,
    installerOptions: { clientOptions },
  })
  endQuietly(receiver.client)
  const app = new App({
    token: slack.botToken,
    receiver,
    logger: silent,
    convoStore: false,
    ignoreSelf: false,
    clientOptions,
  })
  app.error(async () => {})
  listen(app)
  await app.start()
  open.push(() => app.stop())
  return app
}

/** A socket that is ended while it is being opened again rejects a promise that nobody has. */
function endQuietly(client: SocketModeReceiver['client']): void {
  const start = client.start.bind(client)
  let isLeaving = false
  client.on('disconnecting', () => {
    isLeaving = true
  })
  client.start = () =>
    start().catch(error => {
      if (!isLeaving) throw error
      return {} as Awaited<ReturnType<typeof start>>
    })
}

/** A real Bolt app behind signed requests, on a free port. */
export async function boltBehind(slack: SlackSandbox, listen: (app: App) => void): Promise<App> {
  const receiver = new HTTPReceiver({ signingSecret: slack.signingSecret, logger: silent, endpoints: '/slack/events' })
  const app = new App({
    token: slack.botToken,
    receiver,
    logger: silent,
    convoStore: false,
    ignoreSelf: false,
    clientOptions: { slackApiUrl: slack.apiUrl },
  })
  app.error(async () => {})
  listen(app)
  const server = (await app.start({ port: 0, host: '127.0.0.1' })) as unknown as { address(): { port: number } }
  open.push(() => app.stop())
  await slack.sendEventsTo(`http://127.0.0.1:${server.address().port}/slack/events`)
  return app
}

export const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => 'error' as never,
  setName() {},
}
