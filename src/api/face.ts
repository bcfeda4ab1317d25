import type { FastifyInstance, FastifyPluginAsync, RouteOptions } from 'fastify'
import type { z } from 'zod'
import { admitting, refuseBeyondScope } from './caller.ts'
import type { ApiOptions } from './options.ts'
import { type Refusal, refusing } from './refuse.ts'

/** One of the ways in which programs speak to us: its paths, what it can be asked, and how it says no. */
export interface Face {
  name: string // as people know it
  prefix: string
  header: string // in which its programs send their key
  routes: FastifyPluginAsync<ApiOptions>
  /** The body of a refusal, of the shape below. */
  refusal(refusal: Refusal, at: Date): object
  refused: z.ZodType
  /** What the face answers where others answer this; absent: the same. */
  statusOf?(status: number): number
}

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
