import { prepared } from '../../db/prepared.ts'
import type { SenderRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { Problem } from '../../lib/problem.ts'
import { catchAllOf, type Spellings, spellingsOf } from '../addresses.ts'
import { nearest, senderByAlias } from './aliases.ts'

/** The sender, also one that was removed. Throws a Problem when there is none. */
export async function senderById(q: Query, id: string): Promise<SenderRow> {
  const [sender] = (await selectById(q, { id })).rows
  if (!sender) throw new Problem('not_found', 'This sender is no more.', 'sender')
  return sender
}

const selectById = prepared((q, v: { id: string }) => q.selectFrom('senders').selectAll().where('id', '=', v.id))

/** The senders of a team that were not removed, oldest first. */
export async function sendersOf(q: Query, teamId: string): Promise<SenderRow[]> {
  return (await selectSenders(q, { teamId })).rows
}

const selectSenders = prepared((q, v: { teamId: string }) =>
  q
    .selectFrom('senders')
    .selectAll()
    .where('team_id', '=', v.teamId)
    .where('removed_at', 'is', null)
    .orderBy('created_at'),
)

/** All senders that were not removed, oldest first. */
export function senders(q: Query): Promise<SenderRow[]> {
  return q.selectFrom('senders').selectAll().where('removed_at', 'is', null).orderBy('created_at').execute()
}

/**
 * The sender that mail to this address is for: it is theirs, an alias of theirs, or under their catch-all, in this order.
 * A plus part makes it no other address.
 */
export async function senderByAddress(q: Query, address: string): Promise<SenderRow | undefined> {
  const spellings = spellingsOf(address)
  return (await senderOfOwn(q, spellings)) ?? (await senderByAlias(q, spellings, catchAllOf(address)))
}

async function senderOfOwn(q: Query, [exact, shorter, bare]: Spellings): Promise<SenderRow | undefined> {
  const { rows } = await selectByAddress(q, { exact, shorter, bare })
  return nearest(rows, r => r.address, [exact, shorter, bare])
}

const selectByAddress = prepared((q, v: { exact: string; shorter: string; bare: string }) =>
  q
    .selectFrom('senders')
    .selectAll()
    .where('address', 'in', [v.exact, v.shorter, v.bare])
    .where('removed_at', 'is', null),
)

/** Whether mail to this address is for us. */
export async function isOurs(q: Query, address: string): Promise<boolean> {
  const spellings = spellingsOf(address)
  return (await isAnyOwn(q, spellings)) || (await senderByAlias(q, spellings, catchAllOf(address))) !== undefined
}

async function isAnyOwn(q: Query, [exact, shorter, bare]: Spellings): Promise<boolean> {
  return (await selectAnyOwn(q, { exact, shorter, bare })).rows.length > 0
}

const selectAnyOwn = prepared((q, v: { exact: string; shorter: string; bare: string }) =>
  q
    .selectFrom('senders')
    .select('id')
    .where('address', 'in', [v.exact, v.shorter, v.bare])
    .where('removed_at', 'is', null)
    .limit(1),
)

/** Whether the address is a sender's, or an alias: one under a catch-all may well be a colleague's. */
export async function isOwnAddress(q: Query, address: string): Promise<boolean> {
  const spellings = spellingsOf(address)
  return (await isAnyOwn(q, spellings)) || (await senderByAlias(q, spellings, null)) !== undefined
}

/** Those of many addresses that are a sender's, or an alias. */
export async function ownAmong(q: Query, addresses: string[]): Promise<Set<string>> {
  const wanted = [...new Set(addresses.flatMap(spellingsOf))]
  if (!wanted.length) return new Set()
  const own = q.selectFrom('senders').select('address').where('address', 'in', wanted).where('removed_at', 'is', null)
  const aliases = q
    .selectFrom('sender_aliases as a')
    .innerJoin('senders as s', 's.id', 'a.sender_id')
    .select('a.address')
    .where('a.address', 'in', wanted)
    .where('s.removed_at', 'is', null)
  const ours = new Set((await own.union(aliases).execute()).map(r => r.address))
  return new Set(addresses.filter(a => spellingsOf(a).some(spelling => ours.has(spelling))))
}
