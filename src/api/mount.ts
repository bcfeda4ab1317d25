import type { FastifyInstance, RouteOptions } from 'fastify'
import { admitting, refuseBeyondScope } from './caller.ts'
import type { Face } from './face.ts'
import type { ApiOptions } from './options.ts'
import { refusing } from './refuse.ts'

/** Puts a face's routes under its prefix: each wants a key, and refuses in the face's own words. */
export async function mountFace(server: FastifyInstance, face: Face, options: ApiOptions): Promise<void> {
  await server.register(
    async scope => {
      scope.setErrorHandler(refusing(face, options.log))
      scope.setNotFoundHandler((request, reply) => {
        const message = `There is no ${request.method} ${request.url.split('?')[0]}.`
        return reply.code(404).send(face.refusal({ status: 404, faults: [{ field: null, message }] }, new Date()))
      })
      scope.addHook('onRequest', admitting(options, scope, face.header))
      scope.addHook('preParsing', refuseBeyondScope)
      scope.addHook('onRoute', route => describe(route, face))
      await scope.register(face.routes, options)
    },
    { prefix: face.prefix },
  )
}

/** What is so of all routes of a face is said of each in the description of the API. */
function describe(route: RouteOptions, face: Face): void {
  if (!route.schema || route.schema.hide) return
  const response = (route.schema.response ?? {}) as Record<string, unknown>
  route.schema.response = { ...response, '4xx': face.refused, '5xx': face.refused }
  const { scope } = route.config ?? {}
  route.schema.security = [{ [face.name]: scope ? [scope] : [] }] // OpenAPI 3.1 has scopes for keys, too
}
