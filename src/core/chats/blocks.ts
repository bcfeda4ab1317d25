import type { ChatRecipientRow, ChatRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { isAddress } from '../addresses.ts'
import { agentById } from '../agents.ts'
import { bansOf } from '../bans.ts'
import { FORGOTTEN, forgottenAmong } from '../erase/forgotten.ts'
import { ownAmong } from '../senders/find.ts'
import { teamById } from '../teams.ts'
import { MAIL } from '../threads.ts'
import type { ChatTemplate, Variables } from './template.ts'
import { Unfilled } from './unfilled.ts'

/** Whom a chat leaves out beside those who never get it: whom nobody may write to, and for whom a variable is missing. */
export interface Exclusions {
  unsubscribed: boolean // from this kind of chat, or every
  duplicate: boolean // the same address further up the list
  openTicket: boolean
  writtenToDays: number | null // anything that went to them in so many days; null: it does not matter
}

export const USUAL_EXCLUSIONS: Exclusions = {
  unsubscribed: true,
  duplicate: true,
  openTicket: true,
  writtenToDays: 7,
}

/** Why a recipient gets nothing, in the order in which it is looked for, and how people read it. */
export const BLOCKS = {
  bad_address: 'not an email address',
  ours: 'an address of ours',
  duplicate: 'twice in the list',
  suppressed: 'must not be written to',
  unsubscribed: 'unsubscribed',
  missing_variable: 'a variable is missing',
  open_ticket: 'has an open ticket',
  written_to: 'was written to lately',
} as const
export type BlockName = keyof typeof BLOCKS

export interface Block {
  block: BlockName
  reason: string // a finished sentence
}

/** All that does not change from recipient to recipient. */
export interface ChatContext {
  chat: ChatRow
  template: ChatTemplate
  exclusions: Exclusions
  agent: Record<string, string>
  team: Record<string, string>
}

type Candidate = Pick<ChatRecipientRow, 'id' | 'line' | 'address' | 'name' | 'fields'>

export async function contextOf(q: Query, chat: ChatRow): Promise<ChatContext> {
  const agent = await agentById(q, chat.agent_id)
  const team = await teamById(q, chat.team_id)
  const name = agent.alias ?? agent.name
  const { readTemplate } = await import('./template.ts') // Liquid is loaded with the first chat
  return {
    chat,
    template: readTemplate(chat.subject, JSON.parse(chat.body)),
    exclusions: { ...USUAL_EXCLUSIONS, ...(JSON.parse(chat.exclusions) as Partial<Exclusions>) },
    agent: known({ name, first_name: firstWord(name), email: agent.email ?? '' }),
    team: known({ name: team.name }),
  }
}

/** Whom of these the chat must not go to at this moment (ms UTC), and why, by recipient. A hundred cost as much as one. Without `fill` nobody is asked whether a variable is missing. */
export async function blocksOf(
  q: Query,
  context: ChatContext,
  candidates: Candidate[],
  now: number,
  { fill = true } = {},
): Promise<Map<string, Block>> {
  const { exclusions, template } = context
  const blocks = new Map<string, Block>()
  const block = (r: Candidate, name: BlockName, reason: string) => {
    if (!blocks.has(r.id)) blocks.set(r.id, { block: name, reason })
  }
  const addresses = [...new Set(candidates.map(r => r.address))]
  const facts = await factsOf(q, context, addresses, now)
  for (const r of candidates) {
    const { address } = r
    if (!isAddress(address)) block(r, 'bad_address', 'This is not an email address.')
    else if (facts.ours.has(address)) block(r, 'ours', 'This is an address of ours, not a customer’s.')
    const first = facts.firstLines.get(address)
    if (exclusions.duplicate && first !== undefined && first < r.line)
      block(r, 'duplicate', `This address stands in line ${first} already.`)
    const suppressed = facts.suppressed.get(address)
    if (suppressed) block(r, 'suppressed', suppressed)
    const ban = facts.banned.get(address)
    if (ban) block(r, 'suppressed', `It is banned: ${ban.reason}`)
    const left = facts.unsubscribed.get(address)
    if (exclusions.unsubscribed && left) block(r, 'unsubscribed', left)
    const open = facts.openTickets.get(address)
    if (exclusions.openTicket && open) block(r, 'open_ticket', `${open} is open with them.`)
    const wrote = facts.writtenTo.get(address)
    if (wrote) block(r, 'written_to', wrote)
    if (blocks.has(r.id) || !fill) continue
    try {
      template.fill(variablesOf(context, r, facts.customers.get(address)))
    } catch (error) {
      if (!(error instanceof Unfilled)) throw error
      block(r, 'missing_variable', error.message)
    }
  }
  return blocks
}

/** Also those who asked to be forgotten, whatever a list says. */
export async function blockForgotten(tx: Tx, candidates: Candidate[], blocks: Map<string, Block>): Promise<void> {
  const forgotten = await forgottenAmong(
    tx.q,
    tx.key,
    candidates.map(r => r.address),
  )
  for (const { id, address } of candidates)
    if (forgotten.has(address) && !blocks.has(id)) blocks.set(id, { block: 'suppressed', reason: FORGOTTEN })
}

export interface CustomerFacts {
  id: string
  name: string
  company: string | null
  zone: string | null
  fields: string | null
  company_fields: string | null
}

interface Facts {
  customers: Map<string, CustomerFacts>
  ours: Set<string>
  firstLines: Map<string, number>
  suppressed: Map<string, string>
  banned: Map<string, { reason: string }>
  unsubscribed: Map<string, string>
  openTickets: Map<string, string>
  writtenTo: Map<string, string>
}

const DAY_MS = 24 * 3_600_000

async function factsOf(q: Query, { chat, exclusions }: ChatContext, addresses: string[], now: number): Promise<Facts> {
  const of = <R, V>(rows: R[], key: (r: R) => string, value: (r: R) => V) => new Map(rows.map(r => [key(r), value(r)]))
  const firstLines = await q
    .selectFrom('chat_recipients')
    .select(e => ['address', e.fn.min('line').as('line')])
    .where('chat_id', '=', chat.id)
    .where('address', 'in', addresses)
    .groupBy('address')
    .execute()
  const suppressed = await q
    .selectFrom('suppressions')
    .select(['address', 'reason'])
    .where('address', 'in', addresses)
    .execute()
  const unsubscribed = await q
    .selectFrom('unsubscriptions')
    .select(['address', 'reason'])
    .where('address', 'in', addresses)
    .where('kind', 'in', [chat.kind, '*'])
    .execute()
  const open = exclusions.openTicket ? await openTickets(q, addresses) : []
  const days = exclusions.writtenToDays
  const wrote = days ? await lettersTo(q, chat.id, addresses, now - days * DAY_MS) : []
  return {
    customers: await customersAt(q, addresses),
    ours: await ownAmong(q, addresses),
    banned: await bansOf(q, addresses.filter(isAddress)),
    firstLines: of(
      firstLines,
      r => r.address,
      r => Number(r.line),
    ),
    suppressed: of(
      suppressed,
      r => r.address,
      r => r.reason,
    ),
    unsubscribed: of(
      unsubscribed,
      r => r.address,
      r => r.reason,
    ),
    openTickets: of(
      open,
      r => r.address,
      r => r.identifier,
    ),
    writtenTo: of(
      wrote,
      r => r.address,
      r => `They were written to on ${new Date(r.at).toISOString().slice(0, 10)}, in ${r.identifier}.`,
    ),
  }
}

/** What is known of those who have these addresses. */
export async function customersAt(q: Query, addresses: string[]): Promise<Map<string, CustomerFacts>> {
  const rows = await q
    .selectFrom('addresses as a')
    .innerJoin('customers as c', 'c.id', 'a.customer_id')
    .leftJoin('accounts', 'accounts.id', 'c.account_id')
    .select([
      'a.address',
      'c.id',
      'c.name',
      'c.zone',
      'c.fields',
      'accounts.name as company',
      'accounts.fields as company_fields',
    ])
    .where('a.address', 'in', addresses)
    .execute()
  return new Map(rows.map(({ address, ...customer }) => [address, customer]))
}

function openTickets(q: Query, addresses: string[]): Promise<{ address: string; identifier: string }[]> {
  return q
    .selectFrom('addresses as a')
    .innerJoin('tickets as t', 't.customer_id', 'a.customer_id')
    .select(['a.address', 't.identifier'])
    .where('a.address', 'in', addresses)
    .where('t.closed_at', 'is', null)
    .where('t.deleted_at', 'is', null)
    .where('t.general_at', 'is not', null)
    .orderBy('t.id') // the newest remains
    .execute()
}

/** Mails of other tickets that went to them since then, the newest last. */
async function lettersTo(
  q: Query,
  chatId: string,
  addresses: string[],
  since: number,
): Promise<{ address: string; identifier: string; at: number }[]> {
  const rows = await q
    .selectFrom('threads as th')
    .innerJoin('deliveries as d', j => j.onRef('d.ticket_id', '=', 'th.ticket_id').onRef('d.thread_id', '=', 'th.id'))
    .innerJoin('tickets as t', 't.id', 'th.ticket_id')
    .select(['th.place as address', 't.identifier', 'd.sent_at'])
    .where('th.channel', '=', MAIL)
    .where('th.place', 'in', addresses)
    .where('th.root', 'is not', null)
    .where('d.sent_at', '>', since)
    .where(e => e.or([e('t.chat_id', 'is', null), e('t.chat_id', '!=', chatId)]))
    .orderBy('d.sent_at')
    .execute()
  return rows.map(r => ({ ...r, at: r.sent_at ?? 0 }))
}

/** What the chat's template can speak of for this recipient; what is not known is not there. */
export function variablesOf(
  context: Pick<ChatContext, 'agent' | 'team'>,
  recipient: Pick<ChatRecipientRow, 'address' | 'name' | 'fields'>,
  customer: CustomerFacts | undefined,
): Variables {
  const { address, fields } = recipient
  const row = fields ? (JSON.parse(fields) as Record<string, string>) : {}
  const name = recipient.name || (customer && customer.name !== address ? customer.name : '')
  const own = customer?.fields ? (JSON.parse(customer.fields) as Record<string, string>) : {}
  return {
    account: known(customer?.company_fields ? JSON.parse(customer.company_fields) : {}),
    customer: known({
      ...own,
      name,
      first_name: row.first_name ?? firstWord(name),
      last_name: row.last_name ?? name.trim().split(/\s+/).slice(1).join(' '),
      address,
      email: address,
      company: row.company ?? customer?.company ?? '',
    }),
    row: known({ ...row, name, address }),
    agent: context.agent,
    team: context.team,
  }
}

/** Only what says something, so that a template must give a default for the rest. */
function known(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''))
}

function firstWord(text: string): string {
  return text.trim().split(/\s+/)[0] ?? ''
}
