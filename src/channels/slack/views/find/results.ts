import type { KnownBlock, ModalView, Option, PlainTextOption } from '@slack/types'
import type { Filter } from '../../../../core/find/filter.ts'
import { type FoundPage, type FoundTicket, PAGE_SIZES, type PageAt } from '../../../../core/find/find.ts'
import { actions, button, confirm, context, cut, field, modal, oneLine, option, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { age, statusWords } from '../words.ts'

/** What a list of results remembers. */
export interface FoundMeta {
  filter: Filter
  at: PageAt
  size: number
  saved?: { id: string; name: string } // the view that it was opened from
  turn?: number // how often something was done from here: its boxes are then empty again
}

/** All that a page of results is drawn from. */
export interface FoundView extends FoundMeta {
  page: FoundPage
  asked: string // the filter in words
  count: number
  isMore: boolean // there are more than were counted
  isPartial: boolean // older tickets are still being entered into the index
}

/** What can be done with those that are ticked. */
export const DEEDS = {
  assign: 'Assign…',
  status: 'Change the status…',
  close: 'Close…',
  tag: 'Tag…',
  snooze: 'Snooze…',
  archive: 'Archive…',
  delete: 'Delete…',
  csv: 'Export as CSV',
  json: 'Export as JSON',
  eml: 'Export the mails (zip)',
} as const
export type DeedName = keyof typeof DEEDS

const IN_A_BLOCK = 10 // boxes that Slack takes together

/** A page of what was found, a line and a box for each ticket. */
export function foundView(found: FoundView, now: number): ModalView {
  const { filter, at, size, saved, page, asked, count, turn = 0 } = found
  return modal({
    id: ids.forms.found,
    title: cut(saved ? oneLine(saved.name) : 'Find', 24),
    ...(page.tickets.length && { submit: 'Go on' }),
    close: 'Close',
    meta: { filter, at, size, ...(saved && { saved }), ...(turn && { turn }) } satisfies FoundMeta,
    blocks: [
      words(`🔎 ${cut(oneLine(asked), 500) || 'All tickets'}`, button('Change', ids.findChange, 'filters')),
      context(plain(countWords(found))),
      ...(count === 0 && filter.text ? [context(WHOLE)] : []),
      ...rows(page.tickets, turn, now),
      ...(page.tickets.length ? below(page, size) : []),
      savedButtons(saved),
      ...(page.tickets.length ? deedFields(found) : []),
    ],
  })
}

const WHOLE = 'Words are found whole: `tulip` finds no tulips, `tulip*` does.'

function countWords({ count, isMore, isPartial, page }: FoundView): string {
  const found = count === 0 ? 'No ticket is like that.' : isMore ? `More than ${count} tickets` : many(count, 'ticket')
  const order = page.tickets.length > 1 ? ', the newest first' : ''
  return `${found}${order}${isPartial ? '. Older ones are still being made ready to be found.' : ''}`
}

function rows(tickets: FoundTicket[], turn: number, now: number): KnownBlock[] {
  const blocks: KnownBlock[] = []
  for (let from = 0; from < tickets.length; from += IN_A_BLOCK) {
    const some = tickets.slice(from, from + IN_A_BLOCK)
    const options = some.map(t => row(t, now))
    const title = some.length === 1 ? `${from + 1}` : `${from + 1} to ${from + some.length}`
    blocks.push(field(`tickets:${some[0]?.seq}:${turn}`, title, { type: 'checkboxes', options }, { optional: true }))
  }
  return blocks
}

function row(t: FoundTicket, now: number): Option {
  const customer = t.customer.company ? `${t.customer.name}, ${t.customer.company}` : t.customer.name
  const facts = [
    cut(oneLine(customer), 34),
    t.closedAt === null && t.assignee ? cut(oneLine(t.assignee), 14) : '',
    SHORT[t.status] ?? statusWords[t.status],
    age(t.answeredAt ?? t.createdAt, now),
  ]
  const mark = t.priority === 'urgent' ? '🔴 ' : ''
  return {
    ...option(`${mark}${t.identifier} · ${t.subject}`, String(t.seq)),
    description: plain(facts.filter(Boolean).join(' · '), 75),
  }
}

const SHORT: Partial<Record<FoundTicket['status'], string>> = { awaiting_customer: 'Waiting' }

function below({ tickets, newer, older }: FoundPage, size: number): KnownBlock[] {
  const sizes = PAGE_SIZES.map(n => option(`${n} on a page`, String(n)))
  return [
    {
      type: 'actions',
      elements: [
        ...(newer === null ? [] : [button('◀ Newer', `${ids.findPage}:newer`, `before:${newer}`)]),
        ...(older === null ? [] : [button('Older ▶', `${ids.findPage}:older`, `after:${older}`)]),
        {
          type: 'static_select',
          action_id: ids.findSize,
          options: sizes,
          initial_option: sizes.find(o => o.value === String(size)) ?? (sizes[0] as PlainTextOption),
        },
        {
          type: 'static_select',
          action_id: ids.findOpen,
          placeholder: plain('Open a ticket'),
          options: tickets.map(t => option(`${t.identifier} · ${t.subject}`, t.id)),
        },
      ],
    },
  ]
}

function savedButtons(saved: FoundMeta['saved']): KnownBlock {
  return actions(
    button(saved ? 'Save as another view' : 'Save as a view', ids.findSave, 'view'),
    saved && button('Rename', ids.savedRename, saved.id),
    saved &&
      button('Remove this view', ids.savedRemove, saved.id, {
        style: 'danger',
        confirm: confirm('Remove this view?', cut(oneLine(saved.name), 100), 'Remove'),
      }),
  )
}

function deedFields({ count, isMore, page, turn = 0 }: FoundView): KnownBlock[] {
  const options = Object.entries(DEEDS).map(([name, title]) => option(title, name))
  const all = option(isMore ? 'All that match' : `All ${count} that match`, 'all')
  return [
    { type: 'divider' },
    field(`deed:${turn}`, 'Do with those that are ticked', { type: 'static_select', options }, { optional: true }),
    ...(isMore || count > page.tickets.length
      ? [field(`all:${turn}`, 'Or with', { type: 'checkboxes', options: [all] }, { optional: true })]
      : []),
  ]
}
