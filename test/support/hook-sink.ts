import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A program of somebody's that is told of what happens, over HTTP. */
export interface HookSink {
  url: string
  got: Received[]
  /** What it answers from now on, or how it answers each. */
  answers(how: number | ((received: Received) => number)): void
  /** What it was told as this type. */
  of(type: string): Received[]
  close(): Promise<void>
}

export interface Received {
  headers: IncomingHttpHeaders
  raw: string
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects
  body: any
  at: number
}

export async function startHookSink(): Promise<HookSink> {
  const got: Received[] = []
  let how: (received: Received) => number = () => 200
  const server = createServer((request, response) => {
    let raw = ''
    request.setEncoding('utf8')
    request.on('data', chunk => {
      raw += chunk
    })
    request.on('end', () => {
      const received = { headers: request.headers, raw, body: JSON.parse(raw), at: got.length }
      got.push(received)
      const status = how(received)
      response
        .writeHead(status, { location: 'http://127.0.0.1:1/elsewhere' })
        .end(status < 300 ? 'Thank you' : 'Not now')
    })
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`,
    got,
    answers(given) {
      how = typeof given === 'number' ? () => given : given
    },
    of: type => got.filter(r => r.body.eventType === type),
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}

/** Whether one of the signatures is by this secret, as a receiver checks it. */
export function isSignedBy(secret: string, { headers, raw }: Received): boolean {
  const right = Buffer.from(
    `sha256=${createHmac('sha256', secret).update(`${headers['x-timestamp']}.${raw}`).digest('hex')}`,
  )
  return String(headers['x-signature'])
    .split(',')
    .some(given => given.length === right.length && timingSafeEqual(Buffer.from(given), right))
}
