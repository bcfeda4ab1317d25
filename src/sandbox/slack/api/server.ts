import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { createFaults } from '../faults.ts'
import { mayAppSee } from '../files.ts'
import type { Rates } from '../rates.ts'
import type { Call, Fault, Json } from '../types.ts'
import { Refusal, type World } from '../world.ts'
import { Args } from './args.ts'
import { readBody, readUpload } from './body.ts'
import { demand, demandAny, type Method, type Methods } from './method.ts'
import { respond } from './response-url.ts'

const KEPT = 20_000

interface Parts {
  world: World
  methods: Methods
  rates: Rates
  faults: ReturnType<typeof createFaults>
}

/** Serves the Web API, uploads, downloads and response URLs on a loopback port. */
export async function serve(parts: Parts, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    route(parts, request, response).catch(error => {
      if (!response.headersSent) answer(response, 500, { ok: false, error: 'internal_error', detail: String(error) })
      else response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return { server, port: (server.address() as AddressInfo).port }
}

async function route(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { world } = parts
  if (world.isDown) return void request.socket.destroy()
  const { pathname } = new URL(request.url ?? '/', 'http://sandbox')
  const [, first = '', ...rest] = pathname.split('/')
  if (first === 'api') return callMethod(parts, rest.join('/'), request, response)
  if (first === 'upload') return takeUpload(world, rest[1] ?? '', request, response)
  if (first === 'files-pri') return giveFile(world, rest[0] ?? '', request, response)
  if (first === 'actions') return takeResponse(world, rest.slice(1).join('/'), request, response)
  answer(response, 404, { ok: false, error: 'not_found' })
}

async function callMethod(
  { world, methods, rates, faults }: Parts,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const given = await readBody(request)
  const fault = faults.take(name)
  if (fault?.kind === 'drop_request') return void request.socket.destroy()
  if (fault?.kind === 'delay') await wait(fault.ms, undefined, { ref: false })
  const call = note(world, name, given)
  const result = orderedFault(fault) ?? run(world, methods[name], name, given, tokenOf(request, given), rates)
  Object.assign(call, { ok: result.body.ok === true, error: result.body.error, response: result.body })
  if (fault?.kind === 'drop_response') return void request.socket.destroy()
  const accepted = [...(methods[name]?.scopes ?? []), ...(methods[name]?.anyOf ?? [])]
  response.setHeader(
    'x-oauth-scopes',
    methods[name]?.isForApp ? 'connections:write' : [...world.manifest.scopes].join(','),
  )
  if (accepted.length) response.setHeader('x-accepted-oauth-scopes', accepted.join(','))
  if (result.retryAfter) response.setHeader('retry-after', String(result.retryAfter))
  if (result.status === 500) return void response.writeHead(500).end('Internal Server Error')
  answer(response, result.status, result.body)
}

interface Result {
  status: number
  body: Json
  retryAfter?: number
}

function run(world: World, method: Method | undefined, name: string, given: Json, token: string, rates: Rates): Result {
  try {
    if (!method) throw new Refusal('unknown_method', { req_method: name })
    const args = new Args(given)
    authenticate(world, method, token)
    const retryAfter = rates.wait(name, method.tier, args.text('channel'))
    if (retryAfter !== undefined) return { status: 429, body: { ok: false, error: 'ratelimited' }, retryAfter }
    if (method.scopes) demand(world, ...method.scopes)
    if (method.anyOf) demandAny(world, method.anyOf)
    const missing = method.needs?.filter(need => !args.has(need)) ?? []
    if (missing.length)
      throw new Refusal('invalid_arguments', {
        response_metadata: { messages: missing.map(m => `[ERROR] missing required field: ${m}`) },
      })
    return { status: 200, body: { ok: true, ...method.call(world, args) } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: 200, body: { ok: false, error: error.code, ...error.more } }
  }
}

function authenticate(world: World, method: Method, token: string): void {
  if (token === '') throw new Refusal('not_authed')
  const right = method.isForApp ? world.appToken : world.botToken
  if (token === right) return
  const run = [...world.stepRuns.values()].find(r => r.token === token)
  if (run && method.isForSteps) return
  if (run) throw new Refusal('not_allowed_token_type')
  if (token === world.appToken || token === world.botToken) throw new Refusal('not_allowed_token_type')
  throw new Refusal('invalid_auth')
}

function orderedFault(fault: Fault | undefined): Result | undefined {
  switch (fault?.kind) {
    case 'error':
      return {
        status: 200,
        body: {
          ok: false,
          error: fault.error,
          ...(fault.messages ? { response_metadata: { messages: fault.messages } } : {}),
        },
      }
    case 'rate_limited':
      return { status: 429, body: { ok: false, error: 'ratelimited' }, retryAfter: fault.retryAfterS ?? 1 }
    case 'http_500':
      return { status: 500, body: { ok: false, error: 'http_500' } }
    default:
      return undefined
  }
}

function note(world: World, method: string, args: Json): Call {
  world.order += 1
  const { token: _, ...rest } = args
  const call: Call = {
    method,
    args: decoded(rest),
    ok: false,
    error: undefined,
    at: world.now(),
    order: world.order,
    response: undefined,
  }
  world.calls.push(call)
  if (world.calls.length > KEPT) world.calls.splice(0, KEPT / 10)
  return call
}

/** Arguments as the app meant them: a form carries objects as JSON. */
function decoded(args: Json): Json {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => {
      if (typeof value !== 'string' || !/^[[{]/.test(value)) return [key, value]
      try {
        return [key, JSON.parse(value)]
      } catch {
        return [key, value]
      }
    }),
  )
}

function tokenOf(request: IncomingMessage, given: Json): string {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return bearer ?? (typeof given.token === 'string' ? given.token : '')
}

async function takeUpload(
  world: World,
  ticket: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const bytes = await readUpload(request)
  const file = [...world.files.values()].find(f => f.uploadTicket === ticket)
  if (!file) return answer(response, 404, { ok: false, error: 'file_not_found' })
  if (bytes.length !== file.size) return void response.writeHead(400).end('File size mismatch')
  file.bytes = bytes
  response.writeHead(200, { 'content-type': 'text/plain' }).end(`OK - ${bytes.length}`)
}

/** A file for who may read it; for all others a page to sign in, with 200. */
function giveFile(world: World, id: string, request: IncomingMessage, response: ServerResponse): void {
  const file = world.files.get(id.split('-')[1] ?? '')
  const mayRead = tokenOf(request, {}) === world.botToken && world.manifest.scopes.has('files:read')
  if (!mayRead || !file || !mayAppSee(world, file))
    return void response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end('<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to your workspace</body></html>')
  if (!file.bytes || file.isDeleted) return void response.writeHead(404).end()
  response.writeHead(200, { 'content-type': file.mimetype, 'content-length': file.bytes.length }).end(file.bytes)
}

async function takeResponse(
  world: World,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(request)
    const call = note(world, 'response_url', body)
    respond(world, key, body)
    Object.assign(call, { ok: true, response: { ok: true } })
    answer(response, 200, { ok: true })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const call = world.calls.at(-1)
    if (call?.method === 'response_url') call.error = error.code
    const isGone = ['expired_url', 'used_url'].includes(error.code)
    answer(response, isGone ? 404 : 200, { ok: false, error: error.code, ...error.more })
  }
}

function answer(response: ServerResponse, status: number, body: Json): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}
