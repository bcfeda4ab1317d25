import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { limits } from '../limits.ts'
import type { Json } from '../types.ts'
import type { World } from '../world.ts'
import { type Carrier, NotTaken, type Parcel } from './carrier.ts'

const PING_MS = 8_000
const TYPES = { event: 'events_api', command: 'slash_commands', interaction: 'interactive', suggestion: 'interactive' }

export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled' | 'too_many_websockets'

export interface Sockets extends Carrier {
  /** An address that one connection may use once. */
  ticket(): string
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  disconnect(reason: DisconnectReason): void
  readonly count: number
}

interface Waiting {
  resolve: (answer: Json) => void
  reject: (error: NotTaken) => void
  socket: WebSocket
}

/** Socket Mode: each envelope goes to one of the open connections, in turn. */
export function createSockets(world: World): Sockets {
  const server = new WebSocketServer({ noServer: true })
  const tickets = new Set<string>()
  const waiting = new Map<string, Waiting>()
  let open: WebSocket[] = []
  let turn = 0

  const pings = setInterval(() => {
    for (const socket of open) socket.ping()
  }, PING_MS)
  pings.unref()

  function welcome(socket: WebSocket): void {
    if (open.length >= limits.sockets) {
      socket.send(farewell('too_many_websockets'))
      socket.close()
      return
    }
    open.push(socket)
    socket.on('message', raw => acknowledge(String(raw)))
    socket.on('close', () => forget(socket))
    socket.on('error', () => socket.terminate())
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: open.length,
        debug_info: {
          host: 'applink-sandbox',
          build_number: 1,
          approximate_connection_time: 18_060,
          started: new Date(world.now()).toISOString(),
        },
        connection_info: { app_id: world.app.id },
      }),
    )
    world.tell({ kind: 'connections' })
  }

  function acknowledge(raw: string): void {
    const { envelope_id, payload } = parsed(raw)
    const wait = waiting.get(envelope_id)
    waiting.delete(envelope_id)
    wait?.resolve(payload)
  }

  function forget(socket: WebSocket): void {
    open = open.filter(s => s !== socket)
    for (const [id, wait] of waiting)
      if (wait.socket === socket) {
        waiting.delete(id)
        wait.reject(new NotTaken('connection_failed'))
      }
    world.tell({ kind: 'connections' })
  }

  function farewell(reason: DisconnectReason): string {
    return JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-sandbox' } })
  }

  function envelope(parcel: Parcel, id: string): string {
    return JSON.stringify({
      envelope_id: id,
      type: TYPES[parcel.kind],
      payload: parcel.payload,
      accepts_response_payload: parcel.mayAnswer,
      ...(parcel.kind === 'event'
        ? { retry_attempt: parcel.retry?.num ?? 0, retry_reason: parcel.retry ? 'timeout' : '' }
        : {}),
    })
  }

  return {
    get count() {
      return open.length
    },
    ticket() {
      const ticket = randomUUID()
      tickets.add(ticket)
      return `${world.url.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${world.app.id}`
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'ws://sandbox').searchParams.get('ticket') ?? ''
      if (world.isDown || !tickets.delete(ticket)) return void socket.destroy()
      server.handleUpgrade(request, socket, head, welcome)
    },
    carry(parcel) {
      const ready = open.filter(s => s.readyState === s.OPEN)
      turn += 1
      const socket = ready[turn % ready.length]
      if (!socket) return Promise.reject(new NotTaken('connection_failed'))
      const id = randomUUID()
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject, socket })
        socket.send(envelope(parcel, id))
      })
    },
    disconnect(reason) {
      for (const socket of [...open]) {
        socket.send(farewell(reason))
        if (reason === 'link_disabled') socket.close()
      }
    },
    cut() {
      for (const socket of [...open]) socket.terminate()
    },
    async close() {
      clearInterval(pings)
      for (const socket of [...open]) socket.terminate()
      server.close()
    },
  }
}

function parsed(raw: string): Json {
  try {
    return JSON.parse(raw) ?? {}
  } catch {
    return {}
  }
}
