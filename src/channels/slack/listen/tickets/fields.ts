import type { ViewStateValue } from '@slack/bolt'
import { fieldsById } from '../../../../core/fields/define.ts'
import type { Field } from '../../../../core/fields/field.ts'
import { type AskedField, askedBy, askedOf } from '../../../../core/fields/forms.ts'
import type { Given } from '../../../../core/fields/read.ts'
import { ticketById } from '../../../../core/tickets/find.ts'
import type { TicketView } from '../../../../core/view.ts'
import type { Required } from '../../../../db/schema.ts'
import type { Query } from '../../../../db/store.ts'
import { gathering, type Problem, underField } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { type Asked, NO_CHOICE } from '../../views/tickets/fields.ts'
import type { NewTicketMeta } from '../../views/tickets/new-ticket.ts'
import type * as values from '../values.ts'

const NAMED = /^field:(.+)$/

/** What was given for fields in a form, people by their handles. */
export function enteredIn(v: values.Values): Given {
  const entered: Given = {}
  for (const [block, elements] of Object.entries(v)) {
    const [, id] = NAMED.exec(block) ?? []
    const state = Object.values(elements)[0]
    if (id && state) entered[id] = textsIn(state)
  }
  return entered
}

function textsIn(state: ViewStateValue): string[] {
  const options = state.selected_options ?? (state.selected_option ? [state.selected_option] : [])
  if (options.length) return options.map(o => String(o.value)).filter(value => value !== NO_CHOICE)
  if (state.selected_users?.length) return state.selected_users
  const text = state.value ?? state.selected_date ?? ''
  return text === '' ? [] : [text]
}

/** The same as core takes it: people are agents. `faults`: fields with somebody who cannot be one. */
export async function givenIn(desk: Desk, v: values.Values): Promise<{ given: Given; faults: Problem[] }> {
  const given = enteredIn(v)
  const faults: Problem[] = []
  const gather = gathering(faults)
  for (const [block, elements] of Object.entries(v)) {
    const [, id] = NAMED.exec(block) ?? []
    const users = Object.values(elements)[0]?.selected_users
    if (!id || !users?.length) continue
    const agents = await gather(() => underField(block, () => Promise.all(users.map(user => desk.people.agent(user)))))
    if (agents) given[id] = agents.map(agent => agent.id)
  }
  return { given, faults }
}

const ROOM_FOR_KEPT = 1_800 // characters of the 3,000 that a view remembers

/**
 * What a form asks for at first, with what was filled in so far. What other forms asked for is kept for when they come
 * back; for what there is no room, its field stays.
 */
export async function askedAtFirst(
  q: Query,
  formId: string | undefined,
  filled: Given,
): Promise<{ asked: Asked[]; meta: Pick<NewTicketMeta, 'kept' | 'unasked'> }> {
  const own = formId ? await askedBy(q, formId) : []
  const asked = own.map(f => ({ ...beginning(f), values: filled[f.id] ?? f.initial }))
  const others = await fieldsById(
    q,
    Object.keys(filled).filter(id => !own.some(f => f.id === id)),
  )
  const kept: Given = {}
  const unasked: string[] = []
  for (const field of shortestFirst(others, filled)) {
    const values = filled[field.id] ?? []
    const more = { ...kept, [field.id]: values }
    if (JSON.stringify(more).length <= ROOM_FOR_KEPT) kept[field.id] = values
    else if (values.length) {
      unasked.push(field.id)
      asked.push({ ...field, isRequired: false, values, note: UNASKED })
    }
  }
  return { asked, meta: { kept, unasked } }
}

const UNASKED = 'This form does not ask for it: it is not saved, and only here so that nothing is lost.'

const EMPTIED = 1_000_000 // what was only emptied comes last

/** Those of which something is to be remembered: what was filled in, or that it was emptied. */
function shortestFirst(fields: Field[], filled: Given): Field[] {
  const length = ({ id }: Field) => (filled[id] ?? []).join('').length
  return fields
    .filter(f => length(f) > 0 || f.initial.length > 0)
    .sort((a, b) => (length(a) || EMPTIED) - (length(b) || EMPTIED))
}

/** As a new ticket asks for it. */
function beginning(field: AskedField): Asked {
  const isRequired = field.required === 'creation'
  return { ...field, isRequired, values: [], ...(field.required === 'close' && { note: NEEDED_LATER }) }
}

const NEEDED_LATER = 'Needed before the ticket is closed.'

/** What a ticket is asked for, and what else is filled in, as its details show it: what had to be there stays there. */
export function askedOn(desk: Desk, ticket: TicketView): Promise<Asked[]> {
  return desk.store.read(async q => {
    const asked = await askedOf(q, await ticketById(q, ticket.id))
    const others = ticket.fields.filter(f => !asked.some(a => a.id === f.id))
    const fields: (Field & { required?: Required | null })[] = [
      ...asked,
      ...(await fieldsById(
        q,
        others.map(f => f.id),
      )),
    ]
    return fields.map(f => asFilled(f, ticket, f.required === 'creation' && ticket.fields.some(has => has.id === f.id)))
  })
}

/** What must be filled in before a ticket is closed, and what should have been from the beginning. */
export function askedToClose(desk: Desk, ticket: TicketView): Promise<Asked[]> {
  return desk.store.read(async q => {
    const asked = await askedOf(q, await ticketById(q, ticket.id))
    const isFilled = (id: string) => ticket.fields.some(f => f.id === id)
    return asked
      .filter(f => f.required === 'close' || (f.required === 'creation' && !isFilled(f.id)))
      .map(f => asFilled(f, ticket, true))
  })
}

function asFilled(field: Field & { required?: Required | null }, ticket: TicketView, isRequired: boolean): Asked {
  const values = ticket.fields.find(f => f.id === field.id)?.picked ?? []
  return { ...field, isRequired, values, ...(!isRequired && field.required === 'close' && { note: NEEDED_LATER }) }
}
