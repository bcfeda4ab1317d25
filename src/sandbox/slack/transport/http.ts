import { createHmac, randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Json } from '../types.ts'
import { SlackSays, type World } from '../world.ts'
import { type Carrier, NotTaken, type Parcel } from './carrier.ts'

const LONGEST_MS = 30_000 // how long a late answer is still noted

/** HTTP mode: signed requests to one address, which first proves that it is the app's. */
export function createPoster(world: World, url: string): Carrier & { verify(): Promise<void> } {
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  let isProven = false

  async function send(type: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
    const timestamp = String(Math.floor(Date.now() / 1000)) // the app compares it with its own wall clock
    const signature = createHmac('sha256', world.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
    try {
      return await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': type,
          'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': `v0=${signature}`,
          ...headers,
        },
        body,
        redirect: 'error',
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(LONGEST_MS)]),
      })
    } catch {
      throw new NotTaken('connection_failed')
    }
  }

  async function verify(): Promise<void> {
    const challenge = randomUUID()
    const question = { token: world.verificationToken, challenge, type: 'url_verification' }
    const response = await send('application/json', JSON.stringify(question))
    if (!response.ok || !(await response.text()).includes(challenge))
      throw new SlackSays('url_verification_failed', `${url} did not answer with the challenge (${response.status}).`)
    isProven = true
  }

  async function carry(parcel: Parcel): Promise<Json> {
    if (!isProven) await verify().catch(refuse)
    const response = await sendParcel(parcel)
    const text = await response.text()
    if (!response.ok) throw new NotTaken('http_error', response.headers.get('x-slack-no-retry') === '1')
    return parcel.mayAnswer ? answerIn(text) : undefined
  }

  function sendParcel(parcel: Parcel): Promise<Response> {
    if (parcel.kind === 'event') return send('application/json', JSON.stringify(parcel.payload), retryHeaders(parcel))
    const form = parcel.kind === 'command' ? parcel.payload : { payload: JSON.stringify(parcel.payload) }
    return send('application/x-www-form-urlencoded', new URLSearchParams(form).toString())
  }

  return {
    carry,
    verify,
    cut() {},
    async close() {
      closing.abort()
    },
  }
}

function refuse(error: unknown): never {
  throw error instanceof SlackSays ? new NotTaken('http_error') : error
}

function retryHeaders({ retry }: Parcel): Record<string, string> {
  return retry ? { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason } : {}
}

/** An answer is JSON, or for a command also plain text. */
function answerIn(text: string): Json {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
