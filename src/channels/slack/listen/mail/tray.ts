import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import { actorOf } from '../../../../core/agents.ts'
import type { Actor } from '../../../../core/events.ts'
import { teams } from '../../../../core/teams.ts'
import {
  countTray,
  giveToTeam,
  giveToTicket,
  heldMails,
  letThrough,
  mailAsItCame,
  throwAway,
  throwOneAway,
  tray,
  tryAgain,
} from '../../../../core/tray.ts'
import type { Tx } from '../../../../db/store.ts'
import { Problem } from '../../../../lib/problem.ts'
import type { Desk } from '../../desk.ts'
import { sendFile } from '../../files.ts'
import { notice } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import { banForm } from '../../views/mail/blocked.ts'
import { type EntryMeta, moveEntryForm, trayView } from '../../views/mail/tray.ts'
import { showHome } from '../home.ts'
import { admit, admitChanging, loadMessage, openForm, redrawView } from '../show.ts'
import { onPress, onSubmit, type Pressed } from '../showing-problems.ts'
import { ticketIn } from '../tickets/relations.ts'
import * as values from '../values.ts'

const ROWS = 20
const HELD_ROWS = 5

/** Mails that belong to no ticket. */
export function listenToTray(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.openTray,
    onPress(desk, async ({ body, user }) => {
      await admit(desk, user)
      await openForm(desk, body, await view(desk))
    }),
  )
  settles(app, desk, ids.giveToTeam, (tx, value, actor) => {
    const [id = '', teamId = ''] = value.split('|')
    return giveToTeam(tx, id, teamId, actor)
  })
  settles(app, desk, ids.throwOneAway, throwOneAway)
  settles(app, desk, ids.tryEntry, tryAgain)
  settles(app, desk, ids.letThrough, letThrough)
  settles(app, desk, ids.throwAway, throwAway)
  const on = (id: string | RegExp, work: (pressed: Pressed) => Promise<void>) =>
    app.action<BlockAction>(id, onPress(desk, work))
  on(new RegExp(`^${ids.moveEntry}:`), async ({ body, user, value }) => {
    await admitChanging(desk, user)
    await openForm(desk, body, moveEntryForm({ entryId: value, trayId: body.view?.id ?? '' }))
  })
  on(new RegExp(`^${ids.banEntry}:`), async ({ body, user, value }) => {
    await admitChanging(desk, user)
    await openForm(desk, body, banForm(value, { ticketId: null, ...(body.view && { trayId: body.view.id }) }))
  })
  on(new RegExp(`^${ids.downloadEntry}:`), pressed => download(desk, pressed, pressed.value))
  on(ids.downloadMail, async pressed => {
    const { message, ticket } = await loadMessage(desk, pressed.value)
    await admit(desk, pressed.user, ticket.id, 'download')
    if (!message.inboundId) throw new Problem('conflict', 'This was not a mail.')
    await download(desk, pressed, message.inboundId)
  })
  app.view<ViewSubmitAction>(
    ids.forms.moveEntry,
    onSubmit(desk, async ({ user, view }) => {
      const { entryId, trayId } = values.metaOf<EntryMeta>(view)
      const agent = await desk.people.agent(user.id)
      const ticketId = ticketIn(view.state.values)
      await desk.store.write(tx => giveToTicket(tx, entryId, ticketId, actorOf(agent)))
      return { keepBelow: true, after: () => showTray(desk, trayId, user.id) }
    }),
  )
}

/** Gives the mail as it came to who asks, alone: it may hold what its reading left out. */
async function download(desk: Desk, { body, user }: Pressed, inboundId: string): Promise<void> {
  await admit(desk, user)
  const viewId = await openForm(desk, body, notice('Download', 'Fetching the mail…'))
  const raw = await desk.store.read(q => mailAsItCame(q, inboundId))
  const name = `mail-${inboundId.slice(-8)}.eml`
  await sendFile(desk, user, { name, bytes: raw, comment: 'The mail as it came in. Be careful with what is in it.' })
  await redrawView(desk, viewId, notice('Download', `${name} is in your messages with Overture.`))
}

/** Draws the tray and the count on the page below anew. */
export async function showTray(desk: Desk, trayId: string, user: string): Promise<void> {
  await redrawView(desk, trayId, await view(desk))
  await showHome(desk, user, { tab: 'setup' })
}

/** Changes what the tray shows, and draws it and the count on the page below anew. */
function settles(
  app: App,
  desk: Desk,
  id: string,
  work: (tx: Tx, value: string, actor: Actor) => Promise<unknown>,
): void {
  app.action<BlockAction>(
    new RegExp(`^${id}:`),
    onPress(desk, async ({ body, user, value }) => {
      const agent = await desk.people.agent(user)
      await desk.store.write(tx => work(tx, value, actorOf(agent)))
      if (body.view) await showTray(desk, body.view.id, user)
    }),
  )
}

function view(desk: Desk) {
  return desk.store.read(async q =>
    trayView(await tray(q, ROWS), await heldMails(q, HELD_ROWS), await teams(q), await countTray(q)),
  )
}
