import { mailsOf } from '../../../../core/export/mails.ts'
import { FORMATS, type Format, type Ids, ticketsCsv, ticketsJson } from '../../../../core/export/tickets.ts'
import { zipOf } from '../../../../core/export/zip.ts'
import { searching } from '../../../../core/find/entry.ts'
import type { Filter } from '../../../../core/find/filter.ts'
import { askerOf, eachFound, findTickets, ticketsAt } from '../../../../core/find/find.ts'
import { findWords, readFind } from '../../../../core/find/language.ts'
import type { Asker } from '../../../../core/find/terms.ts'
import type { Action } from '../../../../core/permissions/grants.ts'
import { reachesAll } from '../../../../core/permissions/may.ts'
import { refusal, thoseInCharge } from '../../../../core/permissions/roles.ts'
import type { AgentRow } from '../../../../db/schema.ts'
import type { Query } from '../../../../db/store.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { sendFile } from '../../files.ts'
import { cut, escaped, notice } from '../../views/blocks.ts'
import type { Chosen } from '../../views/find/deeds.ts'
import { many } from '../../views/tickets/card.ts'
import { type Done, sentenceFor, tell } from '../showing-problems.ts'

const COMES = 'The file is being made. It comes into your direct messages with Overture, where only you see it.'

/** What somebody must be allowed to do with tickets to take them away so: the mails have the files with them. */
const NEEDED: Record<Format, Action[]> = { csv: ['export'], json: ['export'], eml: ['export', 'download'] }

/** Exports tickets that were ticked, or all that match: those of them that the agent may take away. */
export async function exportChosen(
  desk: Desk,
  agent: AgentRow,
  user: string,
  format: Format,
  { found, seqs }: Chosen,
): Promise<Done> {
  const give = seqs ? await ticked(desk, agent, format, seqs) : await matching(desk, agent, format, found.filter)
  return { push: notice('Export', COMES), after: () => send(desk, user, format, give) }
}

/** `/outreach export csv status:closed`: says at once that it is being made, or what is wrong. */
export async function exportTyped(desk: Desk, user: string, typed: string): Promise<string> {
  const agent = await desk.people.agent(user)
  const [first = '', ...rest] = typed.trim().split(/\s+/)
  const format = FORMATS.find(f => f === first.toLowerCase()) ?? 'csv'
  const asked = FORMATS.some(f => f === first.toLowerCase()) ? rest.join(' ') : typed.trim()
  const filter = await desk.store.read(q => readFind(q, asked))
  const given = await matching(desk, agent, format, filter)
  send(desk, user, format, given).catch(error => tell(desk, { user: { id: user } }, sentenceFor(desk, error)))
  return COMES
}

/** What goes into a file, and what is said of it. */
interface Given {
  ids: Ids
  words: string
}

async function ticked(desk: Desk, agent: AgentRow, format: Format, seqs: number[]): Promise<Given> {
  const now = desk.store.now()
  return desk.store.read(async q => {
    const seen = await ticketsAt(q, seqs, await askerOf(q, agent, now))
    const ids = await ticketsAt(q, seqs, await askerOf(q, agent, now, NEEDED[format]))
    if (!ids.length) throw seen.length ? await notAllowed(q, agent) : gone()
    const left = seen.length - ids.length
    const words = left ? `. Left out, since you may not export them: ${left}.` : ''
    return { ids: [ids], words: `${many(ids.length, 'ticket')}${words}` }
  })
}

async function matching(desk: Desk, agent: AgentRow, format: Format, filter: Filter): Promise<Given> {
  const now = desk.store.now()
  return searching(desk.store, async q => {
    const asker = await askerOf(q, agent, now, NEEDED[format])
    const isAny = async (who: Asker) => (await findTickets(q, filter, who, { limit: 1 })).tickets.length > 0
    if (!(await isAny(asker))) throw (await isAny(await askerOf(q, agent, now))) ? await notAllowed(q, agent) : gone()
    const words = (await findWords(q, filter)) || 'All tickets'
    const isAll = asker.visible.every(reachesAll)
    const ids = eachFound(desk.store, filter, asker, Number.MAX_SAFE_INTEGER)
    return { ids, words: isAll ? words : `${cut(words, 400)} (those that you may export)` }
  })
}

function gone(): Problem {
  return new Problem('not_found', 'No ticket is like that, so there is nothing to export.')
}

/** Leads of another team may be refused, too: they are not told to ask themselves. */
async function notAllowed(q: Query, agent: AgentRow): Promise<Problem> {
  const others = (await thoseInCharge(q)).filter(l => l.id !== agent.id)
  return refusal('You may not export these tickets.', others)
}

async function send(desk: Desk, user: string, format: Format, { ids, words }: Given): Promise<void> {
  const day = new Date(desk.store.now()).toISOString().slice(0, 10)
  await sendFile(desk, user, {
    name: `tickets-${day}.${format === 'eml' ? 'zip' : format}`,
    text: piecesOf(desk, format, ids),
    comment: `Export: ${escaped(cut(words, 500))}`,
  })
}

function piecesOf(desk: Desk, format: Format, ids: Ids): AsyncIterable<string | Uint8Array> {
  if (format === 'csv') return ticketsCsv(desk.store, ids)
  if (format === 'json') return ticketsJson(desk.store, ids)
  return zipOf(mailsOf(desk.store, ids, desk.composeMail))
}
