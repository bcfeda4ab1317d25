import type { App, BlockAction } from '@slack/bolt'
import { actorOf } from '../../../../core/agents.ts'
import type { Actor } from '../../../../core/events.ts'
import { teams } from '../../../../core/teams.ts'
import { countTray, giveToTeam, heldMails, letThrough, throwAway, throwOneAway, tray } from '../../../../core/tray.ts'
import type { Tx } from '../../../../db/store.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { trayView } from '../../views/mail/tray.ts'
import { showHome } from '../home.ts'
import { openForm } from '../show.ts'
import { onPress } from '../showing-problems.ts'

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
  settles(app, desk, ids.giveToTeam, (tx, value) => {
    const [id = '', teamId = ''] = value.split('|')
    return giveToTeam(tx, id, teamId)
  })
  settles(app, desk, ids.throwOneAway, throwOneAway)
  settles(app, desk, ids.letThrough, letThrough)
  settles(app, desk, ids.throwAway, throwAway)
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
      if (body.view) await desk.ui.views.update({ view_id: body.view.id, view: await view(desk) })
      await showHome(desk, user, { tab: 'setup' })
    }),
  )
}

function view(desk: Desk) {
  return desk.store.read(async q =>
    trayView(await tray(q, ROWS), await heldMails(q, HELD_ROWS), await teams(q), await countTray(q)),
  )
}
