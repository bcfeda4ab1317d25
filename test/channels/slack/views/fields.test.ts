import { describe, expect, test } from 'vitest'
import { fieldForm, fieldsPage, formForm } from '../../../../src/channels/slack/views/team/fields.ts'
import {
  groupForm,
  groupOptions,
  groupsPage,
  tagForm,
  tagsPage,
} from '../../../../src/channels/slack/views/team/tags.ts'
import { ticketCard } from '../../../../src/channels/slack/views/tickets/card.ts'
import { customerFieldsForm } from '../../../../src/channels/slack/views/tickets/customer-fields.ts'
import { ticketDetails } from '../../../../src/channels/slack/views/tickets/details.ts'
import { editDetailsForm } from '../../../../src/channels/slack/views/tickets/edit-details.ts'
import { type Asked, fieldInput } from '../../../../src/channels/slack/views/tickets/fields.ts'
import { closeForm } from '../../../../src/channels/slack/views/tickets/forms.ts'
import { newTicketForm } from '../../../../src/channels/slack/views/tickets/new-ticket.ts'
import { tagOffers } from '../../../../src/channels/slack/views/tickets/tags-field.ts'
import { KINDS } from '../../../../src/core/fields/define.ts'
import type { Field } from '../../../../src/core/fields/field.ts'
import type { FilledField } from '../../../../src/core/fields/values.ts'
import { hoursOf } from '../../../../src/core/hours/settings.ts'
import { suggestions } from '../../../../src/sandbox/slack/blocks/elements.ts'
import { faultsOf } from '../../../../src/sandbox/slack/blocks/rules.ts'
import { faultsInView } from '../../../../src/sandbox/slack/blocks/views.ts'
import { aMessage, aTicket } from '../../../support/views.ts'
import { faultsIn, hostile, long, now, pingsIn, wordsOn } from './what-slack-refuses.ts'

const MOST = 250_000 // Slack's limit for a view

const wide = (n: number, text = '🌷') => `${n} ${text.repeat(35)}`.slice(0, 75)
const options = Array.from({ length: 100 }, (_, i) => wide(i))

function aField(n: number, changes: Partial<Field> = {}): Field {
  return {
    id: `0190a000-0000-7000-8000-${String(n).padStart(12, '0')}`,
    owner: 'ticket',
    teamId: 't1',
    key: long,
    name: `${n} ${hostile}`.slice(0, 80),
    kind: KINDS[n % KINDS.length]!,
    hint: long,
    options,
    initial: [],
    visible: n % 2 === 0,
    archivedAt: null,
    ...changes,
  }
}

const values = (f: Field): string[] => {
  if (f.kind === 'multi') return f.options
  return (
    { text: ['x'.repeat(3_000)], number: ['12.5'], date: ['2026-01-31'], checkbox: ['yes'], user: ['U0BEN'] }[
      f.kind as string
    ] ?? [f.kind === 'select' ? 'no option any more' : long.slice(0, 255)]
  )
}

const fields = Array.from({ length: 50 }, (_, i) => aField(i))
const few = fields.map((f, i) => ({ ...f, options: options.slice(0, i % 21) || ['one'] })).filter(f => f.options.length)
const asked = (of: Field[]): Asked[] => of.map((f, i) => ({ ...f, isRequired: i % 3 === 0, values: values(f) }))
const filled: FilledField[] = fields.map(f => ({
  id: f.id,
  name: f.name,
  kind: f.kind,
  values: values(f),
  picked: values(f),
  text: f.kind === 'text' ? hostile.repeat(40) : long,
  visible: f.visible,
}))

const loaded = aTicket({
  description: `${hostile}\n`.repeat(60).slice(0, 3_000),
  dueAt: now - 1,
  tags: Array.from({ length: 50 }, (_, i) => `${i} ${hostile}`.slice(0, 60)),
  fields: filled,
  opening: aMessage('word '.repeat(2_000), { opening: true }),
})

const team = { id: 't1', name: long }
const form = { id: 'f1', name: long, priority: 'high' as const }
const meta = { owner: 'ticket:t1', pageId: 'V1' }
const known = {
  name: long,
  priority: 'low' as const,
  fields: fields.map(f => ({ id: f.id, required: 'close' as const })),
}
const drawn = {
  'a new ticket with every field': newTicketForm({
    team,
    teams: [team],
    forms: [form],
    asked: asked(fields),
    meta: {
      ...{ teamId: 't', origin: 'C1', draft: 'd', rev: 0, when: 'now' as const },
      ...{ formId: form.id, kept: { x: ['y'.repeat(1_700)] }, unasked: [fields[0]!.id] },
    },
    templates: [],
    clock: { zone: 'UTC', isTheirs: false, hours: hoursOf({ hours: null }) },
    now: 0,
    senders: [],
    usual: { id: null, instead: null },
    files: { mailBytes: 1_000_000, publicUrl: null },
  }),
  'fields with few options': editDetailsForm(loaded, asked(few)),
  'details with every field': editDetailsForm(loaded, asked(fields)),
  'details of a ticket of which nothing is known': editDetailsForm(aTicket(), []),
  'a closing that needs every field': closeForm(loaded, asked(fields)),
  'a set-up of fields': fieldsPage({
    owner: { owner: 'ticket', teamId: 't1' },
    team: long,
    fields: [...fields, ...Array.from({ length: 30 }, (_, i) => aField(100 + i, { archivedAt: 1 }))],
    forms: Array.from({ length: 20 }, (_, i) => ({ ...form, id: `f${i}`, asks: i })),
    archivedForms: Array.from({ length: 30 }, (_, i) => ({ id: `a${i}`, name: hostile })),
  }),
  'a set-up without fields': fieldsPage({
    owner: { owner: 'account', teamId: null },
    team: null,
    fields: [],
    forms: [],
    archivedForms: [],
  }),
  'a new field': fieldForm({ ...meta, fieldId: null }, null),
  ...Object.fromEntries(
    fields
      .slice(0, KINDS.length)
      .map(f => [`a field: ${f.kind}`, fieldForm({ ...meta, fieldId: f.id }, { ...f, initial: [long] })]),
  ),
  'a new form': formForm({ ...meta, formId: null }, null, []),
  'a form': formForm({ ...meta, formId: 'f1' }, known, fields),
  'a list of tags': tagsPage(
    { typed: long, after: long },
    {
      tags: Array.from({ length: 20 }, (_, i) => ({ id: `${i}`, name: hostile, group: hostile, tickets: i * 100 })),
      next: long,
    },
  ),
  'no tags': tagsPage({ typed: '', after: null }, { tags: [], next: null }),
  'a tag': tagForm(
    { typed: '', after: null, tagId: 'x', pageId: 'V1' },
    { name: hostile.slice(0, 60), group: hostile.slice(0, 60), tickets: 1_000 },
  ),
  'groups of tags': groupsPage(Array.from({ length: 120 }, (_, i) => ({ id: `${i}`, name: hostile, tags: i }))),
  'no groups': groupsPage([]),
  'a group': groupForm({ groupId: 'g', pageId: 'V1' }, hostile),
  'a customer': customerFieldsForm(loaded, {
    accountId: 'a1',
    tags: loaded.tags,
    customer: fields.map(f => ({ field: f, values: values(f), picked: values(f), text: long })),
    account: fields.map(f => ({ field: { ...f, id: `${f.id}b` }, values: [], picked: [], text: '' })),
  }),
  'the details of a ticket': ticketDetails(loaded, { events: [], names: new Map(), matches: [] }, null, now),
}

describe('Slack takes, with any data,', () => {
  test.each(Object.entries(drawn))('%s', (_, view) => {
    expect(faultsInView(view, 'modal')).toEqual([])
    expect(Buffer.byteLength(JSON.stringify(view))).toBeLessThan(MOST)
    expect(pingsIn(view)).toEqual([])
  })

  test('a web address that was typed without its beginning is not lost when its form is drawn anew', () => {
    const drawn = (text: string) =>
      JSON.stringify(fieldInput({ ...aField(8), kind: 'url', isRequired: false, values: [text] }))
    expect(drawn('parcels.test/7')).toContain('"initial_value":"https://parcels.test/7"')
    expect(drawn('ftp://parcels.test/7')).toContain('"initial_value":"ftp://parcels.test/7"')
    for (const none of ['', 'no address']) expect(drawn(none)).not.toContain('initial_value')
  })

  test('a card of which much is known, folded', () => {
    const card = ticketCard(loaded, now)
    expect(faultsIn(card, 9_500)).toEqual([])
    expect(wordsOn(card)).toContain('and 42 more')
    expect(wordsOn(card)).toContain('and 38 more')
    expect(wordsOn(card)).toContain('*Overdue* since')
  })

  test('what a search offers', () => {
    const tags = Array.from({ length: 120 }, (_, i) => ({
      id: `${i}`,
      name: wide(i).slice(0, 60),
      group: i % 2 ? `g${i}` : null,
    }))
    for (const offers of [
      tagOffers(tags, hostile.slice(0, 60)),
      tagOffers(
        tags.filter(t => !t.group),
        'new',
      ),
      tagOffers([], ''),
      { options: groupOptions(tags, 'x'.repeat(60)) },
    ])
      expect(faultsOf(suggestions, offers, '')).toEqual([])
  })
})

test('what the card folds is in the details', () => {
  const said = wordsOn(drawn['the details of a ticket'])
  for (const words of [
    '*Description*',
    '*Fields*',
    '27 <!channel>',
    '(the customer sees it)',
    '*Tags*',
    '48 <!channel>',
  ])
    expect(said.includes(words), words).toBe(true)
})
