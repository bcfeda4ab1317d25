import { containing } from '../../db/like.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import type { Actor } from '../events.ts'
import { recordingChanges } from '../people/history.ts'
import { MOST_TAGS, readTag, tagKey } from './tags.ts'

/** The tags of a customer, by which segments choose. */
export async function tagsOfCustomer(q: Query, customerId: string): Promise<string[]> {
  const rows = await q
    .selectFrom('customer_tags')
    .select('tag')
    .where('customer_id', '=', customerId)
    .orderBy('tag')
    .execute()
  return rows.map(r => r.tag)
}

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

/** Tags that some customer has and that contain what was typed. */
export async function findTagsOfCustomers(q: Query, typed: string, limit = 100): Promise<string[]> {
  const rows = await q
    .selectFrom('customer_tags')
    .select('tag')
    .distinct()
    .where('tag', 'like', containing(typed.trim().replace(/\s+/g, ' ')))
    .orderBy('tag')
    .limit(limit)
    .execute()
  return rows.map(r => r.tag)
}
