import type { AddressInfo } from 'node:net'
import { type FastifyInstance, fastify } from 'fastify'
import { type Announcer, startAnnouncer } from './announcer.ts'
import { API_WAYS, mountDoor } from './api/door.ts'
import { mountHealth } from './api/health.ts'
import { mountMetrics } from './api/metrics.ts'
import { mountFiles } from './api/pages/files.ts'
import { mountTicketLinks } from './api/pages/ticket-links.ts'
import { mountUnsubscribe } from './api/pages/unsubscribe.ts'
import type { Channel } from './channels/channel.ts'
import { createEmail } from './channels/email/index.ts'
import { createSlack } from './channels/slack/index.ts'
import { startChats } from './chats.ts'
import type { Config } from './config.ts'
import { releaseLeases } from './core/deliveries/claim.ts'
import { releasePostLeases } from './core/hooks/carry.ts'
import { releaseInboundLeases } from './core/inbound/claim.ts'
import { welcome } from './core/welcome.ts'
import { openStore } from './db/open.ts'
import type { Store, Tx } from './db/store.ts'
import { startErasing } from './erasing.ts'
import { type Hooks, startHooks } from './hooks.ts'
import { type Inbox, startInbox } from './inbox.ts'
import { startIndexing } from './indexing.ts'
import { startJobs } from './jobs.ts'
import type { Log } from './lib/log.ts'
import { version } from './lib/project.ts'
import { createMetrics } from './metrics.ts'
import { type Outbox, startOutbox } from './outbox.ts'
import { type Routing, startRouting } from './routing.ts'

export interface Overture {
  readonly store: Store
  readonly outbox: Outbox
  readonly announcer: Announcer
  readonly inbox: Inbox
  readonly routing: Routing
  readonly hooks: Hooks
  /** Where the HTTP server listens, `http://host:port`. */
  readonly url: string
  /** Where the inbound mail listener listens, or null. */
  readonly mailPort: number | null
  /** Drains: intake stops, work in hand ends, connections close. Safe to call twice. */
  stop(): Promise<void>
}

/** Starts everything: the one place that knows all parts. Resolves once it takes in and carries. */
export async function start(config: Config, log: Log, now: () => number = Date.now): Promise<Overture> {
  const store = await openStore(config.databaseUrl, config.secret, now)
  store.files = { mailBytes: config.mail.maxBytes, publicUrl: config.http.publicUrl }
  if (store.engine === 'sqlite') await store.write(takeUpAgain)
  await store.write(tx => welcome(tx, { desk: config.desk, from: config.mail.from }))

  const email = createEmail({
    store,
    log,
    smtpUrl: config.mail.smtpUrl,
    imapUrl: config.mail.imapUrl,
    listen: config.mail.listen,
    oauth: config.mail.oauth,
    tls: config.mail.tls,
    relays: config.mail.relays,
    authservIds: config.mail.authservIds,
    webhookSecret: config.mail.webhookSecret,
    perMinute: config.mail.perMinute,
  })
  const slack = createSlack({
    store,
    log,
    ...config.slack,
    localHooks: config.http.localHooks,
    sendTest: email.sendTest,
    composeMail: email.composeMail,
  })
  const metrics = createMetrics(store)
  const channels = new Map<string, Channel>([slack, email].map(c => [c.name, metrics.watched(c)]))

  const server = fastify({ logger: false, bodyLimit: 4 * 1024 * 1024, requestTimeout: 60_000 }) // a large mail on a slow line takes a while
  mountHealth(server, store, () => channels.values())
  mountMetrics(server, metrics, config.http.metricsToken)
  slack.mount(server)
  email.mount(server)
  mountFiles(server, store)
  mountUnsubscribe(server, store)
  mountTicketLinks(server, store, slack.threadUrl)
  const closeApi = mountDoor(server, API_WAYS, log, async () => {
    const { createApi } = await import('./api/index.ts')
    const { localHooks } = config.http
    const { places, formOfTicket } = slack
    const readHtml = await email.htmlReader()
    const given = { metrics, version: version(), localHooks, places, readHtml, formOfTicket }
    return createApi({ store, log, ...config.api, ...given })
  })

  const stopping: (() => Promise<unknown>)[] = [() => store.close()]
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= inTurn(stopping.splice(0).reverse()))
  try {
    await server.listen({ host: config.http.host, port: config.http.port })
    stopping.push(closeApi, () => server.close())
    for (const channel of channels.values()) {
      stopping.push(() => channel.stop())
      await channel.start()
    }
    const outbox = startOutbox(store, channels, log)
    const announcer = startAnnouncer(store, channels, log)
    const inbox = startInbox(store, channels, log)
    const chats = startChats(store, log)
    const routing = startRouting(store, channels, log)
    const indexing = startIndexing(store, log)
    const hooks = startHooks(store, log, {
      local: config.http.localHooks,
      threadUrl: slack.threadUrl,
      writer: async () => (await import('./api/thena/webhooks/event.ts')).thenaWriter,
    })
    const erasing = startErasing(store, channels, log)
    const jobs = startJobs(store, log, { keepMailDays: config.mail.keepDays, tendQueue: routing.tend })
    stopping.push(
      () => outbox.stop(),
      () => announcer.stop(),
      () => inbox.stop(),
      () => chats.stop(),
      () => routing.stop(),
      () => indexing.stop(),
      () => hooks.stop(),
      () => erasing.stop(),
      () => jobs.stop(),
    )
    stopping.push(() => Promise.all([...channels.values()].map(c => c.stopIntake())))
    return {
      store,
      outbox,
      announcer,
      inbox,
      routing,
      hooks,
      url: addressOf(server),
      mailPort: email.listenPort(),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** SQLite has one process: what an earlier one was at when it ended, nobody else is at now. */
async function takeUpAgain(tx: Tx): Promise<void> {
  await releaseLeases(tx)
  await releaseInboundLeases(tx)
  await releasePostLeases(tx)
}

/** One that fails keeps no other from its turn; the first failure is thrown at the end. */
async function inTurn(steps: (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) await step().catch(error => failures.push(error))
  if (failures.length) throw failures[0]
}

function addressOf(server: FastifyInstance): string {
  const { address, family, port } = server.server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
