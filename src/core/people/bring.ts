import type { Tx } from '../../db/store.ts'
import { gathering, Problem, Problems } from '../../lib/problem.ts'
import { readAddress } from '../addresses.ts'
import { addAddress, customerByAddress, learnFacts } from '../customers.ts'
import { refuseForgotten } from '../erase/forgotten.ts'
import type { Actor } from '../events.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'
import { customerKnownAs, knowAs, type System } from '../programs/external-ids.ts'
import { isOwnAddress } from '../senders/find.ts'
import { addPerson } from './add.ts'
import { LONGEST_PERSON_NAME, refreshSearch } from './edit.ts'
import { recordingChanges } from './history.ts'
import { lockPerson } from './lock.ts'

/** What a program tells of a customer. What is absent stays as it is. */
export interface Brought {
  name?: string | undefined // empty: stays
  address?: string | undefined // one that they did not have becomes a further one
  fields?: Record<string, string> | undefined // by key; empty: nothing is filled in any more
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
  { name = '', address: typed = '', fields = {} }: Brought,
  actor: Actor,
): Promise<string> {
  await refuseUnlessChangesSome(tx.q, actor)
  const shown = name.trim()
  const known = await customerKnownAs(tx.q, system, externalId)
  const faults: Problem[] = []
  const gather = gathering(faults)
  if (shown.length > LONGEST_PERSON_NAME)
    faults.push(new Problem('invalid', `A name has at most ${LONGEST_PERSON_NAME} characters.`, 'name'))
  if (!known && !typed.trim())
    faults.push(new Problem('invalid', 'Customers are written to by mail: a new one needs an address.', 'address'))
  const address = typed.trim() ? await gather(() => readTheirs(tx, typed, known)) : undefined
  if (faults.length) throw new Problems(faults)
  const id = known ?? (await personAt(tx, address as string, shown, actor))
  await knowAs(tx, system, externalId, id)
  await keep(tx, id, { shown, address, fields }, actor)
  return id
}

/** The same of a customer whom we know. Throws Problems as it does, and one under `name` for an empty name. */
export async function tellOfPerson(
  tx: Tx,
  id: string,
  { name, address: typed = '', fields = {} }: Brought,
  actor: Actor,
): Promise<void> {
  await refuseUnlessChangesSome(tx.q, actor)
  const shown = name?.trim()
  const faults: Problem[] = []
  if (shown === '') faults.push(new Problem('invalid', 'Give them a name.', 'name'))
  if ((shown ?? '').length > LONGEST_PERSON_NAME)
    faults.push(new Problem('invalid', `A name has at most ${LONGEST_PERSON_NAME} characters.`, 'name'))
  const address = typed.trim() ? await gathering(faults)(() => readTheirs(tx, typed, id)) : undefined
  if (faults.length) throw new Problems(faults)
  await keep(tx, id, { shown, address, fields }, actor)
}

/** The customer with this address, a new one when there is none. */
async function personAt(tx: Tx, address: string, name: string, actor: Actor): Promise<string> {
  const known = await customerByAddress(tx.q, address)
  return known ? known.id : addPerson(tx, { address, name }, actor)
}

interface Kept {
  shown: string | undefined
  address: string | undefined
  fields: Record<string, string>
}

async function keep(tx: Tx, id: string, { shown, address, fields }: Kept, actor: Actor): Promise<void> {
  await lockPerson(tx, id)
  await recordingChanges(tx, { owner: 'customer', id }, actor, async () => {
    if (address) await addAddress(tx, id, address)
    if (shown) await tx.q.updateTable('customers').set({ name: shown }).where('id', '=', id).execute()
    await learnFacts(tx, id, { fields })
  })
  await refreshSearch(tx, id)
}

/** Throws a Problem for an address that is ours, another customer's, or somebody's who asked to be forgotten. */
async function readTheirs(tx: Tx, typed: string, known: string | undefined): Promise<string> {
  const { address } = readAddress(typed, 'address')
  if (await isOwnAddress(tx.q, address))
    throw new Problem('invalid', `${address} is an address of ours, not a customer's.`, 'address')
  await refuseForgotten(tx, address, 'address')
  const other = known && (await customerByAddress(tx.q, address))
  if (other && other.id !== known)
    throw new Problem('conflict', `${address} is ${other.name}'s. If they are one person, merge the two.`, 'address')
  return address
}
