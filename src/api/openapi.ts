import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { Face } from './face.ts'

/** What of OpenAPI's document is looked at here; all else stays as it is. */
interface Description {
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, object> }
  tags?: { name: string }[]
}

interface Operation {
  operationId?: string
  tags?: string[]
  parameters?: { in: string; name: string }[]
  responses: Record<string, { description?: string }>
}

interface Described {
  version: string
  publicUrl: string | null // how we are reached from outside
}

/** `GET /openapi.json`: what can be asked and what is answered (OpenAPI 3.1), from the very shapes that requests are checked by. */
export async function documenting(
  server: FastifyInstance,
  faces: Face[],
  { version, publicUrl }: Described,
): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Overture', version, description: ABOUT },
      components: { securitySchemes: Object.fromEntries(faces.map(face => [face.name, schemeOf(face)])) },
    },
    transform: jsonSchemaTransform,
    transformObject: document => ({
      ...completed(jsonSchemaTransformObject(document) as Description, faces),
      servers: [...(publicUrl ? [{ url: publicUrl.replace(/\/+$/, '') }] : []), HERE],
    }),
  })
  server.get('/openapi.json', { schema: { hide: true } }, () => server.swagger())
}

const ABOUT = `Write to customers first, from programs. There are several ways to ask for the same things, as other systems have
them: programs that were written for those work here once their address and their key are changed.

A key acts as its agent, within its scopes: *API keys* in Slack, or \`overture keys create\`. A request that changes something can
have an \`Idempotency-Key\`: the same request again is answered as the first time, and done once. \`X-RateLimit-Limit\`,
\`X-RateLimit-Remaining\` and \`X-RateLimit-Reset\` (seconds since 1970) say how many requests a key has left.`

/** From beside the description, wherever a proxy has put it. */
const HERE = { url: './', description: 'where this description came from' }

function schemeOf({ name, header }: Face) {
  const description = `A key of Overture's, as programs for ${name} send theirs.`
  return header === 'authorization'
    ? ({ type: 'http', scheme: 'bearer', description } as const)
    : ({ type: 'apiKey', in: 'header', name: header, description } as const)
}

/** What is so of every request is said of each, and what nothing speaks of is left out. */
function completed(document: Description, faces: Face[]): Description {
  const tags = new Set<string>()
  for (const [path, methods] of Object.entries(document.paths ?? {}))
    for (const [method, operation] of Object.entries(methods)) {
      const face = faces.find(f => path.startsWith(`${f.prefix}/`))
      const steps = path
        .slice(face?.prefix.length ?? 0)
        .split('/')
        .filter(Boolean)
      operation.operationId ??= nameOf([face?.name ?? '', method, ...steps])
      operation.tags ??= [[face?.name, (steps[0] ?? '').replace(/[-_]/g, ' ')].filter(Boolean).join(' ')]
      for (const tag of operation.tags) tags.add(tag)
      for (const p of operation.parameters ?? [])
        if (p.in === 'header') p.name = p.name.replace(/(^|-)\w/g, l => l.toUpperCase())
      for (const [status, response] of Object.entries(operation.responses))
        if (response.description === 'Default Response')
          response.description = MEANING[status[0] ?? ''] ?? 'The answer.'
    }
  return { ...document, tags: [...tags].map(name => ({ name })), components: mentioned(document) }
}

const MEANING: Record<string, string> = {
  4: 'Refused, with why: 400 or 422 what is wrong with the request, 401 no key, 403 not theirs to do, 404 not there, 409 at odds with what is, 413 too large, 415 no JSON, 429 too many.',
  5: 'A fault of ours; nothing was done. The answer has a reference to the log.',
}

/** Such as `thenaGetTicketsById`: what programs made from the description call it. */
function nameOf(steps: string[]): string {
  const words = steps.flatMap(step => step.replace(/^\{(.+)\}$/, 'by-$1').split(/[^A-Za-z0-9]+/)).filter(Boolean)
  const [first = '', ...others] = words
  return first.toLowerCase() + others.map(w => w.charAt(0).toUpperCase() + w.slice(1)).join('')
}

/** The shapes that some request or answer is of; each is described as it is sent and as it is taken, and most are one of both. */
function mentioned({ paths, components = {} }: Description): NonNullable<Description['components']> {
  const { schemas = {} } = components
  const found = new Set<string>()
  const look = (within: unknown) => {
    for (const [, name = ''] of JSON.stringify(within).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      if (!found.has(name) && schemas[name]) {
        found.add(name)
        look(schemas[name])
      }
  }
  look(paths ?? {})
  return { ...components, schemas: Object.fromEntries(Object.entries(schemas).filter(([name]) => found.has(name))) }
}
