import type { App, BlockAction } from '@slack/bolt'
import type { HomeView } from '@slack/types'
import { agents } from '../../../core/agents.ts'
import { alertsUp } from '../../../core/alerts.ts'
import { countBans } from '../../../core/bans.ts'
import { draftsFor } from '../../../core/drafts.ts'
import { savedFinds } from '../../../core/find/saved.ts'
import { type ListName, listTickets } from '../../../core/lists.ts'
import { thoseInCharge } from '../../../core/permissions/roles.ts'
import { allAliases } from '../../../core/senders/aliases.ts'
import { senders } from '../../../core/senders/find.ts'
import { countSuppressions } from '../../../core/suppressions.ts'
import { teams } from '../../../core/teams.ts'
import { ticketViews } from '../../../core/tickets/view.ts'
import { countTray } from '../../../core/tray.ts'
import { countUnsubscriptions } from '../../../core/unsubscriptions.ts'
import type { TicketView } from '../../../core/view.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Query } from '../../../db/store.ts'
import { Problem } from '../../../lib/problem.ts'
import { takeTurns } from '../../../lib/turns.ts'
import type { Desk } from '../desk.ts'
import { closedHome, draftsHome, type HomePage, inboxHome, setUpHome } from '../views/home.ts'
import { ids } from '../views/ids.ts'
import { admit, detailsView, openForm } from './show.ts'
import { onPress } from './showing-problems.ts'
import * as values from './values.ts'

const ROWS = 20
const MOST_ALERTS = 5

export function listenToHome(app: App, desk: Desk): void {
  const turn = (id: string, page: (value: string, now: HomePage) => HomePage) =>
    app.action<BlockAction>(
      new RegExp(`^${id}:`),
      onPress(desk, ({ body, user, value }) => showHome(desk, user, page(value, pageOf(body)))),
    )
  turn(ids.homeTab, value => (value === 'setup' || value === 'drafts' ? { tab: value } : inbox('mine')))
  turn(ids.homeList, value => inbox(value as ListName))
  turn(ids.homePage, (value, now) => inbox(now.tab === 'inbox' ? now.list : 'all', value === '-' ? null : value))
  turn(ids.pageSenders, (value, now) => ({ ...setUpAt(now), from: Number(value) }))
  turn(ids.pageTeams, (value, now) => ({ ...setUpAt(now), fromTeam: Number(value) }))
  app.action<BlockAction>(
    ids.homeOpen,
    onPress(desk, async ({ body, user, value }) => {
      await admit(desk, user, value)
      await openForm(desk, body, await detailsView(desk, value))
    }),
  )
}

function inbox(list: ListName, after: string | null = null): HomePage {
  return { tab: 'inbox', list, after }
}

function setUpAt(now: HomePage): SetUpPage {
  return now.tab === 'setup' ? now : { tab: 'setup' }
}

function pageOf(body: BlockAction): HomePage {
  return body.view ? { ...inbox('mine'), ...values.metaOf<HomePage>(body.view) } : inbox('mine')
}

/**
 * Draws somebody's Home tab; without a page their own tickets, or all when they have none. One at a time for each person,
 * so that what they asked for last is what they see.
 */
export function showHome(desk: Desk, userId: string, page?: HomePage): Promise<void> {
  if (page) turnedAt.set(userId, desk.store.now())
  return inTurn(userId, () => draw(desk, userId, page))
}

const inTurn = takeTurns()
const turnedAt = new Map<string, number>() // when somebody last chose a page, ms UTC

/** Somebody opened the tab at this moment (ms UTC): word of it may be late, and then what they chose since is left alone. */
export async function onHomeOpened(desk: Desk, userId: string, at: number): Promise<void> {
  if ((turnedAt.get(userId) ?? 0) < at) await showHome(desk, userId)
}

async function draw(desk: Desk, userId: string, page: HomePage | undefined): Promise<void> {
  await desk.ui.views.publish({ user_id: userId, view: await viewFor(desk, userId, page) })
}

async function viewFor(desk: Desk, userId: string, page: HomePage | undefined): Promise<HomeView> {
  try {
    const me = await desk.people.agent(userId)
    if (page?.tab === 'drafts') return draftsView(desk, me)
    if (page) return page.tab === 'setup' ? setUpView(desk, me, page) : (await inboxView(desk, me, page)).view
    const mine = await inboxView(desk, me, inbox('mine') as InboxPage)
    return mine.isEmpty ? (await inboxView(desk, me, inbox('all') as InboxPage)).view : mine.view
  } catch (error) {
    if (error instanceof Problem) return closedHome(error.message)
    throw error
  }
}

type SetUpPage = Extract<HomePage, { tab: 'setup' }>
type InboxPage = Extract<HomePage, { tab: 'inbox' }>

async function inboxView(desk: Desk, me: AgentRow, page: InboxPage): Promise<{ view: HomeView; isEmpty: boolean }> {
  const { tickets, next, saved } = await desk.store.read(async q => {
    const { ids, next } = await listTickets(q, page.list, me.id, ROWS, page.after)
    const found = await ticketViews(q, desk.store, ids)
    return {
      tickets: ids.map(id => found.get(id)).filter((t): t is TicketView => t !== undefined),
      next,
      saved: await savedFinds(q, me),
    }
  })
  return { view: inboxHome(page, tickets, next, desk.store.now(), saved), isEmpty: tickets.length === 0 }
}

const MOST_DRAFTS = 25

async function draftsView(desk: Desk, me: AgentRow): Promise<HomeView> {
  return draftsHome(await desk.store.read(q => draftsFor(q, me.id, MOST_DRAFTS)), desk.store.now())
}

async function setUpView(desk: Desk, me: AgentRow, { from = 0, fromTeam = 0 }: SetUpPage): Promise<HomeView> {
  return desk.store.read(async q =>
    setUpHome({
      me,
      from,
      fromTeam,
      ask: await othersToAsk(q, me),
      aliases: await allAliases(q),
      blocked: (await countSuppressions(q)) + (await countUnsubscriptions(q)) + (await countBans(q)),
      teams: await teams(q),
      senders: await senders(q),
      agents: await agents(q),
      unmatched: await countTray(q),
      alerts: await alertsUp(q, MOST_ALERTS),
    }),
  )
}

/** The names of those who may change what is set up, for somebody who may not. */
async function othersToAsk(q: Query, me: AgentRow): Promise<string[]> {
  const some = await thoseInCharge(q)
  return some.some(l => l.id === me.id) ? [] : some.map(l => l.name)
}
