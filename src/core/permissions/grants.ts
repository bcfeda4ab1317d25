import { z } from 'zod'
import type { Role } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { keepSetting, settingOf } from '../settings.ts'
import { refuseUnlessAdmin } from './roles.ts'

export const ACTIONS = ['view', 'manage', 'transfer', 'export', 'download'] as const

/** What can be granted: to see tickets, change and answer them, give them to others, take lists away, take files away. */
export type Action = (typeof ACTIONS)[number]

export const REACHES = ['none', 'own', 'team', 'all'] as const

/** Which tickets a grant reaches: those that one has or opened, those of one's teams as well, or all. */
export type Reach = (typeof REACHES)[number]

export type Grants = Record<Action, Reach>

/** An admin may do everything, so that nobody can shut everybody out. */
export type Granted = Exclude<Role, 'admin'>

const ALL: Grants = { view: 'all', manage: 'all', transfer: 'all', export: 'all', download: 'all' }

const USUAL: Record<Granted, Grants> = {
  lead: ALL,
  agent: { ...ALL, export: 'team' },
  drafter: { ...ALL, transfer: 'own', export: 'none' },
  viewer: { ...ALL, manage: 'none', transfer: 'none', export: 'none' },
}

const reach = z.enum(REACHES)
const shape = z.record(z.string(), z.record(z.string(), reach.catch('none')))

const SETTING = 'permissions'

/** What each role may do; what nobody set is as usual. */
export async function grantsOf(q: Query): Promise<Record<Role, Grants>> {
  const kept = await settingOf(q, SETTING)
  const set = kept === undefined ? {} : shape.parse(JSON.parse(kept))
  const of = (role: Granted): Grants => ({ ...USUAL[role], ...set[role] })
  return { admin: ALL, lead: of('lead'), agent: of('agent'), drafter: of('drafter'), viewer: of('viewer') }
}

/** Sets what a role may do. Throws a Problem for whoever is no admin while there is one. */
export async function setGrants(tx: Tx, role: Granted, grants: Grants, by: { id: string }): Promise<void> {
  await refuseUnlessAdmin(tx.q, by.id)
  const { admin: _, ...now } = await grantsOf(tx.q)
  await keepSetting(tx, SETTING, JSON.stringify({ ...now, [role]: grants }))
}
