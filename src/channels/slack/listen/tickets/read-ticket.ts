import type { RichTextBlock } from '@slack/types'
import { addressIn } from '../../../../core/addresses.ts'
import type { Addressee } from '../../../../core/collisions.ts'
import { splitTyped } from '../../../../core/copies.ts'
import { customerByAddress, customerById } from '../../../../core/customers.ts'
import { clockFor, scheduleOf } from '../../../../core/schedule/moment.ts'
import { fillToSend } from '../../../../core/templates/fill.ts'
import type { NewTicket } from '../../../../core/tickets/form.ts'
import type { Priority } from '../../../../db/schema.ts'
import type { Query } from '../../../../db/store.ts'
import { faultsIn, gathering, Problem, underField } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { readMessage } from '../../read-message.ts'
import { mendVariable, mendVariables } from '../../variables.ts'
import type { NewTicketMeta, Start } from '../../views/tickets/new-ticket.ts'
import { keyOf, type Submission } from '../submission.ts'
import * as values from '../values.ts'
import { composerStart, wishIn } from './compose.ts'
import { enteredIn, givenIn } from './fields.ts'

/** The submitted form as core takes it, without its files, and what is wrong with it before core has seen it. */
export async function readNewTicket(
  desk: Desk,
  { user, view }: Submission,
): Promise<{ form: NewTicket; faults: Problem[] }> {
  const v = view.state.values
  const meta = values.metaOf<NewTicketMeta>(view)
  const faults: Problem[] = []
  const assignee = values.chosenUser(v, 'assignee')
  const assigneeId = await gathering(faults)(() => assignee && assigneeOf(desk, assignee))
  const { given, faults: wrong } = await givenIn(desk, v)
  for (const id of meta.unasked ?? []) delete given[id]
  const form: NewTicket = {
    teamId: values.chosen(v, 'team') ?? meta.teamId,
    formId: values.chosen(v, 'form'),
    senderId: values.chosen(v, 'sender'),
    customer: customerIn(v),
    subject: values.typed(v, 'subject'),
    body: await writtenIn(desk, values.richText(v, 'message')),
    priority: (values.chosen(v, 'priority') ?? 'medium') as Priority,
    assigneeId: assigneeId ?? null,
    email: values.chosen(v, 'audience') === 'email',
    copyTo: splitTyped(values.typed(v, 'copies')),
    blindTo: splitTyped(values.typed(v, 'blind')),
    agent: await desk.people.agent(user.id),
    fields: given,
    dedupKey: keyOf(view.id),
    ...(meta.parent && { parentId: meta.parent.id, tags: values.ticked(v, 'tags') }),
  }
  const rest = await desk.store.read(q => faultsIn(() => complete(q, form, meta, v, desk.store.now())))
  return { form, faults: [...faults, ...twoCustomers(v), ...wrong, ...rest] }
}

/** What depends on whom it goes to: its moment, and the variables of a template. */
async function complete(q: Query, form: NewTicket, meta: NewTicketMeta, v: values.Values, now: number): Promise<void> {
  const to = await addresseeOf(q, form.customer)
  const clock = await clockFor(q, to && 'id' in to ? to.id : null, form.teamId)
  form.schedule = scheduleOf(wishIn(meta.when, v), clock, now)
  if (!meta.liquid) return
  const text = { subject: mendVariable(form.subject), body: mendVariables(form.body) }
  Object.assign(form, await fillToSend(q, text, { to, agentId: form.agent.id, teamId: form.teamId }))
}

/** Whom the form is for, as far as that can be told; null while nobody is chosen. */
export async function addresseeOf(q: Query, customer: NewTicket['customer']): Promise<Addressee | null> {
  if ('id' in customer) return { id: customer.id }
  const address = addressIn(customer.typed)
  if (!address) return null
  const known = await customerByAddress(q, address)
  return known ? { id: known.id } : { address }
}

/** The address that stands for a customer, by which a decision about them is remembered. */
export async function addressOf(q: Query, to: Addressee): Promise<string> {
  return 'address' in to ? to.address : (await customerById(q, to.id)).address
}

export function customerIn(v: values.Values): NewTicket['customer'] {
  return customerChosen(values.chosen(v, 'customer'), values.typed(v, 'customer_typed'))
}

/** The customer by the value of the choice that was picked, else by what was typed. */
export function customerChosen(picked: string | null | undefined, typed = ''): NewTicket['customer'] {
  if (picked?.startsWith('c:')) return { id: picked.slice(2) }
  return { typed: picked?.slice(2) ?? typed }
}

/** Whom a mail goes to is never guessed. */
function twoCustomers(v: values.Values): Problem[] {
  if (!values.chosen(v, 'customer') || !values.typed(v, 'customer_typed').trim()) return []
  return [new Problem('invalid', 'Choose a customer above or paste an address, not both.', 'customer_typed')]
}

/** What a form holds, to begin it with again. */
export function startOfTicket(v: values.Values): Start {
  return {
    ...composerStart(v),
    customer: values.chosenOption(v, 'customer') as Start['customer'] & object,
    typed: values.typed(v, 'customer_typed'),
    subject: values.typed(v, 'subject'),
    audience: v.audience ? values.chosen(v, 'audience') : null,
    sender: values.chosen(v, 'sender'),
    form: values.chosen(v, 'form'),
    priority: values.chosen(v, 'priority') as Priority | null,
    assignee: values.chosenUser(v, 'assignee'),
    fields: enteredIn(v),
    ...(v.tags && { tags: values.ticked(v, 'tags') }),
  }
}

/** What was written in a form, with the names of those whom it mentions. */
export async function writtenIn(desk: Desk, text: RichTextBlock | undefined) {
  return text ? (await readMessage(desk, { blocks: [text] })).body : []
}

/** The id of an agent who was chosen; throws a Problem under `assignee` for somebody who cannot be one. */
export async function assigneeOf(desk: Desk, userId: string): Promise<string> {
  return (await underField('assignee', () => desk.people.agent(userId))).id
}
