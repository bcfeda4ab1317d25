import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf } from '../../../../core/agents.ts'
import { bannedMails, takeInBanned } from '../../../../core/banned-mails.ts'
import { ban, searchBans, unban } from '../../../../core/bans.ts'
import { refuseUnlessLead } from '../../../../core/permissions/roles.ts'
import { liftSuppression, searchSuppressions } from '../../../../core/suppressions.ts'
import { throwBannedAway } from '../../../../core/tray.ts'
import { liftUnsubscription, searchUnsubscriptions } from '../../../../core/unsubscriptions.ts'
import type { AgentRow, LiftRow } from '../../../../db/schema.ts'
import type { Tx } from '../../../../db/store.ts'
import { endOfDay, zoneOrUtc } from '../../../../lib/zone.ts'
import type { Desk } from '../../desk.ts'
import { notice } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import {
  type BanMeta,
  type BannedMailsMeta,
  type BlockedMeta,
  banForm,
  bannedMailsView,
  blockedView,
  type LiftMeta,
  liftForm,
  MOST_BLOCKED,
} from '../../views/mail/blocked.ts'
import { showHome } from '../home.ts'
import { admit, admitChanging, detailsView, openForm, redrawView } from '../show.ts'
import { type Done, onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import * as values from '../values.ts'
import { showTray } from './tray.ts'

/** Who is not written to, and who is banned: seen, searched, added and lifted. */
export function listenToBlocked(app: App, desk: Desk): void {
  const on = (id: string, work: (pressed: Pressed) => Promise<void>) => app.action<BlockAction>(id, onPress(desk, work))
  on(ids.openBlocked, async ({ body, user }) => {
    await admit(desk, user)
    await openForm(desk, body, await listed(desk, ''))
  })
  on(ids.lift, pressed => askInList(desk, pressed, 'suppression'))
  on(ids.liftUnsubscription, pressed =>
    askInList(desk, pressed, 'unsubscription', pressed.value.slice(pressed.value.indexOf(' ') + 1)),
  )
  on(ids.unban, pressed => change(desk, pressed, (tx, agent) => unban(tx, pressed.value, agent)))
  on(ids.bannedMails, async ({ body, user, value }) => {
    await admit(desk, user)
    await openForm(desk, body, await keptBy(desk, value))
  })
  app.action<BlockAction>(
    new RegExp(`^${ids.takeInBanned}:`),
    onPress(desk, pressed => takeIn(desk, pressed)),
  )
  on(ids.addBan, async ({ body, user }) => {
    await admitChanging(desk, user)
    await openForm(desk, body, banForm('', { ticketId: null, ...(body.view && { listId: body.view.id }) }))
  })
  on(ids.banAuthor, async ({ body, user, value }) => {
    await admitChanging(desk, user)
    const [ticketId = '', address = ''] = value.split(' ')
    await openForm(desk, body, banForm(address, { ticketId }))
  })
  app.view<ViewSubmitAction>(
    ids.forms.blocked,
    onSubmit(desk, async ({ user, view }) => {
      await admit(desk, user.id)
      return { show: await listed(desk, values.typed(view.state.values, 'search')) }
    }),
  )
  app.view<ViewSubmitAction>(
    ids.forms.lift,
    onSubmit(desk, body => lift(desk, body)),
  )
  app.view<ViewSubmitAction>(
    ids.forms.ban,
    onSubmit(desk, body => submit(desk, body)),
  )
}

async function listed(desk: Desk, typed: string): Promise<ModalView> {
  const text = typed.trim()
  return desk.store.read(async q =>
    blockedView(text, {
      suppressions: await searchSuppressions(q, text, MOST_BLOCKED),
      unsubscriptions: await searchUnsubscriptions(q, text, MOST_BLOCKED),
      bans: await searchBans(q, text, MOST_BLOCKED),
    }),
  )
}

async function askInList(desk: Desk, pressed: Pressed, what: LiftRow['what'], kind = ''): Promise<void> {
  const [address = ''] = pressed.value.split(' ')
  const { view } = pressed.body
  const below = view && { viewId: view.id, typed: values.metaOf<BlockedMeta>(view).typed }
  await askWhyToLift(desk, pressed, { what, address, kind, ...(below && { below }) })
}

/** Asks for the note that a lift needs, or says at once whom to ask when this is for leads to decide. */
export async function askWhyToLift(desk: Desk, { body, user }: Pressed, meta: LiftMeta): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.read(q => refuseUnlessLead(q, agent.id))
  await openForm(desk, body, liftForm(meta))
}

async function lift(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { what, address, kind, below } = values.metaOf<LiftMeta>(view)
  const agent = await desk.people.agent(user.id)
  const note = values.typed(view.state.values, 'note')
  await desk.store.write(tx =>
    what === 'suppression'
      ? liftSuppression(tx, address, actorOf(agent), note)
      : liftUnsubscription(tx, address, kind, actorOf(agent), note),
  )
  if (!below) return {}
  if ('ticketId' in below)
    return {
      keepBelow: true,
      after: async () => void (await redrawView(desk, below.viewId, await detailsView(desk, below.ticketId))),
    }
  return { keepBelow: true, after: () => showList(desk, below.viewId, user.id, below.typed) }
}

async function showList(desk: Desk, listId: string, userId: string, typed = ''): Promise<void> {
  await redrawView(desk, listId, await listed(desk, typed))
  await showHome(desk, userId, { tab: 'setup' })
}

/** Changes what the list shows, and draws it and the page below anew. */
async function change(
  desk: Desk,
  { body, user }: Pressed,
  work: (tx: Tx, agent: AgentRow) => Promise<void>,
): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => work(tx, agent))
  if (body.view) await redrawView(desk, body.view.id, await listed(desk, values.metaOf<BlockedMeta>(body.view).typed))
  await showHome(desk, user, { tab: 'setup' })
}

const MOST_KEPT = 20

function keptBy(desk: Desk, pattern: string): Promise<ModalView> {
  return desk.store.read(async q => bannedMailsView(pattern, await bannedMails(q, pattern, MOST_KEPT)))
}

async function takeIn(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => takeInBanned(tx, value, actorOf(agent)))
  const { view } = body
  if (view) await redrawView(desk, view.id, await keptBy(desk, values.metaOf<BannedMailsMeta>(view).pattern))
}

async function submit(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { ticketId, listId, trayId } = values.metaOf<BanMeta>(view)
  const agent = await desk.people.agent(user.id)
  const v = view.state.values
  const day = values.chosenDay(v, 'until')
  const until = day === null ? null : endOfDay(day, zoneOrUtc(agent.zone))
  const form = { address: values.typed(v, 'address'), reason: values.typed(v, 'reason'), until, by: agent, ticketId }
  const address = await desk.store.write(async tx => {
    const banned = await ban(tx, form)
    await throwBannedAway(tx, banned, actorOf(agent))
    return banned
  })
  if (trayId) return { keepBelow: true, after: () => showTray(desk, trayId, user.id) }
  if (!listId) return { show: notice('Banned', `${address} is banned. Set-up lists all bans, and lifts them.`) }
  return { keepBelow: true, after: () => showList(desk, listId, user.id) }
}
