import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../lib/log.ts'

export const DOCS_WAYS = ['/docs', '/docs/*']
export const API_WAYS = ['/v1/*', '/platform/v1/*', '/api/platform/v1/*', '/openapi.json', ...DOCS_WAYS]

/**
 * Hands what comes by these ways to a server that is opened when the first comes: most deployments have no programs, and
 * all the shapes of the API cost time at the start and memory. Returns how it is closed.
 */
export function mountDoor(
  server: FastifyInstance,
  ways: string[],
  log: Log,
  open: () => Promise<FastifyInstance>,
): () => Promise<void> {
  let opened: Promise<FastifyInstance> | undefined
  const once = () => {
    opened ??= open().catch(error => {
      opened = undefined // the next one tries again
      log.error({ err: error }, `What stands behind ${ways[0]} could not be opened.`)
      throw error
    })
    return opened
  }
  // before its body is read: that is the API's own to do
  const hand = async (request: FastifyRequest, reply: FastifyReply) => {
    const behind = await once()
    reply.hijack()
    behind.routing(request.raw, reply.raw)
  }
  for (const url of ways) server.all(url, { schema: { hide: true }, onRequest: hand }, () => {})
  return async () => (await opened?.catch(() => undefined))?.close()
}
