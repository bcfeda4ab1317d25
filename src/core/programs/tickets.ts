import { preparedFor } from '../../db/prepared.ts'
import type { TeamRow, TicketRow } from '../../db/schema.ts'
import type { Query } from '../../db/store.ts'
import { type FilledField, fieldsOf } from '../fields/values.ts'
import { tagsOf } from '../tags/tags.ts'
import { teamsById } from '../teams.ts'
import { type Facts, factsOf } from './facts.ts'

/** A ticket as programs are told of it, whole: they know nothing else of its customer, its team or its people. */
export interface TicketRecord {
  row: TicketRow
  team: TeamRow
  customer: { id: string; name: string; address: string } // the address that its mail goes to
  account: { id: string; name: string } | null
  assignee: Named | null
  creator: Named | null
  closer: Named | null
  subStatus: { id: string; name: string } | null
  tags: string[]
  fields: FilledField[]
  last: { any: number | null; ours: number | null; theirs: number | null } // when something was said in public
  facts: Facts
}

export interface Named {
  id: string
  name: string
  email: string | null
}

/** Tickets as programs are told of them, by id; deleted ones are missing, unless they are asked for. */
export async function ticketRecords(
  q: Query,
  ids: string[],
  { withDeleted = false }: { withDeleted?: boolean } = {},
): Promise<Map<string, TicketRecord>> {
  if (!ids.length) return new Map()
  const rows = (await selectRecords(q, ids)).filter(r => withDeleted || r.deleted_at === null)
  const teams = await teamsById(
    q,
    rows.map(r => r.team_id),
  )
  const [tags, fields, facts] = [await tagsOf(q, ids), await fieldsOf(q, ids), await factsOf(q, ids)]
  const last = new Map<string, TicketRecord['last']>()
  for (const { ticket_id, author_kind, at } of await selectLast(q, ids)) {
    const l = last.get(ticket_id) ?? { any: null, ours: null, theirs: null }
    last.set(ticket_id, l)
    const side = author_kind === 'agent' || author_kind === 'system' ? 'ours' : 'theirs'
    l[side] = Math.max(l[side] ?? 0, Number(at))
    l.any = Math.max(l.any ?? 0, Number(at))
  }
  return new Map(
    rows.map(r => {
      const { customer_name, address, account_id, account_name, sub_status_name, ...rest } = r
      const { assignee_name, assignee_email, creator_name, creator_email, closer_name, closer_email, ...row } = rest
      return [
        r.id,
        {
          row,
          team: teams.get(r.team_id) as TeamRow,
          customer: { id: r.customer_id, name: customer_name, address },
          account: account_id ? { id: account_id, name: account_name ?? '' } : null,
          assignee: named(r.assignee_id, assignee_name, assignee_email),
          creator: named(r.created_by, creator_name, creator_email),
          closer: closer_name === null ? null : named(r.closed_by, closer_name, closer_email),
          subStatus: r.sub_status_id && sub_status_name ? { id: r.sub_status_id, name: sub_status_name } : null,
          tags: tags.get(r.id) ?? [],
          fields: fields.get(r.id) ?? [],
          last: last.get(r.id) ?? { any: null, ours: null, theirs: null },
          facts: facts.get(r.id) ?? {},
        },
      ]
    }),
  )
}

function named(id: string | null, name: string | null, email: string | null): Named | null {
  return id ? { id, name: name ?? '', email } : null
}

const selectRecords = preparedFor((q, ids) =>
  q
    .selectFrom('tickets as t')
    .innerJoin('customers as c', 'c.id', 't.customer_id')
    .innerJoin('threads as ct', j =>
      j.onRef('ct.ticket_id', '=', 't.id').on('ct.side', '=', 'customer').on('ct.ended_at', 'is', null),
    )
    .leftJoin('accounts', 'accounts.id', 'c.account_id')
    .leftJoin('agents as a', 'a.id', 't.assignee_id')
    .leftJoin('agents as b', 'b.id', 't.created_by')
    .leftJoin('agents as x', 'x.id', 't.closed_by')
    .leftJoin('sub_statuses as s', 's.id', 't.sub_status_id')
    .selectAll('t')
    .select(['c.name as customer_name', 'ct.place as address', 'c.account_id', 'accounts.name as account_name'])
    .select(['a.name as assignee_name', 'a.email as assignee_email', 'b.name as creator_name'])
    .select([
      'b.email as creator_email',
      'x.name as closer_name',
      'x.email as closer_email',
      's.name as sub_status_name',
    ])
    .where('t.id', 'in', ids),
)

const selectLast = preparedFor((q, ids) =>
  q
    .selectFrom('messages')
    .select(e => ['ticket_id', 'author_kind', e.fn.max('created_at').as('at')])
    .where('ticket_id', 'in', ids)
    .where('visibility', '=', 'public')
    .where('deleted_at', 'is', null)
    .groupBy(['ticket_id', 'author_kind']),
)
