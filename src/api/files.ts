import type { FastifyInstance, FastifyReply } from 'fastify'
import { linkedFile, readFileToken } from '../core/links.ts'
import type { Store } from '../db/store.ts'

/**
 * `GET /files/TOKEN`: a file to those who have its signed link, as a download only. 404 for what we did not sign, 410 for
 * what is no longer given out.
 */
export function mountFiles(server: FastifyInstance, store: Store): void {
  server.get<{ Params: { token: string } }>('/files/:token', async ({ params }, reply) => {
    reply.headers(QUIET)
    const link = readFileToken(store.key, params.token)
    if (!link) return page(reply, 404, 'There is no such file', 'Copy the whole link from the mail.')
    const file = link.until > store.now() ? await store.read(q => linkedFile(q, link.attachmentId)) : undefined
    if (!file)
      return page(reply, 410, 'This file is no longer here', 'Answer the mail that it came with to ask for it again.')
    return reply.type(typeOf(file.type)).header('content-disposition', disposition(file.name)).send(file.bytes)
  })
}

/** Whoever has the link may read the file: it is to be kept nowhere, told to nobody, and never run as part of our site. */
const QUIET = {
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
}

/** A type that a browser would run travels as bytes. */
function typeOf(type: string): string {
  const isHarmless = /^(image\/(png|jpeg|gif|webp|heic)|audio\/[\w.+-]+|video\/[\w.+-]+|application\/(pdf|zip))$/.test(
    type,
  )
  return isHarmless ? type : 'application/octet-stream'
}

/** RFC 6266: the name in ASCII for old programs, and in full as RFC 5987 has it. */
function disposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const whole = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${whole}`
}

function page(reply: FastifyReply, code: number, title: string, advice: string): FastifyReply {
  return reply
    .code(code)
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body><h1>${title}</h1><p>${advice}</p></body>
</html>
`)
}
