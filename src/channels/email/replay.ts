import { plainText } from '../../core/document.ts'
import { messageById } from '../../core/messages/find.ts'
import { type Replayed, replay, replayOutcome, storedMail } from '../../core/replay.ts'
import type { InboundRow } from '../../db/schema.ts'
import type { Store } from '../../db/store.ts'
import { arrivalOf } from './arrival.ts'
import { type Explained, explain, inWords } from './explain.ts'
import type { Reader } from './read/reader.ts'
import type { Envelope } from './receive/recipients.ts'

/**
 * Reads a stored mail again and, with `apply`, has it understood again. Returns what is to be told: what is made of it
 * today, and what was done or would be. Throws a Problem when there is no such mail.
 */
export async function replayMail(store: Store, reader: Reader, id: string, apply: boolean): Promise<string[]> {
  const row = await store.read(q => storedMail(q, id))
  const explained = await explain(id, row.raw, JSON.parse(row.envelope) as Envelope, store.key, reader)
  const outcome = apply
    ? await store.write(async tx => replay(tx, row, await arrivalOf(tx.q, row, explained.reading)))
    : replayOutcome(row, explained.reading.kind)
  const differs = outcome === 'recorded' ? await differences(store, row, explained) : []
  return [inWords(explained), `  ${(apply ? DONE : WOULD)[outcome]}`, ...differs.map(line => `  ${line}`)]
}

const DONE: Record<Replayed, string> = {
  pending: 'It is understood again now; "overture mail list" shows what became of it.',
  filled: 'The message that said that it could not be read has its words and files now.',
  recorded: 'It is a message already, and nothing was changed.',
  held: 'It is held, and nothing was changed: Set-up lets it through, in the tray.',
}

const WOULD: Record<Replayed, string> = {
  pending: 'With --apply it is understood again, as if it had just come in.',
  filled: 'With --apply the message that says that it could not be read gets its words and files.',
  recorded: 'It is a message already; --apply changes nothing.',
  held: 'It is held, as one of too many at once; --apply changes nothing. Set-up lets it through, in the tray.',
}

/** What today's pipeline makes otherwise of a mail that is a message. */
async function differences(store: Store, row: InboundRow, { reading }: Explained): Promise<string[]> {
  const message = row.message_id === null ? null : await store.read(q => messageById(q, row.message_id as string))
  const told: string[] = []
  if (row.kind !== null && row.kind !== reading.kind)
    told.push(`Its kind was "${row.kind}" (${row.rule}); today it is "${reading.kind}" (${reading.rule}).`)
  if (message && message.text.trim() !== plainText(reading.body).trim())
    told.push('Today other words of it are shown than then: those above.')
  return told.length ? told : ['Today the same is made of it.']
}
