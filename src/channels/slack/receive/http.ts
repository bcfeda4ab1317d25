import { isValidSlackRequest } from '@slack/bolt'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Intake } from './take.ts'

const MOST_BYTES = 4 * 1024 * 1024
const ANSWER_MS = 2_900 // Slack waits three seconds

/** `POST /slack/events`: all of Slack's requests in HTTP mode, each signature checked before anything is read. */
export function mountSlack(server: FastifyInstance, signingSecret: string, intake: () => Intake | undefined): void {
  server.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MOST_BYTES }, (_request, body, done) =>
      done(null, body),
    )
    scope.post('/slack/events', async (request: FastifyRequest, reply: FastifyReply) => {
      const raw = String(request.body ?? '')
      if (!isSigned(request, raw, signingSecret))
        return reply.code(401).send({ error: 'The signature is wrong or too old.' })
      const body = parse(raw, request.headers['content-type'])
      if (!body) return reply.code(400).send({ error: 'This is neither JSON nor a form.' })
      if (body.type === 'url_verification') return reply.send({ challenge: body.challenge })
      if (body.ssl_check) return reply.send()
      const taking = intake()
      if (!taking) return reply.code(503).header('retry-after', '1').send({ error: 'Not ready.' })
      return answer(taking, body, request, reply)
    })
  })
}

function isSigned(request: FastifyRequest, body: string, signingSecret: string): boolean {
  const signature = request.headers['x-slack-signature']
  const timestamp = Number(request.headers['x-slack-request-timestamp'])
  if (typeof signature !== 'string' || !Number.isFinite(timestamp)) return false
  return isValidSlackRequest({
    signingSecret,
    body,
    headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp },
  })
}

/** Slack sends events as JSON, interactions as a form field `payload` of JSON, and commands as form fields. */
function parse(raw: string, type = ''): Record<string, unknown> | undefined {
  try {
    if (type.startsWith('application/json')) return JSON.parse(raw)
    const form = Object.fromEntries(new URLSearchParams(raw))
    return form.payload ? JSON.parse(form.payload) : form
  } catch {
    return undefined
  }
}

function answer(
  intake: Intake,
  body: Record<string, unknown>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const retryNum = Number(request.headers['x-slack-retry-num']) || undefined
  const retryReason = request.headers['x-slack-retry-reason'] as string | undefined
  return new Promise(resolve => {
    let answered = false
    const respond = (code: number, payload?: unknown) => {
      if (answered) return
      answered = true
      clearTimeout(timer)
      resolve(reply.code(code).send(payload ?? ''))
    }
    const timer = setTimeout(() => respond(503), ANSWER_MS)
    const ack = async (response?: unknown) => respond(200, response)
    intake.take({ body, ack, retryNum, retryReason }).then(() => respond(503)) // not acknowledged: Slack tries again
  })
}
