import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { type WebSocket, WebSocketServer } from 'ws'
import { listening } from './mail.ts'

export interface SlackSink {
  port: number
  /** Numbers in the marks of the cards and of the answers posted, with when each was first posted (ms). */
  cards: Map<number, number>
  answers: Map<number, number>
  /** Views opened, by trigger id, with when (ms). */
  views: Map<string, number>
  /** Envelopes acknowledged, by id, with when (ms). */
  acks: Map<string, number>
  calls: Record<string, number>
  /** Sends an envelope by the next open socket of those that Socket Mode opened. */
  send(envelope: object): void
  reset(): void
  close(): void
}

/** Just so much of Slack that an app starts and posts: every call succeeds, nothing is limited, nothing is checked. */
export async function startSlackSink(): Promise<SlackSink> {
  const cards = new Map<number, number>()
  const answers = new Map<number, number>()
  const views = new Map<string, number>()
  const acks = new Map<string, number>()
  const sockets: WebSocket[] = []
  let calls: Record<string, number> = {}
  let turn = 0
  let posted = 0

  const http = createServer((request, response) => {
    read(request, body => {
      const at = performance.now()
      const method = /\/api\/([\w.]+)/.exec(request.url ?? '')?.[1] ?? ''
      calls[method] = (calls[method] ?? 0) + 1
      reply(response, answerTo(method, body, at))
    })
  })
  const ws = new WebSocketServer({ server: http })
  ws.on('connection', socket => {
    sockets.push(socket)
    socket.on('close', () => sockets.splice(sockets.indexOf(socket), 1))
    socket.on('error', () => socket.terminate())
    socket.on('message', text => noteAck(String(text)))
    socket.send(
      JSON.stringify({ type: 'hello', num_connections: sockets.length, connection_info: { app_id: 'A0BENCH' } }),
    )
  })
  const pings = setInterval(() => {
    for (const socket of sockets) socket.ping()
  }, 5_000)
  const port = await listening(http)

  function answerTo(method: string, body: string, at: number): object {
    switch (method) {
      case 'chat.postMessage':
        note(body, at)
        return {
          channel: 'C0BENCH',
          ts: `1700000000.${String(++posted).padStart(6, '0')}`,
          message: { type: 'message' },
        }
      case 'views.open': {
        const trigger = /trigger(?:_|%5F)id["=:]+([\w.-]+)/.exec(body)?.[1] ?? ''
        if (!views.has(trigger)) views.set(trigger, at)
        return { view: { id: `V${trigger}`, hash: '1.a', type: 'modal', state: { values: {} } } }
      }
      case 'apps.connections.open':
        return { url: `ws://127.0.0.1:${port}/link` }
      case 'users.info':
        return { user: person(/user["=:]+(\w+)/.exec(body)?.[1] ?? 'U0') }
      default:
        return FIXED[method] ?? {}
    }
  }

  function noteAck(text: string): void {
    const id = /"envelope_id":"([^"]+)"/.exec(text)?.[1]
    if (id && !acks.has(id)) acks.set(id, performance.now())
  }

  function note(body: string, at: number): void {
    const isAnswer = body.includes('thread_ts')
    const mark = (isAnswer ? /answer(\d+)end/ : /mark(\d+)end/).exec(body)?.[1]
    const seen = isAnswer ? answers : cards
    if (mark && !seen.has(Number(mark))) seen.set(Number(mark), at)
  }

  return {
    port,
    cards,
    answers,
    views,
    acks,
    get calls() {
      return calls
    },
    send(envelope) {
      const socket = sockets[turn++ % sockets.length]
      if (!socket) throw new Error('The app has no socket open.')
      socket.send(JSON.stringify(envelope))
    },
    reset() {
      cards.clear()
      answers.clear()
      views.clear()
      acks.clear()
      calls = {}
    },
    close() {
      clearInterval(pings)
      for (const socket of sockets) socket.terminate()
      http.closeAllConnections()
      http.close()
    },
  }
}

const TEAM = { team: 'Bench', team_id: 'T0BENCH', url: 'https://bench.slack.test/' }
const FIXED: Record<string, object> = {
  'auth.test': { ...TEAM, user: 'overture', user_id: 'U0BOT', bot_id: 'B0BOT' },
  'conversations.info': { channel: { id: 'C0BENCH', name: 'support', is_member: true, is_archived: false } },
  'conversations.history': { messages: [] },
  'conversations.replies': { messages: [] },
  'views.update': { view: { id: 'V0', hash: '2.a', type: 'modal', state: { values: {} } } },
}

function person(id: string): object {
  const profile = { display_name: `Agent ${id}`, real_name: `Agent ${id}`, email: `${id.toLowerCase()}@bench.test` }
  return { id, team_id: 'T0BENCH', name: id.toLowerCase(), is_bot: false, deleted: false, profile }
}

function read(request: IncomingMessage, done: (body: string) => void): void {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', chunk => {
    body += chunk
  })
  request.on('end', () => done(body))
}

function reply(response: ServerResponse, fields: object): void {
  const text = JSON.stringify({ ok: true, ...fields })
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
}
