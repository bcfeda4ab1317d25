import type { InputBlock, KnownBlock, ModalView, PlainTextOption, RichTextBlock } from '@slack/types'
import { MOST_FILES, roomInMail } from '../../../../core/attachments.ts'
import type { Given } from '../../../../core/fields/read.ts'
import type { Clock } from '../../../../core/schedule/moment.ts'
import type { TemplateChoice } from '../../../../core/templates/templates.ts'
import type { Priority } from '../../../../db/schema.ts'
import type { FileRules } from '../../../../db/store.ts'
import {
  actions,
  button,
  cut,
  type Form,
  field,
  limits,
  modal,
  mrkdwn,
  notice,
  option,
  plain,
  textInput,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import { priorityWords, size } from '../words.ts'
import { collisionBlocks, type Doubts } from './collision.ts'
import {
  blindField,
  type ComposerMeta,
  type ComposerStart,
  keptFilesLine,
  messageField,
  missingLine,
  subjectField,
  templateField,
  whenFields,
} from './composer.ts'
import { type Asked, fieldInputs } from './fields.ts'
import { tagsField } from './tags-field.ts'

/** What a team can send from. */
export interface SenderChoice {
  team: { id: string; name: string }
  senders: { id: string; address: string; name: string; broken: string | null }[]
  usual: { id: string | null; instead: string | null } // chosen at first, and why it is not the one that was set
}

/** All that the form for a new ticket is drawn from. */
export interface NewTicketForm extends SenderChoice {
  teams: { id: string; name: string }[] // never empty
  forms: FormChoice[]
  form?: FormChoice | undefined // the one that is chosen; absent: the first
  asked?: Asked[] // its fields
  files: FileRules
  templates: TemplateChoice[]
  clock: Clock
  now: number
  meta: NewTicketMeta
  start?: Start
  doubts?: Doubts
  missing?: string | null // of the template that was inserted
}

export interface FormChoice {
  id: string
  name: string
  priority: Priority
}

/** What the form is filled with at first. */
export interface Start extends ComposerStart {
  customer?: PlainTextOption | null
  typed?: string
  subject?: string
  audience?: string | null
  sender?: string | null
  form?: string | null
  priority?: Priority | null // chosen by hand
  assignee?: string | null
  fields?: Given // filled in under any form, people by their handles
  tags?: string[] // of a sub-ticket
}

/** What the form remembers beside its fields. */
export interface NewTicketMeta extends ComposerMeta {
  teamId: string
  origin: string | null // the Slack channel that it was asked for in
  formId?: string | null
  kept?: Given // what was filled in and another form asks for
  unasked?: string[] // fields that are shown only since their text has no room in `kept`
  filledFor?: string // the address that a template was filled in for
  parent?: { id: string; identifier: string } // the ticket that it is to be part of
  anyway?: string // the address for which it was decided to write all the same
}

/**
 * The form for a new ticket. Fields that belong to the team are named after it, so that another team's begin anew while
 * Slack keeps what was typed in all others.
 */
export function newTicketForm(form: NewTicketForm): ModalView {
  const usable = form.senders.some(s => s.broken === null)
  const { start = {}, meta, asked = [] } = form
  const chosen = form.form ?? form.forms[0]
  return modal({
    id: ids.forms.newTicket,
    title: meta.parent ? 'New sub-ticket' : 'New ticket',
    submit: form.doubts?.isAsked ? 'Write anyway' : 'Create ticket',
    isWatched: true,
    meta,
    blocks: [
      ...(form.doubts ? collisionBlocks(form.doubts, form.now) : []),
      ...(usable ? [] : [noSender(form)]),
      ...(meta.parent ? [words(`⬆️ Part of ${meta.parent.identifier}`)] : []),
      teamField(form),
      ...formField(form, chosen),
      ...senderField(form),
      ...customerFields(start),
      copiesField(start.copies),
      blindField(start.blind),
      ...templateField(form.templates, meta.rev),
      ...missingLine(form.missing),
      subjectField(start.subject, meta.rev),
      messageField(start.message, meta.rev),
      filesField(form.files),
      ...keptFilesLine(meta.files),
      ...(meta.parent ? [tagsField(start.tags ?? [], ids.findTags)] : []),
      ...fieldInputs(asked),
      priorityField(chosen, start.priority),
      field(
        'assignee',
        'Assignee',
        {
          type: 'users_select',
          placeholder: plain('Nobody yet', limits.placeholder),
          ...(start.assignee && { initial_user: start.assignee }),
        },
        { optional: true },
      ),
      audienceField(usable, start.audience ?? null),
      ...whenFields(meta.when, form.clock, start, form.now),
    ],
  })
}

function noSender({ team, senders }: SenderChoice): KnownBlock {
  const why = senders[0]?.broken ?? `The team ${team.name} has no address to send from.`
  return words(
    `⚠️ No mail can be sent yet: ${why}`,
    button('Set up sending', ids.setUpSending, team.id, { style: 'primary' }),
  )
}

function teamField({ team, teams }: NewTicketForm): InputBlock {
  const options = teams.slice(0, 100).map(t => option(t.name, t.id))
  return field(
    'team',
    'Team',
    { type: 'static_select', action_id: ids.pickTeam, options, initial_option: option(team.name, team.id) },
    { dispatch: true },
  )
}

/** With a choice it is told at once which form it is, so that its fields are asked for. */
function formField({ team, forms }: NewTicketForm, chosen: FormChoice | undefined): InputBlock[] {
  const options = forms.slice(0, 100).map(f => option(f.name, f.id))
  const initial = options.find(o => o.value === chosen?.id) ?? options[0]
  if (!initial) return []
  const select = { type: 'static_select' as const, action_id: ids.pickForm, options, initial_option: initial }
  return [field(`form:${team.id}`, 'Form', select, { dispatch: options.length > 1 })]
}

/** As the form says, unless it was chosen by hand: the select is named after the form, since Slack would keep another's. */
function priorityField(form: FormChoice | undefined, chosen: Priority | null | undefined): InputBlock {
  const initial = priority(chosen ?? form?.priority ?? 'medium')
  return field('priority', 'Priority', {
    type: 'static_select',
    ...(form && { action_id: `priority:${form.id}` }),
    options: priorities(),
    initial_option: initial,
  })
}

/** What it is sent from; named after the team. */
export function senderField({ team, senders, usual, start }: SenderChoice & { start?: Start }): InputBlock[] {
  const options = senders.slice(0, 100).map(senderOption)
  const initial = options.find(o => o.value === (start?.sender ?? usual.id)) ?? options[0]
  if (!initial) return []
  const hint = usual.instead && `⚠️ Not the usual address. ${cut(usual.instead, 500)}`
  const select = { type: 'static_select' as const, options, initial_option: initial }
  return [field(`sender:${team.id}`, 'From', select, hint ? { hint } : {})]
}

function senderOption(sender: NewTicketForm['senders'][number]): PlainTextOption {
  return option(
    `${sender.broken === null ? '' : '⚠️ '}${sender.address}${sender.name ? ` · ${sender.name}` : ''}`,
    sender.id,
  )
}

function customerFields(start: Start): InputBlock[] {
  return [
    field(
      'customer',
      'Customer',
      {
        type: 'external_select',
        action_id: ids.findCustomer,
        min_query_length: 0,
        placeholder: plain('Search by name, address or company', limits.placeholder),
        ...(start.customer && { initial_option: start.customer }),
      },
      { optional: true, dispatch: true },
    ),
    field('customer_typed', 'or paste an address', textInput(start.typed, 400, 'Jane Doe <jane@acme.test>'), {
      optional: true,
    }),
  ]
}

/** A choice of a known person by address; undefined when the address is longer than Slack takes. */
export function customerOption(name: string, address: string): PlainTextOption | undefined {
  const value = `a:${address}`
  return value.length > limits.option ? undefined : option(`${name} · ${address}`, value)
}

/** What the customer search offers: those found, and a new person for an address that nobody has. */
export function customerOptions(
  found: { id: string; name: string; address: string; company: string | null }[],
  fresh: string | null,
): PlainTextOption[] {
  const people = found.slice(0, 99).map(c => option(personLine(c), `c:${c.id}`))
  const value = `a:${fresh}`
  const isNew = fresh !== null && value.length <= limits.option && !found.some(c => c.address === fresh)
  return isNew ? [option(`＋ ${fresh} (new)`, value), ...people] : people
}

function personLine(c: { name: string; address: string; company: string | null }): string {
  const name = c.name === c.address ? '' : `${c.name} · `
  return `${name}${c.address}${c.company ? ` · ${c.company}` : ''}`
}

/** Files, for a message that is mailed; what becomes of those too large for a mail is said below. */
export function filesField(rules: FileRules): InputBlock {
  const room = size(roomInMail(rules))
  const hint = rules.publicUrl
    ? `What is more than ${room} together goes as links that work for 30 days.`
    : `At most ${room} together.`
  return field('files', 'Files', { type: 'file_input', max_files: MOST_FILES }, { optional: true, hint })
}

/** Who else gets the mail; the customer sees that they do. */
export function copiesField(typed?: string): InputBlock {
  return field('copies', 'Copy to', textInput(typed, 3_000, 'bob@acme.test, carol@acme.test'), { optional: true })
}

export function priorities(): PlainTextOption[] {
  return (Object.keys(priorityWords) as Priority[]).map(priority)
}

export function priority(name: Priority): PlainTextOption {
  return option(priorityWords[name], name)
}

/** Named apart while nothing can be sent, so that a choice that was forced does not outlast its cause. */
function audienceField(usable: boolean, chosen: string | null): InputBlock {
  const email = option('Email the customer', 'email')
  const internal = option('Internal only', 'internal')
  const initial = usable && chosen !== 'internal' ? email : internal
  return field(
    usable ? 'audience' : 'audience:none',
    'Who sees it',
    { type: 'radio_buttons', options: [email, internal], initial_option: initial },
    usable ? {} : { hint: 'Until sending is set up, a ticket can only be internal.' },
  )
}

/** Shown when there is no team yet, so no ticket can be opened. */
export function noTeam(): ModalView {
  return notice('Set up Overture', [
    words('A ticket belongs to a team, and there is none yet. A team has a Slack channel where its tickets are shown.'),
    actions(button('Add a team', ids.addTeam, 'new', { style: 'primary' })),
  ])
}

/** Shown while files are being fetched and the ticket is being opened. */
export function workingView(title: string): ModalView {
  return notice(title, 'Working on it… Nothing is lost if you close this.')
}

/** Shown once a ticket is open. */
export function openedView(ticket: {
  identifier: string
  email: boolean
  isScheduled: boolean
  place: string
}): ModalView {
  const way = ticket.isScheduled ? 'waits for its moment' : 'is on its way'
  const what = ticket.email ? way : 'is open, and internal'
  return notice('New ticket', [mrkdwn(`*${ticket.identifier}* ${what}. Its card is in <#${ticket.place}>.`)])
}

/** A fault that is only found once the form is gone; what was written is given back. */
export function faultView(title: string, fault: string, written: RichTextBlock | undefined): ModalView {
  const form: Form = { id: 'notice', title, blocks: [words(`⚠️ ${fault}`)] }
  if (written) form.blocks.push(words('Nothing was sent. This is what you wrote:'), written)
  return modal(form)
}
