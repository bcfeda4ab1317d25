import { preparedFor } from '../../db/prepared.ts'
import type { AuthorKind, TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'

/** How a conversation went, counted from what was said and what happened. */
export interface TicketTimes {
  askedAt: number | null // when the customer wrote first, machines aside
  firstAnswerMs: number | null // from then until we wrote next; null: not yet
  openMs: number // in which nobody had it though it waited for us
  said: number // public messages
  last: { text: string; at: number; by: AuthorKind; name: string } | null
}

/** The same of many tickets at this moment (ms UTC), by id. */
export async function timesOf(
  q: Query,
  tickets: Pick<TicketRow, 'id' | 'created_at' | 'closed_at' | 'status'>[],
  now: number,
): Promise<Map<string, TicketTimes>> {
  if (!tickets.length) return new Map()
  const ids = tickets.map(t => t.id)
  const said = new Map((await selectSaid(q, ids)).map(r => [r.ticket_id, r]))
  const answers = new Map((await selectFirstAnswers(q, ids)).map(r => [r.ticket_id, Number(r.at)]))
  const lastIds = [...said.values()].flatMap(r => r.last ?? [])
  const lasts = new Map((lastIds.length ? await selectLast(q, lastIds) : []).map(r => [r.id, r]))
  const statuses = new Map<string, StatusEvent[]>(ids.map(id => [id, []]))
  for (const event of await selectStatuses(q, ids)) statuses.get(event.ticket_id)?.push(event)
  return new Map(
    tickets.map(t => {
      const of = said.get(t.id)
      const askedAt = of?.asked == null ? null : Number(of.asked)
      const answeredAt = answers.get(t.id)
      const last = lasts.get(of?.last ?? '')
      return [
        t.id,
        {
          askedAt,
          firstAnswerMs: askedAt === null || answeredAt === undefined ? null : answeredAt - askedAt,
          openMs: openFor(t, statuses.get(t.id) ?? [], now),
          said: Number(of?.n ?? 0),
          last: last ? { text: last.text, at: last.created_at, by: last.author_kind, name: last.author_name } : null,
        },
      ]
    }),
  )
}

type StatusEvent = { at: number; before: string | null }

/** Each change of status says what was before; the first one what it was from the beginning. */
function openFor(
  { created_at, closed_at, status }: Pick<TicketRow, 'created_at' | 'closed_at' | 'status'>,
  events: StatusEvent[],
  now: number,
): number {
  let [open, since] = [0, created_at]
  for (const { at, before } of events.sort((a, b) => a.at - b.at)) {
    if (before && JSON.parse(before).status === 'open') open += at - since
    since = at
  }
  return status === 'open' ? open + Math.max((closed_at ?? now) - since, 0) : open
}

const selectSaid = preparedFor((q, ids) =>
  q
    .selectFrom('messages')
    .select(e => [
      'ticket_id',
      e.fn.countAll().as('n'),
      e.fn.max('id').as('last'),
      e.fn
        .min('created_at')
        .filterWhere('author_kind', '=', 'customer')
        .filterWhere('automatic', 'is', null)
        .as('asked'),
    ])
    .where('ticket_id', 'in', ids)
    .where('visibility', '=', 'public')
    .where('author_kind', '!=', 'system')
    .where('deleted_at', 'is', null)
    .groupBy('ticket_id'),
)

const selectFirstAnswers = preparedFor((q, ids) =>
  q
    .selectFrom('messages as m')
    .select(e => ['m.ticket_id', e.fn.min('m.created_at').as('at')])
    .where('m.ticket_id', 'in', ids)
    .where('m.visibility', '=', 'public')
    .where('m.author_kind', '=', 'agent')
    .where('m.deleted_at', 'is', null)
    .where(e =>
      e(
        'm.created_at',
        '>=',
        e
          .selectFrom('messages as c')
          .select(s => s.fn.min('c.created_at').as('at'))
          .whereRef('c.ticket_id', '=', 'm.ticket_id')
          .where('c.author_kind', '=', 'customer')
          .where('c.visibility', '=', 'public')
          .where('c.automatic', 'is', null)
          .where('c.deleted_at', 'is', null),
      ),
    )
    .groupBy('m.ticket_id'),
)

const selectLast = preparedFor((q, ids) =>
  q.selectFrom('messages').select(['id', 'text', 'created_at', 'author_kind', 'author_name']).where('id', 'in', ids),
)

const selectStatuses = preparedFor((q, ids) =>
  q
    .selectFrom('events')
    .select(['ticket_id', 'at', 'before'])
    .where('ticket_id', 'in', ids)
    .where('before', 'like', '%"status":%')
    .orderBy('id'),
)
