import type { KnownBlock } from '@slack/types'
import type { PinnedNote, RelatedTicket, TicketView } from '../../../../core/view.ts'
import type { NoteColor } from '../../../../db/schema.ts'
import { button, context, cut, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { moment, statusWords } from '../words.ts'

/** What a ticket's card says of the team's work: until when it sleeps, the tickets around it, its pinned notes. */
export function workLines(ticket: TicketView): KnownBlock[] {
  const { parent, children, childCounts, links } = ticket.relations
  const all = childCounts.open + childCounts.closed
  return [
    ...snoozeLine(ticket),
    ...(parent
      ? [
          words(
            `⬆️ Part of ${parent.identifier} · ${cut(oneLine(parent.subject), 200)}`,
            button('Look', ids.details, parent.id),
          ),
        ]
      : []),
    ...(children.length ? [list(`⬇️ Sub-tickets (${done(childCounts)}):`, children.map(withState), all)] : []),
    ...(links.length ? [list('🔗 See also', links.map(marked), links.length)] : []),
    ...pinnedLines(ticket.pinned),
  ]
}

function snoozeLine({ status, snoozedUntil, snoozedFor }: TicketView): KnownBlock[] {
  if (status !== 'snoozed') return []
  if (snoozedUntil === null) return [context('💤 Until they answer')]
  const answer = snoozedFor === 'either' ? ', or until they answer' : ', even if they answer'
  return [context(`💤 Until ${moment(snoozedUntil)}${answer}`)]
}

function done({ open, closed }: TicketView['relations']['childCounts']): string {
  return `${closed} of ${open + closed} closed`
}

function marked({ isClosed, identifier }: RelatedTicket): string {
  return `${isClosed ? '✅ ' : ''}${identifier}`
}

function withState(child: RelatedTicket): string {
  return child.isClosed ? marked(child) : `${child.identifier} (${statusWords[child.status]})`
}

const MOST_NAMED = 10

function list(lead: string, names: string[], all: number): KnownBlock {
  const named = names.slice(0, MOST_NAMED)
  const more = all > named.length ? ` and ${all - named.length} more` : ''
  return context(plain(`${lead} ${named.join(', ')}${more}`))
}

const MOST_PINNED = 3

function pinnedLines(notes: PinnedNote[]): KnownBlock[] {
  const shown = notes.slice(-MOST_PINNED).map(pinnedLine)
  const more = notes.length - shown.length
  return more > 0 ? [...shown, context(`📌 and ${more} more`)] : shown
}

function pinnedLine({ text, color, by }: PinnedNote): KnownBlock {
  return context(plain(`📌${noteSquare(color)} ${cut(oneLine(by), 60)}: ${cut(oneLine(text), 300)}`))
}

const SQUARES: Record<NoteColor, string> = {
  red: '🟥',
  orange: '🟧',
  yellow: '🟨',
  green: '🟩',
  blue: '🟦',
  purple: '🟪',
}

/** What stands for the background of a note: Slack has none. */
export function noteSquare(color: NoteColor | null): string {
  return color ? SQUARES[color] : ''
}
