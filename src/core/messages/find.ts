import type { MessageRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'

export async function messageById(q: Query, id: string): Promise<MessageRow> {
  const m = await q.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst()
  if (!m) throw new Problem('not_found', 'This message is no more.')
  return m
}

/** The id of the message that was posted under this key, if one was. */
export async function messageByDedupKey(q: Query, key: string): Promise<string | undefined> {
  return (await q.selectFrom('messages').select('id').where('dedup_key', '=', key).executeTakeFirst())?.id
}
