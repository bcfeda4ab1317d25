import swagger, { type StaticDocumentSpec } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { type FastifyInstance, fastify } from 'fastify'

/** Nothing of the page comes from elsewhere or asks elsewhere, and no other site can show it as its own. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

/**
 * `GET /docs`: the description of the API as a page, where it can be tried. It listens nowhere, as the API does; whoever
 * asks for the page first has it opened.
 */
export async function createDocs(described: object): Promise<FastifyInstance> {
  const server = fastify({ logger: false })
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    // from here on all is found beside the page, also where a proxy gives us a path of its own
    if (request.url.split('?')[0] === '/docs') return reply.redirect('docs/')
  })
  await server.register(swagger, { mode: 'static', specification: { document: oneDown(described) } })
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'The API of Overture' },
    uiConfig: { layout: 'BaseLayout', docExpansion: 'none', defaultModelsExpandDepth: 0, displayRequestDuration: true },
  })
  await server.ready()
  return server
}

/** The page has a description of its own, one step further down: what is beside the other is one step up from there. */
function oneDown(described: object): StaticDocumentSpec['document'] {
  const { servers = [] } = described as { servers?: { url: string }[] }
  const document = { ...described, servers: servers.map(s => (s.url === './' ? { ...s, url: '../' } : s)) }
  return document as StaticDocumentSpec['document']
}
