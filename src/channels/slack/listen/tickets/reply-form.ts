import type { BlockAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { copyChoices, splitTyped } from '../../../../core/copies.ts'
import { wroteFrom } from '../../../../core/messages/find.ts'
import { clockFor } from '../../../../core/schedule/moment.ts'
import { sendersOf } from '../../../../core/senders/find.ts'
import { lastUsed } from '../../../../core/senders/ticket.ts'
import { obstacleTo } from '../../../../core/suppressions.ts'
import { fillFor, type Occasion } from '../../../../core/templates/fill.ts'
import { templateById, templatesFor } from '../../../../core/templates/templates.ts'
import { addressesFor } from '../../../../core/tickets/address.ts'
import type { CopiesWanted, TicketView } from '../../../../core/view.ts'
import type { AgentRow } from '../../../../db/schema.ts'
import type { Desk } from '../../desk.ts'
import type { ComposerMeta } from '../../views/tickets/composer.ts'
import { copiesTicked, type ReplyMeta, type ReplyStart, replyForm } from '../../views/tickets/reply.ts'
import { loadTicket, redrawForm } from '../show.ts'
import * as values from '../values.ts'
import { composerStart, freshComposer, withInserted } from './compose.ts'

/** The composer of an answer as it stands at `meta`. */
export async function composer(
  desk: Desk,
  user: string,
  ticketId: string,
  meta: ComposerMeta = freshComposer(),
  start: ReplyStart = {},
  missing: string | null = null,
): Promise<ModalView> {
  const ticket = await loadTicket(desk, ticketId)
  return desk.store.read(async q =>
    replyForm({
      ticket,
      obstacle: await obstacleTo(q, ticket.customer.address),
      addresses: await addressesFor(q, ticketId),
      wroteFrom: await wroteFrom(q, ticketId),
      copies: await copyChoices(q, ticketId),
      files: desk.store.files,
      senders: await sendersOf(q, ticket.team.id),
      last: await lastUsed(q, ticketId),
      templates: await templatesFor(q, user, { teamId: ticket.team.id, limit: 100 }),
      clock: await clockFor(q, ticket.customer.id, ticket.team.id),
      now: desk.store.now(),
      meta,
      start,
      missing,
    }),
  )
}

/** The composer again with something changed; what was typed stays. */
export async function redrawReply(
  desk: Desk,
  { view, user }: BlockAction,
  change: Partial<ComposerMeta>,
  start: Partial<ReplyStart> = {},
  missing: string | null = null,
): Promise<ModalView | undefined> {
  if (!view) return undefined
  const meta = { ...values.metaOf<ReplyMeta>(view), ...change }
  const held = { ...startOfReply(view.state.values), ...start }
  const form = await composer(desk, user.id, meta.ticketId, meta, held, missing)
  await redrawForm(desk, view, form)
  return form
}

/** What a composer holds, to begin it with again. */
export function startOfReply(v: values.Values): ReplyStart {
  return { ...composerStart(v), to: values.chosen(v, 'to'), sender: values.chosen(v, 'sender') }
}

/** Puts a template into the composer, filled in for the ticket's customer. */
export async function insertIntoReply(
  desk: Desk,
  body: BlockAction,
  templateId: string,
): Promise<ModalView | undefined> {
  const agent = await desk.people.agent(body.user.id)
  const { rev, ticketId } = values.metaOf<ReplyMeta>(body.view as { private_metadata: string })
  const text = await templateFor(desk, await loadTicket(desk, ticketId), templateId, agent)
  const message = withInserted(values.richText(values.valuesAround(body), 'message'), text.body)
  const change = { rev: rev + 1, ...(text.missing !== null && { liquid: true as const }) }
  return redrawReply(desk, body, change, { message }, text.missing)
}

/** The text of a template, filled in for the ticket's customer as far as that can be done. */
export function templateFor(desk: Desk, ticket: TicketView, templateId: string, agent: AgentRow) {
  return desk.store.read(async q => {
    const { body } = await templateById(q, templateId, agent.id)
    return fillFor(q, { subject: '', body: JSON.parse(body) }, occasionOf(ticket, agent))
  })
}

/** For whom, by whom and about what an answer is written. */
export function occasionOf(ticket: TicketView, agent: AgentRow): Occasion {
  const { identifier, subject } = ticket
  return { to: { id: ticket.customer.id }, agentId: agent.id, teamId: ticket.team.id, ticket: { identifier, subject } }
}

/** Who gets a copy: whom the agent ticked, and whom they typed. */
export function copiesIn(v: values.Values, meta: ReplyMeta): Required<CopiesWanted> {
  return {
    copyTo: [...copiesTicked(values.ticked(v, 'copy_to'), meta), ...splitTyped(values.typed(v, 'copies'))],
    blindTo: splitTyped(values.typed(v, 'blind')),
  }
}
