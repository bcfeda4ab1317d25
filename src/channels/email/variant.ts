import type { Arrival } from '../../core/arrival.ts'
import { plainText } from '../../core/document.ts'
import { messageById } from '../../core/messages/find.ts'
import { messageByKey } from '../../core/threads.ts'
import type { InboundRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'

/**
 * Some programs use a Message-ID for several mails. One that says something else than the customer's mail that is known
 * by its id is an arrival of its own, under a key of its own; the same words again are the same mail.
 */
export async function withOwnKey(q: Query, row: InboundRow, arrival: Arrival): Promise<Arrival> {
  const id = await messageByKey(q, arrival.channel, arrival.key)
  if (!id || row.key === arrival.key) return arrival
  const known = await messageById(q, id)
  if (!known.inbound_id || known.deleted_at !== null) return arrival // our own, or one that is not to come back
  return words(known.text) === words(plainText(arrival.body)) ? arrival : { ...arrival, key: row.key }
}

function words(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()
}
