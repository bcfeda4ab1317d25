import { preparedFor } from '../../db/prepared.ts'
import type { FieldKind, FieldValueRow, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { Problem, Problems } from '../../lib/problem.ts'
import { redrawCard } from '../deliveries/redraw.ts'
import { type Actor, record } from '../events.ts'
import { lockTicket } from '../tickets/lock.ts'
import { type Field, fieldIn } from './define.ts'
import { type AskedField, askedOf } from './forms.ts'
import { folded, type Given, nameInForm, numberIn, readValue } from './read.ts'

/** A field that is filled in. */
export interface FilledField {
  id: string
  name: string
  kind: FieldKind
  values: string[] // as they are kept
  picked: string[] // the same for a form: people by their handle
  text: string // for people to read
  visible: boolean // the customer may see it
}

/** What is filled in on each of these tickets, by id, in the order of the team's fields. */
export async function fieldsOf(q: Query, ticketIds: string[]): Promise<Map<string, FilledField[]>> {
  const found = new Map<string, FilledField[]>()
  if (!ticketIds.length) return found
  const rows = await selectValues(q, ticketIds)
  const people = await peopleIn(
    q,
    rows.filter(r => r.kind === 'user').map(r => r.value),
  )
  for (const row of rows) {
    const fields = found.get(row.ticket_id) ?? []
    found.set(row.ticket_id, fields)
    let field = fields.at(-1)
    if (field?.id !== row.id) {
      const { id, name, kind } = row
      field = {
        id,
        name,
        kind,
        values: [],
        picked: [],
        text: '',
        visible: row.visible === 1 && row.archived_at === null,
      }
      fields.push(field)
    }
    const person = people.get(row.value)
    field.values.push(row.value)
    field.picked.push(row.kind === 'user' ? (person?.handle ?? '') : row.value)
    field.text = [field.text, wordsOf(row.kind, row.value, person?.name)].filter(Boolean).join(', ')
  }
  return found
}

const selectValues = preparedFor((q, ids) =>
  q
    .selectFrom('field_values as v')
    .innerJoin('fields as f', 'f.id', 'v.field_id')
    .selectAll('f')
    .select(['v.ticket_id', 'v.value'])
    .where('v.ticket_id', 'in', ids)
    .orderBy('v.ticket_id')
    .orderBy('f.position')
    .orderBy('f.id')
    .orderBy('v.position'),
)

export function wordsOf(kind: FieldKind, value: string, name = 'somebody'): string {
  if (kind === 'user') return name
  return kind === 'checkbox' ? 'Yes' : value
}

/** Agents by id, as customers see them. */
export async function peopleIn(q: Query, ids: string[]): Promise<Map<string, { handle: string; name: string }>> {
  if (!ids.length) return new Map()
  const rows = await q
    .selectFrom('agents')
    .select(['id', 'handle', 'name', 'alias'])
    .where('id', 'in', [...new Set(ids)])
    .execute()
  return new Map(rows.map(a => [a.id, { handle: a.handle, name: a.alias ?? a.name }]))
}

/**
 * Fills in fields of a ticket, and empties those for which nothing is given; others stay. Throws Problems under the fields
 * at fault.
 */
export async function setFields(tx: Tx, ticketId: string, given: Given, actor: Actor): Promise<void> {
  const ids = Object.keys(given)
  if (!ids.length) return
  const ticket = await lockTicket(tx, ticketId, actor)
  const known = (await fieldsOf(tx.q, [ticketId])).get(ticketId) ?? []
  const values = await readFields(tx.q, ticket.team_id, given, known)
  const changed = values.filter(
    ({ field, values }) => !isSame(values, known.find(k => k.id === field.id)?.values ?? []),
  )
  if (!changed.length) return
  await keep(tx, ticketId, changed)
  const now = (await fieldsOf(tx.q, [ticketId])).get(ticketId) ?? []
  const told = (from: FilledField[]) =>
    Object.fromEntries(changed.map(({ field }) => [field.name, from.find(f => f.id === field.id)?.text ?? null]))
  await record(tx, ticketId, 'fields_changed', actor, { fields: told(known) }, { fields: told(now) })
  await tx.q.updateTable('tickets').set({ updated_at: tx.now }).where('id', '=', ticketId).execute()
  await redrawCard(tx, ticketId)
}

/** Fills in what a new ticket begins with. Returns it in words, by the names of the fields; null when there is nothing. */
export async function fillNew(tx: Tx, ticketId: string, values: Value[]): Promise<Record<string, string> | null> {
  const filled = values.filter(v => v.values.length)
  if (!filled.length) return null
  await insert(tx, ticketId, filled)
  const fields = (await fieldsOf(tx.q, [ticketId])).get(ticketId) ?? []
  return Object.fromEntries(fields.map(f => [f.name, f.text]))
}

/** What a field is to hold. */
export interface Value {
  field: Field
  values: string[]
}

/**
 * Reads what is given for fields of a team's tickets; what a ticket has `known` may stay, also of a field that is archived
 * or another team's. Throws Problems under the fields at fault.
 */
export async function readFields(
  q: Query,
  teamId: string,
  given: Given,
  known: Pick<FilledField, 'id' | 'values'>[] = [],
): Promise<Value[]> {
  const ids = Object.keys(given)
  const rows = ids.length ? await q.selectFrom('fields').selectAll().where('id', 'in', ids).execute() : []
  const faults: Problem[] = []
  const values: Value[] = []
  for (const [id, texts] of Object.entries(given)) {
    const row = rows.find(r => r.id === id)
    const had = known.find(k => k.id === id)?.values ?? []
    if (!row || (!had.length && (row.team_id !== teamId || row.archived_at !== null))) {
      faults.push(new Problem('not_found', 'This field is no more.', nameInForm({ id })))
      continue
    }
    const field = fieldIn(row)
    try {
      values.push({ field, values: await readValue(q, field, texts, had) })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      faults.push(error)
    }
  }
  if (faults.length) throw new Problems(faults)
  return values
}

/** A Problem for each field that a new ticket must have and does not. */
export function faultsOfMissing(asked: AskedField[], filled: (id: string) => boolean): Problem[] {
  return asked
    .filter(f => f.required === 'creation' && !filled(f.id))
    .map(f => new Problem('invalid', `${f.name} must be filled in.`, nameInForm(f)))
}

/** The fields without which an agent cannot close the ticket. */
export async function missingToClose(q: Query, ticket: Pick<TicketRow, 'id' | 'team_id' | 'form_id'>) {
  const asked = (await askedOf(q, ticket)).filter(f => f.required !== null)
  const filled = asked.length ? ((await fieldsOf(q, [ticket.id])).get(ticket.id) ?? []) : []
  return asked.filter(f => !filled.some(has => has.id === f.id))
}

async function keep(tx: Tx, ticketId: string, values: Value[]): Promise<void> {
  const ids = values.map(v => v.field.id)
  await tx.q.deleteFrom('field_values').where('ticket_id', '=', ticketId).where('field_id', 'in', ids).execute()
  const filled = values.filter(v => v.values.length)
  if (filled.length) await insert(tx, ticketId, filled)
}

async function insert(tx: Tx, ticketId: string, filled: Value[]): Promise<void> {
  await tx.q
    .insertInto('field_values')
    .values(filled.flatMap(({ field, values }) => values.map((value, i) => rowOf(ticketId, field, value, i + 1))))
    .execute()
}

function rowOf(ticketId: string, field: Field, value: string, position: number): FieldValueRow {
  const { id, kind } = field
  return {
    ticket_id: ticketId,
    field_id: id,
    position,
    value,
    key: folded(value),
    number: numberIn(kind, value),
  }
}

function isSame(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i])
}
