import { mailsOf } from '../../../../core/export/mails.ts'
import { FORMATS, type Format, type Ids, ticketsCsv, ticketsJson } from '../../../../core/export/tickets.ts'
import { zipOf } from '../../../../core/export/zip.ts'
import type { Filter } from '../../../../core/find/filter.ts'
import { askerOf, eachFound, findTickets, ticketsAt } from '../../../../core/find/find.ts'
import { findWords, readFind } from '../../../../core/find/language.ts'
import type { AgentRow } from '../../../../db/schema.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { sendFile } from '../../files.ts'
import { cut, escaped, notice } from '../../views/blocks.ts'
import type { Chosen } from '../../views/find/deeds.ts'
import { many } from '../../views/tickets/card.ts'
import { type Done, sentenceFor, tell } from '../showing-problems.ts'

const COMES = 'The file is being made. It comes into your direct messages with Overture, where only you see it.'

/** Exports tickets that were ticked, or all that match. */
export function exportChosen(desk: Desk, agent: AgentRow, user: string, format: Format, { found, seqs }: Chosen): Done {
  const after = async () => {
    if (!seqs) return giveFound(desk, agent, user, format, found.filter)
    const ids = await desk.store.read(async q => ticketsAt(q, seqs, await askerOf(q, agent, desk.store.now())))
    await give(desk, user, format, [ids], many(ids.length, 'ticket'))
  }
  return { push: notice('Export', COMES), after }
}

/** `/outreach export csv status:closed`: says at once that it is being made, or what is wrong. */
export async function exportTyped(desk: Desk, user: string, typed: string): Promise<string> {
  const agent = await desk.people.agent(user)
  const [first = '', ...rest] = typed.trim().split(/\s+/)
  const format = FORMATS.find(f => f === first.toLowerCase())
  const filter = await desk.store.read(q => readFind(q, format ? rest.join(' ') : typed.trim()))
  const asker = await desk.store.read(q => askerOf(q, agent, desk.store.now()))
  const { tickets } = await desk.store.read(q => findTickets(q, filter, asker, { limit: 1 }))
  if (!tickets.length) throw new Problem('not_found', 'No ticket is like that, so there is nothing to export.')
  giveFound(desk, agent, user, format ?? 'csv', filter).catch(error =>
    tell(desk, { user: { id: user } }, sentenceFor(desk, error)),
  )
  return COMES
}

async function giveFound(desk: Desk, agent: AgentRow, user: string, format: Format, filter: Filter): Promise<void> {
  const { asker, words } = await desk.store.read(async q => ({
    asker: await askerOf(q, agent, desk.store.now()),
    words: await findWords(q, filter),
  }))
  const ids = eachFound(desk.store, filter, asker, Number.MAX_SAFE_INTEGER)
  await give(desk, user, format, ids, words || 'All tickets')
}

async function give(desk: Desk, user: string, format: Format, ids: Ids, what: string): Promise<void> {
  const day = new Date(desk.store.now()).toISOString().slice(0, 10)
  await sendFile(desk, user, {
    name: `tickets-${day}.${format === 'eml' ? 'zip' : format}`,
    text: piecesOf(desk, format, ids),
    comment: `Export: ${escaped(cut(what, 500))}`,
  })
}

function piecesOf(desk: Desk, format: Format, ids: Ids): AsyncIterable<string | Uint8Array> {
  if (format === 'csv') return ticketsCsv(desk.store, ids)
  if (format === 'json') return ticketsJson(desk.store, ids)
  return zipOf(mailsOf(desk.store, ids, desk.composeMail))
}
