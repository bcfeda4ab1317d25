import type { InputBlock, KnownBlock, ModalView, PlainTextOption, RichTextBlock } from '@slack/types'
import type { Audience } from '../../../../core/chats/audience.ts'
import type { Exclusions } from '../../../../core/chats/blocks.ts'
import type { TemplateChoice } from '../../../../core/templates/templates.ts'
import type { Priority } from '../../../../db/schema.ts'
import type { FileRules } from '../../../../db/store.ts'
import {
  actions,
  button,
  context,
  cut,
  field,
  label,
  limits,
  modal,
  oneLine,
  option,
  plain,
  textInput,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import { messageField, subjectField, templateField } from '../tickets/composer.ts'
import { filesField, priorities, priority, type SenderChoice, senderField } from '../tickets/new-ticket.ts'

export type AudienceKind = Audience['kind']

/** All that the form for a new chat is drawn from. */
export interface NewChatForm extends SenderChoice {
  teams: { id: string; name: string }[] // never empty
  segments: { id: string; name: string }[]
  templates: TemplateChoice[]
  files: FileRules
  meta: NewChatMeta
  start: ChatStart
  obstacle: string | null // why no chat can be sent at all
  fault?: string // what was wrong with what was submitted
}

/** What the form remembers beside its fields. */
export interface NewChatMeta {
  teamId: string
  origin: string | null
  audience: AudienceKind
  isLater: boolean
  attempt: number // submissions before this one that came back with a fault
  kept: Kept
  draft?: Draft // it is changed, in place of a new one
  rev?: number // how often a template was inserted, as in other composers
  typing?: string // under which what is typed is saved, as in other composers
}

/** A draft that is changed; of its files nobody sees more than the names. */
export interface Draft {
  id: string
  number: number
  files: string
  list: string | null // the CSV that its recipients came from
}

/** What was given in fields that are not shown now. */
export interface Kept {
  segment?: string | null
  customers?: PlainTextOption[]
  addresses?: string
  dueAt?: number | null // seconds
}

/** What the form is filled with at first. */
export interface ChatStart extends Kept {
  agent: string // Slack user
  sender?: string // chosen, in place of the usual one
  subject?: string
  message?: RichTextBlock | undefined
  kind?: string
  priority?: Priority
  exclusions: Exclusions
  savedSegment?: string // just made: chosen, whatever was
}

/**
 * The form for a chat. Fields that belong to the team are named after it, so that another team's begin anew; which field
 * says who gets it depends on the kind of audience, and what was given for another kind is kept in the form itself.
 */
export function newChatForm(form: NewChatForm): ModalView {
  const { start, meta } = form
  return modal({
    id: ids.forms.newChat,
    title: meta.draft ? `Change chat ${meta.draft.number}` : 'New chat',
    submit: 'Dry run',
    isWatched: true,
    meta: { ...meta, kept: keptWithin(meta.kept) } satisfies NewChatMeta,
    blocks: [
      ...(form.fault ? [words(`⚠️ ${cut(oneLine(form.fault), 2_000)}`)] : []),
      ...(form.obstacle ? [words(`⚠️ ${cut(oneLine(form.obstacle), 1_000)}`)] : []),
      ...(form.senders.some(s => s.broken === null) ? [] : [noSender(form)]),
      teamField(form),
      field('agent', 'In the name of', { type: 'users_select', initial_user: start.agent }),
      ...senderField(form),
      audienceField(meta.audience),
      ...chosenFields(form),
      ...exclusionFields(start.exclusions),
      ...templateField(form.templates, meta.rev ?? 0),
      subjectField(start.subject, meta.rev ?? 0, 'Variables work here, too.'),
      messageField(start.message, meta.rev ?? 0, { hint: VARIABLES }),
      filesField(form.files),
      ...(meta.draft?.files ? [staying(meta.draft.files)] : []),
      kindField(start.kind),
      field('priority', 'Priority of the tickets', {
        type: 'static_select',
        options: priorities(),
        initial_option: priority(start.priority ?? 'medium'),
      }),
      ...whenFields(meta.isLater, start.dueAt ?? null),
    ],
  })
}

function noSender({ team, senders }: NewChatForm): KnownBlock {
  const why = senders[0]?.broken ?? `The team ${team.name} has no address to send from; Set-up in App Home adds one.`
  return words(cut(`⚠️ No mail can be sent yet: ${oneLine(why)}`, 1_000))
}

const ROOM_FOR_KEPT = 2_300

/** As much as private metadata takes: what does not fit has to be given again. */
function keptWithin(kept: Kept): Kept {
  const size = (k: Kept) => JSON.stringify(JSON.stringify(k)).length
  if (size(kept) <= ROOM_FOR_KEPT) return kept
  const { addresses: _, ...others } = kept
  return size(others) <= ROOM_FOR_KEPT ? others : {}
}

function teamField({ team, teams }: NewChatForm): InputBlock {
  const options = teams.slice(0, 100).map(t => option(t.name, t.id))
  return field(
    'team',
    'Team',
    { type: 'static_select', action_id: ids.pickChatTeam, options, initial_option: option(team.name, team.id) },
    { dispatch: true },
  )
}

const audienceWords: Record<AudienceKind, string> = {
  segment: 'A saved segment',
  customers: 'Customers that I pick',
  typed: 'Addresses that I paste',
  file: 'A CSV file',
}

function audienceField(kind: AudienceKind): InputBlock {
  const options = (Object.keys(audienceWords) as AudienceKind[]).map(k => option(audienceWords[k], k))
  const initial = options.find(o => o.value === kind) as PlainTextOption
  return field(
    'audience',
    'Who gets it',
    { type: 'radio_buttons', action_id: ids.pickAudience, options, initial_option: initial },
    { dispatch: true },
  )
}

function chosenFields(form: NewChatForm): KnownBlock[] {
  switch (form.meta.audience) {
    case 'segment':
      return segmentFields(form)
    case 'customers':
      return [customersField(form.start.customers ?? [])]
    case 'typed':
      return [addressesField(form.start.addresses)]
    case 'file':
      return [listField(), ...(form.meta.draft?.list ? [staying(form.meta.draft.list)] : [])]
  }
}

function segmentFields({ segments, start }: NewChatForm): KnownBlock[] {
  const options = segments.slice(0, 100).map(s => option(s.name, s.id))
  const wanted = start.savedSegment ?? start.segment
  const initial = options.find(o => o.value === wanted)
  const add = actions(button('New segment', ids.newSegment, 'new'))
  if (!options.length) return [words('There is no segment yet. A segment is a choice of customers under a name.'), add]
  const name = start.savedSegment ? `segment:${start.savedSegment}` : 'segment'
  return [
    field(
      name,
      'Segment',
      {
        type: 'static_select',
        options,
        placeholder: plain('Choose a segment', limits.placeholder),
        ...(initial && { initial_option: initial }),
      },
      { optional: true },
    ),
    add,
  ]
}

function customersField(chosen: PlainTextOption[]): InputBlock {
  return field(
    'customers',
    'Customers',
    {
      type: 'multi_external_select',
      action_id: ids.findCustomers,
      min_query_length: 0,
      max_selected_items: 100,
      placeholder: plain('Search by name, address or company', limits.placeholder),
      ...(chosen.length && { initial_options: chosen }),
    },
    { optional: true },
  )
}

function addressesField(typed: string | undefined): InputBlock {
  return field(
    'addresses',
    'Addresses',
    { ...textInput(typed, 3_000, 'Jane Doe <jane@acme.test>, bob@globex.test'), multiline: true },
    { optional: true, hint: 'Separated by commas, semicolons or lines. More than fit here go into a CSV file.' },
  )
}

function staying(names: string): KnownBlock {
  return context(plain(cut(`📎 ${oneLine(names)} stays, unless you give another.`, 500)))
}

function listField(): InputBlock {
  return field(
    'file',
    'CSV file',
    { type: 'file_input', filetypes: ['csv'], max_files: 1 },
    {
      optional: true,
      hint: 'The first line names the columns: address (or email), name, company, and any other, which the message can speak of as {{ row.column }}.',
    },
  )
}

const exclusionWords = {
  unsubscribed: 'Unsubscribed from this kind of mail',
  duplicate: 'The same address a second time',
  openTicket: 'Has an open ticket',
} satisfies Partial<Record<keyof Exclusions, string>>

/** Whom a chat can be told to leave out, by a tick. */
type Ticked = keyof typeof exclusionWords

function exclusionFields(exclusions: Exclusions): InputBlock[] {
  const options = (Object.keys(exclusionWords) as Ticked[]).map(name => ({
    text: label(exclusionWords[name], limits.option),
    value: name,
  }))
  const chosen = options.filter(o => exclusions[o.value as Ticked])
  return [
    field(
      'exclusions',
      'Leave out',
      { type: 'checkboxes', options, ...(chosen.length && { initial_options: chosen }) },
      {
        optional: true,
        hint: 'Only a lead switches off the first two. Whose mail came back, who complained or is banned never gets a chat. The dry run says how many of each.',
      },
    ),
    field(
      'written_to_days',
      'Leave out whom we wrote to in the last … days',
      {
        type: 'number_input',
        is_decimal_allowed: false,
        min_value: '0',
        max_value: '365',
        ...(exclusions.writtenToDays !== null && { initial_value: String(exclusions.writtenToDays) }),
      },
      {
        optional: true,
        hint: 'Left empty, it does not matter; how often the team may write to somebody holds all the same.',
      },
    ),
  ]
}

const VARIABLES =
  'Write {{ customer.first_name | default: "there" }} where each gets their own; columns of a list are {{ row.column }}. Without a default, whoever has none is left out, and the dry run says so.'

function kindField(kind: string | undefined): InputBlock {
  return field(
    'kind',
    'Kind',
    { type: 'plain_text_input', max_length: 40, initial_value: cut(kind || 'news', 40) },
    { hint: 'What customers unsubscribe from, such as news or product.' },
  )
}

function whenFields(isLater: boolean, dueAt: number | null): InputBlock[] {
  const options = [option('Once I send it', 'now'), option('At a time that I choose', 'later')]
  const initial = options[isLater ? 1 : 0] as PlainTextOption
  const when = field(
    'send_at',
    'When',
    { type: 'radio_buttons', action_id: ids.pickWhen, options, initial_option: initial },
    { dispatch: true },
  )
  if (!isLater) return [when]
  return [
    when,
    field('when', 'It goes out at', { type: 'datetimepicker', ...(dueAt !== null && { initial_date_time: dueAt }) }),
  ]
}

/** What the segment form remembers: the form below, to be drawn anew with the segment chosen. */
export interface SegmentMeta {
  viewId: string
  form: NewChatMeta
}

/** A choice of customers to be kept under a name. `found` says how many it means now, or why that cannot be said. */
export function segmentForm({ viewId, form }: SegmentMeta, found: number | string | null = null): ModalView {
  return modal({
    id: ids.forms.segment,
    title: 'New segment',
    submit: 'Save',
    meta: { viewId, form: { ...form, kept: keptWithin(form.kept) } } satisfies SegmentMeta,
    blocks: [
      field('name', 'Name', { type: 'plain_text_input', max_length: 80 }, { hint: 'A name that exists is replaced.' }),
      field(
        'words',
        'Words',
        { type: 'plain_text_input', max_length: 200 },
        { optional: true, hint: 'All of them stand in the name, address or company.' },
      ),
      field(
        'accounts',
        'Companies',
        {
          type: 'multi_external_select',
          action_id: ids.findAccounts,
          min_query_length: 0,
          placeholder: plain('One of these', limits.placeholder),
        },
        { optional: true },
      ),
      field(
        'tags',
        'Tags',
        { type: 'plain_text_input', max_length: 500, placeholder: plain('vip, beta', limits.placeholder) },
        { optional: true, hint: 'One of these, separated by commas.' },
      ),
      field(
        'fields',
        'Fields',
        {
          type: 'plain_text_input',
          multiline: true,
          max_length: 1_000,
          placeholder: plain('plan: pro', limits.placeholder),
        },
        { optional: true, hint: 'All of these, one a line: the name, a colon, the value.' },
      ),
      actions(button('Count', ids.countSegment, 'count')),
      ...(found === null ? [] : [counted(found)]),
    ],
  })
}

function counted(found: number | string): KnownBlock {
  if (typeof found === 'string') return words(`⚠️ ${cut(oneLine(found), 1_000)}`)
  return context(
    plain(found === 1 ? '1 customer at the moment.' : `${found.toLocaleString('en')} customers at the moment.`),
  )
}

/** What the search for customers offers, by id; a chat knows others only by a list. */
export function pickedOptions(
  found: { id: string; name: string; address: string; company: string | null }[],
): PlainTextOption[] {
  return found
    .slice(0, 100)
    .map(c => option([...new Set([c.name, c.address]), c.company].filter(Boolean).join(' · '), c.id))
}
