import type { InputBlock, KnownBlock, PlainTextOption, RichTextBlock } from '@slack/types'
import { nextWorkingMoment } from '../../../../core/hours/working-time.ts'
import type { Clock, Wish } from '../../../../core/schedule/moment.ts'
import type { TemplateChoice } from '../../../../core/templates/templates.ts'
import { clockWords } from '../../../../lib/zone.ts'
import { context, cut, field, limits, oneLine, option, plain, textInput } from '../blocks.ts'
import { ids } from '../ids.ts'

/** What every form remembers in which somebody writes to a customer. */
export interface ComposerMeta {
  draft: string // under which what is typed is saved
  rev: number // how often we have replaced what was written: Slack keeps what was typed in a field of the same name
  when: Wish['when']
  liquid?: true // a template was inserted whose variables are yet to be filled in
  files?: KeptFile[] // given before, in a draft
}

/** A file that was given in Slack, and that no form can be filled with again. */
export interface KeptFile {
  id: string
  name: string
  size: number
}

/** What the fields of a composer are filled with at first. */
export interface ComposerStart {
  message?: RichTextBlock | undefined
  copies?: string
  blind?: string
  date?: string | null
  time?: string | null
  unless?: boolean
}

const WHILE_TYPING = { dispatch_action_config: { trigger_actions_on: ['on_character_entered' as const] } }

/** The message; what is typed is told at once, so that it can be saved. */
export function messageField(
  start: RichTextBlock | undefined,
  rev: number,
  { focus = false, title = 'Message', hint = '' } = {},
): InputBlock {
  return field(
    revised('message', rev),
    title,
    {
      type: 'rich_text_input',
      action_id: ids.typeMessage,
      ...WHILE_TYPING,
      ...(focus && { focus_on_load: true }),
      ...(start && { initial_value: start }),
    },
    { dispatch: true, hint },
  )
}

export function subjectField(start: string | undefined, rev: number, hint = ''): InputBlock {
  return field(
    revised('subject', rev),
    'Subject',
    {
      type: 'plain_text_input',
      action_id: ids.typeSubject,
      max_length: 255,
      ...WHILE_TYPING,
      ...(start && { initial_value: cut(start, 255) }),
    },
    { dispatch: true, hint },
  )
}

/** The name of a field that we fill in anew. */
function revised(name: string, rev: number): string {
  return rev === 0 ? name : `${name}:${rev}`
}

/** The choice of a text to begin with; it is inserted at once, so the choice is empty again after it. */
export function templateField(templates: TemplateChoice[], rev: number): InputBlock[] {
  const options = templates.slice(0, 100).map(t => option(t.team ? `${t.name} · ${t.team}` : `${t.name} · mine`, t.id))
  if (!options.length) return []
  const placeholder = plain('Insert a template', limits.placeholder)
  const select = { type: 'static_select' as const, action_id: ids.insertTemplate, options, placeholder }
  return [field(`template:${rev}`, 'Template', select, { optional: true, dispatch: true })]
}

/** What is said of a template whose variables could not all be filled in. */
export function missingLine(missing: string | null | undefined): KnownBlock[] {
  return missing ? [context(plain(`⚠️ ${cut(oneLine(missing), 500)} Fill it in, or it cannot be sent.`))] : []
}

/** Who gets a copy that nobody else sees. */
export function blindField(typed?: string): InputBlock {
  return field('blind', 'Blind copy to', textInput(typed, 3_000, 'carol@acme.test'), {
    optional: true,
    hint: 'Nobody else sees that they get it.',
  })
}

/** When the mail goes, by the clock of the customer or, while that is not known, of the team. */
export function whenFields(when: Wish['when'], clock: Clock, start: ComposerStart, now: number): InputBlock[] {
  const options: PlainTextOption[] = [
    option('Now', 'now'),
    option('At a date and time…', 'at'),
    option(`In ${clock.isTheirs ? 'their' : 'our'} next working hours`, 'hours'),
  ]
  const initial = options.find(o => o.value === when) as PlainTextOption
  const hint = { hint: when === 'hours' ? `${nextWords(clock, now)} ${clockHint(clock)}` : clockHint(clock) }
  const choice = field(
    'send_when',
    'Send it',
    { type: 'static_select', action_id: ids.pickSendWhen, options, initial_option: initial },
    { dispatch: true, ...(when === 'hours' && hint) },
  )
  if (when === 'now') return [choice]
  const moment = [
    field('date', 'On', { type: 'datepicker', ...(start.date && { initial_date: start.date }) }),
    field('time', 'At', { type: 'timepicker', ...(start.time && { initial_time: start.time }) }, hint),
  ]
  return [choice, ...(when === 'at' ? moment : []), unlessField(start.unless ?? true)]
}

/** Reckoned only for whoever chooses it: it takes as long as all else of the form. */
function nextWords({ hours, zone }: Clock, now: number): string {
  const next = nextWorkingMoment(hours, now)
  return next === now ? 'These are now.' : `They begin ${clockWords(next, zone)}.`
}

function clockHint({ zone, isTheirs }: Clock): string {
  return isTheirs
    ? `By the customer's clock, ${zone}.`
    : `By the team's clock, ${zone}, since the customer's time zone is not known.`
}

function unlessField(isTicked: boolean): InputBlock {
  const options = [option('Cancel it if they write first', 'unless')]
  return field(
    'unless',
    'If they write first',
    { type: 'checkboxes', options, ...(isTicked && { initial_options: options }) },
    { optional: true },
  )
}

/** Which files a draft brings along. */
export function keptFilesLine(files: KeptFile[] | undefined): KnownBlock[] {
  if (!files?.length) return []
  const names = files.map(f => oneLine(f.name)).join(', ')
  return [context(plain(cut(`📎 With it goes what was given before: ${names}`, 1_000)))]
}
