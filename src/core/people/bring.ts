import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { readAddress } from '../addresses.ts'
import { customerKnownAs, knowAs, type System } from '../api/external-ids.ts'
import { addAddress, customerByAddress } from '../customers.ts'
import { refuseForgotten } from '../erase/forgotten.ts'
import type { Actor } from '../events.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'
import { isOwnAddress } from '../senders/find.ts'
import { addPerson } from './add.ts'
import { tellOfPerson } from './edit.ts'
import { recordingChanges } from './history.ts'
import { lockPerson } from './lock.ts'

/** What a program tells of a customer. What is absent or empty stays as it is, but for fields. */
export interface Brought {
  name?: string | undefined
  address?: string | undefined // one that they did not have becomes a further one
  fields?: Record<string, string> // by key; empty: nothing is filled in any more
}

/**
 * The customer whom the system knows by this id, as the program tells of them: somebody with the address becomes known by
 * it, and a new address a new customer. Throws Problems under `name`, `address` and the keys of fields, and a Problem under
 * `address` for somebody new without one, since there is no other way to write to them.
 */
export async function bringPerson(
  tx: Tx,
  system: System,
  externalId: string,
  { name = '', address = '', fields }: Brought,
  actor: Actor,
): Promise<string> {
  await refuseUnlessChangesSome(tx.q, actor)
  const known = await customerKnownAs(tx.q, system, externalId)
  if (!known && !address.trim())
    throw new Problem('invalid', 'Customers are written to by mail: a new one needs an address.', 'address')
  const id = known ?? (await personAt(tx, address, name, actor))
  await lockPerson(tx, id)
  await knowAs(tx, system, externalId, id)
  if (known && address.trim()) await addFurther(tx, id, address, actor)
  await tellOfPerson(tx, id, { name: name.trim() || undefined, fields }, actor)
  return id
}

/** The customer with this address, a new one when there is none. */
async function personAt(tx: Tx, address: string, name: string, actor: Actor): Promise<string> {
  const known = await customerByAddress(tx.q, readAddress(address, 'address').address)
  return known ? known.id : addPerson(tx, { address, name }, actor)
}

async function addFurther(tx: Tx, id: string, typed: string, actor: Actor): Promise<void> {
  const { address } = readAddress(typed, 'address')
  await refuseOthers(tx.q, id, address)
  await refuseForgotten(tx, address, 'address')
  await recordingChanges(tx, { owner: 'customer', id }, actor, () => addAddress(tx, id, address))
}

/** Somebody else's address is theirs until the two are merged. */
async function refuseOthers(q: Query, id: string, address: string): Promise<void> {
  if (await isOwnAddress(q, address))
    throw new Problem('invalid', `${address} is an address of ours, not a customer's.`, 'address')
  const other = await customerByAddress(q, address)
  if (other && other.id !== id)
    throw new Problem('conflict', `${address} is ${other.name}'s. If they are one person, merge the two.`, 'address')
}
