import type { Tx } from '../../db/store.ts'
import { cut } from '../../lib/cut.ts'
import { Problem } from '../../lib/problem.ts'
import { readAddress } from '../addresses.ts'
import { customerByAddress, customerFor } from '../customers.ts'
import { refuseForgotten } from '../erase/forgotten.ts'
import type { Actor } from '../events.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'
import { isOwnAddress } from '../senders/find.ts'
import { recordMade } from './history.ts'

/**
 * Makes a customer of whom nothing is known but the address, and perhaps a name; their company is the one at its domain.
 * Returns their id. Throws a Problem under `address` for one that somebody has, that is ours, or that is to be forgotten.
 */
export async function addPerson(tx: Tx, form: { address: string; name: string }, actor: Actor): Promise<string> {
  await refuseUnlessChangesSome(tx.q, actor)
  const { address, name } = readAddress(form.address, 'address')
  const known = await customerByAddress(tx.q, address)
  if (known) throw new Problem('conflict', `${cut(known.name, 200)} has the address ${address} already.`, 'address')
  if (await isOwnAddress(tx.q, address))
    throw new Problem('invalid', `${address} is an address of ours, not a customer's.`, 'address')
  await refuseForgotten(tx, address, 'address')
  const { id } = await customerFor(tx, address, form.name.trim().replace(/\s+/g, ' ') || name)
  await recordMade(tx, { owner: 'customer', id }, actor)
  return id
}
