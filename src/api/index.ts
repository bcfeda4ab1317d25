import rateLimit from '@fastify/rate-limit'
import { type FastifyInstance, fastify } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import { cleanInput } from './clean.ts'
import { DOCS_WAYS, mountDoor } from './door.ts'
import { endingAt, limiting } from './limits.ts'
import { mountFace } from './mount.ts'
import { documenting } from './openapi.ts'
import type { ApiOptions } from './options.ts'
import { proto } from './proto/face.ts'
import { refusing } from './refuse.ts'
import { sendbird } from './sendbird/face.ts'
import { thena } from './thena/face.ts'

const FACES = [thena, sendbird, proto]
const MOST_BYTES = 4 * 1024 * 1024 // of a request without files
const LONGEST_MS = 60_000 // until a request is answered
const LONGEST_PART = 16_384 // of a path: Node takes none that is longer, so each face says itself what is too long

/** All that programs can ask, each face under paths of its own. It listens nowhere: api/door.ts hands it its requests. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const server = fastify({
    logger: false,
    bodyLimit: MOST_BYTES,
    handlerTimeout: LONGEST_MS,
    trustProxy: options.proxies,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_PART },
  })
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(() => JSON.stringify) // what does not fit its shape is a fault for tests to find, not for callers
  server.setErrorHandler(refusing(thena, options.log))
  readingNothing(server)
  server.removeContentTypeParser('text/plain') // JSON is spoken here, and files are a face's own matter
  server.addHook('preValidation', cleanInput)
  server.decorateRequest('caller', null)
  await server.register(rateLimit, limiting(options.perMinute))
  server.addHook('onSend', endingAt)
  server.addHook('onResponse', async (request, reply) =>
    options.metrics.answered({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    }),
  )
  await documenting(server, FACES, { version: options.version, publicUrl: options.store.files.publicUrl })
  for (const face of FACES) await mountFace(server, face, options)
  const closeDocs = mountDoor(server, DOCS_WAYS, options.log, async () => {
    const { createDocs } = await import('./docs.ts')
    return createDocs(server.swagger())
  })
  server.addHook('onClose', closeDocs)
  await server.ready()
  return server
}

/** Many programs say that JSON comes also where nothing does. */
function readingNothing(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, body as string, done)
  })
}
