import { preparedFor } from '../../db/prepared.ts'
import type { AccountRow, ChatRow, EventRow, HookCause, HookEventRow, PeopleEventRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { ERASED } from '../erase/piece.ts'
import type { CommentRecord } from '../programs/comments.ts'
import { type TicketRecord, ticketRecords } from '../programs/tickets.ts'
import { commentsOf } from './comments.ts'
import { addressActors, personsOf, type ToldActor, type ToldPerson } from './people.ts'
import { type EventType, type ToldAs, toldOf } from './types.ts'

/** Something that happened, with all that programs may be told of it, as it is when they are told. */
export interface Happening {
  id: string
  at: number
  actor: ToldActor
  told: ToldAs[]
  before: Record<string, unknown>
  after: Record<string, unknown>
  ticket: TicketRecord | null
  comment: CommentRecord | null
  person: ToldPerson | null
  account: AccountRow | null
  chat: ChatRow | null
}

/** What is behind each row, in the same order; undefined where nothing is told of it: it was forgotten, or is for nobody. */
export async function happeningsOf(q: Query, rows: HookEventRow[]): Promise<(Happening | undefined)[]> {
  const sources = await sourcesOf(q, rows)
  const found = rows.map(row => happeningOf(row, sources))
  await addressActors(
    q,
    found.flatMap(h => (h ? [h.actor] : [])),
  )
  return found
}

/** All rows that say more of some, by id. */
interface Sources {
  events: Map<string, EventRow>
  changes: Map<string, PeopleEventRow>
  tickets: Map<string, TicketRecord>
  comments: Map<string, CommentRecord> // by the row that is about it
  people: Map<string, ToldPerson>
  accounts: Map<string, AccountRow>
  chats: Map<string, ChatRow>
}

async function sourcesOf(q: Query, rows: HookEventRow[]): Promise<Sources> {
  const idsOf = (...causes: HookCause[]) => unique(rows.filter(r => causes.includes(r.cause)).map(r => r.source_id))
  const events = byId(await selectEvents(q, idsOf('event')))
  const changes = byId(await selectChanges(q, idsOf('people')))
  const changed = (owner: 'customer' | 'account') =>
    [...changes.values()].filter(c => c.owner === owner).map(c => c.owner_id)
  return {
    events,
    changes,
    tickets: await ticketRecords(q, unique(rows.flatMap(r => r.ticket_id ?? [])), { withDeleted: true }),
    comments: await commentsOf(q, rows, events),
    people: await personsOf(q, unique([...idsOf('customer_new', 'customer_gone'), ...changed('customer')])),
    accounts: byId(await selectAccounts(q, unique([...idsOf('account_new'), ...changed('account')]))),
    chats: byId(await selectChats(q, idsOf('chat'))),
  }
}

const selectEvents = preparedFor((q, ids) => q.selectFrom('events').selectAll().where('id', 'in', ids))
const selectChanges = preparedFor((q, ids) => q.selectFrom('people_events').selectAll().where('id', 'in', ids))
const selectAccounts = preparedFor((q, ids) => q.selectFrom('accounts').selectAll().where('id', 'in', ids))
const selectChats = preparedFor((q, ids) => q.selectFrom('chats').selectAll().where('id', 'in', ids))

function happeningOf(row: HookEventRow, sources: Sources): Happening | undefined {
  const ticket = row.ticket_id ? sources.tickets.get(row.ticket_id) : null
  if (ticket === undefined || ticket?.row.deleted_by === ERASED) return undefined
  const bare = {
    id: row.id,
    at: row.at,
    actor: { kind: 'system' as const, id: null, name: 'Overture', email: null },
    before: {},
    after: read(row.more),
    ticket,
    comment: sources.comments.get(row.id) ?? null,
    person: null,
    account: null,
    chat: null,
  }
  const more = TELLING[row.cause](row, sources, bare)
  return more && { ...bare, ...more }
}

type Bare = Omit<Happening, 'told'>
type Told = Partial<Happening> & Pick<Happening, 'told'>

/** What each kind of cause adds; undefined where nothing is told. */
const TELLING: Record<HookCause, (row: HookEventRow, sources: Sources, bare: Bare) => Told | undefined> = {
  event: ofEvent,
  message: (_row, _sources, { comment, after }) =>
    comment && after.visibility !== 'undecided' // nobody has said it yet
      ? { told: only('ticket:comment:added'), actor: authorOf(comment) }
      : undefined,
  answer: (_row, _sources, { ticket, comment }) => {
    if (!ticket) return undefined
    const { id, name, address: email } = ticket.customer
    return { told: only('ticket:answered'), actor: comment ? authorOf(comment) : { kind: 'customer', id, name, email } }
  },
  clock: () => ({ told: only('ticket:sla:breach_warning') }),
  chat: (row, { chats }) => {
    const chat = chats.get(row.source_id)
    return chat && { told: only('chat:finished'), chat }
  },
  people: ofChange,
  customer_new: (row, { people }) => ofPerson('user:created', people.get(row.source_id)),
  customer_gone: (row, { people }) => ofPerson('user:deleted', people.get(row.source_id)),
  account_new: (row, { accounts }) => {
    const account = accounts.get(row.source_id)
    return account && { told: only('account:created'), account }
  },
}

function ofEvent(row: HookEventRow, { events }: Sources, { comment }: Bare): Told | undefined {
  const event = events.get(row.source_id)
  if (!event) return undefined
  const isSaid = comment !== null && comment.row.visibility !== 'undecided'
  const told = toldOf(event).filter(t => isSaid || !t.type.startsWith('ticket:comment:'))
  const { actor_kind: kind, actor_id: id, actor_name: name } = event
  return { told, actor: { kind, id, name, email: null }, before: read(event.before), after: read(event.after) }
}

function ofChange(row: HookEventRow, { changes, people, accounts }: Sources): Told | undefined {
  const change = changes.get(row.source_id)
  if (!change) return undefined
  const { actor_kind: kind, actor_id: id, actor_name: name, owner, owner_id } = change
  const [person, account] = [people.get(owner_id) ?? null, accounts.get(owner_id) ?? null]
  if (!person && !account) return undefined
  return {
    told: only(owner === 'customer' ? 'user:updated' : 'account:updated'),
    actor: { kind, id, name, email: null },
    before: read(change.before),
    after: read(change.after),
    person,
    account,
  }
}

function ofPerson(type: EventType, person: ToldPerson | undefined): Told | undefined {
  return person && { told: only(type), person }
}

function authorOf({ row, author }: CommentRecord): ToldActor {
  return { kind: row.author_kind, id: row.author_id, name: row.author_name, email: author.email }
}

function only(type: EventType): ToldAs[] {
  return [{ type }]
}

function byId<Row extends { id: string }>(rows: Row[]): Map<string, Row> {
  return new Map(rows.map(r => [r.id, r]))
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)]
}

function read(json: string | null): Record<string, unknown> {
  return json ? JSON.parse(json) : {}
}
