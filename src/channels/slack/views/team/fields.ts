import type { KnownBlock, ModalView, Overflow, PlainTextOption } from '@slack/types'
import { hasOptions, KINDS, MOST_FIELDS, type Owner } from '../../../../core/fields/define.ts'
import type { Field } from '../../../../core/fields/field.ts'
import { type FormForm, MOST_FORMS, MOST_IN_FORM } from '../../../../core/fields/forms.ts'
import { LONGEST_OPTION } from '../../../../core/fields/read.ts'
import type { FieldKind, Priority } from '../../../../db/schema.ts'
import { button, context, cut, field, label, limits, modal, oneLine, option, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { priorities, priority } from '../tickets/new-ticket.ts'
import { priorityWords } from '../words.ts'

const kindWords: Record<FieldKind, string> = {
  line: 'Single line',
  text: 'Several lines',
  number: 'Number',
  date: 'Date',
  select: 'Choice of one',
  multi: 'Choice of several',
  checkbox: 'Checkbox',
  user: 'Person of the team',
  url: 'Web address',
}

/** An owner of fields in one word: `customer`, `account`, or `ticket:` and the team. */
export function ownerWord({ owner, teamId }: Owner): string {
  return teamId === null ? owner : `${owner}:${teamId}`
}

export function readOwner(word: string): Owner {
  const [owner, teamId] = word.split(':')
  if (owner === 'ticket' && teamId) return { owner, teamId }
  return { owner: owner === 'account' ? 'account' : 'customer', teamId: null }
}

export interface FieldsMeta {
  owner: string // ownerWord
}

/** All that the set-up of fields is drawn from. */
export interface FieldsPage {
  owner: Owner
  team: string | null // its name; null: customers or companies
  fields: Field[]
  forms: { id: string; name: string; priority: Priority; asks: number }[]
  archivedForms: { id: string; name: string }[]
}

const MOST_ARCHIVED = 15 // forms, so that the page has room for all that is in use

/** The fields of an owner, and of a team its forms, each with what can be done with it; archived ones as there is room. */
export function fieldsPage({ owner, team, fields, forms, archivedForms }: FieldsPage): ModalView {
  const word = ownerWord(owner)
  const used = fields.filter(f => f.archivedAt === null)
  const archived = fields.filter(f => f.archivedAt !== null)
  return modal({
    id: ids.editFields,
    title: team === null ? 'Fields' : 'Forms and fields',
    meta: { owner: word } satisfies FieldsMeta,
    blocks: [
      ...(team === null ? [] : formBlocks(team, word, forms, archivedForms)),
      words(
        cut(`Fields ${ofWhom[owner.owner]}${team === null ? '' : ` of ${oneLine(team)}`}`, 300),
        used.length < MOST_FIELDS ? button('Add a field', ids.addField, word) : undefined,
      ),
      ...(used.length ? used.map(fieldRow) : [context('There is no field yet.')]),
      ...(archived.length ? [context('*Archived fields*: asked for no more, and kept where they are filled in')] : []),
      ...archived.map(f => row(f.id, f.name, ids.fieldMenu, [['restore', 'Bring back']])),
    ],
  })
}

const ofWhom = { ticket: 'of the tickets', customer: 'of customers', account: 'of companies' }

function formBlocks(
  team: string,
  word: string,
  forms: FieldsPage['forms'],
  archived: FieldsPage['archivedForms'],
): KnownBlock[] {
  return [
    words(
      cut(`Forms for new tickets of ${oneLine(team)}`, 300),
      forms.length < MOST_FORMS ? button('Add a form', ids.addForm, word) : undefined,
    ),
    ...forms.map((f, i) =>
      row(f.id, `${f.name} · ${priorityWords[f.priority]} · asks for ${many(f.asks, 'field')}`, ids.formMenu, [
        ['edit', 'Edit'],
        ...(i > 0 ? [['up', 'Move up'] as Choice] : []),
        ...(forms.length > 1 ? [['archive', 'Archive'] as Choice] : []),
      ]),
    ),
    ...archived
      .slice(0, MOST_ARCHIVED)
      .map(f => row(f.id, `Archived: ${f.name}`, ids.formMenu, [['restore', 'Bring back']])),
    { type: 'divider' },
  ]
}

function fieldRow(f: Field, index: number): KnownBlock {
  const facts = [kindWords[f.kind], ...(f.visible ? ['customers see it'] : []), f.key]
  return row(f.id, `${f.name} · ${facts.join(' · ')}`, ids.fieldMenu, [
    ['edit', 'Edit'],
    ...(index > 0 ? [['up', 'Move up'] as Choice] : []),
    ['archive', 'Archive'],
  ])
}

type Choice = [what: string, text: string]

/** A line with a menu, whose values say what is to be done with which one. */
function row(id: string, text: string, menu: string, choices: Choice[]): KnownBlock {
  const overflow: Overflow = {
    type: 'overflow',
    action_id: menu,
    options: choices.map(([what, name]) => ({ text: label(name, limits.option), value: `${what}:${id}` })),
  }
  return { ...words(cut(oneLine(text), 300), overflow), block_id: `row:${id}` }
}

export interface FieldMeta {
  owner: string
  fieldId: string | null // null: a new one
  pageId: string // the view below, to be drawn anew
}

/** Adds or changes a field. Its kind stays: what is filled in would be of another one. */
export function fieldForm(meta: FieldMeta, known: Field | null): ModalView {
  const kinds = KINDS.map(kind => option(kindWords[kind], kind))
  return modal({
    id: ids.forms.field,
    title: known ? 'Field' : 'New field',
    submit: 'Save',
    meta,
    blocks: [
      field('name', 'Name', { type: 'plain_text_input', max_length: 80, ...begun(known?.name, 80) }),
      ...(known
        ? [context(plain(`${kindWords[known.kind]} · lists and templates call it ${cut(known.key, 80)}`))]
        : [
            field('kind', 'What is filled in', {
              type: 'static_select',
              options: kinds,
              initial_option: kinds[0] as PlainTextOption,
            }),
          ]),
      ...(known && !hasOptions(known.kind) ? [] : [optionsInput(known)]),
      field(
        'hint',
        'Hint',
        { type: 'plain_text_input', max_length: 300, ...begun(known?.hint, 300) },
        { optional: true },
      ),
      field(
        'initial',
        'It begins with',
        { type: 'plain_text_input', multiline: true, max_length: 3_000, ...begun(known?.initial.join('\n'), 3_000) },
        { optional: true, hint: 'A date as 2026-01-31, a checkbox as yes, several choices one a line.' },
      ),
      ...(meta.owner.startsWith('ticket') ? [visibleInput(known)] : []),
    ],
  })
}

function optionsInput(known: Field | null) {
  const hint = `One a line, at most ${LONGEST_OPTION} characters each.`
  return field(
    'options',
    'What can be chosen',
    { type: 'plain_text_input', multiline: true, max_length: 3_000, ...begun(known?.options.join('\n'), 3_000) },
    { optional: true, hint: known ? hint : `For a choice. ${hint}` },
  )
}

function visibleInput(known: Field | null) {
  const yes = option('Customers see it, at the foot of the first mail', 'yes')
  return field(
    'visible',
    'Who sees it',
    { type: 'checkboxes', options: [yes], ...(known?.visible && { initial_options: [yes] }) },
    { optional: true },
  )
}

function begun(text: string | undefined, most: number): { initial_value?: string } {
  return text ? { initial_value: cut(text, most) } : {}
}

export interface FormMeta {
  owner: string
  formId: string | null // null: a new one
  pageId: string
}

/** Adds or changes a form: its name, the priority that its tickets begin with, and what it asks for, in this order. */
export function formForm(meta: FormMeta, known: FormForm | null, fields: Pick<Field, 'id' | 'name'>[]): ModalView {
  const asked = (when?: 'creation' | 'close') =>
    (known?.fields ?? []).filter(f => !when || f.required === when).map(f => f.id)
  return modal({
    id: ids.forms.formOf,
    title: known ? 'Form' : 'New form',
    submit: 'Save',
    meta,
    blocks: [
      field('name', 'Name', { type: 'plain_text_input', max_length: 75, ...begun(known?.name, 75) }),
      field('priority', 'Priority of its tickets', {
        type: 'static_select',
        options: priorities(),
        initial_option: priority(known?.priority ?? 'medium'),
      }),
      ...(fields.length
        ? [
            pick(
              'fields',
              'It asks for',
              fields,
              asked(),
              `In the order in which you choose them, at most ${MOST_IN_FORM}.`,
            ),
            pick('on_creation', 'Needed for a new ticket', fields, asked('creation')),
            pick('on_close', 'Needed before a ticket is closed', fields, asked('close')),
          ]
        : [context('The team has no fields yet. Once it has, a form can ask for them.')]),
    ],
  })
}

/** What is chosen stands first, in its order. */
function pick(name: string, title: string, fields: Pick<Field, 'id' | 'name'>[], chosen: string[], hint?: string) {
  const known = chosen.flatMap(id => fields.find(f => f.id === id) ?? [])
  const options = [...new Set([...known, ...fields])].slice(0, 100).map(f => option(f.name, f.id))
  const initial = options.slice(0, known.length)
  return field(
    name,
    title,
    { type: 'multi_static_select', options, ...(initial.length && { initial_options: initial }) },
    { optional: true, ...(hint && { hint }) },
  )
}
