import { createHash, randomBytes } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import { prepared } from '../../db/prepared.ts'
import type { AgentRow, ApiKeyRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { agentById } from '../agents.ts'
import { refuseUnlessAdmin, standingOf } from '../permissions/roles.ts'
import { type ApiScope, isScope } from './scopes.ts'

/** A key as it is shown to people; the key itself is never seen again. */
export interface ApiKey {
  id: string
  agentId: string
  name: string
  shown: string // how it begins
  scopes: ApiScope[] | null // null: all
  networks: string[] | null // null: it is used from anywhere
  expiresAt: number | null
  lastUsedAt: number | null // to the minute
  createdAt: number
  revokedAt: number | null
}

export interface ApiKeyForm {
  agentId: string
  name: string
  scopes: string[] | null
  networks: string[] | null
  expiresAt: number | null
}

const LONGEST_NAME = 80
const MOST_KEYS = 50 // of an agent, that are not revoked
const PREFIX = 'ovt_'
const SHOWN = PREFIX.length + 4

/**
 * Makes a key that acts as the agent, and returns it: it is kept as a hash, so nobody sees it again. Throws Problems under
 * `name`, `scopes`, `networks` and `expires`, and for whoever makes one for somebody else without being an admin.
 */
export async function createKey(
  tx: Tx,
  form: ApiKeyForm,
  by: Pick<AgentRow, 'id'>,
): Promise<{ id: string; key: string }> {
  const agent = await agentById(tx.q, form.agentId)
  if (agent.deactivated_at !== null) throw new Problem('conflict', `${agent.name} is no longer here.`, 'agent')
  if (agent.id !== by.id) await refuseUnlessAdmin(tx.q, by.id)
  refuseFaults(form, tx.now)
  const known = (await keysOf(tx.q, agent.id)).filter(k => k.revokedAt === null)
  if (known.length >= MOST_KEYS)
    throw new Problem('limited', `An agent has at most ${MOST_KEYS} keys. Revoke one first.`, 'name')
  const key = PREFIX + randomBytes(32).toString('base64url')
  const id = newId()
  await tx.q
    .insertInto('api_keys')
    .values({
      id,
      agent_id: agent.id,
      name: form.name.trim(),
      hash: hashOf(key),
      shown: key.slice(0, SHOWN),
      scopes: form.scopes && JSON.stringify(form.scopes),
      networks: form.networks && JSON.stringify(form.networks),
      expires_at: form.expiresAt,
      last_used_at: null,
      created_by: by.id,
      created_at: tx.now,
      revoked_at: null,
    })
    .execute()
  return { id, key }
}

function refuseFaults({ name, scopes, networks, expiresAt }: ApiKeyForm, now: number): void {
  const faults: Problem[] = []
  if (!name.trim()) faults.push(new Problem('invalid', 'Say what the key is for.', 'name'))
  if (name.trim().length > LONGEST_NAME)
    faults.push(new Problem('invalid', `A name has at most ${LONGEST_NAME} characters.`, 'name'))
  const unknown = scopes?.find(scope => !isScope(scope))
  if (unknown !== undefined) faults.push(new Problem('invalid', `There is no scope ${unknown}.`, 'scopes'))
  if (scopes?.length === 0) faults.push(new Problem('invalid', 'Choose at least one scope.', 'scopes'))
  const odd = networks?.find(network => !isNetwork(network))
  if (odd !== undefined)
    faults.push(
      new Problem('invalid', `${odd} is no address such as 203.0.113.7, or network such as 10.0.0.0/8.`, 'networks'),
    )
  if (expiresAt !== null && expiresAt <= now) faults.push(new Problem('invalid', 'This moment is over.', 'expires'))
  if (faults.length) throw new Problems(faults)
}

/** Afterwards the key opens nothing. Revoking it again changes nothing. Throws a Problem for another's key, but to an admin. */
export async function revokeKey(tx: Tx, id: string, by: Pick<AgentRow, 'id'>): Promise<void> {
  const row = await tx.q.selectFrom('api_keys').select('agent_id').where('id', '=', id).executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This key is no more.')
  if (row.agent_id !== by.id) await refuseUnlessAdmin(tx.q, by.id)
  await tx.q
    .updateTable('api_keys')
    .set({ revoked_at: tx.now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
}

/** An agent's keys, the newest first; with null everybody's. */
export async function keysOf(q: Query, agentId: string | null): Promise<ApiKey[]> {
  const rows = await q
    .selectFrom('api_keys')
    .selectAll()
    .$if(agentId !== null, w => w.where('agent_id', '=', agentId as string))
    .orderBy('id', 'desc')
    .execute()
  return rows.map(keyIn)
}

function keyIn(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    agentId: row.agent_id,
    name: row.name,
    shown: row.shown,
    scopes: row.scopes ? JSON.parse(row.scopes) : null,
    networks: row.networks ? JSON.parse(row.networks) : null,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  }
}

/** Who asks: an agent, by one of their keys. */
export interface Caller {
  keyId: string
  agent: AgentRow
  scopes: ApiScope[] | null // null: all
  isAdmin: boolean
}

/**
 * Who asks with this key from this address; undefined when nobody may: it is unknown, revoked, expired, or not for there,
 * or its agent is gone. Which of these is nobody's business who has no key.
 */
export async function callerBy(q: Query, key: string, address: string, now: number): Promise<Caller | undefined> {
  if (!key.startsWith(PREFIX)) return undefined
  const [row] = (await selectKey(q, { hash: hashOf(key) })).rows
  if (!row || row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) return undefined
  const { networks, scopes } = keyIn(row)
  if (networks && !isWithin(address, networks)) return undefined
  const agent = await agentById(q, row.agent_id)
  if (agent.deactivated_at !== null) return undefined
  return { keyId: row.id, agent, scopes, isAdmin: (await standingOf(q, agent.id)).base === 'admin' }
}

const selectKey = prepared((q, v: { hash: string }) => q.selectFrom('api_keys').selectAll().where('hash', '=', v.hash))

const NOTED_EACH_MS = 60_000

/** Notes that a key was used, once a minute at most. */
export async function noteUse(tx: Tx, keyId: string): Promise<void> {
  await tx.q
    .updateTable('api_keys')
    .set({ last_used_at: tx.now })
    .where('id', '=', keyId)
    .where(k => k.or([k('last_used_at', 'is', null), k('last_used_at', '<', tx.now - NOTED_EACH_MS)]))
    .execute()
}

/** A key has 256 random bits: nobody guesses it from its hash, and looking it up needs none that is slow. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
}

function isWithin(given: string, networks: string[]): boolean {
  const address = given.replace(/^::ffff:(?=\d+\.)/i, '') // IPv4 on a socket for both
  const list = new BlockList()
  for (const network of networks) {
    const [of = '', bits] = network.split('/')
    const family = isIP(of) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(of, family)
    else list.addSubnet(of, Number(bits), family)
  }
  return isIP(address) > 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}
