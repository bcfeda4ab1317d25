import { type SqlBool, sql } from 'kysely'
import { containing } from '../db/like.ts'
import { prepared, preparedMany } from '../db/prepared.ts'
import type { AgentRow, BanRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { Problem } from '../lib/problem.ts'
import { catchAllOf, domainOf, isFreeMail, readAddress, withoutPlus } from './addresses.ts'
import { actorOf } from './agents.ts'
import { record } from './events.ts'
import { refuseUnlessChangesSome } from './permissions/may.ts'
import { refuseUnlessLead } from './permissions/roles.ts'
import { allAliases } from './senders/aliases.ts'
import { isOwnAddress, senders } from './senders/find.ts'

export interface BanForm {
  address: string // as typed: an address, or *@domain for all of a domain
  reason: string
  by: Pick<AgentRow, 'id' | 'name'>
  until?: number | null // ms UTC; null: for good
  ticketId?: string | null // whose history says so, too
}

/**
 * Afterwards mail from the address is not taken in, and nothing is sent to it, until then. A ban that stands is only made
 * longer. Throws a Problem under `address` for what is none, is ours or would shut out strangers, under `reason` when that
 * is missing, and under `until` for a time that is over.
 */
export async function ban(tx: Tx, form: BanForm): Promise<string> {
  await refuseUnlessChangesSome(tx.q, actorOf(form.by))
  const address = readPattern(form.address)
  const reason = form.reason.trim()
  if (!reason) throw new Problem('invalid', 'Say why, for those who find this ban later.', 'reason')
  await refuseOurs(tx.q, address)
  const until = form.until ?? null
  if (until !== null && until <= tx.now)
    throw new Problem('invalid', 'This is over already. Choose a day that is to come.', 'until')
  const row = { reason, created_by: form.by.id, created_at: tx.now, until_at: until, ended_at: null }
  await tx.q
    .insertInto('bans')
    .values({ address, ...row })
    .onConflict(c =>
      c
        .column('address')
        .doUpdateSet(row)
        .where(e =>
          e.or([
            e('bans.ended_at', 'is not', null),
            e('bans.until_at', '<=', tx.now),
            until === null ? e('bans.until_at', 'is not', null) : e('bans.until_at', '<', until),
          ]),
        ),
    )
    .execute()
  if (form.ticketId)
    await record(tx, form.ticketId, 'sender_banned', actorOf(form.by), undefined, { to: address, reason, until })
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

/**
 * The address, or domain, may write and be written to again; what was kept out stays where it is. Throws a Problem for an
 * agent where leads decide.
 */
export async function unban(tx: Tx, pattern: string, by: Pick<AgentRow, 'id'>): Promise<void> {
  await refuseUnlessLead(tx.q, by.id)
  await tx.q
    .updateTable('bans')
    .set({ ended_at: tx.now })
    .where('address', '=', pattern)
    .where('ended_at', 'is', null)
    .execute()
}

/** Ends the bans whose time is over. */
export async function endBans(tx: Tx): Promise<void> {
  await tx.q
    .updateTable('bans')
    .set({ ended_at: tx.now })
    .where('until_at', 'is not', null)
    .where('until_at', '<=', tx.now)
    .where('ended_at', 'is', null)
    .execute()
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
  q.selectFrom('bans').selectAll().where('address', '=', v.pattern).where('ended_at', 'is', null),
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
    )
    .where('ended_at', 'is', null),
)

export interface BanView extends BanRow {
  by: string | null // the agent's name
  kept: number // mails that it kept out
}

/** Bans whose address or reason contains what was typed, newest first; those that ended only while mails are kept of them. */
export async function searchBans(q: Query, typed: string, limit: number): Promise<BanView[]> {
  const like = containing(typed.trim())
  const rows = await q
    .selectFrom('bans as b')
    .leftJoin('agents as a', 'a.id', 'b.created_by')
    .selectAll('b')
    .select(e => [
      'a.name as by',
      e
        .selectFrom('inbound as i')
        .select(c => c.fn.countAll().as('n'))
        .where(kept('i'))
        .whereRef('i.banned_by', '=', 'b.address')
        .as('kept'),
    ])
    .where(e => e.or([e('b.address', 'like', like), e(e.fn('lower', ['b.reason']), 'like', like)]))
    .where(e =>
      e.or([
        e('b.ended_at', 'is', null),
        e.exists(
          e.selectFrom('inbound as k').select('k.id').where(kept('k')).whereRef('k.banned_by', '=', 'b.address'),
        ),
      ]),
    )
    .orderBy('b.created_at', 'desc')
    .orderBy('b.address')
    .limit(limit)
    .execute()
  return rows.map(r => ({ ...r, kept: Number(r.kept) }))
}

/** In the very words of the partial index. */
function kept(table: string) {
  return sql<SqlBool>`${sql.ref(`${table}.banned_by`)} is not null`
}

/** How many addresses and domains are banned. */
export async function countBans(q: Query): Promise<number> {
  const row = await q
    .selectFrom('bans')
    .select(e => e.fn.countAll().as('n'))
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}
