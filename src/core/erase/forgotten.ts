import { prepared } from '../../db/prepared.ts'
import type { AgentRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { faultsIn, Problem } from '../../lib/problem.ts'
import { mac } from '../../lib/sign.ts'
import { withoutPlus } from '../addresses.ts'
import { refuseUnlessLead } from '../permissions/roles.ts'

/** All that is kept of somebody who was forgotten: who has the key can tell whether an address is theirs, nobody else. */
function hashOf(key: Buffer, address: string): string {
  return mac(key, 'forgotten', withoutPlus(address))
}

/** From now on nothing is sent to these addresses by accident, though nothing says which they are. */
export async function keepHashes(tx: Tx, addresses: string[]): Promise<void> {
  await tx.q
    .insertInto('forgotten')
    .values(addresses.map(address => ({ hash: hashOf(tx.key, address), created_at: tx.now })))
    .onConflict(c => c.doNothing())
    .execute()
}

/** Why nothing is sent to somebody who was forgotten, by address, of those among many. */
export async function forgottenAmong(q: Query, key: Buffer, addresses: string[]): Promise<Set<string>> {
  const hashes = new Map(addresses.map(address => [address, hashOf(key, address)]))
  if (!hashes.size) return new Set()
  const rows = await q
    .selectFrom('forgotten')
    .select('hash')
    .where('hash', 'in', [...new Set(hashes.values())])
    .execute()
  const known = new Set(rows.map(r => r.hash))
  return new Set(addresses.filter(address => known.has(hashes.get(address) ?? '')))
}

export const FORGOTTEN = 'They asked to be forgotten, so nothing is sent there, unless they write to us themselves.'

/** Throws a Problem under the field when somebody asked that this address be forgotten. */
export async function refuseForgotten(tx: Tx, address: string, field = 'customer'): Promise<void> {
  const { rows } = await selectHash(tx.q, { hash: hashOf(tx.key, address) })
  if (rows.length) throw new Problem('forbidden', `${address}: ${FORGOTTEN}`, field)
}

const selectHash = prepared((q, v: { hash: string }) =>
  q.selectFrom('forgotten').select('hash').where('hash', '=', v.hash),
)

/**
 * They wrote to us, as an agent says: they may be answered again. Throws a Problem under `customer` for one who was forgotten,
 * unless it is a lead who says so.
 */
export async function rememberOnWord(tx: Tx, address: string, agent: Pick<AgentRow, 'id'>): Promise<void> {
  if (!(await forgottenAmong(tx.q, tx.key, [address])).size) return
  const isInCharge = !(await faultsIn(() => refuseUnlessLead(tx.q, agent.id))).length
  if (!isInCharge) await refuseForgotten(tx, address)
  await rememberAgain(tx, address)
}

/** They wrote to us by themselves: they may be answered again. */
export async function rememberAgain(tx: Tx, address: string): Promise<void> {
  await tx.q.deleteFrom('forgotten').where('hash', '=', hashOf(tx.key, address)).execute()
}
