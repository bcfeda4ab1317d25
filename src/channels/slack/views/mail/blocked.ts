import type { KnownBlock, ModalView } from '@slack/types'
import type { BannedMail } from '../../../../core/banned-mails.ts'
import type { BanView } from '../../../../core/bans.ts'
import type { SuppressionView } from '../../../../core/suppressions.ts'
import { EVERYTHING } from '../../../../core/unsubscriptions.ts'
import type { LiftRow, UnsubscriptionRow } from '../../../../db/schema.ts'
import {
  actions,
  button,
  confirm,
  context,
  cut,
  escaped,
  field,
  limits,
  modal,
  mrkdwn,
  oneLine,
  plain,
  textInput,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import { moment } from '../words.ts'

/** How many of each kind are shown at once; a search finds the others. */
export const MOST_BLOCKED = 15

export interface BlockedMeta {
  typed: string // what was searched for
}

/** What is blocked, of each kind. */
export interface Blocked {
  suppressions: SuppressionView[]
  unsubscriptions: UnsubscriptionRow[]
  bans: BanView[]
}

/**
 * Addresses that nothing is sent to, those that chats are not sent to, and those whose mail is not taken in either: why,
 * since when, and the way back.
 */
export function blockedView(typed: string, { suppressions, unsubscriptions, bans }: Blocked): ModalView {
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
      mrkdwn('*Unsubscribed*: chats are not sent to them; tickets are written to them all the same'),
      ...(unsubscriptions.length ? unsubscriptions.flatMap(unsubscriptionBlocks) : [context(found)]),
      ...more(unsubscriptions.length),
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

function suppressionBlocks({ address, reason, source, by, created_at }: SuppressionView): KnownBlock[] {
  const how = by ? `by ${oneLine(by)}` : (sources[source] ?? source)
  return [
    words(cut(address, 320), button('Lift', ids.lift, address)),
    context(moment(created_at), plain(cut(`${how}: ${oneLine(reason)}`, 1_000))),
  ]
}

function unsubscriptionBlocks({ address, kind, reason, source, created_at }: UnsubscriptionRow): KnownBlock[] {
  const from = kind === EVERYTHING ? 'everything' : `“${cut(oneLine(kind), 80)}”`
  return [
    words(`${cut(address, 320)} from ${from}`, button('Lift', ids.liftUnsubscription, `${address} ${kind}`)),
    context(moment(created_at), plain(cut(`${sources[source] ?? source}: ${oneLine(reason)}`, 1_000))),
  ]
}

const sources: Record<string, string> = {
  smtp: 'Refused by the mail server',
  bounce: 'A mail came back',
  complaint: 'They called a mail spam',
  link: 'By the link in a mail',
  'one-click': 'In their mail program',
  mail: 'By a mail',
}

function banBlocks(ban: BanView): KnownBlock[] {
  const { address, reason, by, created_at, ended_at, kept } = ban
  const sure = confirm('Lift this ban?', `Mail from ${cut(address, 200)} is taken in again.`, 'Lift')
  const why = `${by ? `by ${oneLine(by)}: ` : ''}${oneLine(reason)}`
  return [
    mrkdwn(
      `*${escaped(cut(address, 320)).replaceAll('*', '∗')}* · ${lengthWords(ban)}\n${moment(created_at)} ${escaped(cut(why, 800))}`,
    ),
    actions(
      ended_at === null && button('Lift the ban', ids.unban, address, { confirm: sure }),
      kept > 0 && button(kept === 1 ? '1 mail kept' : `${kept} mails kept`, ids.bannedMails, address),
    ),
  ]
}

function lengthWords({ until_at, ended_at }: BanView): string {
  if (ended_at !== null) return `ended ${moment(ended_at)}`
  return until_at === null ? 'for good' : `until ${moment(until_at)}`
}

export interface BannedMailsMeta {
  pattern: string
}

/** The mails that a ban kept out, each with the way in. */
export function bannedMailsView(pattern: string, mails: BannedMail[]): ModalView {
  return modal({
    id: ids.forms.bannedMails,
    title: 'Kept mails',
    meta: { pattern } satisfies BannedMailsMeta,
    blocks: [
      words(
        `What the ban of ${cut(pattern, 320)} kept out, the newest first. Taken in, a mail is treated as if it had just come; the ban stays.`,
      ),
      ...(mails.length ? mails.flatMap(bannedMailBlocks) : [context('None is left.')]),
    ],
  })
}

function bannedMailBlocks({ id, receivedAt, about, isWhole }: BannedMail): KnownBlock[] {
  const title = about ? `${oneLine(about.from)}: ${oneLine(about.subject) || '(no subject)'}` : 'A mail'
  return [
    words(cut(title, 600), isWhole ? button('Take in', `${ids.takeInBanned}:${id}`, id) : undefined),
    context(
      moment(receivedAt),
      plain(cut(oneLine(about?.text ?? ''), 500)),
      ...(isWhole ? [] : ['Its bytes are kept no more, so it cannot be taken in.']),
    ),
  ]
}

/** What is to be lifted, and the modal that it was asked for in, to be drawn anew: the list, or a ticket's details. */
export interface LiftMeta {
  what: LiftRow['what']
  address: string
  kind: string // of chats, for an unsubscription
  below?: { viewId: string; typed: string } | { viewId: string; ticketId: string }
}

/** Asks why an address may be written to again. */
export function liftForm(meta: LiftMeta): ModalView {
  const who = cut(meta.address, 200)
  const from = meta.kind === EVERYTHING ? 'of every kind' : `about “${cut(oneLine(meta.kind), 80)}”`
  return modal({
    id: ids.forms.lift,
    title: 'Write there again?',
    submit: 'Lift',
    meta,
    blocks: [
      words(
        meta.what === 'suppression'
          ? `Mails to ${who} are sent again. If more come back, other mail systems think less of us.`
          : `Chats ${from} go to ${who} again. They asked not to get them: lift this only if they say otherwise.`,
      ),
      field(
        'note',
        'Why',
        { type: 'plain_text_input', max_length: 500, focus_on_load: true },
        { hint: 'Kept with your name, for those who ask later.' },
      ),
    ],
  })
}

export interface BanMeta {
  ticketId: string | null // where somebody wrote who is to be banned
  listId?: string // the list that it was opened from, to be drawn anew
  trayId?: string // the same, of the mails left over
}

/** Asks whom to ban and why. */
export function banForm(address: string, meta: BanMeta): ModalView {
  return modal({
    id: ids.forms.ban,
    title: 'Ban an address',
    submit: 'Ban',
    meta,
    blocks: [
      field('address', 'Address', textInput(address, 320, 'somebody@example.com, or *@example.com'), {
        hint: 'Their mail is kept aside and opens no ticket, and nothing is sent to them either. *@example.com is everybody there. Set-up lists all bans, and lifts them.',
      }),
      field('reason', 'Why', { type: 'plain_text_input', max_length: 500 }),
      field(
        'until',
        'Until the end of',
        { type: 'datepicker', placeholder: plain('A day', limits.placeholder) },
        { optional: true, hint: 'Left empty, the ban is for good.' },
      ),
    ],
  })
}

/** The way to ban somebody who wrote on a ticket. */
export function banButton(ticketId: string, address: string): KnownBlock {
  return actions(button(`Ban ${address}`, ids.banAuthor, `${ticketId} ${address}`))
}
