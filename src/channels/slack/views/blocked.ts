import type { KnownBlock, ModalView } from '@slack/types'
import type { BanView } from '../../../core/bans.ts'
import type { SuppressionRow } from '../../../db/schema.ts'
import { actions, button, confirm, context, cut, field, modal, mrkdwn, oneLine, plain, words } from './blocks.ts'
import { ids } from './ids.ts'
import { moment } from './words.ts'

/** How many of each kind are shown at once; a search finds the others. */
export const MOST_BLOCKED = 20

export interface BlockedMeta {
  typed: string // what was searched for
}

/** Addresses that nothing is sent to, and those whose mail is not taken in either: why, since when, and the way back. */
export function blockedView(typed: string, suppressions: SuppressionRow[], bans: BanView[]): ModalView {
  const found = typed ? 'None that is like this.' : 'None.'
  return modal({
    id: ids.forms.blocked,
    title: 'Blocked addresses',
    submit: 'Search',
    close: 'Close',
    meta: { typed } satisfies BlockedMeta,
    blocks: [
      field(
        'search',
        'Search',
        {
          type: 'plain_text_input',
          max_length: 320,
          placeholder: plain('An address, or a word of the reason'),
          ...(typed && { initial_value: typed }),
        },
        { optional: true },
      ),
      mrkdwn('*Not written to*, since a mail came back or somebody complained'),
      ...(suppressions.length ? suppressions.flatMap(suppressionBlocks) : [context(found)]),
      ...more(suppressions.length),
      { type: 'divider' },
      mrkdwn(
        '*Banned*: their mail is not taken in, and nothing is sent to them',
        button('Ban an address', ids.addBan, 'new'),
      ),
      ...(bans.length ? bans.flatMap(banBlocks) : [context(found)]),
      ...more(bans.length),
    ],
  })
}

function more(shown: number): KnownBlock[] {
  return shown < MOST_BLOCKED ? [] : [context('There may be more: search for them.')]
}

function suppressionBlocks({ address, reason, source, created_at }: SuppressionRow): KnownBlock[] {
  const sure = confirm('Write to it again?', `${cut(address, 200)} may be written to again.`, 'Lift')
  return [
    words(cut(address, 320), button('Lift', ids.lift, address, { confirm: sure })),
    context(moment(created_at), plain(cut(`${sources[source] ?? source}: ${oneLine(reason)}`, 1_000))),
  ]
}

const sources: Record<string, string> = {
  smtp: 'Refused by the mail server',
  bounce: 'A mail came back',
  complaint: 'They called a mail spam',
}

function banBlocks({ address, reason, by, created_at }: BanView): KnownBlock[] {
  const sure = confirm('Lift this ban?', `Mail from ${cut(address, 200)} is taken in again.`, 'Lift')
  return [
    words(cut(address, 320), button('Lift the ban', ids.unban, address, { confirm: sure })),
    context(moment(created_at), plain(cut(`${by ? `by ${oneLine(by)}: ` : ''}${oneLine(reason)}`, 1_000))),
  ]
}

export interface BanMeta {
  ticketId: string | null // where somebody wrote who is to be banned
  listId?: string // the list that it was opened from, to be drawn anew
}

/** Asks whom to ban and why. */
export function banForm(address: string, meta: BanMeta): ModalView {
  return modal({
    id: ids.forms.ban,
    title: 'Ban an address',
    submit: 'Ban',
    meta,
    blocks: [
      field(
        'address',
        'Address',
        {
          type: 'plain_text_input',
          max_length: 320,
          placeholder: plain('somebody@example.com, or *@example.com'),
          ...(address && { initial_value: cut(address, 320) }),
        },
        {
          hint: 'Their mail is kept aside and opens no ticket, and nothing is sent to them either. *@example.com is everybody there. Set-up lists all bans, and lifts them.',
        },
      ),
      field('reason', 'Why', { type: 'plain_text_input', max_length: 500 }),
    ],
  })
}

/** The way to ban somebody who wrote on a ticket. */
export function banButton(ticketId: string, address: string): KnownBlock {
  return actions(button(`Ban ${address}`, ids.banAuthor, `${ticketId} ${address}`))
}
