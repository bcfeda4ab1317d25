import type { Button, HomeView, KnownBlock } from '@slack/types'
import type { DraftKind, DraftView } from '../../../core/drafts.ts'
import type { SavedFind } from '../../../core/find/saved.ts'
import type { ListName } from '../../../core/lists.ts'
import { isOverheard } from '../../../core/places.ts'
import { routingOf } from '../../../core/routing/settings.ts'
import { isOverdue } from '../../../core/sla/view.ts'
import type { TicketView } from '../../../core/view.ts'
import type { AgentRow, SenderRow, TeamRow } from '../../../db/schema.ts'
import { actions, button, confirm, context, cut, escaped, limits, mrkdwn, oneLine, plain, words } from './blocks.ts'
import { ids } from './ids.ts'
import { ownerWord } from './team/fields.ts'
import { strategyWords } from './team/routing.ts'
import { many } from './tickets/card.ts'
import { age, replyModeWords, statusWords } from './words.ts'

/** What the Home tab shows, kept in the view itself. */
export type HomePage =
  | { tab: 'inbox'; list: ListName; after: string | null }
  | { tab: 'setup'; from?: number; fromTeam?: number }
  | { tab: 'drafts' }

const listWords: Record<ListName, string> = {
  mine: 'Mine',
  unassigned: 'Unassigned',
  waiting: 'Waiting for the customer',
  all: 'All',
}

/** A page of one of the inbox's lists. */
export function inboxHome(
  page: Extract<HomePage, { tab: 'inbox' }>,
  tickets: TicketView[],
  next: string | null,
  now: number,
  saved: SavedFind[] = [],
): HomeView {
  return home(page, [
    actions(...(Object.keys(listWords) as ListName[]).map(list => listButton(list, list === page.list))),
    ...(saved.length ? [savedRow(saved)] : []),
    personSearch(),
    { type: 'divider' },
    ...(tickets.length ? tickets.flatMap(t => row(t, now)) : [words(emptyWords[page.list])]),
    ...pager(page, next),
  ])
}

/** Leads to a customer's page. */
function personSearch(): KnownBlock {
  const placeholder = plain('Find a customer')
  return {
    type: 'actions',
    elements: [{ type: 'external_select', action_id: ids.findPerson, min_query_length: 1, placeholder }],
  }
}

function listButton(list: ListName, isCurrent: boolean): Button {
  return button(listWords[list], `${ids.homeList}:${list}`, list, isCurrent ? { style: 'primary' } : {})
}

const MOST_SAVED = 24 // that a row can hold

/** The views that somebody keeps, and those of their teams. */
function savedRow(saved: SavedFind[]): KnownBlock {
  const shown = saved.slice(0, MOST_SAVED)
  return actions(...shown.map(s => button(`🔎 ${oneLine(s.name)}`, `${ids.savedOpen}:${s.id}`, s.id)))
}

const emptyWords: Record<ListName, string> = {
  mine: 'No open ticket is yours.',
  unassigned: 'Every open ticket has somebody who looks after it.',
  waiting: 'We wait for no customer.',
  all: 'There are no tickets yet. Write /ticket in any channel to begin.',
}

function row(ticket: TicketView, now: number): KnownBlock[] {
  const customer = ticket.customer.company
    ? `${ticket.customer.name}, ${ticket.customer.company}`
    : ticket.customer.name
  const facts = [
    cut(oneLine(customer), 120),
    isOverdue(ticket, now) ? `${statusWords[ticket.status]}, overdue` : statusWords[ticket.status],
    ticket.assignee ? cut(oneLine(ticket.assignee.name), 60) : 'unassigned',
    age(ticket.answeredAt ?? ticket.createdAt, now),
  ]
  const marks = `${ticket.priority === 'urgent' ? '🔴 ' : ''}${isOverdue(ticket, now) ? '⏰ ' : ''}${ticket.counts.failed + ticket.counts.bounced > 0 ? '⚠️ ' : ''}${ticket.counts.undecided > 0 ? '❓ ' : ''}`
  return [
    words(
      `${marks}${ticket.identifier} · ${cut(oneLine(ticket.subject), 300)}`,
      button('Open', ids.homeOpen, ticket.id),
    ),
    context(plain(facts.join(' · '))),
  ]
}

function pager(page: Extract<HomePage, { tab: 'inbox' }>, next: string | null): KnownBlock[] {
  if (!next && !page.after) return []
  return [
    actions(
      page.after ? button('First page', `${ids.homePage}:first`, '-') : undefined,
      next ? button('Next page', `${ids.homePage}:next`, next) : undefined,
    ),
  ]
}

/** All that the set-up page is drawn from. */
export interface SetUp {
  teams: TeamRow[]
  senders: SenderRow[]
  aliases: Map<string, string[]> // by sender
  blocked: number // addresses that are suppressed or banned
  from: number // the first sender shown
  fromTeam: number // the first team shown
  agents: AgentRow[]
  unmatched: number
  alerts: { text: string; raised_at: number }[] // what operators must look at now
  me: AgentRow
  ask: string[] // the names of those who may change it, for somebody who may not
}

/** The Home tab's Set-up: what operators must look at, teams, senders, blocked addresses, agents, and the tray. */
export function setUpHome(setUp: SetUp): HomeView {
  const { teams, senders, agents, unmatched, alerts, me, from, fromTeam, ask } = setUp
  return home({ tab: 'setup', from, fromTeam }, [
    ...(ask.length ? [context(plain(`You may look at all of this. Ask ${named(ask)} to change it.`))] : []),
    ...alerts.map(a => words(`⚠️ ${cut(oneLine(a.text), 1_000)}`)),
    mrkdwn('*Teams*', button('Add a team', ids.addTeam, 'new', teams.length ? {} : { style: 'primary' })),
    ...(teams.length
      ? teams.slice(fromTeam, fromTeam + TEAMS).flatMap(t => teamBlocks(t, senders))
      : [words('There is no team yet. A team has a Slack channel where its tickets are shown.')]),
    ...pages({ what: 'teams', count: teams.length, from: fromTeam, most: TEAMS, id: ids.pageTeams }),
    { type: 'divider' },
    mrkdwn(
      '*Senders*: the addresses that mails come from',
      teams.length ? button('Add a sender', ids.addSender, teams[0]?.id ?? '') : undefined,
    ),
    ...(senders.length
      ? senders.slice(from, from + SENDERS).flatMap(s => senderBlocks(s, teams, setUp.aliases.get(s.id) ?? []))
      : [words('There is no sender yet, so no mail can be sent.')]),
    ...pages({ what: 'senders', count: senders.length, from, most: SENDERS, id: ids.pageSenders }),
    { type: 'divider' },
    mrkdwn('*What is known of customers, and how tickets are sorted*'),
    actions(
      button('Fields of customers', ids.editFields, 'customer'),
      button('Fields of companies', `${ids.editFields}:account`, 'account'),
      button('Tags', ids.editTags, 'all'),
    ),
    mrkdwn('*Webhooks*: programs that are told of what happens', button('Webhooks', ids.openHooks, 'all')),
    { type: 'divider' },
    mrkdwn('*You, as customers see you*', button('Change', ids.editAgent, 'me')),
    context(plain(cut(`${oneLine(me.alias ?? me.name)} · ${signatureLine(me)}`, 1_500))),
    mrkdwn('*Agents*, and what they may do', button('Roles', ids.openRoles, 'all')),
    context(plain(cut(rolesFirst(agents).map(agentWords).join(', ') || 'Nobody was here yet.', 1_500))),
    { type: 'divider' },
    words(
      setUp.blocked
        ? `🚫 ${setUp.blocked} ${setUp.blocked === 1 ? 'address is' : 'addresses are'} not written to, or banned.`
        : '🚫 No address is blocked.',
      button('Blocked addresses', ids.openBlocked, 'all'),
    ),
    words('👥 Customers come by themselves, or from a list.', button('Import a list', ids.openImport, 'list')),
    unmatched
      ? words(
          `📭 ${many(unmatched, 'mail')} ${unmatched === 1 ? 'is' : 'are'} left over.`,
          button('Look', ids.openTray, 'tray'),
        )
      : context('📭 No mail is left over.'),
    words('🔑 Programs may act for you, with a key.', button('API keys', ids.openKeys, 'all')),
  ])
}

const MOST_NAMED = 5

function named(people: string[]): string {
  return cut(people.slice(0, MOST_NAMED).map(oneLine).join(', '), 500)
}

function rolesFirst(agents: AgentRow[]): AgentRow[] {
  return [...agents.filter(a => a.role), ...agents.filter(a => !a.role)]
}

function agentWords({ alias, name, role }: AgentRow): string {
  return role ? `${oneLine(alias ?? name)} (${role})` : oneLine(alias ?? name)
}

function signatureLine({ signature }: AgentRow): string {
  return signature
    ? signature
        .trim()
        .split(/\s*\n\s*/)
        .join(' · ')
    : 'no signature'
}

// on one page, so that what stands below them is always seen, even when each has all its warnings
const TEAMS = 8
const SENDERS = 8

function pages(of: { what: string; count: number; from: number; most: number; id: string }): KnownBlock[] {
  const { what, count, from, most, id } = of
  if (count <= most) return []
  return [
    context(`${from + 1} to ${Math.min(from + most, count)} of ${count}`),
    actions(
      from > 0 && button(`Earlier ${what}`, `${id}:back`, String(Math.max(from - most, 0))),
      from + most < count && button(`More ${what}`, `${id}:on`, String(from + most)),
    ),
  ]
}

function teamBlocks(team: TeamRow, senders: SenderRow[]): KnownBlock[] {
  const hold = team.hold_ms > 0 ? `held ${Math.round(team.hold_ms / 1000)} s` : 'sent at once'
  return [
    mrkdwn(
      `*${escaped(oneLine(team.name))}* · ${escaped(team.prefix)} · <#${team.place}>\n${replyModeWords[team.reply_mode]} · ${hold} · ${strategyWords[routingOf(team).strategy]}${usualWords(team, senders)}`,
      button('Edit', ids.editTeam, team.id),
    ),
    actions(
      button('Routing', ids.editRouting, team.id),
      button('Hours and SLA', ids.hoursPage, team.id),
      button('Forms and fields', ids.editFields, ownerWord({ owner: 'ticket', teamId: team.id })),
    ),
    ...(team.place_problem
      ? [
          mrkdwn(
            `⚠️ ${escaped(team.place_problem)}`,
            button('Check again', ids.checkPlace, team.id, { style: 'primary' }),
          ),
        ]
      : []),
    ...sharedBlocks(team),
  ]
}

function sharedBlocks(team: TeamRow): KnownBlock[] {
  if (team.shared_at === null) return []
  if (!isOverheard(team))
    return [context('🌐 Shared with another organisation; what is written there is mailed all the same.')]
  const sure = confirm(
    'Mail it all the same?',
    'People of another organisation read this channel, with your notes and what customers write in it.',
    'Mail it',
  )
  return [
    mrkdwn(
      `⚠️ <#${team.place}> is shared with another organisation, whose people read your notes. What is written there is not mailed. Choose another channel, or`,
      button('Mail it all the same', ids.agreeToShared, team.id, { confirm: sure }),
    ),
  ]
}

function usualWords(team: TeamRow, senders: SenderRow[]): string {
  if (team.sender_id === null) return ''
  const usual = senders.find(s => s.id === team.sender_id && s.team_id === team.id)
  if (!usual) return ' · ⚠️ its usual sender is no more: choose another'
  return ` · sends from ${escaped(usual.address)}${usual.broken_at === null ? '' : ' ⚠️, from another while that does not work'}`
}

function senderBlocks(sender: SenderRow, teams: TeamRow[], aliases: string[]): KnownBlock[] {
  const team = teams.find(t => t.id === sender.team_id)?.name ?? 'a team that is no more'
  const facts = [
    team,
    sender.smtp_url ? 'its own mail server' : 'the mail server of this installation',
    sender.dkim_selector ? `DKIM ${sender.dkim_selector}` : 'no DKIM',
  ]
  return [
    words(`${sender.name ? `${oneLine(sender.name)} <${sender.address}>` : sender.address}\n${facts.join(' · ')}`),
    ...(aliases.length ? [context(plain(cut(`Also for ${aliases.join(', ')}`, 1_500)))] : []),
    ...(sender.broken_reason ? [words(`⚠️ ${cut(oneLine(sender.broken_reason), 1_000)}`)] : []),
    actions(
      button('Send a test mail', ids.testSender, sender.id),
      button('Edit', ids.editSender, sender.id),
      button('Remove', ids.removeSender, sender.id, {
        style: 'danger',
        confirm: confirm(
          'Remove this sender?',
          `Tickets that used ${cut(sender.address, 150)} are sent from another address of the team.`,
          'Remove',
        ),
      }),
    ),
  ]
}

/** What somebody began to write, and what colleagues leave for them. */
export function draftsHome(drafts: DraftView[], now: number): HomeView {
  const none = words(
    'There is no draft. What you write in a form is saved as you type, and stands here until it is sent.',
  )
  return home({ tab: 'drafts' }, drafts.length ? drafts.flatMap(d => draftRow(d, now)) : [none])
}

function draftRow({ id, about, isShared, isOwn, by, updatedAt }: DraftView, now: number): KnownBlock[] {
  const title = cut(oneLine(about.title), 200) || '(no subject)'
  const whose = isOwn ? (isShared ? 'yours, shared with the team' : 'yours') : `${cut(oneLine(by), 60)}'s`
  const sure = confirm('Discard this draft?', 'What was written is gone.', 'Discard')
  return [
    words(`${draftMarks[about.kind]} ${title}`, button('Open', ids.openDraft, id, { style: 'primary' })),
    context(plain(cut(`${whose} · ${age(updatedAt, now)}${about.text ? ` · ${oneLine(about.text)}` : ''}`, 400))),
    actions(
      about.kind !== 'chat' && button(about.kind === 'note' ? 'Keep note' : 'Send', ids.sendDraft, id),
      isShared ? button('Keep to myself', ids.unshareDraft, id) : button('Share with the team', ids.shareDraft, id),
      button('Discard', ids.discardDraft, id, { style: 'danger', confirm: sure }),
    ),
  ]
}

const draftMarks: Record<DraftKind, string> = { ticket: '✏️', reply: '↩️', note: '🔒', chat: '📣' }

/** Says why there is nothing to see. */
export function closedHome(why: string): HomeView {
  return { type: 'home', blocks: [words(why)] }
}

function home(page: HomePage, blocks: KnownBlock[]): HomeView {
  const tabs = actions(
    button('Inbox', `${ids.homeTab}:inbox`, 'inbox', page.tab === 'inbox' ? { style: 'primary' } : {}),
    button('Drafts', `${ids.homeTab}:drafts`, 'drafts', page.tab === 'drafts' ? { style: 'primary' } : {}),
    button('Set-up', `${ids.homeTab}:setup`, 'setup', page.tab === 'setup' ? { style: 'primary' } : {}),
    button('New ticket', ids.shortcuts.newTicket, 'home'),
    button('New chat', ids.shortcuts.newChat, 'home'),
    button('Find', ids.find, 'home'),
  )
  const all = [tabs, ...blocks]
  const shown =
    all.length > limits.blocksInView
      ? [...all.slice(0, limits.blocksInView - 1), context('There is more than this page can show.')]
      : all
  return { type: 'home', callback_id: 'home', blocks: shown, private_metadata: JSON.stringify(page) }
}
