import type { KnownBlock } from '@slack/types'
import type { Candidate } from '../../../../core/routing/candidates.ts'
import type { TeamRow } from '../../../../db/schema.ts'
import { context, cut, escaped, mrkdwn, oneLine, words } from '../blocks.ts'
import { many } from '../tickets/card.ts'
import { moment } from '../words.ts'

interface Shown {
  text: string
  blocks: KnownBlock[]
}

const AGENTS_IN_A_BLOCK = 8 // even if each name is all ampersands
const MOST_CHARACTERS = 8_000 // Slack takes 10,000 in a message
const MOST_BLOCKS = 45

/** Who can be given tickets, team by team, with how many they have. */
export function whoView(teams: { team: Pick<TeamRow, 'name'>; agents: Candidate[] }[]): Shown {
  const all = teams.flatMap(({ team, agents }) => teamTexts(team.name, agents))
  const shown: string[] = []
  for (const text of all) {
    if (shown.length === MOST_BLOCKS || shown.join('').length + text.length > MOST_CHARACTERS) break
    shown.push(text)
  }
  const rest = shown.length < all.length ? [context('There are more than this can show.')] : []
  const blocks = [...shown.map(text => mrkdwn(text)), ...rest]
  return { text: 'Who is free', blocks: blocks.length ? blocks : [words('There is no team yet.')] }
}

function teamTexts(name: string, agents: Candidate[]): string[] {
  const lines = agents.map(line)
  const texts = [`*${escaped(cut(oneLine(name), 80))}*`]
  if (!lines.length) texts.push('Nobody takes its tickets in turn yet: Set-up, Routing.')
  while (lines.length) texts.push(lines.splice(0, AGENTS_IN_A_BLOCK).join('\n'))
  return texts
}

function line(agent: Candidate): string {
  const limit = agent.capacity === null ? '' : ` of at most ${agent.capacity}`
  return `${stateWords(agent)} *${escaped(cut(oneLine(agent.name), 40).replaceAll('*', ''))}* · ${many(agent.open, 'open ticket')}${limit}`
}

function stateWords({ state, availability, availableAt }: Candidate): string {
  if (state === 'full') return '🔴 has enough:'
  if (state === 'off') return '🌙 outside their working hours:'
  if (state !== 'away') return '🟢 free:'
  if (availability === 'online') return '🟡 away in Slack:'
  const what = availability === 'away' ? '🟡 away' : '⚪ offline'
  return availableAt === null ? `${what}:` : `${what} until ${moment(availableAt)}:`
}

export function outreachUsage(unknown: string | null): Shown {
  const lead = unknown === null ? '' : `I do not know \`${escaped(unknown.slice(0, 60)).replaceAll('`', '')}\`.\n`
  const text = `${lead}*/outreach* is for you, your team and its customers:
• \`/outreach away\`, \`/outreach away 30m\`, \`/outreach away 2h\`, \`/outreach away until 14:00\`
• \`/outreach offline\` until you are back
• \`/outreach back\` gives you at once what waits
• \`/outreach who\` shows who is free, and how many tickets they have
• \`/outreach who jane@acme.test\`, or a name, shows a customer: tickets, chats, bounces, consent, notes
• \`/outreach import\` takes in a list of customers, for leads
• \`/outreach forget jane@acme.test\` erases a customer for good, once you have seen what that takes away
• \`/outreach limit 5\`, \`/outreach limit off\`: how many open tickets you are given at most
• \`/outreach export csv status:closed created:1m\` gives you these tickets as a file; also \`json\`, and \`eml\` for the mails
• \`/outreach stats\`, \`/outreach stats month SUP\`, \`/outreach stats 14d all\`: what a team did
• \`/outreach history SUP-1\`: all that happened to a ticket
• \`/outreach template\` lists the texts to begin with; \`/outreach template add\` makes one
• \`/outreach keys\`: keys with which programs act for you
• \`/outreach webhooks\` shows which programs are told of what happens, for leads
• \`/outreach help\` shows this`
  return { text, blocks: [mrkdwn(text)] }
}
