import { prepared } from '../../db/prepared.ts'
import type { FormRow, Priority, Required, TicketRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { gathering, Problem, Problems } from '../../lib/problem.ts'
import { moveUp } from '../positions.ts'
import { formsOf } from '../teams.ts'
import { fieldIn, fieldsFor } from './define.ts'
import type { Field } from './field.ts'
import { folded } from './read.ts'

/** A field as a form asks for it. */
export interface AskedField extends Field {
  required: Required | null
}

/** What a form is called, what its tickets begin with, and what it asks for, in this order. */
export interface FormForm {
  name: string
  priority: Priority
  fields: { id: string; required: Required | null }[]
}

export const MOST_FORMS = 20
export const MOST_IN_FORM = 50

/** The form, also an archived one. Throws a Problem when there is none. */
export async function formById(q: Query, id: string): Promise<FormRow> {
  const form = await q.selectFrom('forms').selectAll().where('id', '=', id).executeTakeFirst()
  if (!form) throw new Problem('not_found', 'This form is no more.', 'form')
  return form
}

/** The archived forms of a team, newest first. */
export function archivedForms(q: Query, teamId: string): Promise<FormRow[]> {
  return q
    .selectFrom('forms')
    .selectAll()
    .where('team_id', '=', teamId)
    .where('archived_at', 'is not', null)
    .orderBy('archived_at', 'desc')
    .execute()
}

/** What a form asks for, in its order, without what is archived. */
export async function askedBy(q: Query, formId: string): Promise<AskedField[]> {
  const { rows } = await selectAsked(q, { formId })
  return rows.map(row => ({ ...fieldIn(row), required: row.required }))
}

const selectAsked = prepared((q, v: { formId: string }) =>
  q
    .selectFrom('form_fields as ff')
    .innerJoin('fields as f', 'f.id', 'ff.field_id')
    .selectAll('f')
    .select('ff.required')
    .where('ff.form_id', '=', v.formId)
    .where('f.archived_at', 'is', null)
    .orderBy('ff.position'),
)

/** What a ticket is asked for: by its own form, or by its team's first where it has none of the team. */
export async function askedOf(q: Query, ticket: Pick<TicketRow, 'team_id' | 'form_id'>): Promise<AskedField[]> {
  const own = ticket.form_id ? await formById(q, ticket.form_id) : undefined
  const form = own?.team_id === ticket.team_id ? own : (await formsOf(q, ticket.team_id))[0]
  return form ? askedBy(q, form.id) : []
}

/** Adds a form after the team's others. Throws Problems that name the fields at fault. */
export async function addForm(tx: Tx, teamId: string, form: FormForm): Promise<string> {
  await lockTeam(tx, teamId)
  const others = await formsOf(tx.q, teamId)
  await refuseFaults(tx.q, teamId, form, others)
  if (others.length >= MOST_FORMS)
    throw new Problem('limited', `A team has at most ${MOST_FORMS} forms. Archive one first.`, 'name')
  const id = newId()
  const last = await tx.q
    .selectFrom('forms')
    .select(e => e.fn.max('position').as('position'))
    .where('team_id', '=', teamId)
    .executeTakeFirst()
  await tx.q
    .insertInto('forms')
    .values({
      id,
      team_id: teamId,
      name: form.name.trim(),
      priority: form.priority,
      position: Number(last?.position ?? 0) + 1,
      created_at: tx.now,
    })
    .execute()
  await ask(tx, id, form)
  return id
}

/** Changes a form, for the tickets that it has, too. Throws as addForm does. */
export async function changeForm(tx: Tx, id: string, form: FormForm): Promise<void> {
  const { team_id } = await formById(tx.q, id)
  await refuseFaults(
    tx.q,
    team_id,
    form,
    (await formsOf(tx.q, team_id)).filter(f => f.id !== id),
  )
  await tx.q
    .updateTable('forms')
    .set({ name: form.name.trim(), priority: form.priority })
    .where('id', '=', id)
    .execute()
  await ask(tx, id, form)
}

/** It can be chosen no more; its tickets keep it. Throws a Problem for the team's last one. */
export async function archiveForm(tx: Tx, id: string): Promise<void> {
  const form = await formById(tx.q, id)
  if (form.archived_at !== null) return
  if ((await formsOf(tx.q, form.team_id)).length === 1)
    throw new Problem('conflict', 'A team needs a form. Add another one first.', 'name')
  await tx.q.updateTable('forms').set({ archived_at: tx.now }).where('id', '=', id).execute()
}

/** An archived form can be chosen again. Throws a Problem when there are too many. */
export async function restoreForm(tx: Tx, id: string): Promise<void> {
  const form = await formById(tx.q, id)
  if (form.archived_at === null) return
  const others = await formsOf(tx.q, form.team_id)
  if (others.length >= MOST_FORMS)
    throw new Problem('limited', `A team has at most ${MOST_FORMS} forms. Archive one first.`, 'name')
  refuseTwin(form.name, others)
  await tx.q.updateTable('forms').set({ archived_at: null }).where('id', '=', id).execute()
}

/** The form stands before the one that stood above it; the first of all is what new tickets begin with. */
export async function moveFormUp(tx: Tx, id: string): Promise<void> {
  await moveUp(tx, 'forms', await formsOf(tx.q, (await formById(tx.q, id)).team_id), id)
}

/** Two who add the same form at once make one. */
async function lockTeam(tx: Tx, teamId: string): Promise<void> {
  await tx.q
    .updateTable('teams')
    .set(e => ({ name: e.ref('name') }))
    .where('id', '=', teamId)
    .execute()
}

/** Archived fields keep their places in it, for the day when they come back. */
async function ask(tx: Tx, formId: string, { fields }: FormForm): Promise<void> {
  const archived = tx.q.selectFrom('fields').select('id').where('archived_at', 'is not', null)
  await tx.q.deleteFrom('form_fields').where('form_id', '=', formId).where('field_id', 'not in', archived).execute()
  if (!fields.length) return
  await tx.q
    .insertInto('form_fields')
    .values(fields.map(({ id, required }, i) => ({ form_id: formId, field_id: id, position: i + 1, required })))
    .execute()
}

async function refuseFaults(
  q: Query,
  teamId: string,
  form: FormForm,
  others: { id: string; name: string }[],
): Promise<void> {
  const faults: Problem[] = []
  const name = form.name.trim()
  if (!name) faults.push(new Problem('invalid', 'Give the form a name.', 'name'))
  if (name.length > 75) faults.push(new Problem('invalid', 'A name has at most 75 characters.', 'name'))
  await gathering(faults)(() => refuseTwin(name, others))
  if (form.fields.length > MOST_IN_FORM)
    faults.push(new Problem('limited', `A form asks for at most ${MOST_IN_FORM} fields.`, 'fields'))
  const known = (await fieldsFor(q, { owner: 'ticket', teamId })).filter(f => f.archivedAt === null).map(f => f.id)
  if (form.fields.some(f => !known.includes(f.id)))
    faults.push(new Problem('not_found', 'One of these fields is no more.', 'fields'))
  if (faults.length) throw new Problems(faults)
}

function refuseTwin(name: string, others: { name: string }[]): void {
  const twin = others.find(o => folded(o.name) === folded(name))
  if (twin) throw new Problem('conflict', `There is a form ${twin.name} already.`, 'name')
}
