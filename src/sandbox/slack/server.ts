import { randomBytes } from 'node:crypto'
import { authMethods } from './api/auth.ts'
import { chat } from './api/chat.ts'
import { conversations } from './api/conversations.ts'
import { emoji } from './api/emoji.ts'
import { files } from './api/files.ts'
import { functions } from './api/functions.ts'
import { reactions } from './api/reactions.ts'
import { serve } from './api/server.ts'
import { unfurling } from './api/unfurl.ts'
import { users } from './api/users.ts'
import { views } from './api/views.ts'
import { directWith, findChannel } from './channels.ts'
import { createCourier } from './courier.ts'
import { personOf } from './driver/person.ts'
import { publish } from './events.ts'
import { createFaults } from './faults.ts'
import { createIds } from './ids.ts'
import { readManifest } from './manifest.ts'
import { findUser, userJson, userView } from './people.ts'
import { createRates } from './rates.ts'
import { readerOf } from './reader.ts'
import { snapshotOf } from './snapshot.ts'
import { runStep, viewOf } from './steps.ts'
import { populate } from './town.ts'
import { createPoster } from './transport/http.ts'
import { createSockets } from './transport/socket.ts'
import type { SlackChange, SlackOptions, SlackSandbox } from './types.ts'
import { until } from './until.ts'
import { SlackSays, type World } from './world.ts'

/**
 * Starts an imaginary Slack workspace with our app installed from its manifest. Its Web API, Socket Mode and signed requests
 * keep Slack's rules; it runs until `close`.
 */
export async function startSlack(options: SlackOptions): Promise<SlackSandbox> {
  const listeners = new Set<(change: SlackChange) => void>()
  let version = 0
  const world = newWorld(options, change => {
    version += 1
    for (const listener of listeners) listener(change)
  })
  const courier = createCourier(world, {
    ackMs: options.ackMs ?? 3_000,
    retryDelaysMs: options.retryDelaysMs ?? [0, 60_000, 300_000],
  })
  world.courier = courier
  populate(world, options.people, options.channels)

  const sockets = createSockets(world)
  let isSocketMode = options.eventsUrl === undefined && world.manifest.hasSocketMode
  if (isSocketMode) courier.carryBy(sockets)
  const faults = createFaults()
  const methods = {
    ...authMethods(() => (isSocketMode ? sockets.ticket() : undefined)),
    ...chat,
    ...conversations,
    ...emoji,
    ...files,
    ...functions,
    ...reactions,
    ...unfurling,
    ...users,
    ...views,
  }
  const rates = createRates(options.limits ?? 1, world.now)
  const { server, port } = await serve({ world, methods, rates, faults }, options.port ?? 0)
  world.url = `http://127.0.0.1:${port}`
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head))
  if (options.eventsUrl !== undefined) courier.carryBy(createPoster(world, options.eventsUrl))

  return {
    apiUrl: `${world.url}/api/`,
    botToken: world.botToken,
    appToken: world.appToken,
    signingSecret: world.signingSecret,
    port,
    team: world.team,
    app: world.app,
    faults,
    as: who => personOf(world, who),
    user: who => userView(findUser(world, who)),
    channel: which => readerOf(world, findChannel(world, which)),
    direct: who => readerOf(world, directWith(world, findUser(world, who))),
    calls: method => world.calls.filter(c => method === undefined || c.method === method),
    sent: kind => courier.log.filter(s => kind === undefined || s.kind === kind),
    redeliver: id => courier.redeliver(id),
    async sendEventsTo(url) {
      const poster = createPoster(world, url)
      isSocketMode = false
      courier.carryBy(poster)
      await poster.verify()
    },
    disconnect: reason => sockets.disconnect(reason),
    get connections() {
      return sockets.count
    },
    outage(on) {
      world.isDown = on
      if (on) {
        courier.cut()
        server.closeAllConnections()
      }
      world.tell({ kind: 'connections' })
    },
    changeProfile(who, change) {
      const user = findUser(world, who)
      Object.assign(user, change, { updated: Math.floor(world.now() / 1000) })
      publish(world, { type: 'user_change', user: userJson(world, user), cache_ts: user.updated })
      for (const channel of world.channels.values())
        if (channel.members.has(user.id)) world.tell({ kind: 'channel', channel: channel.id })
    },
    setPresence(who, change) {
      Object.assign(findUser(world, who), change)
    },
    runStep: (callbackId, inputs) => runStep(world, callbackId, inputs),
    stepRun(id) {
      const run = world.stepRuns.get(id)
      if (!run) throw new SlackSays('no_such_run', `No step has the run ${id}.`)
      return viewOf(run)
    },
    snapshot: who => snapshotOf(world, findUser(world, who), version, sockets.count),
    onChange(tell) {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    until: (check, { timeoutMs = 20_000 } = {}) => until(world, check, timeoutMs),
    file(id) {
      const file = world.files.get(id)
      return file?.bytes && { name: file.name, mimetype: file.mimetype, bytes: file.bytes }
    },
    async close() {
      await courier.close()
      await sockets.close()
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

function newWorld(options: SlackOptions, tell: (change: SlackChange) => void): World {
  const manifest = readManifest(options.manifest)
  const id = createIds()
  const team = { id: id('T'), name: 'Tulip', domain: 'tulip' }
  const otherTeam = { id: id('T'), name: 'Acme', domain: 'acme' }
  const app = { id: id('A'), name: manifest.name, botUser: id('U'), botId: id('B') }
  const secret = (bytes: number) => randomBytes(bytes).toString('hex')
  return {
    manifest,
    now: options.clock ?? Date.now,
    id,
    url: '',
    team,
    otherTeam,
    app,
    botToken: `xoxb-${secret(6)}-${secret(12)}`,
    appToken: `xapp-1-${app.id}-${secret(6)}-${secret(32)}`,
    signingSecret: secret(16),
    verificationToken: secret(12),
    users: new Map(),
    channels: new Map(),
    files: new Map(),
    ephemerals: new Map(),
    views: new Map(),
    stacks: new Map(),
    homes: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    notices: [],
    stepRuns: new Map(),
    calls: [],
    order: 0,
    isDown: false,
    courier: undefined as never, // set before anything can be sent
    tell,
  }
}
