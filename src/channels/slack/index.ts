import { App, type Receiver } from '@slack/bolt'
import { WebAPIPlatformError } from '@slack/web-api'
import type { FastifyInstance } from 'fastify'
import type { BegunTicket } from '../../core/drafts.ts'
import { lastInboundAt } from '../../core/inbound/find.ts'
import { settleInbound } from '../../core/inbound/settle.ts'
import { teams } from '../../core/teams.ts'
import type { InboundRow } from '../../db/schema.ts'
import type { Store } from '../../db/store.ts'
import type { Log } from '../../lib/log.ts'
import { Problem } from '../../lib/problem.ts'
import type { Channel } from '../channel.ts'
import { createClients } from './clients.ts'
import { drawChat, postInChat } from './deliver/chat.ts'
import { sayAtDesk } from './deliver/desk-post.ts'
import { eraseTrace } from './deliver/erase.ts'
import { deliver } from './deliver/index.ts'
import { announce } from './deliver/notice.ts'
import type { Desk } from './desk.ts'
import { onEvent } from './listen/events.ts'
import { finishSubmission, listen } from './listen/index.ts'
import { tellOfTrouble } from './listen/mail/trouble.ts'
import { enterPlace, refuseShared } from './listen/place.ts'
import { formOfTicket } from './listen/tickets/draft-form.ts'
import { createPeople } from './people.ts'
import { presenceOf } from './presence.ts'
import { catchUp } from './receive/catch-up.ts'
import { mountSlack } from './receive/http.ts'
import { createSockets } from './receive/socket.ts'
import { createIntake, type Intake } from './receive/take.ts'
import { threadUrl } from './thread-url.ts'

export interface SlackOptions {
  store: Store
  log: Log
  botToken: string
  appToken: string | null // Socket Mode when given
  signingSecret: string | null // else HTTP mode
  apiUrl: string | undefined
  localHooks: boolean
  sendTest: Desk['sendTest']
  composeMail: Desk['composeMail']
}

export interface Slack extends Channel {
  /** Adds `POST /slack/events` to the server, in HTTP mode. */
  mount(server: FastifyInstance): void
  /** Where a ticket's thread is; null while there is none, or Slack was not reached yet. */
  threadUrl(ticketId: string): Promise<string | null>
  /** A ticket begun elsewhere, as the form that a draft is kept as. */
  formOfTicket(begun: BegunTicket): string
  /** The channels where teams can show their tickets. */
  places: {
    /** Throws a Problem under `place` for a channel that others read, and while Slack cannot be asked. */
    refuse(place: string): Promise<void>
    /** Enters a channel where that is allowed, and writes down why not where it is not. */
    enter(place: string): Promise<void>
  }
}

/** The desk: a Slack workspace where tickets are threads. */
export function createSlack(options: SlackOptions): Slack {
  const { store, log } = options
  const clients = createClients(options.botToken, options.apiUrl)
  const desk: Desk = {
    store,
    log,
    ...clients,
    people: createPeople(store, clients.bulk),
    self: { userId: '', botId: '', teamId: '', teamUrl: '' },
    botToken: options.botToken,
    localHooks: options.localHooks,
    sendTest: options.sendTest,
    composeMail: options.composeMail,
  }
  const sockets = options.appToken
    ? createSockets({ appToken: options.appToken, apiUrl: options.apiUrl, log, backAfter: lookBack })
    : undefined
  let intake: Intake | undefined
  let later: NodeJS.Timeout | undefined
  let looking = Promise.resolve()
  const leaving = new AbortController()

  async function begin(): Promise<void> {
    const app = await connect()
    await lookAtPlaces(desk)
    const taking = createIntake(store, app, desk)
    const last = await store.read(q => lastInboundAt(q, 'slack'))
    if (leaving.signal.aborted) return
    await sockets?.start(taking)
    intake = taking
    if (leaving.signal.aborted) await leave()
    if (last !== null) lookBack(last)
  }

  function lookBack(since: number): void {
    looking = looking
      .then(() => catchUp(desk, since, leaving.signal))
      .catch(err => log.warn({ err }, 'Not all threads could be looked through.'))
  }

  /** Slack is away: mail is taken in all the same, and the desk opens as soon as Slack is back. */
  function beginLater(ms: number, why: unknown): void {
    if (leaving.signal.aborted) return
    log.warn({ err: why }, 'Slack cannot be reached; trying again.')
    later = setTimeout(() => begin().catch(error => beginLater(Math.min(ms * 2, 60_000), error)), ms)
  }

  /** Also for a begin that is still under way: it then begins nothing more. */
  async function leave(): Promise<void> {
    clearTimeout(later)
    leaving.abort()
    await looking
    await intake?.stop()
  }

  async function connect(): Promise<App> {
    const me = await clients.bulk.auth.test()
    desk.self = {
      userId: String(me.user_id),
      botId: String(me.bot_id),
      teamId: String(me.team_id),
      teamUrl: String(me.url),
    }
    const identity = { botToken: options.botToken, botId: desk.self.botId, botUserId: desk.self.userId }
    const app = new App({ receiver: noReceiver, convoStore: false, authorize: async () => identity })
    app.error(async error => log.error({ err: error }, 'A listener failed.'))
    listen(app, desk)
    return app
  }

  return {
    name: 'slack',
    atOnce: 20,
    deliver: letter => deliver(desk, letter),
    announce: notice => announce(desk, notice),
    erase: trace => eraseTrace(desk, trace),
    presence: handles => presenceOf(desk, handles),
    drawChat: card => drawChat(desk, card),
    postInChat: post => postInChat(desk, post),
    sayAtDesk: post => sayAtDesk(desk, post),
    receive: row => receive(desk, row),
    tellOfTrouble: (row, became) => tellOfTrouble(desk, row, became),
    mount(server) {
      if (!sockets && options.signingSecret) mountSlack(server, options.signingSecret, () => intake)
    },
    threadUrl: ticketId => threadUrl(desk, ticketId),
    formOfTicket,
    async health() {
      if (!intake) return [{ part: 'Slack', well: false, says: 'cannot be reached yet.' }]
      if (!sockets) return [{ part: 'Slack', well: true, says: 'takes events by HTTP.' }]
      return [{ part: 'Slack', well: sockets.open() > 0, says: `${sockets.open()} sockets are open.` }]
    },
    places: {
      refuse: place => refusePlace(desk, place),
      enter: async place => void (await enterPlace(desk, place)),
    },
    async start() {
      await begin().catch(error => {
        if (isRefusal(error)) throw new Problem('invalid', refusalOf(error))
        beginLater(1_000, error)
      })
    },
    stopIntake: leave,
    async stop() {
      await leave()
      await sockets?.stop()
    },
  }
}

/** Bolt is handed what the intake takes; it opens nothing itself. */
const noReceiver: Receiver = { init() {}, start: async () => {}, stop: async () => {} }

/** Slack answered, and said no: another try would be the same. */
function isRefusal(error: unknown): boolean {
  return error instanceof WebAPIPlatformError
}

function refusalOf(error: unknown): string {
  const code = (error as WebAPIPlatformError).data?.error
  return `Slack refuses the tokens (${code}). Copy SLACK_BOT_TOKEN and SLACK_APP_TOKEN anew from the app's pages.`
}

async function receive(desk: Desk, row: InboundRow): Promise<void> {
  const body = JSON.parse(row.raw.toString('utf8'))
  if (body.type === 'event_callback')
    return onEvent(desk, { inboundId: row.id, attempts: row.attempts, event: body.event })
  await finishSubmission(desk, body)
  await desk.store.write(tx => settleInbound(tx, row.id, { state: 'recorded' }))
}

async function refusePlace(desk: Desk, place: string): Promise<void> {
  try {
    await refuseShared(desk, place)
  } catch (error) {
    if (error instanceof Problem) throw error
    desk.log.warn({ err: error }, 'Slack could not be asked about a channel.')
    throw new Problem('conflict', 'Slack cannot be asked about this channel at the moment. Try again soon.', 'place')
  }
}

/** Enters, at the start, the teams' channels, and notices those that we cannot write in; what happens later the events say. */
async function lookAtPlaces(desk: Desk): Promise<void> {
  for (const team of await desk.store.read(teams)) {
    const problem = await enterPlace(desk, team.place)
    if (problem) desk.log.warn({ team: team.name, place: team.place }, problem)
  }
}
