import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const WINDOW_MS = 5 * 60_000
const MOST_SIGNATURES = 4

/** What somebody signed, and how, before the body is read. */
export interface Signed {
  isTimely(now: number): boolean
  /** Whether one of the signatures is by this secret, in constant time. */
  isBy(secret: string, body: Buffer): boolean
}

/** The signature of a posted mail, in either way that it may be written; null where there is none that could be right. */
export function signatureIn(headers: IncomingHttpHeaders): Signed | null {
  return ofEnvelope(headers) ?? ofBody(headers)
}

/** `X-Overture-Signature: v1=...` over the time, the envelope's two headers and the body. */
function ofEnvelope(headers: IncomingHttpHeaders): Signed | null {
  const [, given] = /^v1=([0-9a-f]{64})$/i.exec(one(headers, 'x-overture-signature')) ?? []
  const parts = ['x-overture-timestamp', 'x-envelope-from', 'x-envelope-to'].map(name => `${one(headers, name)}\n`)
  return given ? signed(one(headers, 'x-overture-timestamp'), [given], parts.join('')) : null
}

/** `X-Signature: sha256=...` over the time, a dot and the body, as our own webhooks have it. It covers no envelope. */
function ofBody(headers: IncomingHttpHeaders): Signed | null {
  if (one(headers, 'x-envelope-from') || one(headers, 'x-envelope-to')) return null
  const given = one(headers, 'x-signature')
    .split(',', MOST_SIGNATURES)
    .flatMap(text => /^\s*sha256=([0-9a-f]{64})\s*$/i.exec(text)?.[1] ?? [])
  const timestamp = one(headers, 'x-timestamp')
  return given.length ? signed(timestamp, given, `${timestamp}.`) : null
}

function signed(timestamp: string, given: string[], before: string): Signed {
  return {
    isTimely: now => /^\d{1,12}$/.test(timestamp) && Math.abs(now - Number(timestamp) * 1000) <= WINDOW_MS,
    isBy(secret, body) {
      const right = createHmac('sha256', secret).update(before).update(body).digest()
      return given.some(hex => timingSafeEqual(Buffer.from(hex, 'hex'), right))
    },
  }
}

/** A header that was sent once, without blanks around it. */
export function one(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value.trim() : ''
}
