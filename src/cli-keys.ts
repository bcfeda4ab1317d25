import { parseArgs } from 'node:util'
import type { ListedKey } from './core/programs/keys.ts'
import type { Store } from './db/store.ts'
import { Problem } from './lib/problem.ts'
import { withStore } from './with-store.ts'

export const KEYS_USAGE = `overture keys list [--agent ADDRESS]
                          the keys with which programs use the API, the newest first
  overture keys create --agent ADDRESS --name NAME [--scopes a:read,b:write] [--networks 10.0.0.0/8,::1]
                       [--expires 2027-01-31]
                          makes a key that acts as this agent and prints it, this once; without scopes it may do all
                          that the agent may, and the day that it expires on ends by UTC
  overture keys revoke ID
                          from then on the key opens nothing; its id, or how it begins, is what list shows
                          (all need DATABASE_URL)`

/** `overture keys`: keys of programs, while Overture runs or does not. Sets the exit code: 1 for a refusal, 2 for wrong usage. */
export async function keys([verb, ...args]: string[]): Promise<void> {
  try {
    if (verb === 'list') await list(args)
    else if (verb === 'create') await create(args)
    else if (verb === 'revoke') await revoke(args)
    else throw new Usage(verb ? `There is no command "keys ${verb}".` : 'Say what to do with keys.')
  } catch (error) {
    const { message, code } = error as Error & { code?: unknown }
    const isUsage = error instanceof Usage || String(code ?? '').startsWith('ERR_PARSE_ARGS')
    if (!isUsage && !(error instanceof Problem)) throw error
    console.error(isUsage ? `${message}\n\n  ${KEYS_USAGE}` : message)
    process.exitCode = isUsage ? 2 : 1
  }
}

class Usage extends Error {}

const AT_ONCE = 100

async function list(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { agent: { type: 'string' } } })
  const { keyPage } = await import('./core/programs/keys.ts')
  await withStore(async store => {
    const agentId = values.agent === undefined ? null : (await agentOf(store, values.agent)).id
    let after: string | null = null
    do {
      const page = await store.read(q => keyPage(q, agentId, AT_ONCE, after))
      if (after === null && !page.keys.length) console.error('There is no key.')
      for (const key of page.keys) console.log(line(key, store.now()))
      after = page.next
    } while (after !== null)
  })
}

function line(key: ListedKey, now: number): string {
  const { agent, scopes, networks, lastUsedAt, expiresAt } = key
  const whose = `${agent.email ?? agent.name}${agent.isGone ? ' (no longer here)' : ''}`
  return [
    key.id,
    `${key.shown}…`,
    whose,
    key.name.replace(/\s+/g, ' '),
    scopes?.join(',') ?? 'everything',
    networks?.join(',') ?? 'anywhere',
    lastUsedAt === null ? 'never used' : `last used ${minute(lastUsedAt)}`,
    ...(expiresAt === null ? [] : [`${expiresAt <= now ? 'expired' : 'expires'} ${minute(expiresAt)}`]),
  ].join('  ')
}

function minute(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}

async function create(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { agent: text, name: text, scopes: text, networks: text, expires: text },
  })
  const { agent: whose, name } = values
  if (!whose || !name) throw new Usage('Say whose key it is (--agent) and what it is for (--name).')
  const expiresAt = values.expires === undefined ? null : endOf(values.expires)
  const { createKey } = await import('./core/programs/keys.ts')
  await withStore(async store => {
    const agent = await agentOf(store, whose)
    const form = {
      agentId: agent.id,
      name,
      scopes: listed(values.scopes),
      networks: listed(values.networks),
      expiresAt,
    }
    const { key } = await store.write(tx => createKey(tx, form, agent))
    console.error(`A key that acts as ${agent.name} is made. Nobody can see it again:`)
    console.log(key)
  })
}

function listed(text: string | undefined): string[] | null {
  return text === undefined ? null : text.split(/[\s,]+/).filter(Boolean)
}

/** The last moment of a day such as 2027-01-31, by UTC. */
function endOf(day: string): number {
  const at = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T23:59:59.999Z`) : Number.NaN
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day)
    throw new Usage('--expires takes a day such as 2027-01-31.')
  return at
}

async function revoke(args: string[]): Promise<void> {
  const { positionals } = parseArgs({ args, allowPositionals: true })
  const [named, more] = positionals
  if (!named || more) throw new Usage('Name one key; "overture keys list" shows them.')
  const { keyNamed, revokeKey } = await import('./core/programs/keys.ts')
  await withStore(async store => {
    const key = await store.read(q => keyNamed(q, named))
    const isNew = await store.write(tx => revokeKey(tx, key.id, { id: key.agentId }))
    console.error(isNew ? `${key.name} (${key.shown}…) is revoked.` : `${key.name} (${key.shown}…) was revoked before.`)
  })
}

async function agentOf(store: Store, name: string) {
  const { agentNamed } = await import('./core/programs/named.ts')
  return store.read(q => agentNamed(q, name))
}
