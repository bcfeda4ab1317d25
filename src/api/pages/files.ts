import type { FastifyInstance, FastifyReply } from 'fastify'
import { type LinkedFile, linkedFile, readFileToken } from '../../core/links.ts'
import type { Store } from '../../db/store.ts'
import { showPage } from './page.ts'

/**
 * `GET /files/TOKEN`: a file to those who have its signed link, as a download only. 404 for what we did not sign, 410 for
 * what is no longer given out.
 */
export function mountFiles(server: FastifyInstance, store: Store): void {
  server.get<{ Params: { token: string } }>('/files/:token', async ({ params }, reply) => {
    reply.headers(QUIET)
    const link = readFileToken(store.key, params.token)
    if (!link)
      return showPage(reply, 404, { title: 'There is no such file', text: ['Copy the whole link from the mail.'] })
    const file = link.until > store.now() ? await store.read(q => linkedFile(q, link.attachmentId)) : undefined
    if (!file) return showPage(reply, 410, GONE)
    return sendFile(reply, file)
  })
}

/** Answers with a file, as a download only: it is to be kept nowhere, and never run as part of our site. */
export function sendFile(reply: FastifyReply, { name, type, bytes }: LinkedFile): FastifyReply {
  return reply.headers(QUIET).type(typeOf(type)).header('content-disposition', disposition(name)).send(bytes)
}

const GONE = {
  title: 'This file is no longer here',
  text: ['Answer the mail that it came with to ask for it again.'],
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
