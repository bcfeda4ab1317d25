import type { InputBlock, ModalView, Option, PlainTextOption } from '@slack/types'
import { MOMENTS, type Moment } from '../../../../core/find/dates.ts'
import { NONE, SOURCES } from '../../../../core/find/facets.ts'
import { type Filter, LAST, PRIORITIES, STATUSES } from '../../../../core/find/filter.ts'
import type { Subject } from '../../../../core/find/names.ts'
import { field, modal, option, plain } from '../blocks.ts'
import { ids } from '../ids.ts'
import { priorityWords, statusWords } from '../words.ts'
import { type FieldAsked, fieldInputs } from './fields.ts'
import type { FoundMeta } from './results.ts'

/** What the form remembers: the results below it, if it was opened from some, and what they show. */
export interface FindMeta {
  below: string | null // view id
  found: FoundMeta | null
  rev?: number // how often a field was added
}

/** The filters that are chosen by name, as their options are called. */
export type Chosen = Partial<Record<Subject, PlainTextOption[]>>

/** All filters, with what is chosen already; of custom fields those that somebody looks for. */
export function findForm(meta: FindMeta, filter: Filter, chosen: Chosen, fields: FieldAsked[]): ModalView {
  return modal({
    id: ids.forms.find,
    title: 'Find tickets',
    submit: 'Find',
    meta,
    blocks: [
      field(
        'text',
        'Words',
        {
          type: 'plain_text_input',
          max_length: 500,
          focus_on_load: true,
          placeholder: plain('acme "your order" -late inv*', 150),
          ...(filter.text && { initial_value: filter.text }),
        },
        { optional: true, hint: 'In the subject, the messages, the customer and their company, or the identifier.' },
      ),
      several(
        'status',
        'Status',
        STATUSES.map(s => option(statusWords[s], s)),
        filter.status,
      ),
      several(
        'priority',
        'Priority',
        PRIORITIES.map(p => option(priorityWords[p], p)),
        filter.priority,
      ),
      byName('assignee', 'Assignee', chosen),
      byName('team', 'Team', chosen),
      byName('tag', 'Tag', chosen),
      byName('group', 'Tag group', chosen),
      ...fieldInputs(fields, meta.rev ?? 0),
      byName('by', 'Opened by', chosen),
      several('channel', 'Channel', channels, filter.channel),
      several(
        'source',
        'How it began',
        SOURCES.map(s => option(sourceWords[s], s)),
        filter.source,
      ),
      ...MOMENTS.flatMap(moment => spanFields(moment, filter)),
      several('away', 'Put away', away, filter.away && [filter.away], true),
    ],
  })
}

const sourceWords: Record<(typeof SOURCES)[number], string> = {
  agent: 'We wrote first',
  customer: 'The customer wrote first',
  chat: 'A chat',
}
const channels = [option('Email', 'email'), option('None: internal', NONE)]
const away = [option('Archived', 'archived'), option('Spam', 'spam')]

function several(
  name: string,
  title: string,
  options: PlainTextOption[],
  chosen: readonly string[] | undefined,
  isOne = false,
): InputBlock {
  const initial = options.filter(o => chosen?.includes(String(o.value)))
  if (isOne)
    return field(
      name,
      title,
      { type: 'static_select', options, ...(initial[0] && { initial_option: initial[0] }) },
      { optional: true },
    )
  return field(
    name,
    title,
    { type: 'multi_static_select', options, ...(initial.length && { initial_options: initial }) },
    { optional: true },
  )
}

/** There may be thousands to choose from, so they are searched. */
function byName(subject: Subject, title: string, chosen: Chosen): InputBlock {
  const initial = chosen[subject] ?? []
  return field(
    subject,
    title,
    {
      type: 'multi_external_select',
      action_id: `${ids.findOffer}:${subject}`,
      min_query_length: 0,
      ...(initial.length && { initial_options: initial }),
    },
    { optional: true },
  )
}

const momentWords: Record<Moment, string> = { created: 'Created', updated: 'Changed', answered: 'Answered' }
const lastWords = { d: 'day', w: 'week', m: 'month' }

function spanFields(moment: Moment, filter: Filter): InputBlock[] {
  const span = filter[moment]
  const options = [
    ...LAST.map(last => option(inWords(last), last)),
    ...(moment === 'answered' ? [option('Never', NONE)] : []),
  ]
  const chosen = span === NONE ? NONE : span && 'last' in span ? span.last : null
  const initial = options.find(o => o.value === chosen)
  const days = span && span !== NONE && !('last' in span) ? span : {}
  const title = momentWords[moment]
  return [
    field(
      moment,
      title,
      { type: 'static_select', options, ...(initial && { initial_option: initial }) },
      { optional: true },
    ),
    field(
      `${moment}_from`,
      `${title} from`,
      { type: 'datepicker', ...(days.from && { initial_date: days.from }) },
      { optional: true },
    ),
    field(
      `${moment}_to`,
      `${title} to`,
      { type: 'datepicker', ...(days.to && { initial_date: days.to }) },
      { optional: true },
    ),
  ]
}

function inWords(last: string): string {
  const unit = lastWords[last.slice(-1) as 'd']
  const number = Number(last.slice(0, -1))
  return number === 1 ? `In the last ${unit}` : `In the last ${number} ${unit}s`
}

/** Keeps what was looked for, for oneself or for a team. */
export function saveForm(meta: SaveMeta, teams: { id: string; name: string }[]): ModalView {
  const mine = option('Only me', NONE)
  const options: Option[] = [mine, ...teams.slice(0, 99).map(t => option(t.name, t.id))]
  return modal({
    id: ids.forms.saveFind,
    title: 'Save as a view',
    submit: 'Save',
    meta,
    blocks: [
      field('name', 'Name', { type: 'plain_text_input', max_length: 50, focus_on_load: true }),
      field('team', 'Who sees it', {
        type: 'static_select',
        options: options as PlainTextOption[],
        initial_option: mine,
      }),
    ],
  })
}

/** What the forms for views remember: the results below, and what they show. */
export interface SaveMeta {
  below: string
  found: FoundMeta
}

export function renameForm(meta: SaveMeta): ModalView {
  return modal({
    id: ids.forms.renameFind,
    title: 'Rename the view',
    submit: 'Rename',
    meta,
    blocks: [
      field('name', 'Name', {
        type: 'plain_text_input',
        max_length: 50,
        focus_on_load: true,
        initial_value: meta.found.saved?.name ?? '',
      }),
    ],
  })
}
