import { createHash, randomBytes } from 'node:crypto'
import { prepared } from '../../db/prepared.ts'
import type { AgentRow, ApiKeyRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import { newId } from '../../lib/id.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { agentById } from '../agents.ts'
import { actsAsAdmin, refuseUnlessAdmin, standingOf } from '../permissions/roles.ts'
import { isNetwork, isWithin } from './networks.ts'
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

export const LONGEST_KEY_NAME = 80
const MOST_NETWORKS = 50
const LATEST = Date.UTC(10_000, 0) // no form of a date is made for later
const MOST_KEYS = 50 // of an agent, that open something
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
  if ((await countLive(tx, agent.id)) >= MOST_KEYS)
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
      scopes: form.scopes && JSON.stringify([...new Set(form.scopes)]),
      networks: form.networks && JSON.stringify([...new Set(form.networks)]),
      expires_at: form.expiresAt,
      last_used_at: null,
      created_by: by.id,
      created_at: tx.now,
      revoked_at: null,
    })
    .execute()
  return { id, key }
}

async function countLive(tx: Tx, agentId: string): Promise<number> {
  const { count } = await tx.q
    .selectFrom('api_keys')
    .select(e => e.fn.countAll().as('count'))
    .where('agent_id', '=', agentId)
    .where('revoked_at', 'is', null)
    .where(k => k.or([k('expires_at', 'is', null), k('expires_at', '>', tx.now)]))
    .executeTakeFirstOrThrow()
  return Number(count)
}

function refuseFaults({ name, scopes, networks, expiresAt }: ApiKeyForm, now: number): void {
  const faults: Problem[] = []
  if (!name.trim()) faults.push(new Problem('invalid', 'Say what the key is for.', 'name'))
  if (name.trim().length > LONGEST_KEY_NAME)
    faults.push(new Problem('invalid', `A name has at most ${LONGEST_KEY_NAME} characters.`, 'name'))
  const unknown = scopes?.find(scope => !isScope(scope))
  if (unknown !== undefined) faults.push(new Problem('invalid', `There is no scope ${cut(unknown, 60)}.`, 'scopes'))
  if (scopes?.length === 0) faults.push(new Problem('invalid', 'Choose at least one scope.', 'scopes'))
  if (networks?.length === 0) faults.push(new Problem('invalid', 'Name at least one network.', 'networks'))
  if ((networks?.length ?? 0) > MOST_NETWORKS)
    faults.push(new Problem('invalid', `A key has at most ${MOST_NETWORKS} networks.`, 'networks'))
  const odd = networks?.find(network => !isNetwork(network))
  if (odd !== undefined)
    faults.push(
      new Problem(
        'invalid',
        `${cut(odd, 60)} is no address such as 203.0.113.7, or network such as 10.0.0.0/8.`,
        'networks',
      ),
    )
  if (expiresAt !== null && !(expiresAt > now)) faults.push(new Problem('invalid', 'This moment is over.', 'expires'))
  if (expiresAt !== null && expiresAt >= LATEST)
    faults.push(new Problem('invalid', 'Choose a day before the year 10000.', 'expires'))
  if (faults.length) throw new Problems(faults)
}

/**
 * Afterwards the key opens nothing; false when that was so before. Throws a Problem for another's key, but to an admin, and
 * for a key that there never was.
 */
export async function revokeKey(tx: Tx, id: string, by: Pick<AgentRow, 'id'>): Promise<boolean> {
  const key = await keyById(tx.q, id)
  if (key.agentId !== by.id) await refuseUnlessAdmin(tx.q, by.id)
  const [changed] = await tx.q
    .updateTable('api_keys')
    .set({ revoked_at: tx.now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  return Number(changed?.numUpdatedRows ?? 0) > 0
}

/** The key, also one that was revoked. Throws a Problem when there is none. */
export async function keyById(q: Query, id: string): Promise<ApiKey> {
  const row = await q.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This key is no more.')
  return keyIn(row)
}

/** The key with this id, or the only one that begins so (`ovt_abcd`). Throws a Problem when there is none, or several. */
export async function keyNamed(q: Query, name: string): Promise<ApiKey> {
  if (!name.startsWith(PREFIX)) return keyById(q, name)
  const rows = await q
    .selectFrom('api_keys')
    .selectAll()
    .where('shown', '=', name.replace(/…$/, '').slice(0, SHOWN))
    .execute()
  if (rows.length > 1) throw new Problem('conflict', 'Several keys begin so. Name its id.')
  return keyById(q, rows[0]?.id ?? name)
}

/** A key as people find it in a list. */
export interface ListedKey extends ApiKey {
  agent: { name: string; email: string | null; isGone: boolean } // whose it is
  madeBy: string // a name
}

export interface KeyPage {
  keys: ListedKey[]
  next: string | null // the id after which the next page begins
}

/** The keys of one agent that are not revoked, or with null those of all, the newest first. */
export async function keyPage(q: Query, agentId: string | null, limit: number, after: string | null): Promise<KeyPage> {
  const rows = await q
    .selectFrom('api_keys as k')
    .innerJoin('agents as a', 'a.id', 'k.agent_id')
    .innerJoin('agents as b', 'b.id', 'k.created_by')
    .selectAll('k')
    .select(['a.name as agent_name', 'a.email as agent_email', 'a.deactivated_at', 'b.name as maker_name'])
    .where('k.revoked_at', 'is', null)
    .$if(agentId !== null, w => w.where('k.agent_id', '=', agentId as string))
    .$if(after !== null, w => w.where('k.id', '<', after as string))
    .orderBy('k.id', 'desc')
    .limit(limit + 1)
    .execute()
  const keys = rows.slice(0, limit).map(r => ({
    ...keyIn(r),
    agent: { name: r.agent_name, email: r.agent_email, isGone: r.deactivated_at !== null },
    madeBy: r.maker_name,
  }))
  return { keys, next: rows.length > limit ? (keys.at(-1)?.id ?? null) : null }
}

/** The same for somebody who asks: an admin sees everybody's keys, others see their own. */
export async function keyPageFor(
  q: Query,
  by: Pick<AgentRow, 'id'>,
  limit: number,
  after: string | null,
): Promise<KeyPage & { isAdmin: boolean }> {
  const isAdmin = await actsAsAdmin(q, by.id)
  return { isAdmin, ...(await keyPage(q, isAdmin ? null : by.id, limit, after)) }
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
