import { containing } from '../db/like.ts'
import { prepared, preparedMany } from '../db/prepared.ts'
import type { AgentRow, BanRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'
import { catchAllOf, domainOf, isFreeMail, readAddress, withoutPlus } from './addresses.ts'
import { actorOf } from './agents.ts'
import { record } from './events.ts'
import { refuseUnlessLead } from './permissions/roles.ts'
import { allAliases } from './senders/aliases.ts'
import { isOwnAddress, senders } from './senders/find.ts'

export interface BanForm {
  address: string // as typed: an address, or *@domain for all of a domain
  reason: string
  by: Pick<AgentRow, 'id' | 'name'>
  ticketId?: string | null // whose history says so, too
}

/**
 * Afterwards mail from the address is not taken in, and nothing is sent to it. The first ban of an address stands. Throws
 * a Problem under `address` for what is none, is ours or would shut out strangers, and under `reason` when that is missing.
 */
export async function ban(tx: Tx, form: BanForm): Promise<string> {
  const address = readPattern(form.address)
  const reason = form.reason.trim()
  if (!reason) throw new Problem('invalid', 'Say why, for those who find this ban later.', 'reason')
  await refuseOurs(tx.q, address)
  await tx.q
    .insertInto('bans')
    .values({ address, reason, created_by: form.by.id, created_at: tx.now })
    .onConflict(c => c.column('address').doNothing())
    .execute()
  if (form.ticketId)
    await record(tx, form.ticketId, 'sender_banned', actorOf(form.by), undefined, { to: address, reason })
  return address
}

function readPattern(typed: string): string {
  const text = typed.trim().toLowerCase()
  const domain = /^\*?@(.+)$/.exec(text)?.[1]
  if (domain === undefined) return withoutPlus(readAddress(text, 'address').address)
  const { address } = readAddress(`anybody@${domain}`, 'address')
  if (isFreeMail(domainOf(address)))
    throw new Problem('invalid', `Many people have an address at ${domainOf(address)}. Ban a single one.`, 'address')
  return catchAllOf(address)
}

async function refuseOurs(q: Query, pattern: string): Promise<void> {
  if (!pattern.startsWith('*@')) {
    if (!(await isOwnAddress(q, pattern))) return
    throw new Problem('invalid', `${pattern} is an address of ours.`, 'address')
  }
  const isThere = (address: string) => address.endsWith(pattern.slice(1))
  const sender = (await senders(q)).find(s => isThere(s.address))
  if (sender) throw new Problem('invalid', `We send from ${sender.address}, which is at this domain.`, 'address')
  const alias = [...(await allAliases(q)).values()].flat().find(isThere)
  if (alias) throw new Problem('invalid', `We take in mail for ${alias}, which is at this domain.`, 'address')
}

/** The address, or domain, may write and be written to again. Throws a Problem for an agent where leads decide. */
export async function unban(tx: Tx, pattern: string, by: Pick<AgentRow, 'id'>): Promise<void> {
  await refuseUnlessLead(tx.q, by.id)
  await tx.q.deleteFrom('bans').where('address', '=', pattern).execute()
}

/** The ban that an address falls under, its own or that of its whole domain, if any. A plus part makes it no other address. */
export async function banOf(q: Query, address: string): Promise<BanRow | undefined> {
  for (const pattern of patternsOf(address)) {
    const [found] = (await selectBan(q, { pattern })).rows
    if (found) return found
  }
  return undefined
}

/** What an address can be banned by: its own, and all of its domain. */
function patternsOf(address: string): string[] {
  const own = withoutPlus(address)
  return [own, catchAllOf(own)]
}

const selectBan = prepared((q, v: { pattern: string }) =>
  q.selectFrom('bans').selectAll().where('address', '=', v.pattern),
)

/** The same for many at once: the ban that each falls under, by address; those without one are missing. */
export async function bansOf(q: Query, addresses: string[]): Promise<Map<string, BanRow>> {
  const wanted = [...new Set(addresses.flatMap(patternsOf))]
  if (!wanted.length) return new Map()
  const { rows } = await selectBans(
    q,
    wanted.map(pattern => ({ pattern })),
  )
  const bans = new Map(rows.map(r => [r.address, r]))
  return new Map(
    addresses.flatMap(a => {
      const found = patternsOf(a).flatMap(p => bans.get(p) ?? [])[0]
      return found ? [[a, found]] : []
    }),
  )
}

const selectBans = preparedMany((q, wanted: { pattern: string }[]) =>
  q
    .selectFrom('bans')
    .selectAll()
    .where(
      'address',
      'in',
      wanted.map(w => w.pattern),
    ),
)

export interface BanView extends BanRow {
  by: string | null // the agent's name
}

/** Bans whose address or reason contains what was typed, newest first. */
export async function searchBans(q: Query, typed: string, limit: number): Promise<BanView[]> {
  const like = containing(typed.trim())
  return q
    .selectFrom('bans as b')
    .leftJoin('agents as a', 'a.id', 'b.created_by')
    .selectAll('b')
    .select('a.name as by')
    .where(e => e.or([e('b.address', 'like', like), e(e.fn('lower', ['b.reason']), 'like', like)]))
    .orderBy('b.created_at', 'desc')
    .orderBy('b.address')
    .limit(limit)
    .execute()
}

/** How many addresses and domains are banned. */
export async function countBans(q: Query): Promise<number> {
  const row = await q
    .selectFrom('bans')
    .select(e => e.fn.countAll().as('n'))
    .executeTakeFirstOrThrow()
  return Number(row.n)
}
