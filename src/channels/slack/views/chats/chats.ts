import type { KnownBlock, ModalView } from '@slack/types'
import { MOST_STEPS } from '../../../../core/chats/follow-up.ts'
import type { ChatReport } from '../../../../core/chats/report.ts'
import type { ChatView } from '../../../../core/chats/view.ts'
import {
  actions,
  button,
  context,
  cut,
  escaped,
  field,
  modal,
  mrkdwn,
  notice,
  oneLine,
  plain,
  words,
} from '../blocks.ts'
import { ids } from '../ids.ts'
import { moment } from '../words.ts'
import { type ChatPostView, chatCard, chatStateWords, stepWords } from './card.ts'
import { count } from './dry-run.ts'

/** How many chats are listed at once. */
export const CHATS_ON_PAGE = 10

/** Chats, newest first, each with the way to its card. */
export function chatList(chats: ChatView[]): ChatPostView {
  const text = chats.length ? 'Chats' : 'There is no chat yet.'
  const last = chats.at(-1)
  const more = chats.length === CHATS_ON_PAGE && last !== undefined && last.number > 1
  return {
    text,
    blocks: [
      ...(chats.length ? chats.flatMap(listed) : [words(`${text} ${ids.chatCommand} begins one.`)]),
      ...(more ? [actions(button('Earlier chats', ids.moreChats, String(last.number)))] : []),
    ],
  }
}

function listed(chat: ChatView): KnownBlock[] {
  const { counts } = chat
  const at = chat.startedAt ?? chat.dueAt
  return [
    words(`Chat ${chat.number} · ${cut(oneLine(chat.subject), 200)}`, button('Show', ids.chatCard, chat.id)),
    context(
      `*${chatStateWords[chat.state]}*`,
      ...(at === null ? [] : [moment(at)]),
      plain(
        cut(
          `${oneLine(chat.team.name)} · ${oneLine(chat.author.name)} · ${
            chat.startedAt === null
              ? `${count(counts.total - counts.blocked)} would get it`
              : `${count(counts.sent)} sent, ${count(counts.answered)} answered, ${count(counts.bounced)} bounced`
          }`,
          500,
        ),
      ),
    ),
  ]
}

/** The card as one person sees it, with its report once there is something to tell. */
export function chatPage(chat: ChatView, report: ChatReport | null): ChatPostView {
  const card = chatCard(chat)
  return { text: card.text, blocks: [...card.blocks, ...(report ? reportBlocks(report) : [])] }
}

/** What came of a chat. */
export function reportView(chat: ChatView, report: ChatReport): ModalView {
  return notice(`Report of chat ${chat.number}`, [
    words(cut(oneLine(chat.subject), 400)),
    ...reportBlocks(report, 40),
    actions(
      button('Recipients (CSV)', ids.recipientsCsv, chat.id),
      chat.counts.answered > 0 && button('Chart into the thread', ids.chatChart, chat.id),
    ),
  ])
}

function reportBlocks(report: ChatReport, rows = 10): KnownBlock[] {
  const { answerRate, medianAnswerMs, bouncesByReason } = report
  const median = medianAnswerMs === null ? '' : ` · half of the answers came within *${duration(medianAnswerMs)}*`
  return [
    { type: 'divider' },
    mrkdwn(`*${percent(answerRate)}* answered${median}`),
    ...(bouncesByReason.length
      ? [
          mrkdwn('*Bounced*'),
          words(
            cut(
              bouncesByReason
                .slice(0, rows)
                .map(b => `${count(b.count)} · ${cut(oneLine(b.reason), 150)}`)
                .join('\n'),
              1_500,
            ),
          ),
        ]
      : []),
    ...domainTable(report.byDomain.slice(0, rows), report.byDomain.length),
  ]
}

const DOMAIN = 32

/** A table of characters, which stands on every surface; what is too long is cut so that the columns stay. */
function domainTable(rows: ChatReport['byDomain'], all: number): KnownBlock[] {
  if (!rows.length) return []
  const line = (cells: [string, string, string, string]) =>
    `${cut(cells[0], DOMAIN).padEnd(DOMAIN)}${cells
      .slice(1)
      .map(c => c.padStart(10))
      .join('')}`
  const lines = [
    line(['domain', 'sent', 'bounced', 'answered']),
    ...rows.map(r => line([oneLine(r.domain), count(r.sent), count(r.bounced), count(r.answered)])),
  ]
  const more = all > rows.length ? [context(`and ${count(all - rows.length)} domains more: the CSV has all.`)] : []
  return [
    {
      type: 'rich_text',
      elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: lines.join('\n') }] }],
    },
    ...more,
  ]
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}

/** "40 s", "12 min", "3.5 h", "2 d": roughly. */
export function duration(ms: number): string {
  const minutes = ms / 60_000
  if (minutes < 1) return `${Math.round(ms / 1000)} s`
  if (minutes < 60) return `${Math.round(minutes)} min`
  if (minutes < 48 * 60) return `${Math.round(minutes / 6) / 10} h`
  return `${Math.round(minutes / 1440)} d`
}

export interface FollowUpMeta {
  chatId: string
  after: number // so many steps there were when it was opened
}

/** Asks what those get who did not answer, and when. */
export function followUpForm(chat: ChatView): ModalView {
  const title = 'Follow up'
  const before = chat.steps.length ? [words(cut(chat.steps.map(stepWords).join('\n'), 1_500))] : []
  if (chat.steps.length >= MOST_STEPS)
    return notice(title, [words(`A chat has at most ${MOST_STEPS} follow-ups.`), ...before])
  return modal({
    id: ids.forms.followUp,
    title,
    submit: 'Follow up',
    meta: { chatId: chat.id, after: chat.steps.length } satisfies FollowUpMeta,
    blocks: [
      mrkdwn(
        `*${count(chat.counts.waiting)}* got chat ${chat.number} and did not answer: ${escaped(cut(oneLine(chat.subject), 300))}`,
      ),
      ...before,
      field(
        'message',
        'Message',
        { type: 'rich_text_input', focus_on_load: true },
        { hint: 'It goes into the same conversation; variables work as in the chat itself.' },
      ),
      field(
        'days',
        'After so many working days without an answer',
        {
          type: 'number_input',
          is_decimal_allowed: false,
          min_value: '0',
          max_value: '60',
          initial_value: chat.steps.length ? '3' : '0',
        },
        { hint: '0 is now. Whoever answers, leaves or cannot be reached meanwhile gets none.' },
      ),
    ],
  })
}

/** How the command is used; `unknown` is what was not understood. */
export function chatUsage(unknown: string | null): ChatPostView {
  const lead = unknown === null ? '' : `I do not know \`${escaped(cut(oneLine(unknown), 60)).replaceAll('`', '')}\`.\n`
  const text = `${lead}*${ids.chatCommand}* writes to many customers at once; each answer becomes a ticket of its own:
• \`/chat\` opens the form; nothing is sent before its dry run
• \`/chat list\` shows the chats, newest first
• \`/chat 7\` shows a chat, what came of it, and what can be done
• \`/chat help\` shows this`
  return { text, blocks: [mrkdwn(text)] }
}
