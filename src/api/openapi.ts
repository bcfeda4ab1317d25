import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Face } from './face.ts'

/** `GET /openapi.json`: what can be asked and what is answered (OpenAPI 3.1), from the very shapes that requests are checked by. */
export async function documenting(server: FastifyInstance, faces: Face[], version: string): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Overture',
        version,
        description: 'Write to customers first, from programs. Three ways to ask for the same things.',
      },
      components: {
        securitySchemes: Object.fromEntries(faces.map(face => [face.name, schemeOf(face)])),
      },
      tags: faces.map(face => ({ name: face.name })),
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  server.get('/openapi.json', { schema: { hide: true } }, () => server.swagger())
}

function schemeOf({ header }: Face) {
  return header === 'authorization'
    ? ({ type: 'http', scheme: 'bearer' } as const)
    : ({ type: 'apiKey', in: 'header', name: header } as const)
}
