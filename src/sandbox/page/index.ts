import type { FastifyInstance, FastifyReply } from 'fastify'
import { bundlePage } from './bundle.ts'
import type { PageSettings } from './settings.ts'

/** Nothing but this server, no inline script, and in frames only what the page itself puts there. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  'font-src data:',
  "connect-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/**
 * Serves the demo page at `/` with its one script and one style. The routes of the two sandboxes must be mounted on the
 * same server. Resolves when the page is built.
 */
export async function mountPage(app: FastifyInstance, settings: PageSettings): Promise<void> {
  const { script, style } = await bundlePage()
  const page = pageWith(settings)
  app.get('/', (_request, reply) => answer(reply, 'text/html', page))
  app.get('/page.js', (_request, reply) => answer(reply, 'text/javascript', script))
  app.get('/page.css', (_request, reply) => answer(reply, 'text/css', style))
  app.get('/favicon.ico', (_request, reply) => answer(reply, 'image/svg+xml', ICON))
}

function answer(reply: FastifyReply, type: string, body: string): FastifyReply {
  return reply
    .type(`${type}; charset=utf-8`)
    .headers({ 'cache-control': 'no-store', 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' })
    .send(body)
}

function pageWith(settings: PageSettings): string {
  const json = JSON.stringify(settings).replaceAll('<', '\\u003c')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(settings.title ?? 'Overture, the demo')}</title>
<link rel="stylesheet" href="/page.css">
<script type="application/json" id="settings">${json}</script>
<script type="module" src="/page.js"></script>
</head>
<body><div id="page"></div></body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#3f1544"/>
<circle cx="16" cy="16" r="7" fill="none" stroke="#fff" stroke-width="3.5"/></svg>`
