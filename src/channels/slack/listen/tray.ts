import type { App, BlockAction } from '@slack/bolt'
import { actorOf } from '../../../core/agents.ts'
import { teams } from '../../../core/teams.ts'
import { giveToTeam, heldMails, letThrough, throwAway, tray } from '../../../core/tray.ts'
import type { Desk } from '../desk.ts'
import { ids } from '../views/ids.ts'
import { trayView } from '../views/tray.ts'
import { openForm } from './show.ts'
import { onPress } from './showing-problems.ts'

const ROWS = 20
const HELD_ROWS = 5

/** Mails that belong to no ticket. */
export function listenToTray(app: App, desk: Desk): void {
  app.action<BlockAction>(
    ids.openTray,
    onPress(desk, async ({ body }) => {
      await openForm(desk, body, await view(desk))
    }),
  )
  app.action<BlockAction>(
    new RegExp(`^${ids.giveToTeam}:`),
    onPress(desk, async ({ body, value }) => {
      const [id = '', teamId = ''] = value.split('|')
      await desk.store.write(tx => giveToTeam(tx, id, teamId))
      if (body.view) await desk.ui.views.update({ view_id: body.view.id, view: await view(desk) })
    }),
  )
  held(app, desk, ids.letThrough, letThrough)
  held(app, desk, ids.throwAway, throwAway)
}

function held(app: App, desk: Desk, id: string, work: typeof letThrough): void {
  app.action<BlockAction>(
    new RegExp(`^${id}:`),
    onPress(desk, async ({ body, user, value }) => {
      const agent = await desk.people.agent(user)
      await desk.store.write(tx => work(tx, value, actorOf(agent)))
      if (body.view) await desk.ui.views.update({ view_id: body.view.id, view: await view(desk) })
    }),
  )
}

function view(desk: Desk) {
  return desk.store.read(async q => trayView(await tray(q, ROWS), await heldMails(q, HELD_ROWS), await teams(q)))
}
