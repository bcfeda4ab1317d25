import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView, RichTextBlock } from '@slack/types'
import { joinTeam, usualSenderOf } from '../../../../core/agents.ts'
import { splitTyped } from '../../../../core/copies.ts'
import { customerByAddress } from '../../../../core/customers.ts'
import { formById } from '../../../../core/fields/forms.ts'
import { sendersOf } from '../../../../core/senders/find.ts'
import { usualAmong } from '../../../../core/senders/usual.ts'
import { formsOf, teams } from '../../../../core/teams.ts'
import { checkTicket, type NewTicket, openTicket } from '../../../../core/tickets/open.ts'
import type { Priority, TeamRow, TicketRow } from '../../../../db/schema.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { readMessage } from '../../read-message.ts'
import { ids } from '../../views/ids.ts'
import { senderForm } from '../../views/team/settings.ts'
import {
  customerOption,
  type NewTicketMeta,
  newTicketForm,
  noTeam,
  openedView,
  type Start,
  workingView,
} from '../../views/tickets/new-ticket.ts'
import { openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit } from '../showing-problems.ts'
import { finish, type Submission, storeSubmission } from '../submission.ts'
import * as values from '../values.ts'
import { askedAtFirst, enteredIn, givenIn } from './fields.ts'

export function listenToNewTicket(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.shortcuts.newTicket,
    onPress(desk, ({ body }) => openNewTicket(desk, body, null)),
  )
  app.action<BlockAction>(
    ids.pickTeam,
    onPress(desk, ({ body, value }) => redrawFor(desk, body, { teamId: value, formId: null })),
  )
  app.action<BlockAction>(
    ids.pickForm,
    onPress(desk, ({ body, value }) => redrawFor(desk, body, { formId: value })),
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
    }),
  )
}

/** Opens the form with what the database has at hand: nothing is asked of Slack before, since the trigger dies in three seconds. */
export async function openNewTicket(
  desk: Desk,
  from: { trigger_id: string; user: { id: string }; view?: { type: string } | undefined },
  origin: string | null,
  start: Start = {},
): Promise<void> {
  await openForm(desk, from, (await formFor(desk, from.user.id, { teamId: null, origin }, start)) ?? noTeam())
  desk.people.agent(from.user.id).catch(() => {}) // asked now, at hand at the submission
}

async function formFor(
  desk: Desk,
  user: string,
  { teamId, origin, formId }: Pick<NewTicketMeta, 'origin' | 'formId'> & { teamId: string | null },
  start: Start,
): Promise<ModalView | undefined> {
  return desk.store.read(async q => {
    const all = await teams(q)
    const team = all.find(t => t.id === teamId) ?? all.find(t => t.place === origin) ?? all[0]
    if (!team) return undefined
    const senders = await sendersOf(q, team.id)
    const { sender, instead } = await usualAmong(q, senders, [await usualSenderOf(q, team.id, user), team.sender_id])
    const forms = await formsOf(q, team.id)
    const form = forms.find(f => f.id === formId) ?? forms[0]
    return newTicketForm({
      team,
      teams: all,
      forms,
      form,
      ...(await askedAtFirst(q, form?.id, start.fields ?? {})),
      senders: senders.map(s => ({ ...s, broken: s.broken_reason })),
      usual: { id: sender?.id ?? null, instead },
      files: desk.store.files,
      origin,
      start,
    })
  })
}

/** How the form begins for an address that was typed with the command. */
export async function startWith(desk: Desk, address: string, subject: string): Promise<Start> {
  const known = await desk.store.read(q => customerByAddress(q, address))
  const customer = known ? customerOption(known.name, address) : undefined
  return { ...(customer ? { customer } : { typed: address }), subject }
}

/** Another team has other senders and forms, another form other fields; what was typed stays. */
async function redrawFor(desk: Desk, { view, user }: BlockAction, changed: Partial<NewTicketMeta>): Promise<void> {
  if (!view) return
  const meta = values.metaOf<NewTicketMeta>(view)
  const form = await formFor(desk, user.id, { ...meta, ...changed }, await startIn(desk, view.state.values, meta))
  if (form) await desk.ui.views.update({ view_id: view.id, hash: view.hash, view: form })
}

async function startIn(desk: Desk, v: values.Values, { formId, kept }: NewTicketMeta): Promise<Start> {
  const usual = formId ? (await desk.store.read(q => formById(q, formId))).priority : 'medium'
  const priority = values.chosen(v, 'priority') as Priority | null
  return {
    customer: values.chosenOption(v, 'customer') as Start['customer'] & object,
    typed: values.typed(v, 'customer_typed'),
    subject: values.typed(v, 'subject'),
    message: values.richText(v, 'message'),
    audience: v.audience ? values.chosen(v, 'audience') : null,
    copies: values.typed(v, 'copies'),
    priority: priority === usual ? null : priority,
    fields: { ...kept, ...enteredIn(v) },
  }
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
  form: NewTicketMeta & { viewId: string },
): Promise<void> {
  const view = await formFor(desk, user, form, { fields: form.kept ?? {} })
  if (view) await redrawView(desk, form.viewId, view)
}

async function submit(desk: Desk, body: ViewSubmitAction): Promise<Done | undefined> {
  const { form, faults } = await readNewTicket(desk, body)
  const files = values.filesIn(body.view.state.values)
  if (faults.length) throw new Problems(faults.concat(await faultsOf(desk, form, files)))
  if (!files.length) return shown(desk, body, await open(desk, form))
  await desk.store.write(async tx => {
    await checkTicket(tx, form, files)
    await storeSubmission(tx, body)
  })
  return { show: workingView('New ticket') }
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

/** Opens the ticket of a stored submission, whose files are fetched now. Twice the same is one ticket. */
export async function finishNewTicket(desk: Desk, body: Submission): Promise<void> {
  await finish(desk, body, 'New ticket', async files => {
    const { form, faults } = await readNewTicket(desk, body)
    if (faults.length) throw new Problems(faults)
    return opened(desk, await open(desk, { ...form, files }))
  })
}

function open(desk: Desk, form: NewTicket): Promise<TicketRow> {
  return desk.store.write(async tx => {
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
  return openedView({ identifier: ticket.identifier, email: ticket.published_at !== null, place })
}

async function teamOf(desk: Desk, ticket: TicketRow): Promise<TeamRow> {
  const all = await desk.store.read(teams)
  return all.find(t => t.id === ticket.team_id) as TeamRow
}

/** The submitted form as core takes it, without its files, and what is wrong with it before core has seen it. */
async function readNewTicket(desk: Desk, { user, view }: Submission): Promise<{ form: NewTicket; faults: Problem[] }> {
  const v = view.state.values
  const assignee = await assigneeIn(desk, v)
  const { teamId, unasked = [] } = values.metaOf<NewTicketMeta>(view)
  const { given, faults } = await givenIn(desk, v)
  for (const id of unasked) delete given[id]
  const form: NewTicket = {
    teamId: values.chosen(v, 'team') ?? teamId,
    formId: values.chosen(v, 'form'),
    senderId: values.chosen(v, 'sender'),
    customer: customerIn(v),
    subject: values.typed(v, 'subject'),
    body: await writtenIn(desk, values.richText(v, 'message')),
    priority: (values.chosen(v, 'priority') ?? 'medium') as Priority,
    assigneeId: assignee instanceof Problem ? null : assignee,
    email: values.chosen(v, 'audience') === 'email',
    copyTo: splitTyped(values.typed(v, 'copies')),
    agent: await desk.people.agent(user.id),
    fields: given,
    dedupKey: `view:${view.id}`,
  }
  return { form, faults: [...(assignee instanceof Problem ? [assignee] : []), ...twoCustomers(v), ...faults] }
}

function customerIn(v: values.Values): NewTicket['customer'] {
  const picked = values.chosen(v, 'customer')
  if (picked?.startsWith('c:')) return { id: picked.slice(2) }
  return { typed: picked?.slice(2) ?? values.typed(v, 'customer_typed') }
}

/** Whom a mail goes to is never guessed. */
function twoCustomers(v: values.Values): Problem[] {
  if (!values.chosen(v, 'customer') || !values.typed(v, 'customer_typed').trim()) return []
  return [new Problem('invalid', 'Choose a customer above or paste an address, not both.', 'customer_typed')]
}

async function assigneeIn(desk: Desk, v: values.Values): Promise<string | null | Problem> {
  const user = values.chosenUser(v, 'assignee')
  try {
    return user && (await assigneeOf(desk, user))
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

/** What was written in a form, with the names of those whom it mentions. */
export async function writtenIn(desk: Desk, text: RichTextBlock | undefined) {
  return text ? (await readMessage(desk, { blocks: [text] })).body : []
}

/** The id of an agent who was chosen; throws a Problem under `assignee` for somebody who cannot be one. */
export async function assigneeOf(desk: Desk, userId: string): Promise<string> {
  try {
    return (await desk.people.agent(userId)).id
  } catch (error) {
    if (error instanceof Problem) throw new Problem(error.code, error.message, 'assignee')
    throw error
  }
}
