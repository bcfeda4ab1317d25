import type { Readable } from 'node:stream'
import { request } from 'undici'
import { outside, whyUnreached } from './outside.ts'
import { hostOf, isLoopback, whyNotPosted } from './public-address.ts'

const PATIENCE_MS = 10_000

/** What a post came to. */
export interface Posted {
  problem: string | null // why it was not taken (2xx), a finished sentence without the address, which may be a secret
  status: number | null // null: nothing was answered
  answer: string | null // its beginning, as text
  afterMs?: number // when the far side wants it again (Retry-After)
}

/**
 * Posts to an address that somebody gave us, for ten seconds at most. Redirects are not followed, and only the beginning of the
 * answer is read. `local` also allows loopback.
 */
export async function postOutside(
  url: string,
  { body, headers, local }: { body: string; headers: Record<string, string>; local: boolean },
): Promise<Posted> {
  const refusal = whyNotPosted(url, local)
  if (refusal) return { problem: refusal, status: null, answer: null }
  const isLocal = local && isLoopback(hostOf(url))
  try {
    const response = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Overture', ...headers },
      body,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(isLocal ? {} : { dispatcher: outside }),
    })
    const { statusCode: status } = response
    const answer = await beginningOf(response.body)
    const problem = status >= 200 && status < 300 ? null : `It answered with ${status}.`
    return { problem, status, answer, ...askedToWait(response.headers['retry-after']) }
  } catch (error) {
    return { problem: whyUnreached(error), status: null, answer: null }
  }
}

const MOST_READ = 1_000 // characters that are kept
const MOST_HEARD = 64 * 1024 // bytes; who says more is not listened to

/** What was answered counts by its status alone: that the rest of it cannot be read is no fault. */
async function beginningOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > MOST_HEARD) break // and the connection is closed
    }
  } catch {
    // it was broken off
  }
  const text = Buffer.concat(chunks).toString('utf8').replaceAll('\0', '')
  return text.slice(0, MOST_READ).toWellFormed()
}

const LONGEST_WAIT_S = 3_600

function askedToWait(header: string | string[] | undefined): Pick<Posted, 'afterMs'> {
  const seconds = typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : 0
  return seconds > 0 ? { afterMs: Math.min(seconds, LONGEST_WAIT_S) * 1_000 } : {}
}
