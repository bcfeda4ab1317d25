import { prepared } from '../../db/prepared.ts'
import type { HookRow, HookShape } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { unseal } from '../../lib/sign.ts'
import { refuseUnlessAdmin, refuseUnlessLead } from '../permissions/roles.ts'

/** A subscription as those see it who may change it. Its secret is shown once, when it is made. */
export interface Hook {
  id: string
  url: string | null // null: it cannot be read any more
  host: string // for people: the rest may be a secret
  description: string
  shape: HookShape
  events: string[] | null // null: all
  teamIds: string[] | null // null: all
  includePrivate: boolean
  isSigned: boolean
  oldSecretUntil: number | null
  createdBy: { id: string; name: string } | null
  createdAt: number
  updatedAt: number
  offAt: number | null
  offReason: string | null
  failingSince: number | null
  deliveredAt: number | null
  problem: string | null
}

/** What nothing can be sent to, or signed with, as it was sealed under another secret. */
export const LOCKED = 'The address was sealed under another APP_SECRET. Give it again.'

/** The subscriptions that the agent may change, oldest first. Throws a Problem for somebody who leads nothing. */
export async function hooksFor(q: Query, key: Buffer, agentId: string): Promise<Hook[]> {
  await refuseUnlessLead(q, agentId)
  const hooks = (await selectHooks(q).orderBy('h.id').execute()).map(row => hookIn(key, row))
  const theirs: Hook[] = []
  for (const hook of hooks) if (await runs(q, agentId, hook.teamIds)) theirs.push(hook)
  return theirs
}

/** A subscription, for somebody who may change it. Throws a Problem when there is none, or they may not. */
export async function hookFor(q: Query, key: Buffer, id: string, agentId: string): Promise<Hook> {
  const row = await selectHooks(q).where('h.id', '=', id).executeTakeFirst()
  await refuseUnlessLead(q, agentId)
  if (!row) throw new Problem('not_found', 'This webhook is no more.')
  const hook = hookIn(key, row)
  await refuseUnlessRuns(q, agentId, hook.teamIds)
  return hook
}

/** Those that are told of something: neither switched off nor removed, oldest first. */
export async function liveHooks(q: Query): Promise<HookRow[]> {
  return (await selectLive(q, {})).rows
}

const selectLive = prepared(q =>
  q.selectFrom('hooks').selectAll().where('off_at', 'is', null).where('deleted_at', 'is', null).orderBy('id'),
)

function selectHooks(q: Query) {
  return q
    .selectFrom('hooks as h')
    .leftJoin('agents as a', 'a.id', 'h.created_by')
    .selectAll('h')
    .select('a.name as maker')
    .where('h.deleted_at', 'is', null)
}

function hookIn(key: Buffer, row: HookRow & { maker: string | null }): Hook {
  const url = unsealed(key, row.url)
  return {
    id: row.id,
    url,
    host: hostOf(url),
    description: row.description,
    shape: row.shape,
    events: row.events ? JSON.parse(row.events) : null,
    teamIds: row.teams ? JSON.parse(row.teams) : null,
    includePrivate: row.include_private === 1,
    isSigned: row.secret !== null,
    oldSecretUntil: row.old_secret === null ? null : row.old_secret_until,
    createdBy: row.created_by ? { id: row.created_by, name: row.maker ?? '' } : null,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    offAt: row.off_at,
    offReason: row.off_reason,
    failingSince: row.failing_since,
    deliveredAt: row.delivered_at,
    problem: row.problem,
  }
}

/** Where an address leads, for people: the rest of it may be a secret. */
export function hostOf(url: string | null): string {
  return url ? new URL(url).host : 'an address that cannot be read any more'
}

/** Null when it was sealed under another secret. */
export function unsealed(key: Buffer, sealed: string): string | null {
  try {
    return unseal(key, sealed)
  } catch {
    return null
  }
}

/** Throws a Problem that names whom to ask unless the agent leads all these teams; for all there are it takes an admin. */
export async function refuseUnlessRuns(q: Query, agentId: string, teamIds: string[] | null): Promise<void> {
  if (teamIds === null) {
    await refuseUnlessLead(q, agentId)
    await refuseUnlessAdmin(q, agentId)
  }
  for (const id of teamIds ?? []) await refuseUnlessLead(q, agentId, id)
}

async function runs(q: Query, agentId: string, teamIds: string[] | null): Promise<boolean> {
  try {
    await refuseUnlessRuns(q, agentId, teamIds)
    return true
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}
