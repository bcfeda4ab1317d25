import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { agentByHandle, joinTeam, usualSenderOf } from '../../../../core/agents.ts'
import { refuseUnmailable } from '../../../../core/attachments.ts'
import { collisionsWith, collisionWords } from '../../../../core/collisions.ts'
import { customerByAddress } from '../../../../core/customers.ts'
import { endDraft } from '../../../../core/drafts.ts'
import { formById } from '../../../../core/fields/forms.ts'
import { clockFor } from '../../../../core/schedule/moment.ts'
import { sendersOf } from '../../../../core/senders/find.ts'
import { usualAmong } from '../../../../core/senders/usual.ts'
import { formsOf, teams } from '../../../../core/teams.ts'
import { fillFor } from '../../../../core/templates/fill.ts'
import { templateById, templatesFor } from '../../../../core/templates/templates.ts'
import { checkTicket, type NewTicket } from '../../../../core/tickets/form.ts'
import { openTicket } from '../../../../core/tickets/open.ts'
import type { Priority, TeamRow, TicketRow } from '../../../../db/schema.ts'
import type { Query } from '../../../../db/store.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { refuseUnready } from '../../files.ts'
import { ids } from '../../views/ids.ts'
import { senderForm } from '../../views/team/settings.ts'
import type { Doubts } from '../../views/tickets/collision.ts'
import {
  customerOption,
  type NewTicketMeta,
  newTicketForm,
  noTeam,
  openedView,
  type Start,
  workingView,
} from '../../views/tickets/new-ticket.ts'
import { openForm, redrawForm, redrawView, refuseOnlooker } from '../show.ts'
import { type Done, onPress, onSubmit } from '../showing-problems.ts'
import { finish, type Submission, storeSubmission } from '../submission.ts'
import * as values from '../values.ts'
import { freshComposer, withInserted } from './compose.ts'
import { askedAtFirst, enteredIn } from './fields.ts'
import { addresseeOf, addressOf, customerIn, readNewTicket, startOfTicket } from './read-ticket.ts'
import { composer } from './reply.ts'
import { saveFrom } from './save-draft.ts'

export { assigneeOf, writtenIn } from './read-ticket.ts'

export function listenToNewTicket(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.shortcuts.newTicket,
    onPress(desk, ({ body }) => openNewTicket(desk, body, null)),
  )
  app.action<BlockAction>(
    ids.pickTeam,
    onPress(desk, async ({ body, value }) => void (await redrawTicket(desk, body, { teamId: value, formId: null }))),
  )
  app.action<BlockAction>(
    ids.pickForm,
    onPress(desk, async ({ body, value }) => void (await redrawTicket(desk, body, { formId: value }))),
  )
  app.action<BlockAction>(
    ids.findCustomer,
    onPress(desk, ({ body }) => redrawForCustomer(desk, body)),
  )
  app.action<BlockAction>(
    ids.writeAnyway,
    onPress(desk, ({ body }) => writeAnyway(desk, body)),
  )
  app.action<BlockAction>(
    ids.continueThere,
    onPress(desk, ({ body, user, value }) => continueThere(desk, body, user, value)),
  )
  app.action<BlockAction>(
    ids.setUpSending,
    onPress(desk, ({ body, value }) => setUpSending(desk, body, value)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.newTicket,
    onSubmit(desk, body => underTheFieldUsed(body, submit(desk, body)), {
      sender: 'audience',
      customer_typed: 'customer',
      when: 'send_when',
      date: 'send_when',
      time: 'send_when',
    }),
  )
}

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
async function formFor(
  desk: Desk,
  user: string,
  meta: NewTicketMeta,
  start: Start,
  more: { doubts?: Doubts; missing?: string | null } = {},
): Promise<ModalView | undefined> {
  const now = desk.store.now()
  return desk.store.read(async q => {
    const all = await teams(q)
    const team = all.find(t => t.id === meta.teamId) ?? all.find(t => t.place === meta.origin) ?? all[0]
    if (!team) return undefined
    const senders = await sendersOf(q, team.id)
    const { sender, instead } = await usualAmong(q, senders, [await usualSenderOf(q, team.id, user), team.sender_id])
    const to = await addresseeOf(q, chosenIn(start))
    const forms = await formsOf(q, team.id)
    const form = forms.find(f => f.id === (meta.formId ?? start.form)) ?? forms[0]
    const { asked, meta: kept } = await askedAtFirst(q, form?.id, start.fields ?? {})
    return newTicketForm({
      team,
      teams: all,
      forms,
      form,
      asked,
      senders: senders.map(s => ({ ...s, broken: s.broken_reason })),
      usual: { id: sender?.id ?? null, instead },
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

function chosenIn({ customer, typed }: Start): NewTicket['customer'] {
  if (customer?.value?.startsWith('c:')) return { id: customer.value.slice(2) }
  return { typed: customer?.value?.slice(2) ?? typed ?? '' }
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

/** Who else writes to the customer is said as soon as they are chosen; what was said of another goes. */
async function redrawForCustomer(desk: Desk, body: BlockAction): Promise<void> {
  const { view, user } = body
  if (!view) return
  const meta = values.metaOf<NewTicketMeta>(view)
  const doubts = await desk.store.read(q => doubtsAbout(q, user.id, meta, view.state.values, desk.store.now()))
  const showsSome = JSON.stringify(view.blocks).includes(`"${ids.writeAnyway}"`)
  if (doubts || showsSome || meta.when !== 'now') await redrawTicket(desk, body, {})
}

/** Why somebody may not want to write to the customer of a form; undefined when nothing speaks against it. */
async function doubtsAbout(
  q: Query,
  user: string,
  meta: NewTicketMeta,
  v: values.Values,
  now: number,
): Promise<Doubts | undefined> {
  const to = await addresseeOf(q, customerIn(v))
  if (!to) return undefined
  const address = await addressOf(q, to)
  if (meta.anyway === address) return undefined
  const agent = await agentByHandle(q, user)
  const others = await collisionsWith(q, to, agent?.id ?? null, now)
  const collisions = others.filter(c => c.ticketId !== meta.parent?.id)
  const filledFor = meta.filledFor && meta.filledFor !== address ? meta.filledFor : null
  return collisions.length || filledFor ? { collisions, filledFor, isAsked: false } : undefined
}

async function writeAnyway(desk: Desk, body: BlockAction): Promise<void> {
  const anyway = await customerAddress(desk, values.valuesAround(body))
  await redrawTicket(desk, body, anyway === null ? {} : { anyway })
}

/** The composer of that ticket's answer, in the form's place, with what was written and its draft. */
async function continueThere(desk: Desk, body: BlockAction, user: string, ticketId: string): Promise<void> {
  const { view } = body
  if (!view) return
  await saveFrom(desk, body)
  const { draft, rev, when, liquid, files } = values.metaOf<NewTicketMeta>(view)
  const meta = { draft, rev: rev + 1, when, ...(liquid && { liquid }), ...(files && { files }) }
  const { sender: _, ...start } = startOfTicket(view.state.values)
  const form = await composer(desk, user, ticketId, meta, start)
  await redrawForm(desk, view, form)
}

async function customerAddress(desk: Desk, v: values.Values): Promise<string | null> {
  return desk.store.read(async q => {
    const to = await addresseeOf(q, customerIn(v))
    return to && addressOf(q, to)
  })
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

async function setUpSending(desk: Desk, body: BlockAction, teamId: string): Promise<void> {
  if (!body.view) return
  const meta = values.metaOf<NewTicketMeta>(body.view)
  const all = await desk.store.read(teams)
  await openForm(desk, body, senderForm(null, all, teamId, { form: { ...meta, teamId, viewId: body.view.id } }))
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

async function submit(desk: Desk, body: ViewSubmitAction): Promise<Done | undefined> {
  const { form, faults } = await readNewTicket(desk, body)
  const files = values.filesWith(body.view)
  const others = await faultsOf(desk, form, files)
  if (faults.length || others.length) throw new Problems(faults.concat(others))
  const asked = form.email ? await askFirst(desk, body) : undefined
  if (asked) return { show: asked }
  if (!files.length) return shown(desk, body, await open(desk, body, form))
  const given = files.map(f => f.id)
  if (form.email) await refuseUnready(desk, given, looked => refuseUnmailable(desk.store.files, looked))
  else await refuseUnready(desk, given)
  await desk.store.write(tx => storeSubmission(tx, body))
  return { show: workingView('New ticket') }
}

/** The form again, once, when somebody else writes to the customer: the same again sends it. */
async function askFirst(desk: Desk, body: ViewSubmitAction): Promise<ModalView | undefined> {
  const { user, view } = body
  const meta = values.metaOf<NewTicketMeta>(view)
  const v = view.state.values
  const doubts = await doubtsOf(desk, body)
  if (!doubts) return undefined
  const anyway = await customerAddress(desk, v)
  const next = { ...meta, ...(anyway !== null && { anyway }), teamId: values.chosen(v, 'team') ?? meta.teamId }
  return formFor(desk, user.id, next, startOfTicket(v), { doubts: { ...doubts, isAsked: true } })
}

/** A fault of an address is shown where it was typed. */
async function underTheFieldUsed<T>({ view }: ViewSubmitAction, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof Problems) || !values.typed(view.state.values, 'customer_typed').trim()) throw error
    const moved = error.problems.map(p =>
      p.field === 'customer' ? new Problem(p.code, p.message, 'customer_typed') : p,
    )
    throw new Problems(moved)
  }
}

/** What core would say of the rest, so that a person sees all faults at once. */
async function faultsOf(desk: Desk, form: NewTicket, files: values.GivenFile[]): Promise<Problem[]> {
  try {
    await desk.store.write(tx => checkTicket(tx, form, files))
    return []
  } catch (error) {
    if (error instanceof Problems) return error.problems
    throw error
  }
}

/** Opens the ticket that a draft describes. Throws Problems for what is wrong with it. */
export async function sendNewTicket(desk: Desk, body: Submission): Promise<void> {
  const { form, faults } = await readNewTicket(desk, body)
  const others = await faultsOf(desk, form, [])
  if (faults.length || others.length) throw new Problems(faults.concat(others))
  const doubts = form.email ? await doubtsOf(desk, body) : undefined
  const [first] = doubts?.collisions ?? []
  if (first) throw new Problem('conflict', `${collisionWords(first, desk.store.now())}.`)
  if (doubts) throw new Problem('conflict', 'Its template was filled in for somebody else.')
  await open(desk, body, form)
}

function doubtsOf(desk: Desk, { user, view }: Submission): Promise<Doubts | undefined> {
  const meta = values.metaOf<NewTicketMeta>(view)
  return desk.store.read(q => doubtsAbout(q, user.id, meta, view.state.values, desk.store.now()))
}

/** Opens the ticket of a stored submission, whose files are fetched now. Twice the same is one ticket. */
export async function finishNewTicket(desk: Desk, body: Submission): Promise<void> {
  await finish(desk, body, 'New ticket', async files => {
    const { form, faults } = await readNewTicket(desk, body)
    if (faults.length) throw new Problems(faults)
    return opened(desk, await open(desk, body, { ...form, files }))
  })
}

/** The draft goes with it. */
function open(desk: Desk, { view }: Submission, form: NewTicket): Promise<TicketRow> {
  const { draft } = values.metaOf<NewTicketMeta>(view)
  return desk.store.write(async tx => {
    if (draft) await endDraft(tx, draft, `view:${view.id}`, form.agent.id)
    const ticket = await openTicket(tx, form)
    await joinTeam(tx, form.agent.id, ticket.team_id)
    return ticket
  })
}

/** Who asked for it where its card appears needs to be told nothing more. */
async function shown(desk: Desk, body: Submission, ticket: TicketRow): Promise<Done | undefined> {
  const team = await teamOf(desk, ticket)
  const { origin } = values.metaOf<NewTicketMeta>(body.view)
  return origin === team.place ? undefined : { show: await opened(desk, ticket) }
}

async function opened(desk: Desk, ticket: TicketRow): Promise<ModalView> {
  const { place } = await teamOf(desk, ticket)
  const isScheduled = ticket.status === 'scheduled'
  return openedView({ identifier: ticket.identifier, email: ticket.published_at !== null, isScheduled, place })
}

async function teamOf(desk: Desk, ticket: TicketRow): Promise<TeamRow> {
  const all = await desk.store.read(teams)
  return all.find(t => t.id === ticket.team_id) as TeamRow
}
