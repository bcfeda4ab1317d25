import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import type { Actor } from '../events.ts'
import { refuseUnlessChangesSome } from '../permissions/may.ts'
import { tagsOfCustomer } from '../tags/customers.ts'
import { MOST_TAGS, readTag, tagKey } from '../tags/tags.ts'
import { recordingChanges } from './history.ts'
import { lockPerson } from './lock.ts'

/** Afterwards a customer has these tags and no others. Throws a Problem under `tags`. */
export async function setTagsOfCustomer(tx: Tx, customerId: string, names: string[], actor: Actor): Promise<void> {
  const tags = [...new Set(names.map(name => tagKey(readTag(name))))]
  if (tags.length > MOST_TAGS) throw new Problem('limited', `A customer has at most ${MOST_TAGS} tags.`, 'tags')
  await recordingChanges(tx, { owner: 'customer', id: customerId }, actor, async () => {
    await tx.q.deleteFrom('customer_tags').where('customer_id', '=', customerId).execute()
    if (tags.length)
      await tx.q
        .insertInto('customer_tags')
        .values(tags.map(tag => ({ customer_id: customerId, tag })))
        .execute()
  })
}

/** Adds tags to what a customer has. Throws a Problem under `tags`, and for somebody who may not change customers. */
export async function addTagsOfCustomer(tx: Tx, customerId: string, names: string[], actor: Actor): Promise<void> {
  await refuseUnlessChangesSome(tx.q, actor)
  await lockPerson(tx, customerId) // or of two who add one at once, one would be lost
  const before = await tagsOfCustomer(tx.q, customerId)
  await setTagsOfCustomer(tx, customerId, [...before, ...names], actor)
}

/** Those of these names that are a tag of no customer, and of no ticket. */
export async function unknownTags(q: Query, names: string[]): Promise<string[]> {
  const keys = [...new Set(names.map(name => tagKey(readTag(name))))]
  if (!keys.length) return []
  const ofTickets = await q.selectFrom('tags').select('key').where('key', 'in', keys).execute()
  const ofCustomers = await q
    .selectFrom('customer_tags')
    .select('tag as key')
    .distinct()
    .where('tag', 'in', keys)
    .execute()
  const known = new Set([...ofTickets, ...ofCustomers].map(r => r.key))
  return keys.filter(key => !known.has(key))
}
