import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import {
  addField,
  archiveField,
  changeField,
  type FieldForm,
  fieldById,
  fieldsFor,
  moveFieldUp,
  type Owner,
  restoreField,
} from '../../../../core/fields/define.ts'
import {
  addForm,
  archivedForms,
  archiveForm,
  askedBy,
  changeForm,
  type FormForm,
  formById,
  moveFormUp,
  restoreForm,
} from '../../../../core/fields/forms.ts'
import { formsOf, teamById } from '../../../../core/teams.ts'
import type { FieldKind, Priority } from '../../../../db/schema.ts'
import type { Query, Tx } from '../../../../db/store.ts'
import { Problem, Problems } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import {
  type FieldMeta,
  type FieldsMeta,
  type FormMeta,
  fieldForm,
  fieldsPage,
  formForm,
  readOwner,
} from '../../views/team/fields.ts'
import { pressesIn } from '../admitted.ts'
import { admitLead, openForm, redrawView } from '../show.ts'
import { type Done, onSubmit, type Pressed } from '../showing-problems.ts'
import { once } from '../submission.ts'
import * as values from '../values.ts'

/** The set-up of fields, and of the forms that ask for them. */
export function listenToFields(app: App, desk: Desk): void {
  const on = pressesIn(app, desk)
  on(new RegExp(`^${ids.editFields}(:|$)`), async ({ body, value }) =>
    openForm(desk, body, await pageOf(desk, readOwner(value))),
  )
  on(ids.addField, ({ body, value }) =>
    openForm(desk, body, fieldForm({ owner: value, fieldId: null, pageId: pageBelow(body) }, null)),
  )
  on(ids.addForm, pressed => openFormOf(desk, pressed, null))
  on(ids.fieldMenu, pressed => onMenu(desk, pressed, fieldChanges, id => editField(desk, pressed, id)))
  on(ids.formMenu, pressed => onMenu(desk, pressed, formChanges, id => openFormOf(desk, pressed, id)))
  app.view<ViewSubmitAction>(
    ids.forms.field,
    onSubmit(desk, body => saveField(desk, body)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.formOf,
    onSubmit(desk, body => saveForm(desk, body)),
  )
}

function pageOf(desk: Desk, owner: Owner): Promise<ModalView> {
  return desk.store.read(async q =>
    fieldsPage({
      owner,
      team: owner.teamId && (await teamById(q, owner.teamId)).name,
      fields: await fieldsFor(q, owner),
      forms: owner.teamId ? await formsWithCounts(q, owner.teamId) : [],
      archivedForms: owner.teamId ? await archivedForms(q, owner.teamId) : [],
    }),
  )
}

async function formsWithCounts(q: Query, teamId: string) {
  const forms = []
  for (const form of await formsOf(q, teamId)) forms.push({ ...form, asks: (await askedBy(q, form.id)).length })
  return forms
}

/** The set-up of fields: the view itself, or the one that a form in it belongs to. */
function pageBelow({ view }: BlockAction): string {
  if (!view) return ''
  return view.callback_id === ids.editFields ? view.id : (values.metaOf<FormMeta>(view).pageId ?? '')
}

type Changes = Record<string, (tx: Tx, id: string) => Promise<void>>
const fieldChanges: Changes = { up: moveFieldUp, archive: archiveField, restore: restoreField }
const formChanges: Changes = { up: moveFormUp, archive: archiveForm, restore: restoreForm }

/** What was chosen in a line's menu, such as `up:ID`. */
async function onMenu(
  desk: Desk,
  { body, value }: Pressed,
  changes: Changes,
  edit: (id: string) => Promise<void>,
): Promise<void> {
  const [what = '', id = ''] = value.split(':')
  const change = changes[what]
  if (!change) return edit(id)
  if (!body.view) return
  const { owner } = values.metaOf<FieldsMeta>(body.view)
  await admitTo(desk, body.user.id, owner)
  await desk.store.write(tx => change(tx, id))
  await redrawPage(desk, body.view.id, owner)
}

/** Throws a Problem for somebody who may not set up these fields. */
async function admitTo(desk: Desk, userId: string, owner: string): Promise<void> {
  await admitLead(desk, userId, readOwner(owner).teamId ?? undefined)
}

async function redrawPage(desk: Desk, pageId: string, owner: string): Promise<void> {
  await redrawView(desk, pageId, await pageOf(desk, readOwner(owner)))
}

async function editField(desk: Desk, { body }: Pressed, id: string): Promise<void> {
  if (!body.view) return
  const { owner } = values.metaOf<FieldsMeta>(body.view)
  const field = await desk.store.read(q => fieldById(q, id))
  await openForm(desk, body, fieldForm({ owner, fieldId: id, pageId: body.view.id }, field))
}

async function openFormOf(desk: Desk, { body }: Pressed, id: string | null): Promise<void> {
  if (!body.view) return
  const { owner } = values.metaOf<FieldsMeta>(body.view)
  const pageId = body.view.id
  const form = await desk.store.read(async q => {
    const fields = (await fieldsFor(q, readOwner(owner))).filter(f => f.archivedAt === null)
    return formForm({ owner, formId: id, pageId }, id === null ? null : await knownForm(q, id), fields)
  })
  await openForm(desk, body, form)
}

async function knownForm(q: Query, id: string): Promise<FormForm> {
  const { name, priority } = await formById(q, id)
  return { name, priority, fields: await askedBy(q, id) }
}

async function saveField(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { owner, fieldId, pageId } = values.metaOf<FieldMeta>(view)
  await admitTo(desk, user.id, owner)
  const known = fieldId === null ? null : await desk.store.read(q => fieldById(q, fieldId))
  const form = readField(view.state.values, known?.kind ?? null)
  await desk.store.write(tx =>
    once<unknown>(tx, view, () =>
      fieldId === null ? addField(tx, readOwner(owner), form) : changeField(tx, fieldId, form),
    ),
  )
  return { keepBelow: true, after: () => redrawPage(desk, pageId, owner) }
}

function readField(v: values.Values, known: FieldKind | null): FieldForm {
  const kind = known ?? ((values.chosen(v, 'kind') ?? 'line') as FieldKind)
  const initial = values.typed(v, 'initial')
  return {
    name: values.typed(v, 'name'),
    kind,
    hint: values.typed(v, 'hint'),
    options: values.typed(v, 'options').split('\n'),
    initial: kind === 'multi' ? initial.split('\n') : [initial],
    visible: values.isChecked(v, 'visible'),
  }
}

async function saveForm(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { owner, formId, pageId } = values.metaOf<FormMeta>(view)
  const { teamId } = readOwner(owner)
  await admitTo(desk, user.id, owner)
  const fields = await desk.store.read(q => fieldsFor(q, readOwner(owner)))
  const form = readForm(view.state.values, new Map(fields.map(f => [f.id, f.name])))
  await desk.store.write(tx =>
    once<unknown>(tx, view, () => (formId === null ? addForm(tx, teamId ?? '', form) : changeForm(tx, formId, form))),
  )
  return { keepBelow: true, after: () => redrawPage(desk, pageId, owner) }
}

/**
 * Throws Problems that name what is needed and not asked for. What is needed for a new ticket is needed before it is closed,
 * too.
 */
function readForm(v: values.Values, names: Map<string, string>): FormForm {
  const chosen = (name: string) => values.chosenOptions(v, name).map(o => String(o.value))
  const [asked, onCreation, onClose] = [chosen('fields'), chosen('on_creation'), chosen('on_close')]
  const faults: Problem[] = []
  for (const [name, needed] of [
    ['on_creation', onCreation],
    ['on_close', onClose],
  ] as const)
    for (const id of needed.filter(id => !asked.includes(id)))
      faults.push(new Problem('invalid', `Let the form ask for ${names.get(id) ?? 'it'} above, too.`, name))
  if (faults.length) throw new Problems(faults)
  return {
    name: values.typed(v, 'name'),
    priority: (values.chosen(v, 'priority') ?? 'medium') as Priority,
    fields: asked.map(id => ({
      id,
      required: onCreation.includes(id) ? ('creation' as const) : onClose.includes(id) ? ('close' as const) : null,
    })),
  }
}
