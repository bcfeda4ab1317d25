import type { BlockAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { customerByAddress } from '../../../../core/customers.ts'
import { formById } from '../../../../core/fields/forms.ts'
import { clockFor } from '../../../../core/schedule/moment.ts'
import { formsOf } from '../../../../core/teams.ts'
import { fillFor } from '../../../../core/templates/fill.ts'
import { templateById, templatesFor } from '../../../../core/templates/templates.ts'
import type { Priority } from '../../../../db/schema.ts'
import type { Desk } from '../../desk.ts'
import type { Doubts } from '../../views/tickets/collision.ts'
import {
  customerOption,
  type NewTicketMeta,
  newTicketForm,
  noTeam,
  type Start,
} from '../../views/tickets/new-ticket.ts'
import { senderChoice } from '../sender-choice.ts'
import { openForm, redrawForm, redrawView, refuseOnlooker } from '../show.ts'
import * as values from '../values.ts'
import { freshComposer, withInserted } from './compose.ts'
import { doubtsAbout } from './doubts.ts'
import { askedAtFirst, enteredIn } from './fields.ts'
import { addresseeOf, addressOf, customerChosen, customerIn, startOfTicket } from './read-ticket.ts'

/** Opens the form with what the database has at hand: nothing is asked of Slack before, since the trigger dies in three seconds. */
export async function openNewTicket(
  desk: Desk,
  from: { trigger_id: string; user: { id: string }; view?: { type: string } | undefined },
  origin: string | null,
  start: Start = {},
  meta: Partial<NewTicketMeta> = {},
): Promise<void> {
  await refuseOnlooker(desk, from.user.id)
  await openForm(desk, from, await newTicketAt(desk, from.user.id, origin, start, meta))
  desk.people.agent(from.user.id).catch(() => {}) // asked now, at hand at the submission
}

/** The form as it stands at `meta`, or the way to a first team. */
export async function newTicketAt(
  desk: Desk,
  user: string,
  origin: string | null,
  start: Start,
  meta: Partial<NewTicketMeta>,
): Promise<ModalView> {
  return (await formFor(desk, user, { ...freshComposer(), teamId: '', origin, ...meta }, start)) ?? noTeam()
}

/** The form as it stands at `meta`; undefined while there is no team. */
export async function formFor(
  desk: Desk,
  user: string,
  meta: NewTicketMeta,
  start: Start,
  more: { doubts?: Doubts; missing?: string | null } = {},
): Promise<ModalView | undefined> {
  const now = desk.store.now()
  return desk.store.read(async q => {
    const choice = await senderChoice(q, user, meta)
    if (!choice) return undefined
    const { team } = choice
    const to = await addresseeOf(q, customerChosen(start.customer?.value, start.typed))
    const forms = await formsOf(q, team.id)
    const form = forms.find(f => f.id === (meta.formId ?? start.form)) ?? forms[0]
    const { asked, meta: kept } = await askedAtFirst(q, form?.id, start.fields ?? {})
    return newTicketForm({
      ...choice,
      forms,
      form,
      asked,
      files: desk.store.files,
      templates: await templatesFor(q, user, { teamId: team.id, limit: 100 }),
      clock: await clockFor(q, to && 'id' in to ? to.id : null, team.id),
      now,
      meta: { ...meta, teamId: team.id, formId: form?.id ?? null, ...kept },
      start,
      ...more,
    })
  })
}

/** How the form begins for an address that was typed with the command. */
export async function startWith(desk: Desk, address: string, subject: string): Promise<Start> {
  const known = await desk.store.read(q => customerByAddress(q, address))
  const customer = known ? customerOption(known.name, address) : undefined
  return { ...(customer ? { customer } : { typed: address }), subject }
}

/**
 * The form again with something changed: another team has other senders and forms, another form other fields. What was
 * typed stays.
 */
export async function redrawTicket(
  desk: Desk,
  { view, user }: BlockAction,
  change: Partial<NewTicketMeta>,
  start: Partial<Start> = {},
  more: { missing?: string | null } = {},
): Promise<ModalView | undefined> {
  if (!view) return undefined
  const v = view.state.values
  const before = values.metaOf<NewTicketMeta>(view)
  const meta = { ...before, ...change }
  const doubts = await desk.store.read(q => doubtsAbout(q, user.id, meta, v, desk.store.now()))
  const form = await formFor(
    desk,
    user.id,
    meta,
    { ...startOfTicket(v), ...(await keptIn(desk, v, before)), ...start },
    { ...(doubts && { doubts }), ...more },
  )
  if (form) await redrawForm(desk, view, form)
  return form
}

/** What the forms asked for so far, and a priority that is not the form's own. */
async function keptIn(
  desk: Desk,
  v: values.Values,
  { formId, kept }: NewTicketMeta,
): Promise<Pick<Start, 'fields' | 'priority'>> {
  const usual = formId ? (await desk.store.read(q => formById(q, formId))).priority : 'medium'
  const priority = values.chosen(v, 'priority') as Priority | null
  return { priority: priority === usual ? null : priority, fields: { ...kept, ...enteredIn(v) } }
}

/** Puts a template into the form, filled in for the customer where that can be done already. */
export async function insertIntoTicket(
  desk: Desk,
  body: BlockAction,
  templateId: string,
): Promise<ModalView | undefined> {
  const agent = await desk.people.agent(body.user.id)
  const v = values.valuesAround(body)
  const meta = values.metaOf<NewTicketMeta>(body.view as { private_metadata: string })
  const text = await desk.store.read(async q => {
    const { subject, body } = await templateById(q, templateId, agent.id)
    const to = await addresseeOf(q, customerIn(v))
    const occasion = { to, agentId: agent.id, teamId: values.chosen(v, 'team') ?? meta.teamId }
    return { ...(await fillFor(q, { subject, body: JSON.parse(body) }, occasion)), to: to && (await addressOf(q, to)) }
  })
  const change: Partial<NewTicketMeta> = {
    rev: meta.rev + 1,
    ...(text.missing === null ? { filledFor: text.to ?? '' } : { liquid: true }),
  }
  if (!change.filledFor) delete change.filledFor // it speaks of nobody
  const start = {
    subject: text.subject || values.typed(v, 'subject'),
    message: withInserted(values.richText(v, 'message'), text.body),
  }
  return redrawTicket(desk, body, change, start, { missing: text.missing })
}

/** The form below the sender's, once there is a sender. */
export async function redrawNewTicket(
  desk: Desk,
  user: string,
  { viewId, ...meta }: NewTicketMeta & { viewId: string },
): Promise<void> {
  const view = await formFor(desk, user, meta, { fields: meta.kept ?? {} })
  if (view) await redrawView(desk, viewId, view)
}
