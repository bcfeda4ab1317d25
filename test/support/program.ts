import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { agentByHandle, seeAgent } from '../../src/core/agents.ts'
import { createKey } from '../../src/core/programs/keys.ts'
import type { ApiScope } from '../../src/core/programs/scopes.ts'
import type { Person } from '../../src/sandbox/slack/types.ts'
import type { World } from './world.ts'

/** What a program was answered. */
export interface Answered {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: it is checked against its description, and each test says what it expects
  body: any
}

/** A program with a key of somebody's, which speaks to Overture over HTTP. */
export interface Program {
  key: string
  get(path: string, headers?: Record<string, string>): Promise<Answered>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>
  delete(path: string, headers?: Record<string, string>): Promise<Answered>
}

export interface ProgramOptions {
  header?: string // in which it sends the key; absent: x-api-key
  scopes?: ApiScope[]
  networks?: string[]
  expiresAt?: number
}

/** Makes a key for somebody at the desk, and the program that has it. Every answer is checked against `/openapi.json`. */
export async function programOf(world: World, person: Person, options: ProgramOptions = {}): Promise<Program> {
  const { store } = world.overture
  const { key } = await store.write(async tx => {
    const known = await agentByHandle(tx.q, person.id)
    const [first = ''] = person.name.toLowerCase().split(' ')
    const agent = known ?? (await seeAgent(tx, { handle: person.id, name: person.name, email: `${first}@tulip.test` }))
    const { scopes = null, networks = null, expiresAt = null } = options
    return createKey(tx, { agentId: agent.id, name: 'Test', scopes, networks, expiresAt }, agent)
  })
  return programWith(world, key, options.header)
}

/** A program with this key, whatever it is worth. */
export function programWith(world: World, key: string, header = 'x-api-key'): Program {
  const ask = async (method: string, path: string, body: unknown, headers: Record<string, string> = {}) => {
    const isJson = body !== undefined && !(body instanceof FormData) && typeof body !== 'string'
    const response = await fetch(`${world.overture.url}${path}`, {
      method,
      headers: {
        [header]: header === 'authorization' ? `Bearer ${key}` : key,
        ...(isJson && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as string | FormData) }),
    })
    const text = await response.text()
    const answered = { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined }
    await refuseUnlessDescribed(world.overture.url, method, path, answered)
    return answered
  }
  return {
    key,
    get: (path, headers) => ask('GET', path, undefined, headers),
    post: (path, body, headers) => ask('POST', path, body, headers),
    put: (path, body, headers) => ask('PUT', path, body, headers),
    patch: (path, body, headers) => ask('PATCH', path, body, headers),
    delete: (path, headers) => ask('DELETE', path, undefined, headers),
  }
}

interface Description {
  openapi: string
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: { 'application/json'?: { schema: object } } }> }>
  >
  components: object
}

let description: Promise<Description> | undefined
const checks = new Map<string, ValidateFunction>()

/** What `/openapi.json` says; the same for all worlds, which run the same code. */
export function describedAt(url: string): Promise<Description> {
  description ??= fetch(`${url}/openapi.json`).then(r => r.json() as Promise<Description>)
  return description
}

/** Throws when the answer is none that the description of the API tells of. */
async function refuseUnlessDescribed(
  url: string,
  method: string,
  path: string,
  { status, body }: Answered,
): Promise<void> {
  const { paths, components } = await describedAt(url)
  const found = pathOf(Object.keys(paths), path.split('?')[0] as string, p => method.toLowerCase() in (paths[p] ?? {}))
  if (!found) {
    if (status === 404 || status === 401) return // there is no such way to ask
    throw new Error(`${method} ${path} is not described.`)
  }
  const { responses } = paths[found]?.[method.toLowerCase()] ?? { responses: {} }
  const name = [String(status), `${Math.floor(status / 100)}XX`, `${Math.floor(status / 100)}xx`].find(
    n => n in responses,
  )
  if (!name) throw new Error(`${method} ${found} is not described as answering ${status}: ${JSON.stringify(body)}`)
  const schema = responses[name]?.content?.['application/json']?.schema
  if (!schema) return
  const at = `${method} ${found} ${name}`
  let check = checks.get(at)
  if (!check) {
    const ajv = new Ajv2020({
      strict: false,
      formats: { 'date-time': true, date: true, email: true, uri: true, uuid: true },
    })
    check = ajv.compile({ ...schema, components })
    checks.set(at, check)
  }
  if (!check(body))
    throw new Error(`${at} is not as described: ${JSON.stringify(check.errors)}\n${JSON.stringify(body)}`)
}

/** The described path that fits, the one with the fewest parameters first. */
function pathOf(paths: string[], path: string, fits: (p: string) => boolean): string | undefined {
  const bare = path.replace(/(.)\/$/, '$1')
  return paths
    .filter(p => new RegExp(`^${p.replace(/\{[^}]+\}/g, '[^/]+')}/?$`).test(bare) && fits(p))
    .sort((a, b) => a.split('{').length - b.split('{').length)[0]
}
