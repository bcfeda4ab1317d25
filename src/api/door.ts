import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const WAYS = ['/v1/*', '/platform/v1/*', '/api/platform/v1/*', '/openapi.json', '/docs', '/docs/*']

/**
 * Hands what programs ask to the API, which is opened when the first of them comes: most deployments have none, and all its
 * shapes cost time at the start and memory. Returns how it is closed.
 */
export function mountDoor(server: FastifyInstance, open: () => Promise<FastifyInstance>): () => Promise<void> {
  let opened: Promise<FastifyInstance> | undefined
  const once = () => {
    opened ??= open().catch(error => {
      opened = undefined // the next one tries again
      throw error
    })
    return opened
  }
  // before its body is read: that is the API's own to do
  const hand = async (request: FastifyRequest, reply: FastifyReply) => {
    const api = await once()
    reply.hijack()
    api.routing(request.raw, reply.raw)
  }
  for (const url of WAYS) server.all(url, { onRequest: hand }, () => {})
  return async () => (await opened?.catch(() => undefined))?.close()
}
