import type { Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import type { Actor } from '../events.ts'
import { MOST_TAGS, readTag, tagKey } from '../tags/tags.ts'
import { recordingChanges } from './history.ts'

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
