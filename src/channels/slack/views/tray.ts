import type { KnownBlock, ModalView } from '@slack/types'
import type { TrayEntry } from '../../../core/tray.ts'
import type { TeamRow } from '../../../db/schema.ts'
import { actions, button, context, cut, notice, oneLine, plain, words } from './blocks.ts'
import { ids } from './ids.ts'
import { moment } from './words.ts'

const MOST_TEAMS = 5

/** The mails that belong to no ticket, each with the teams that it can be given to. */
export function trayView(entries: TrayEntry[], teams: TeamRow[]): ModalView {
  return notice(
    'Mails left over',
    entries.length ? entries.flatMap(e => entryBlocks(e, teams)) : 'No mail is left over.',
  )
}

function entryBlocks({ id, about, reason, receivedAt }: TrayEntry, teams: TeamRow[]): KnownBlock[] {
  const head = about
    ? `${oneLine(about.from)}\n${oneLine(about.subject) || '(no subject)'}`
    : 'A mail that could not be understood'
  const give = teams
    .slice(0, MOST_TEAMS)
    .map(t => button(cut(`New ticket in ${t.name}`, 75), `${ids.giveToTeam}:${t.id}`, `${id}|${t.id}`))
  return [
    words(cut(about?.text ? `${head}\n${oneLine(about.text)}` : head, 700)),
    context(moment(receivedAt), plain(cut(reason, 500))),
    ...(give.length ? [actions(...give)] : []),
    { type: 'divider' },
  ]
}
