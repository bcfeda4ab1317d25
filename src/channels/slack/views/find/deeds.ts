import type { KnownBlock, ModalView, PlainTextOption } from '@slack/types'
import { MOST_TAGS } from '../../../../core/tags/tags.ts'
import type { Done } from '../../../../core/tickets/bulk.ts'
import type { Status } from '../../../../db/schema.ts'
import { context, cut, field, modal, notice, option, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { closeReasons } from '../tickets/forms.ts'
import { snoozeFields } from '../tickets/snooze.ts'
import { tagsField } from '../tickets/tags-field.ts'
import { statusWords } from '../words.ts'
import type { DeedName, FoundMeta } from './results.ts'

/** Which tickets are meant: these entries of the index, or all that the list's filter finds. */
export interface Chosen {
  found: FoundMeta
  seqs: number[] | null // null: all
}

/** What the form for a deed remembers. */
export interface DeedMeta extends Chosen {
  deed: ChangingDeed
  count: number
}

/** Those that change tickets. */
export type ChangingDeed = Exclude<DeedName, 'csv' | 'json' | 'eml'>

/** Asks what is to be done, and says with how many tickets. */
export function deedForm(meta: DeedMeta, settable: Status[]): ModalView {
  const { deed, count } = meta
  const tickets = many(count, 'ticket')
  const { title, verb, asks } = FORMS[deed]
  return modal({
    id: ids.forms.deed,
    title: cut(`${title} ${tickets}`, 24),
    submit: cut(`${verb} ${count}`, 24),
    meta,
    blocks: asks(tickets, settable),
  })
}

interface DeedForm {
  title: string
  verb: string
  asks(tickets: string, settable: Status[]): KnownBlock[]
}

const FORMS: Record<ChangingDeed, DeedForm> = {
  assign: {
    title: 'Assign',
    verb: 'Assign',
    asks: tickets => [
      words(`${tickets} will have this assignee.`),
      field('assignee', 'Assignee', { type: 'users_select' }, { optional: true }),
      field(
        'nobody',
        'or give them back',
        { type: 'checkboxes', options: [option('Nobody: whoever is free takes them', 'nobody')] },
        { optional: true },
      ),
    ],
  },
  status: {
    title: 'Change',
    verb: 'Change',
    asks: (tickets, settable) => [
      words(`${tickets} will have this status. Closed ones open again.`),
      field('status', 'Status', { type: 'static_select', options: settable.map(s => option(statusWords[s], s)) }),
    ],
  },
  close: {
    title: 'Close',
    verb: 'Close',
    asks: tickets => {
      const options = closeReasons.map(r => option(r, r))
      return [
        words(`${tickets} will be closed. The customers are not told.`),
        field('reason', 'Reason', {
          type: 'static_select',
          options,
          initial_option: options[0] as PlainTextOption,
        }),
      ]
    },
  },
  tag: {
    title: 'Tag',
    verb: 'Tag',
    asks: tickets => [
      words(`${tickets} will have these tags, or no longer have them. Others stay.`),
      tagsField([], ids.findTags),
      field(
        'tags_off',
        'Take off',
        { type: 'multi_external_select', action_id: ids.findTags, min_query_length: 0, max_selected_items: MOST_TAGS },
        { optional: true },
      ),
    ],
  },
  snooze: {
    title: 'Snooze',
    verb: 'Snooze',
    asks: tickets => [
      words(`${tickets} will be out of the way until then.`),
      ...snoozeFields({ isInternal: false, until: null }),
    ],
  },
  archive: {
    title: 'Archive',
    verb: 'Archive',
    asks: tickets => [words(`${tickets} will be closed and out of the lists. An answer brings one back.`)],
  },
  delete: {
    title: 'Delete',
    verb: 'Delete',
    asks: tickets => [
      words(`⚠️ Delete ${tickets}? Nobody finds or opens them any more, and what waits to be sent is not sent.`),
      context('That cannot be undone. Answers to them are not taken in. To put tickets out of sight, archive them.'),
    ],
  },
}

/** While it goes on. */
export function deedProgress({ deed, count }: Pick<DeedMeta, 'deed' | 'count'>, looked: number): ModalView {
  const done = Math.min(looked, count)
  return notice(cut(FORMS[deed].title, 24), [
    words(`Working… ${done} of ${count}`),
    context('It goes on when you close this; you are then told in a direct message.'),
  ])
}

const MOST_REASONS = 15

/** What came of it: how many, and what was skipped and why. */
export function deedResult({ deed }: Pick<DeedMeta, 'deed'>, result: Done): ModalView {
  return notice(cut(FORMS[deed].title, 24), resultBlocks(deed, result))
}

/** The same as a text alone. */
export function deedWords(deed: ChangingDeed, { done, skipped }: Done): string {
  const left = skipped.reduce((sum, s) => sum + s.count, 0)
  return `${PAST[deed]}: ${many(done, 'ticket')}${left ? `. Skipped: ${left}` : ''}.`
}

export function resultBlocks(deed: ChangingDeed, result: Done): KnownBlock[] {
  return [
    words(`${result.skipped.length ? '☑️' : '✅'} ${deedWords(deed, result)}`),
    ...result.skipped.slice(0, MOST_REASONS).map(({ why, count, tickets }) => {
      const more = count - tickets.length
      const names = tickets.length
        ? `${tickets.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
        : many(count, 'ticket')
      return context(plain(cut(`${names}: ${why}`, 1_500)))
    }),
  ]
}

const PAST: Record<ChangingDeed, string> = {
  assign: 'Assigned',
  status: 'Changed',
  close: 'Closed',
  tag: 'Tagged',
  snooze: 'Snoozed',
  archive: 'Archived',
  delete: 'Deleted',
}
