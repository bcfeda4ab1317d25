import type { ChatRecipientRow } from '../../db/schema.ts'
import type { Query, Store, Tx } from '../../db/store.ts'
import { csvOf } from '../../lib/csv.ts'
import { Problem } from '../../lib/problem.ts'
import type { Document } from '../document.ts'
import { Unfilled } from '../unfilled.ts'
import { customersAt, variablesOf } from '../variables.ts'
import { BLOCKS, type BlockName, blockForgotten, blocksOf, type ChatContext, contextOf } from './blocks.ts'
import { chatById, recipientsAfter } from './find.ts'

/** What would become of a chat if it were sent now. */
export interface DryRun {
  total: number
  willGet: number
  blocks: { block: string; label: string; count: number }[] // the most first
}

const AT_ONCE = 500

/** Looks at every recipient of a draft anew: each will get it, or is blocked with its reason. */
export async function dryRun(store: Store, chatId: string): Promise<DryRun> {
  let line = 0
  for (;;) {
    const at = line
    const last = await store.write(tx => look(tx, chatId, at))
    if (last === null) break
    line = last
  }
  return store.read(q => dryRunOf(q, chatId))
}

/** The same in one transaction, for a chat to few enough. */
export async function dryRunIn(tx: Tx, chatId: string): Promise<DryRun> {
  let line: number | null = 0
  while (line !== null) line = await look(tx, chatId, line)
  return dryRunOf(tx.q, chatId)
}

/** One batch; returns the last line that was looked at, or null when there is no more. */
async function look(tx: Tx, chatId: string, after: number): Promise<number | null> {
  const chat = await chatById(tx.q, chatId)
  const rows = (await recipientsAfter(tx.q, chatId, after, AT_ONCE)).filter(r => r.ticket_id === null)
  const last = rows.at(-1)
  if (!last) return null
  const blocks = await blocksOf(tx.q, await contextOf(tx.q, chat), rows, tx.now)
  await blockForgotten(tx, rows, blocks)
  for (const row of rows) {
    const { block = null, reason = null } = blocks.get(row.id) ?? {}
    if (row.block === block && row.reason === reason) continue
    await tx.q
      .updateTable('chat_recipients')
      .set({ state: block ? 'blocked' : 'queued', block, reason })
      .where('id', '=', row.id)
      .execute()
  }
  return last.line
}

/** What the last look at its recipients found. */
export async function dryRunOf(q: Query, chatId: string): Promise<DryRun> {
  const rows = await q
    .selectFrom('chat_recipients')
    .select(e => ['block', e.fn.countAll().as('n')])
    .where('chat_id', '=', chatId)
    .where('line', '>', 0)
    .groupBy('block')
    .execute()
  const count = (block: string | null) => Number(rows.find(r => r.block === block)?.n ?? 0)
  const named = count('missing_variable') ? await missingVariables(q, chatId) : []
  const others = (Object.keys(BLOCKS) as BlockName[]).map(block => {
    const told = named.reduce((sum, n) => sum + (n.block === block ? n.count : 0), 0)
    return { block, label: BLOCKS[block], count: count(block) - told }
  })
  const blocks = [...named, ...others].filter(b => b.count > 0).sort((a, b) => b.count - a.count)
  return { total: rows.reduce((sum, r) => sum + Number(r.n), 0), willGet: count(null), blocks }
}

const MOST_NAMED = 5

/** Which variables keep the most from getting it: often it is one, misspelt. */
async function missingVariables(q: Query, chatId: string): Promise<DryRun['blocks']> {
  const block = 'missing_variable' satisfies BlockName
  const rows = await q
    .selectFrom('chat_recipients')
    .select(e => ['reason', e.fn.countAll().as('n')])
    .where('chat_id', '=', chatId)
    .where('line', '>', 0)
    .where('block', '=', block)
    .groupBy('reason')
    .orderBy('n', 'desc')
    .orderBy('reason')
    .limit(MOST_NAMED)
    .execute()
  return rows.map(r => ({ block, label: r.reason ?? BLOCKS[block], count: Number(r.n) }))
}

/** What one recipient would get. `problem` says why they would not. */
export async function previewFor(
  q: Query,
  chatId: string,
  recipientId: string,
): Promise<{ to: string; subject: string; body: Document; problem: string | null }> {
  const context = await contextOf(q, await chatById(q, chatId))
  const recipient = await q
    .selectFrom('chat_recipients')
    .selectAll()
    .where('id', '=', recipientId)
    .where('chat_id', '=', chatId)
    .executeTakeFirst()
  if (!recipient) throw new Problem('not_found', 'This recipient is no more.')
  const to = recipient.name ? `${recipient.name} <${recipient.address}>` : recipient.address
  return { to, ...(await filledFor(q, context, recipient)) }
}

async function filledFor(
  q: Query,
  context: ChatContext,
  recipient: ChatRecipientRow,
): Promise<{ subject: string; body: Document; problem: string | null }> {
  const customer = (await customersAt(q, [recipient.address])).get(recipient.address)
  try {
    return { ...context.template.fill(variablesOf(context, recipient, customer)), problem: recipient.reason }
  } catch (error) {
    if (!(error instanceof Unfilled)) throw error
    return { subject: context.chat.subject, body: JSON.parse(context.chat.body), problem: error.message }
  }
}

const COLUMNS = ['line', 'address', 'name', 'state', 'reason', 'sent', 'answered', 'unsubscribed', 'closed']

/** The recipients as CSV, in pieces, in the order of the list. */
export async function* recipientsCsv(store: Store, chatId: string, which: 'blocked' | 'all'): AsyncIterable<string> {
  yield csvOf([COLUMNS])
  let line = 0
  for (;;) {
    const at = line
    const rows = await store.read(q => recipientsAfter(q, chatId, at, AT_ONCE))
    const last = rows.at(-1)
    if (!last) return
    const told = rows.filter(r => which === 'all' || r.state === 'blocked')
    if (told.length) yield csvOf(told.map(cellsOf))
    line = last.line
  }
}

function cellsOf(r: ChatRecipientRow): (string | number)[] {
  return [
    r.line,
    r.address,
    r.name,
    r.state,
    r.reason ?? '',
    moment(r.sent_at),
    moment(r.answered_at),
    moment(r.unsubscribed_at),
    moment(r.closed_at),
  ]
}

function moment(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString()
}
