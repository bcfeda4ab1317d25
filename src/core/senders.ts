import { prepared } from '../db/prepared.ts'
import type { SenderRow, TicketRow } from '../db/schema.ts'
import type { Query, Tx } from '../db/store.ts'
import { newId } from '../lib/id.ts'
import { Problem, Problems } from '../lib/problem.ts'
import { seal, unseal } from '../lib/sign.ts'
import { alert, liftAlert } from './alerts.ts'
import {
  aliasFaults,
  aliasOf,
  catchAllOf,
  nearest,
  type Spellings,
  senderByAlias,
  setAliases,
  spellingsOf,
} from './aliases.ts'
import { isAddress } from './customers.ts'
import { redrawCard } from './deliveries/redraw.ts'
import { overture, record } from './events.ts'

export interface SenderForm {
  teamId: string
  address: string
  name: string
  smtpUrl: string | null // null: the environment's; undefined in a change: as it was
  dkimSelector: string | null
  dkimKey: string | null
  aliases?: string // as typed, one a line; absent: as they were
}

/** Adds an address to send from. Throws Problems for an address that is none or another sender's, or a bad SMTP URL. */
export async function addSender(tx: Tx, form: SenderForm): Promise<string> {
  const id = newId()
  await refuseFaults(tx, id, form)
  await tx.q
    .insertInto('senders')
    .values({ id, ...columns(tx, form), created_at: tx.now, broken_at: null, broken_reason: null, removed_at: null })
    .execute()
  await setAliases(tx, id, form.aliases)
  return id
}

/** Changes a sender and lets it try again. A secret that is null stays as it was. */
export async function changeSender(tx: Tx, id: string, form: SenderForm): Promise<void> {
  await refuseFaults(tx, id, form)
  const { smtp_url, dkim_key, ...rest } = columns(tx, form)
  await tx.q
    .updateTable('senders')
    .set({
      ...rest,
      ...(smtp_url ? { smtp_url } : {}),
      ...(dkim_key ? { dkim_key } : {}),
      broken_at: null,
      broken_reason: null,
    })
    .where('id', '=', id)
    .execute()
  await liftAlert(tx, alertOf(id), 'Its settings were changed, so it is tried again.')
  await setAliases(tx, id, form.aliases)
}

/** The address and its aliases are used no more; tickets that used it are sent from another of the team. */
export async function removeSender(tx: Tx, id: string): Promise<void> {
  await tx.q.updateTable('senders').set({ removed_at: tx.now }).where('id', '=', id).execute()
  await liftAlert(tx, alertOf(id), 'It was removed.')
  await setAliases(tx, id, '')
}

function columns(tx: Tx, form: SenderForm) {
  return {
    team_id: form.teamId,
    address: form.address.trim().toLowerCase(),
    name: form.name.trim(),
    smtp_url: form.smtpUrl ? seal(tx.key, form.smtpUrl) : null,
    dkim_selector: form.dkimSelector,
    dkim_key: form.dkimKey ? seal(tx.key, form.dkimKey) : null,
  }
}

export interface Secrets {
  smtpUrl: string | null
  dkim: { selector: string; key: string } | null
}

/** What is kept sealed of a sender. Throws a Problem when it was sealed under another APP_SECRET. */
export function secretsOf(key: Buffer, sender: Pick<SenderRow, 'smtp_url' | 'dkim_selector' | 'dkim_key'>): Secrets {
  const { smtp_url, dkim_selector, dkim_key } = sender
  try {
    return {
      smtpUrl: smtp_url && unseal(key, smtp_url),
      dkim: dkim_selector && dkim_key ? { selector: dkim_selector, key: unseal(key, dkim_key) } : null,
    }
  } catch {
    throw new Problem('conflict', LOCKED)
  }
}

export const LOCKED = 'Its password or key was sealed under another APP_SECRET. Enter it again in Set-up.'

async function refuseFaults(tx: Tx, id: string, form: SenderForm): Promise<void> {
  const faults: Problem[] = []
  const address = form.address.trim().toLowerCase()
  if (!isAddress(address)) faults.push(new Problem('invalid', 'That is not an email address.', 'address'))
  if (form.smtpUrl && !/^smtps?:\/\/\S+$/i.test(form.smtpUrl))
    faults.push(
      new Problem('invalid', 'An SMTP address looks like smtps://user:password@mail.example.com:465.', 'smtp_url'),
    )
  if (form.dkimKey && !/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(form.dkimKey))
    faults.push(new Problem('invalid', 'Paste the whole private key, with its BEGIN and END lines.', 'dkim_key'))
  if (form.dkimKey && !form.dkimSelector)
    faults.push(
      new Problem('invalid', 'A DKIM key needs the selector that its public half is published under.', 'dkim_selector'),
    )
  const taken = await tx.q
    .selectFrom('senders')
    .select('id')
    .where('address', '=', address)
    .where('id', '!=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst()
  if (taken || (await aliasOf(tx.q, address, id)))
    faults.push(new Problem('conflict', 'Another sender has this address.', 'address'))
  faults.push(...(await aliasFaults(tx.q, id, form.aliases)))
  if (faults.length) throw new Problems(faults)
}

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

export async function senderById(q: Query, id: string): Promise<SenderRow> {
  const sender = await q.selectFrom('senders').selectAll().where('id', '=', id).executeTakeFirst()
  if (!sender) throw new Problem('not_found', 'This sender is no more.', 'sender')
  return sender
}

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
  return (await senderByAddress(q, address)) !== undefined
}

/** Whether the address is a sender's, or an alias: one under a catch-all may well be a colleague's. */
export async function isOwnAddress(q: Query, address: string): Promise<boolean> {
  const spellings = spellingsOf(address)
  return ((await senderOfOwn(q, spellings)) ?? (await senderByAlias(q, spellings, null))) !== undefined
}

export function withoutPlus(address: string): string {
  return address.toLowerCase().replace(/\+[^@]*@/, '@')
}

/** Nothing more is sent from it until it works again; its team is told, and the reason is shown where people write. */
export async function markSenderBroken(tx: Tx, id: string, reason: string): Promise<void> {
  const news = await tx.q
    .updateTable('senders')
    .set({ broken_at: tx.now, broken_reason: reason })
    .where('id', '=', id)
    .where('broken_at', 'is', null)
    .returning(['address', 'team_id'])
    .executeTakeFirst()
  if (!news) return
  const text = `Nothing can be sent from ${news.address}. ${reason} Its mail waits and goes out once this is mended, in Set-up or at the mail server.`
  await alert(tx, alertOf(id), text, news.team_id)
}

/** It works (again). */
export async function markSenderWorking(tx: Tx, id: string): Promise<void> {
  const { numUpdatedRows } = await tx.q
    .updateTable('senders')
    .set({ broken_at: null, broken_reason: null })
    .where('id', '=', id)
    .where('broken_at', 'is not', null)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) await liftAlert(tx, alertOf(id), 'It works again, and its mail goes out.')
}

function alertOf(senderId: string): string {
  return `sender:${senderId}`
}

/** What a new ticket is sent from at first: `sender` is undefined when the team has none that works. */
export interface UsualSender {
  sender: SenderRow | undefined
  instead: string | null // why it is not the one that was set, a finished sentence
}

/** The agent's own usual sender in the team, else the team's, else the oldest that works. */
export async function usualSender(q: Query, teamId: string, agentId: string | null): Promise<UsualSender> {
  return usualAmong(q, await sendersOf(q, teamId), await usualIds(q, teamId, agentId))
}

/** The same, of a team's senders and those that were set, the agent's own first. */
export async function usualAmong(q: Query, all: SenderRow[], set: (string | null)[]): Promise<UsualSender> {
  let instead: string | null = null
  for (const id of set) {
    if (id === null) continue
    const sender = all.find(s => s.id === id)
    if (sender?.broken_at === null) return { sender, instead }
    instead ??= await whyNot(q, id, sender)
  }
  const sender = all.find(s => s.broken_at === null)
  return { sender, instead: sender ? instead : null }
}

async function usualIds(q: Query, teamId: string, agentId: string | null): Promise<(string | null)[]> {
  const team = await q.selectFrom('teams').select('sender_id').where('id', '=', teamId).executeTakeFirst()
  const member =
    agentId === null
      ? undefined
      : await q
          .selectFrom('team_members')
          .select('sender_id')
          .where('team_id', '=', teamId)
          .where('agent_id', '=', agentId)
          .executeTakeFirst()
  return [member?.sender_id ?? null, team?.sender_id ?? null]
}

async function whyNot(q: Query, id: string, sender: SenderRow | undefined): Promise<string> {
  if (sender) return `Nothing can be sent from ${sender.address} at the moment: ${sender.broken_reason}`
  const { address, removed_at } = await senderById(q, id)
  return removed_at === null ? `${address} is another team's by now.` : `${address} was removed.`
}

/**
 * The sender wished for if the team has it, else the usual one of the agent or the team. Throws a Problem when there is
 * none, or when nothing can be sent from it.
 */
export async function usableSender(
  q: Query,
  teamId: string,
  wished: string | null,
  agentId: string | null = null,
): Promise<SenderRow> {
  const all = await sendersOf(q, teamId)
  const sender = all.find(s => s.id === wished) ?? (await usualSender(q, teamId, agentId)).sender ?? all[0]
  if (!sender) throw new Problem('conflict', 'This team has no address to send from. Add one in Set-up.', 'sender')
  if (sender.broken_at !== null)
    throw new Problem('conflict', `Nothing can be sent from ${sender.address}: ${sender.broken_reason}`, 'sender')
  return sender
}

/** The sender of a ticket's next mail. One that was removed is replaced by another of the team, which the card shows. */
export async function senderFor(tx: Tx, ticket: TicketRow): Promise<SenderRow> {
  const own = ticket.sender_id ? await senderById(tx.q, ticket.sender_id) : undefined
  if (own && own.removed_at === null) return own // a broken one waits, so that nothing changes its sender by an outage
  const sender = await usableSender(tx.q, ticket.team_id, null)
  await tx.q.updateTable('tickets').set({ sender_id: sender.id }).where('id', '=', ticket.id).execute()
  if (own) {
    await record(tx, ticket.id, 'sender_replaced', overture, { sender: own.address }, { sender: sender.address })
    await redrawCard(tx, ticket.id)
  }
  return sender
}
