import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { PlainTextOption } from '@slack/types'
import { actorOf } from '../../../../core/agents.ts'
import type { Actor } from '../../../../core/events.ts'
import { scopeOf } from '../../../../core/permissions/may.ts'
import { ticketsLike } from '../../../../core/tickets/like.ts'
import { mergeOutlook, mergeTickets } from '../../../../core/tickets/merge.ts'
import { linkTickets, setParent, unlinkTickets } from '../../../../core/tickets/relations.ts'
import type { Tx } from '../../../../db/store.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { outcome } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import {
  type MergeMeta,
  type MergeWay,
  mergeForm,
  type Relation,
  relationsForm,
  ticketOption,
} from '../../views/tickets/relations.ts'
import type { TicketMeta } from '../../views/tickets/ticket-meta.ts'
import { onSearch } from '../search.ts'
import { admit, loadTicket, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'

/** Links, sub-tickets and merging, and the search for a ticket as somebody types. */
export function listenToRelations(app: App, desk: Desk): void {
  onSearch(app, desk, ids.findTicket, async ({ agent, typed, meta }) => {
    const { ticketId: than = null } = meta as Partial<TicketMeta>
    const found = await desk.store.read(async q =>
      ticketsLike(q, typed, { than, scope: await scopeOf(q, agent.id, 'view') }),
    )
    return { options: found.map(ticketOption) }
  })
  const open = (id: string, draw: typeof relationsForm) =>
    app.action<BlockAction>(
      id,
      onPress(desk, async ({ body, user, value }) => {
        await admit(desk, user, value, 'manage')
        await openForm(desk, body, draw(await loadTicket(desk, value)))
      }),
    )
  open(ids.relations, relationsForm)
  open(ids.merge, ticket => mergeForm(ticket))
  app.action<BlockAction>(
    new RegExp(`^${ids.unrelate}:`),
    onPress(desk, pressed => unrelate(desk, pressed)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.relations,
    onSubmit(desk, body => relate(desk, body)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.merge,
    onSubmit(desk, body => merge(desk, body)),
  )
}

async function relate(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { ticketId } = values.metaOf<TicketMeta>(view)
  const agent = await desk.people.agent(user.id)
  const other = ticketIn(view.state.values)
  const relation = values.chosen(view.state.values, 'relation') as Relation
  await desk.store.write(tx => relations[relation].add(tx, ticketId, other, actorOf(agent)))
  return { show: relationsForm(await loadTicket(desk, ticketId)) }
}

/** The ticket that was chosen; throws a Problem under its field when none was. */
export function ticketIn(v: values.Values): string {
  const id = values.chosen(v, 'ticket')
  if (!id) throw new Problem('invalid', 'Choose a ticket.', 'ticket')
  return id
}

type Change = (tx: Tx, id: string, otherId: string, actor: Actor) => Promise<void>

const relations: Record<Relation, { add: Change; remove: Change }> = {
  link: { add: linkTickets, remove: unlinkTickets },
  child: {
    add: (tx, id, otherId, actor) => setParent(tx, otherId, id, actor),
    remove: (tx, _, otherId, actor) => setParent(tx, otherId, null, actor),
  },
  parent: {
    add: (tx, id, otherId, actor) => setParent(tx, id, otherId, actor),
    remove: (tx, id, _, actor) => setParent(tx, id, null, actor),
  },
}

async function unrelate(desk: Desk, { user, value, body }: Pressed): Promise<void> {
  const [ticketId = '', relation = '', otherId = ''] = value.split(' ')
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => relations[relation as Relation].remove(tx, ticketId, otherId, actorOf(agent)))
  if (body.view) await redrawView(desk, body.view.id, relationsForm(await loadTicket(desk, ticketId)))
}

/** Another customer's is asked about first, with where the next mail would go; what was confirmed is no other pair. */
async function merge(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { ticketId, confirms } = values.metaOf<MergeMeta>(view)
  const v = view.state.values
  const other = ticketIn(v)
  const way = values.chosen(v, 'way') as MergeWay
  const [from, into] = way === 'into_it' ? [ticketId, other] : [other, ticketId]
  const outlook = await desk.store.read(q => mergeOutlook(q, from, into))
  const key = `${from} ${into}`
  const otherCustomer = confirms === key && values.isChecked(v, 'other_customer')
  if (outlook.isOtherCustomer && !otherCustomer) {
    const option = values.chosenOption(v, 'ticket') as PlainTextOption
    const chosen = { option, way, outlook, key }
    return { show: mergeForm(await loadTicket(desk, ticketId), chosen) }
  }
  const agent = await desk.people.agent(user.id)
  await desk.store.write(tx => mergeTickets(tx, from, into, actorOf(agent), { otherCustomer }))
  const says = `${outlook.from.identifier} is merged into ${outlook.into.identifier}. The next mail goes to ${outlook.into.address}.`
  return { show: outcome('Merged', says) }
}
