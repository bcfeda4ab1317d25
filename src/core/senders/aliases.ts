import { prepared } from '../../db/prepared.ts'
import type { SenderRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { asStored, isAddress, type Spellings } from '../addresses.ts'

const MOST_ALIASES = 100

/** Makes what was typed, one a line, the sender's further addresses; undefined leaves them. `aliasFaults` was asked before. */
export async function setAliases(tx: Tx, senderId: string, typed: string | undefined): Promise<void> {
  if (typed === undefined) return
  await tx.q.deleteFrom('sender_aliases').where('sender_id', '=', senderId).execute()
  const rows = linesOf(typed).map(address => ({ address, sender_id: senderId, created_at: tx.now }))
  if (rows.length) await tx.q.insertInto('sender_aliases').values(rows).execute()
}

/** What is wrong with aliases as typed, under the field `aliases`: each is an address or `*@domain`, and nobody else's. */
export async function aliasFaults(q: Query, senderId: string, typed: string | undefined): Promise<Problem[]> {
  const addresses = linesOf(typed ?? '')
  const faults = addresses.flatMap(faultOf)
  if (addresses.length > MOST_ALIASES) faults.push(`A sender has at most ${MOST_ALIASES} further addresses.`)
  const wrong = faults.length > 0
  for (const address of wrong ? [] : addresses) {
    const owner = (await aliasOf(q, address, senderId)) ?? (await senderWith(q, address, senderId))
    if (owner) faults.push(`${address} belongs to ${owner}.`)
  }
  return faults.length ? [new Problem('invalid', faults.join(' '), 'aliases')] : []
}

function linesOf(typed: string): string[] {
  const lines = typed.split(/[\s,;]+/).map(line => asStored(line.replace(/^@/, '*@')))
  return [...new Set(lines.filter(Boolean))]
}

function faultOf(address: string): string[] {
  if (!isAddress(address.replace(/^\*@/, 'anybody@')))
    return [`“${address.slice(0, 100)}” is no address, nor *@domain.`]
  return address.includes('+')
    ? [`${address} needs no line of its own: what stands behind a plus is never looked at.`]
    : []
}

/** The sender, not `except`, who has this alias: their address; null when nobody has. */
export async function aliasOf(q: Query, alias: string, except: string): Promise<string | null> {
  const row = await q
    .selectFrom('sender_aliases as a')
    .innerJoin('senders as s', 's.id', 'a.sender_id')
    .select('s.address')
    .where('a.address', '=', alias)
    .where('s.id', '!=', except)
    .executeTakeFirst()
  return row?.address ?? null
}

async function senderWith(q: Query, address: string, except: string): Promise<string | null> {
  const row = await q
    .selectFrom('senders')
    .select('address')
    .where('address', '=', address)
    .where('id', '!=', except)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  return row ? 'another sender' : null
}

/** The further addresses of a sender, oldest first. */
export async function aliasesOf(q: Query, senderId: string): Promise<string[]> {
  const rows = await q
    .selectFrom('sender_aliases')
    .select('address')
    .where('sender_id', '=', senderId)
    .orderBy('created_at')
    .orderBy('address')
    .execute()
  return rows.map(r => r.address)
}

/** All aliases by sender. */
export async function allAliases(q: Query): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const { sender_id, address } of await q.selectFrom('sender_aliases').selectAll().orderBy('address').execute())
    found.set(sender_id, [...(found.get(sender_id) ?? []), address])
  return found
}

/** The sender with this alias, in any of its spellings, else whose catch-all it falls under when one is given. */
export async function senderByAlias(
  q: Query,
  [exact, shorter, bare]: Spellings,
  catchAll: string | null,
): Promise<SenderRow | undefined> {
  const order = [exact, shorter, bare, catchAll ?? bare] as const
  const { rows } = await selectByAlias(q, { exact, shorter, bare, catchAll: order[3] })
  const found = nearest(rows, r => r.alias, order)
  if (!found) return undefined
  const { alias, ...sender } = found
  return sender
}

const selectByAlias = prepared((q, v: { exact: string; shorter: string; bare: string; catchAll: string }) =>
  q
    .selectFrom('sender_aliases as a')
    .innerJoin('senders as s', 's.id', 'a.sender_id')
    .selectAll('s')
    .select('a.address as alias')
    .where('a.address', 'in', [v.exact, v.shorter, v.bare, v.catchAll])
    .where('s.removed_at', 'is', null),
)

/** The row whose address comes first in an order. */
export function nearest<R>(rows: R[], address: (row: R) => string, order: readonly string[]): R | undefined {
  return rows.toSorted((a, b) => order.indexOf(address(a)) - order.indexOf(address(b)))[0]
}
