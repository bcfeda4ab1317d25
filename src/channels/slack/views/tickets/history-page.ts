import type { ModalView } from '@slack/types'
import type { EventRow } from '../../../../db/schema.ts'
import { actions, button, context, cut, modal, oneLine, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { historyBlocks, historyLine } from './history.ts'

export const EVENTS_ON_A_PAGE = 25

export interface HistoryMeta {
  ticketId: string
  pages: (string | null)[] // before which event each page begins that was looked at, the one that is shown last
}

/** A page of all that happened to a ticket, newest first; `more` when there are older events. */
export function historyPage(
  ticket: { identifier: string; subject: string },
  meta: HistoryMeta,
  events: EventRow[],
  names: Map<string, string>,
  more: boolean,
): ModalView {
  const last = events.at(-1)
  return modal({
    id: ids.historyPage,
    title: cut(`History of ${ticket.identifier}`, 24),
    meta,
    blocks: [
      words(cut(oneLine(`${ticket.identifier} · ${ticket.subject}`), 300)),
      ...(events.length
        ? historyBlocks(events, names, EVENTS_ON_A_PAGE)
        : [context('Nothing has happened to it yet.')]),
      actions(
        meta.pages.length > 1 && button('Newer', `${ids.historyTurn}:newer`, 'newer'),
        more && last !== undefined && button('Older', `${ids.historyTurn}:older`, last.id),
        button('As a file', ids.historyFile, meta.ticketId),
      ),
    ],
  })
}

/** One event as a line of a text file: when, who, what, and what it was before and is now as it is kept. */
export function historyFileLine(event: EventRow, names: Map<string, string>): string {
  const kept = [event.before && `before ${event.before}`, event.after && `after ${event.after}`].filter(Boolean)
  const line = `${new Date(event.at).toISOString()}  ${historyLine(event, names)}`
  return `${oneLine(line)}${kept.length ? `\n    ${kept.join('\n    ')}` : ''}\n`
}
