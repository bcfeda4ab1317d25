import { request } from 'undici'
import { outside, whyUnreached } from './outside.ts'
import { hostOf, isLoopback, whyNotPosted } from './public-address.ts'

const PATIENCE_MS = 10_000

/**
 * Posts JSON to an address that somebody gave us. Null when it was taken (2xx), else why not, a finished sentence without the
 * address, which may be a secret. Redirects are not followed. `local` also allows loopback.
 */
export async function postJson(url: string, json: object, local: boolean): Promise<string | null> {
  const refusal = whyNotPosted(url, local)
  if (refusal) return refusal
  const isLocal = local && isLoopback(hostOf(url))
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Overture' },
      body: JSON.stringify(json),
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(isLocal ? {} : { dispatcher: outside }),
    })
    await body.dump({ limit: 64 * 1024 }).catch(() => {})
    return statusCode >= 200 && statusCode < 300 ? null : `It answered with ${statusCode}.`
  } catch (error) {
    return whyUnreached(error)
  }
}
