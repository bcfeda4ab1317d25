import type { FieldKind, FieldRow } from '../../db/schema.ts'
import type { Query, Tx } from '../../db/store.ts'
import { newId } from '../../lib/id.ts'
import { gathering, Problem, Problems, underField } from '../../lib/problem.ts'
import { redrawCardsOfTeam } from '../deliveries/redraw.ts'
import { moveUp } from '../positions.ts'
import type { Field } from './field.ts'
import { folded, LONGEST_OPTION, MOST_OPTIONS, readValue } from './read.ts'

export const KINDS: FieldKind[] = ['line', 'text', 'number', 'date', 'select', 'multi', 'checkbox', 'user', 'url']

/** Whose fields these are: tickets of a team (its id), all customers, or all companies. */
export type Owner = { owner: 'ticket'; teamId: string } | { owner: 'customer' | 'account'; teamId: null }

export type FieldForm = Pick<Field, 'name' | 'kind' | 'hint' | 'options' | 'initial' | 'visible'>

export const MOST_FIELDS = 50 // of an owner, that are not archived

/** An owner's fields in their order, archived ones last. */
export async function fieldsFor(q: Query, { owner, teamId }: Owner): Promise<Field[]> {
  const rows = await q
    .selectFrom('fields')
    .selectAll()
    .where('owner', '=', owner)
    .where('team_id', teamId === null ? 'is' : '=', teamId)
    .orderBy('position')
    .orderBy('id')
    .execute()
  const all = rows.map(fieldIn)
  return [...all.filter(f => f.archivedAt === null), ...all.filter(f => f.archivedAt !== null)]
}

/** The field, also an archived one. Throws a Problem when there is none. */
export async function fieldById(q: Query, id: string): Promise<Field> {
  const row = await q.selectFrom('fields').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Problem('not_found', 'This field is no more.', 'name')
  return fieldIn(row)
}

/** Those of these fields that there are, also archived ones. */
export async function fieldsById(q: Query, ids: string[]): Promise<Field[]> {
  if (!ids.length) return []
  return (await q.selectFrom('fields').selectAll().where('id', 'in', ids).orderBy('position').execute()).map(fieldIn)
}

export function fieldIn(row: FieldRow): Field {
  return {
    id: row.id,
    owner: row.owner,
    teamId: row.team_id,
    key: row.key,
    name: row.name,
    kind: row.kind,
    hint: row.hint,
    options: JSON.parse(row.options),
    initial: JSON.parse(row.initial),
    visible: row.visible === 1,
    archivedAt: row.archived_at,
  }
}

/** Adds a field after the owner's others. Throws Problems that name the fields of the form at fault. */
export async function addField(tx: Tx, owner: Owner, form: FieldForm): Promise<string> {
  const others = await fieldsFor(tx.q, owner)
  const id = newId()
  const values = await read(tx, { ...form, id }, others)
  await tx.q
    .insertInto('fields')
    .values({
      id,
      owner: owner.owner,
      team_id: owner.teamId,
      key: freeKey(
        values.name,
        others.map(o => o.key),
      ),
      kind: form.kind,
      ...values,
      position: others.length + 1,
      created_at: tx.now,
      archived_at: null,
    })
    .execute()
  return id
}

/** Changes a field; its kind and its key stay, and so does what is filled in. Throws as addField does. */
export async function changeField(tx: Tx, id: string, form: Omit<FieldForm, 'kind'>): Promise<void> {
  const field = await fieldById(tx.q, id)
  const others = (await fieldsFor(tx.q, ownerOf(field))).filter(f => f.id !== id)
  const values = await read(tx, { ...form, id, kind: field.kind }, others)
  await tx.q.updateTable('fields').set(values).where('id', '=', id).execute()
  if (field.teamId && field.name !== values.name) await redrawCardsOfTeam(tx, field.teamId)
}

function ownerOf({ owner, teamId }: Pick<Field, 'owner' | 'teamId'>): Owner {
  return owner === 'ticket' ? { owner, teamId: teamId as string } : { owner, teamId: null }
}

/** It is asked for no more, and forms go without it; what tickets and customers have stays. */
export async function archiveField(tx: Tx, id: string): Promise<void> {
  await tx.q
    .updateTable('fields')
    .set({ archived_at: tx.now })
    .where('id', '=', id)
    .where('archived_at', 'is', null)
    .execute()
}

/** Brings an archived field back, into the forms that it was in. Throws a Problem when there are too many. */
export async function restoreField(tx: Tx, id: string): Promise<void> {
  const field = await fieldById(tx.q, id)
  if (field.archivedAt === null) return
  const others = await fieldsFor(tx.q, ownerOf(field))
  refuseTooMany(others)
  refuseTwin(field.name, others)
  await tx.q.updateTable('fields').set({ archived_at: null }).where('id', '=', id).execute()
}

/** The field stands before the one that stood above it; the first one stays the first. */
export async function moveFieldUp(tx: Tx, id: string): Promise<void> {
  await moveUp(tx, 'fields', await fieldsFor(tx.q, ownerOf(await fieldById(tx.q, id))), id)
}

/** The form as columns. */
async function read(tx: Tx, form: FieldForm & { id: string }, others: Field[]) {
  const faults: Problem[] = []
  const gather = gathering(faults)
  const name = form.name.trim().replace(/\s+/g, ' ')
  await gather(() => refuseName(name))
  await gather(() => refuseTwin(name, others))
  await gather(() => refuseTooMany(others))
  const hint = form.hint.trim()
  if (hint.length > 300) faults.push(new Problem('invalid', 'A hint has at most 300 characters.', 'hint'))
  const options = optionsOf(form)
  await gather(() => refuseOptions(form.kind, options))
  const initial = await gather(() => readInitial(tx.q, { ...form, options }))
  if (faults.length) throw new Problems(faults)
  return {
    name,
    hint,
    options: JSON.stringify(options),
    initial: JSON.stringify(initial),
    visible: form.visible ? (1 as const) : (0 as const),
  }
}

function refuseName(name: string): void {
  if (!name) throw new Problem('invalid', 'Give the field a name.', 'name')
  if (name.length > 80) throw new Problem('invalid', 'A name has at most 80 characters.', 'name')
}

function refuseTwin(name: string, others: Field[]): void {
  const twin = others.find(o => o.archivedAt === null && folded(o.name) === folded(name))
  if (twin) throw new Problem('conflict', `There is a field ${twin.name} already.`, 'name')
}

function refuseTooMany(others: Field[]): void {
  if (others.filter(o => o.archivedAt === null).length >= MOST_FIELDS)
    throw new Problem('limited', `There are at most ${MOST_FIELDS} fields. Archive one first.`, 'name')
}

function optionsOf({ kind, options }: FieldForm): string[] {
  if (!hasOptions(kind)) return []
  const written = options.map(o => o.normalize('NFC').trim().replace(/\s+/g, ' ')).filter(Boolean)
  return written.filter((o, i) => written.findIndex(other => folded(other) === folded(o)) === i)
}

export function hasOptions(kind: FieldKind): boolean {
  return kind === 'select' || kind === 'multi'
}

function refuseOptions(kind: FieldKind, options: string[]): void {
  if (!hasOptions(kind)) return
  if (!options.length) throw new Problem('invalid', 'Write what can be chosen, one a line.', 'options')
  if (options.length > MOST_OPTIONS)
    throw new Problem('limited', `There are at most ${MOST_OPTIONS} choices.`, 'options')
  const long = options.find(o => o.length > LONGEST_OPTION)
  if (long)
    throw new Problem('invalid', `“${long.slice(0, 30)}…” is longer than ${LONGEST_OPTION} characters.`, 'options')
}

async function readInitial(q: Query, form: FieldForm & { id: string }): Promise<string[]> {
  if (form.kind === 'user' && form.initial.some(text => text.trim()))
    throw new Problem('invalid', 'A field for people begins empty.', 'initial')
  return underField('initial', () => readValue(q, form, form.initial))
}

/** A name that can stand in a template, such as `order_number`. */
function freeKey(name: string, taken: string[]): string {
  const letters = folded(name).normalize('NFKD').replace(/\p{M}/gu, '')
  const base = letters.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_+|_+$/g, '') || 'field'
  let key = base
  for (let n = 2; taken.includes(key); n++) key = `${base}_${n}`
  return key
}
