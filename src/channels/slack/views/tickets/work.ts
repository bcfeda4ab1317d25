import type { KnownBlock } from '@slack/types'
import type { PinnedNote, RelatedTicket, TicketView } from '../../../../core/letter.ts'
import type { NoteColor } from '../../../../db/schema.ts'
import { button, context, cut, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
import { moment } from '../words.ts'

/** What a ticket's card says of the team's work: until when it sleeps, the tickets around it, its pinned notes. */
export function workLines(ticket: TicketView): KnownBlock[] {
  const { parent, children, links } = ticket.relations
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
    ...(children.length ? [list(`⬇️ Sub-tickets (${done(children)}):`, children)] : []),
    ...(links.length ? [list('🔗 See also', links)] : []),
    ...pinnedLines(ticket.pinned),
  ]
}

function snoozeLine({ status, snoozedUntil, snoozedFor }: TicketView): KnownBlock[] {
  if (status !== 'snoozed') return []
  if (snoozedUntil === null) return [context('💤 Until they answer')]
  const answer = snoozedFor === 'either' ? ', or until they answer' : ', even if they answer'
  return [context(`💤 Until ${moment(snoozedUntil)}${answer}`)]
}

function done(children: RelatedTicket[]): string {
  return `${children.filter(c => c.isClosed).length} of ${children.length} closed`
}

const MOST_NAMED = 10

function list(lead: string, tickets: RelatedTicket[]): KnownBlock {
  const named = tickets.slice(0, MOST_NAMED).map(t => `${t.isClosed ? '✅ ' : ''}${t.identifier}`)
  const more = tickets.length > MOST_NAMED ? ` and ${tickets.length - MOST_NAMED} more` : ''
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
