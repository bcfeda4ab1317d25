import type { TicketView } from '../../../core/view.ts'
import { button, context, cut, escaped, mrkdwn, oneLine, plain, words } from './blocks.ts'
import { ids } from './ids.ts'
import type { Prompt } from './tickets/prompts.ts'
import { statusWords } from './words.ts'

const ANYWHERE = [
  '`@Overture find jane@acme.test`, or any words and filters as in `/ticket find`, shows the newest such tickets',
  '`@Overture SUP-1` shows a ticket',
  '`@Overture help` shows this',
]

const IN_A_THREAD = [
  '`@Overture take`, `@Overture assign @ben`, `@Overture assign nobody`',
  '`@Overture close`, `@Overture close solved by phone`, `@Overture reopen`',
  '`@Overture status waiting` (or open, in progress, closed)',
  '`@Overture priority urgent` (or low, medium, high)',
  '`@Overture note she pays late` keeps a note',
]

/** All that Overture can be asked by mentioning it; `unknown` is what it did not understand. */
export function instructionHelp(unknown: string | null, isInThread: boolean): Prompt {
  const lead =
    unknown === null
      ? ''
      : `I do not know \`${escaped(cut(oneLine(unknown), 60)).replaceAll('`', '')}\`. Nothing was sent to anybody.\n`
  const list = (lines: string[]) => lines.map(line => `• ${line}`).join('\n')
  const text = isInThread
    ? `${lead}*In this thread* you can ask me:\n${list([...IN_A_THREAD, ...ANYWHERE])}`
    : `${lead}*You can ask me*:\n${list(ANYWHERE)}\n*In the thread of a ticket* also:\n${list(IN_A_THREAD)}`
  return { text, blocks: [mrkdwn(text)] }
}

/** The tickets that were found, each with the way to it. */
export function foundTickets(typed: string, tickets: TicketView[]): Prompt {
  const what = cut(oneLine(typed), 100)
  if (!tickets.length) {
    const text = `No ticket is found for “${what}”.`
    return { text: escaped(text), blocks: [words(text)] }
  }
  return {
    text: escaped(`Tickets for “${what}”`),
    blocks: tickets.flatMap(t => [
      words(`${t.identifier} · ${cut(oneLine(t.subject), 200)}`, button('Open', ids.details, t.id)),
      context(
        plain(
          cut([oneLine(t.customer.name), statusWords[t.status], t.assignee?.name ?? 'unassigned'].join(' · '), 300),
        ),
      ),
    ]),
  }
}
