import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actorOf } from '../../../core/agents.ts'
import { ban, searchBans, unban } from '../../../core/bans.ts'
import { liftSuppression, searchSuppressions } from '../../../core/suppressions.ts'
import type { AgentRow } from '../../../db/schema.ts'
import type { Tx } from '../../../db/store.ts'
import type { Desk } from '../desk.ts'
import { type BanMeta, type BlockedMeta, banForm, blockedView, MOST_BLOCKED } from '../views/blocked.ts'
import { notice } from '../views/blocks.ts'
import { ids } from '../views/ids.ts'
import { showHome } from './home.ts'
import { admit, openForm, redrawView } from './show.ts'
import { type Done, onPress, onSubmit, type Pressed } from './showing-problems.ts'
import * as values from './values.ts'

/** Who is not written to, and who is banned: seen, searched, added and lifted. */
export function listenToBlocked(app: App, desk: Desk): void {
  const on = (id: string, work: (pressed: Pressed) => Promise<void>) => app.action<BlockAction>(id, onPress(desk, work))
  on(ids.openBlocked, async ({ body, user }) => {
    await admit(desk, user)
    await openForm(desk, body, await listed(desk, ''))
  })
  on(ids.lift, pressed => change(desk, pressed, (tx, agent) => liftSuppression(tx, pressed.value, actorOf(agent))))
  on(ids.unban, pressed => change(desk, pressed, tx => unban(tx, pressed.value)))
  on(ids.addBan, async ({ body }) => {
    await openForm(desk, body, banForm('', { ticketId: null, ...(body.view && { listId: body.view.id }) }))
  })
  on(ids.banAuthor, async ({ body, value }) => {
    const [ticketId = '', address = ''] = value.split(' ')
    await openForm(desk, body, banForm(address, { ticketId }))
  })
  app.view<ViewSubmitAction>(
    ids.forms.blocked,
    onSubmit(desk, async ({ view }) => ({ show: await listed(desk, values.typed(view.state.values, 'search')) })),
  )
  app.view<ViewSubmitAction>(
    ids.forms.ban,
    onSubmit(desk, body => submit(desk, body)),
  )
}

async function listed(desk: Desk, typed: string): Promise<ModalView> {
  const text = typed.trim()
  return desk.store.read(async q =>
    blockedView(text, await searchSuppressions(q, text, MOST_BLOCKED), await searchBans(q, text, MOST_BLOCKED)),
  )
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

async function submit(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const { ticketId, listId } = values.metaOf<BanMeta>(view)
  const agent = await desk.people.agent(user.id)
  const v = view.state.values
  const form = { address: values.typed(v, 'address'), reason: values.typed(v, 'reason'), by: agent, ticketId }
  const address = await desk.store.write(tx => ban(tx, form))
  if (!listId) return { show: notice('Banned', `${address} is banned. Set-up lists all bans, and lifts them.`) }
  const after = async () => {
    await redrawView(desk, listId, await listed(desk, ''))
    await showHome(desk, user.id, { tab: 'setup' })
  }
  return { keepBelow: true, after }
}
