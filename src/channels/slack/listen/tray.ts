import type { App, BlockAction } from '@slack/bolt'
import { teams } from '../../../core/teams.ts'
import { giveToTeam, tray } from '../../../core/tray.ts'
import type { Desk } from '../desk.ts'
import { ids } from '../views/ids.ts'
import { trayView } from '../views/tray.ts'
import { openForm } from './show.ts'
import { onPress } from './showing-problems.ts'

const ROWS = 20

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
}

function view(desk: Desk) {
  return desk.store.read(async q => trayView(await tray(q, ROWS), await teams(q)))
}
