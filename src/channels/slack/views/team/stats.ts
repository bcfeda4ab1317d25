import type { KnownBlock } from '@slack/types'
import type { Figures } from '../../../../core/stats/figures.ts'
import { context, cut, header, limits, mrkdwn, oneLine, plain, words } from '../blocks.ts'
import { moment, span } from '../words.ts'

const MOST_AGENTS = 15

/** What a team, or all, did in a while: figures in words, as a post shows them. */
export function statsBlocks(figures: Figures, title = `Figures of ${figures.team ?? 'all teams'}`): KnownBlock[] {
  return [
    header(cut(title, limits.header)),
    context(`${moment(figures.from)} to ${moment(figures.to)}`),
    mrkdwn(lines(figures).join('\n')),
    words(cut(openWords(figures), limits.section)),
  ]
}

function lines(f: Figures): string[] {
  const took = (ms: number | null) => (ms === null ? 'none in this time' : span(ms))
  return [
    `✉️ *Sent*: ${count(f.sent)} to single customers, ${count(f.begun)} of them to begin a ticket`,
    `📥 *Begun by customers*: ${count(f.received)}`,
    `💬 *Answered*: ${count(f.answered)} whom we wrote first · median ${took(f.medianTheirsMs)}`,
    `⏱️ *Our answers*: median ${took(f.medianOursMs)}`,
    `🤝 *Promises (SLA)*: ${count(f.slaMet)} kept, ${count(f.slaBroken)} broken`,
    `📣 *Chats*: ${count(f.chats)}, with ${count(f.chatMails)} mails`,
  ]
}

/** Names are literal text, so that nobody is called. */
function openWords({ open, openBy }: Figures): string {
  const some = openBy
    .slice(0, MOST_AGENTS)
    .map(o => `${o.name === null ? 'nobody' : cut(oneLine(o.name), 60)} ${count(o.count)}`)
  const rest = openBy.length > MOST_AGENTS ? `, and ${openBy.length - MOST_AGENTS} others` : ''
  return `📂 Open now: ${count(open)}${some.length ? ` (${some.join(', ')}${rest})` : ''}`
}

function count(n: number): string {
  return n.toLocaleString('en')
}

/** The figures as one answer to a command. */
export function statsView(figures: Figures): { text: string; blocks: KnownBlock[] } {
  const title = `Figures of ${figures.team ?? 'all teams'}`
  return { text: plain(title).text, blocks: statsBlocks(figures, title) }
}
