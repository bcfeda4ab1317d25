import type { ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { joinTeam } from '../../../../core/agents.ts'
import { refuseUnmailable } from '../../../../core/attachments.ts'
import { collisionWords } from '../../../../core/collisions.ts'
import { endDraft } from '../../../../core/drafts.ts'
import { teams } from '../../../../core/teams.ts'
import { checkTicket, type NewTicket } from '../../../../core/tickets/form.ts'
import { openTicket } from '../../../../core/tickets/open.ts'
import type { TeamRow, TicketRow } from '../../../../db/schema.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { refuseUnready } from '../../files.ts'
import { type NewTicketMeta, openedView, workingView } from '../../views/tickets/new-ticket.ts'
import type { Done } from '../showing-problems.ts'
import { finish, keyOf, type Submission, storeSubmission } from '../submission.ts'
import * as values from '../values.ts'
import { customerAddress, doubtsOf } from './doubts.ts'
import { readNewTicket, startOfTicket } from './read-ticket.ts'
import { formFor } from './ticket-form.ts'

/** Opens the ticket of a form, once others who write to the customer were named; with files from its stored submission. */
export function submitNewTicket(desk: Desk, body: ViewSubmitAction): Promise<Done | undefined> {
  return underTheFieldUsed(body, submit(desk, body))
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

/** Opens the ticket of a stored submission, whose files are fetched now. Twice the same is one ticket. */
export async function finishNewTicket(desk: Desk, body: Submission): Promise<void> {
  await finish(desk, body, 'New ticket', async files => {
    const { form, faults } = await readNewTicket(desk, body)
    if (faults.length) throw new Problems(faults)
    return opened(desk, await open(desk, body, { ...form, files }))
  })
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

/** The draft goes with it. */
function open(desk: Desk, { view }: Submission, form: NewTicket): Promise<TicketRow> {
  const { draft } = values.metaOf<NewTicketMeta>(view)
  return desk.store.write(async tx => {
    if (draft) await endDraft(tx, draft, keyOf(view.id), form.agent.id)
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
