import type { KnownBlock } from '@slack/types'
import type { Figures } from '../../../../core/stats/figures.ts'
import { actions, button, context, cut, escaped, header, limits, mrkdwn, oneLine, plain, words } from '../blocks.ts'
import { ids } from '../ids.ts'
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

/** Whose figures they are, and of when, as mrkdwn in a line. */
export function statsTitle({ team, from, to }: Pick<Figures, 'team' | 'from' | 'to'>): string {
  return `Figures of ${escaped(oneLine(team ?? 'all teams'))}, ${moment(from)} to ${moment(to)}`
}

/** The figures as one answer to a command. */
export function statsView(figures: Figures, teamId: string | null): { text: string; blocks: KnownBlock[] } {
  const title = `Figures of ${figures.team ?? 'all teams'}`
  const asked = JSON.stringify({ teamId, from: figures.from, to: figures.to } satisfies Asked)
  const chart = actions(button('Send me the chart', ids.statsChart, asked))
  return { text: plain(escaped(title)).text, blocks: [...statsBlocks(figures, title), chart] }
}

/** What figures are asked for, kept in a button. */
export interface Asked {
  teamId: string | null
  from: number // ms UTC
  to: number
}
