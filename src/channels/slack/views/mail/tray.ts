import type { ActionsBlock, KnownBlock, ModalView } from '@slack/types'
import type { HeldMails, TrayEntry } from '../../../../core/tray.ts'
import type { TeamRow } from '../../../../db/schema.ts'
import { actions, button, confirm, context, cut, modal, notice, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { many } from '../tickets/card.ts'
import { ticketField } from '../tickets/relations.ts'
import { moment } from '../words.ts'

const MOST_TEAMS = 5

/** The mails that belong to no ticket, each with the teams that it can be given to. `total` counts those not shown, too. */
export function trayView(entries: TrayEntry[], held: HeldMails[], teams: TeamRow[], total: number): ModalView {
  const blocks = [...held.flatMap(heldBlocks), ...entries.flatMap(e => entryBlocks(e, teams))]
  const more = held.reduce((rest, h) => rest - h.count, total - entries.length)
  if (more > 0)
    blocks[blocks.length - 1] = context(`${many(more, 'older mail')} will be shown once these are dealt with.`)
  return notice('Mails left over', blocks.length ? blocks : 'No mail is left over.')
}

/** What one author sent too much of. */
function heldBlocks({ address, count, newestAt, reason, about }: HeldMails): KnownBlock[] {
  const newest = about ? `\nThe newest: ${oneLine(about.subject) || '(no subject)'} · ${oneLine(about.text)}` : ''
  return [
    words(cut(`✋ ${many(count, 'mail')} of ${address} held${newest}`, 700)),
    context(moment(newestAt), plain(cut(reason, 500))),
    heldActions(address, count),
    { type: 'divider' },
  ]
}

/** What can be done with all that is held of an author. */
export function heldActions(address: string, count?: number): ActionsBlock {
  const mails = count === undefined ? 'All mails of theirs that are held' : many(count, 'mail')
  return actions(
    button('Let through', `${ids.letThrough}:${address}`.slice(0, 255), address, {
      confirm: confirm('Let them through?', `${mails} come in as if they had not been too many.`, 'Yes'),
    }),
    button('Ban', `${ids.banEntry}:${address}`.slice(0, 255), address),
    button('Throw away', `${ids.throwAway}:${address}`.slice(0, 255), address, {
      style: 'danger',
      confirm: confirm('Throw them away?', `${mails} are shown nowhere any more.`, 'Throw away'),
    }),
  )
}

function entryBlocks({ id, about, reason, receivedAt, from }: TrayEntry, teams: TeamRow[]): KnownBlock[] {
  const head = about
    ? `${oneLine(about.from)}\n${oneLine(about.subject) || '(no subject)'}`
    : 'A mail that could not be understood'
  const give = teams
    .slice(0, MOST_TEAMS)
    .map(t => button(cut(`New ticket in ${t.name}`, 75), `${ids.giveToTeam}:${t.id}`, `${id}|${t.id}`))
  return [
    words(cut(about?.text ? `${head}\n${oneLine(about.text)}` : head, 700)),
    context(moment(receivedAt), plain(cut(reason, 500))),
    actions(
      ...give,
      button('Move to…', `${ids.moveEntry}:${id}`, id),
      about === null && button('Try again', `${ids.tryEntry}:${id}`, id),
      from !== null && button('Ban', `${ids.banEntry}:${id}`, from),
      button('Download', `${ids.downloadEntry}:${id}`, id),
      button('Throw away', `${ids.throwOneAway}:${id}`, id, {
        confirm: confirm('Throw it away?', 'The mail is kept, but shown nowhere any more.', 'Throw away'),
      }),
    ),
    { type: 'divider' },
  ]
}

export interface EntryMeta {
  entryId: string
  trayId: string // the tray below, to be drawn anew
}

/** Asks for the ticket that a mail of the tray belongs to. */
export function moveEntryForm(meta: EntryMeta): ModalView {
  return modal({
    id: ids.forms.moveEntry,
    title: 'Move this mail',
    submit: 'Move',
    meta,
    blocks: [words('The mail is recorded on the ticket, and so is what answers it.'), ticketField('Ticket')],
  })
}
