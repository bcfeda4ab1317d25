import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isPublicAddress } from '../lib/public-address.ts'
import type { Metrics } from '../metrics.ts'

/**
 * `GET /metrics`: figures for Prometheus, to whoever has the token (`Authorization: Bearer`); where none is set, to
 * whoever asks from this machine or a private network, and not by way of a proxy, behind which everybody may be.
 */
export function mountMetrics(server: FastifyInstance, metrics: Metrics, token: string | null): void {
  server.get('/metrics', async (request, reply) => {
    if (!(token ? hasToken(request, token) : isNear(request)))
      return reply
        .code(token ? 401 : 403)
        .type('text/plain')
        .send('These figures are not for everybody: see METRICS_TOKEN.\n')
    const { type, text } = await metrics.read()
    return reply.type(type).header('cache-control', 'no-store').send(text)
  })
}

function hasToken({ headers }: FastifyRequest, token: string): boolean {
  const [given, wanted] = [Buffer.from(headers.authorization ?? ''), Buffer.from(`Bearer ${token}`)]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function isNear({ headers, socket }: FastifyRequest): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '') // IPv4 on a socket for both
  return address !== '' && !isPublicAddress(address)
}
