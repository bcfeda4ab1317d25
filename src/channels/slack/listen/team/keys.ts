import type { App, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { actsAsAdmin } from '../../../../core/permissions/roles.ts'
import { createKey, keyById, keyPageFor, revokeKey } from '../../../../core/programs/keys.ts'
import { endOfDay, zoneOrUtc } from '../../../../lib/zone.ts'
import type { Desk } from '../../desk.ts'
import { ids } from '../../views/ids.ts'
import { KEYS_ON_A_PAGE, type KeyMeta, type KeysMeta, keyForm, keysView, madeView } from '../../views/team/keys.ts'
import { pressesIn } from '../admitted.ts'
import { openForm, redrawView } from '../show.ts'
import { type Done, onSubmit, type Pressed } from '../showing-problems.ts'
import { sameFor } from '../submission.ts'
import * as values from '../values.ts'

/** Keys of programs: their list, the form for one, which is shown once, and revoking. */
export function listenToKeys(app: App, desk: Desk): void {
  const on = pressesIn(app, desk)
  on(ids.openKeys, ({ body, user }) => openKeys(desk, { ...body, user }))
  on(new RegExp(`^${ids.pageKeys}:`), ({ body, user, value }) =>
    redrawList(desk, body.view?.id, user, { after: value === '-' ? null : value }),
  )
  on(ids.addKey, pressed => openKeyForm(desk, pressed))
  on(ids.revokeKey, pressed => revoke(desk, pressed))
  app.view<ViewSubmitAction>(
    ids.forms.key,
    onSubmit(desk, body => submit(desk, body)),
  )
}

/** Opens the list: their own keys, or everybody's for an admin. */
export async function openKeys(
  desk: Desk,
  from: { trigger_id: string; user: string; view?: { type: string } | undefined },
): Promise<void> {
  await openForm(desk, from, await listFor(desk, from.user, { after: null }))
}

async function listFor(desk: Desk, user: string, meta: KeysMeta): Promise<ModalView> {
  const agent = await desk.people.agent(user)
  const page = await desk.store.read(q => keyPageFor(q, agent, KEYS_ON_A_PAGE, meta.after))
  return keysView(meta, page, desk.store.now(), desk.store.files.publicUrl)
}

async function redrawList(desk: Desk, listId: string | undefined, user: string, meta: KeysMeta): Promise<void> {
  if (listId) await redrawView(desk, listId, await listFor(desk, user, meta))
}

async function openKeyForm(desk: Desk, { body, user }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  const isAdmin = await desk.store.read(q => actsAsAdmin(q, agent.id))
  await openForm(desk, body, keyForm({ listId: body.view?.id ?? '' }, { handle: user, isAdmin }))
}

async function submit(desk: Desk, body: ViewSubmitAction): Promise<Done> {
  const { user, view } = body
  const { listId } = values.metaOf<KeyMeta>(view)
  const show = await sameFor(desk, view.id, () => make(desk, body))
  return { show, after: () => redrawList(desk, listId, user.id, { after: null }) }
}

async function make(desk: Desk, { user, view }: ViewSubmitAction): Promise<ModalView> {
  const by = await desk.people.agent(user.id)
  const v = view.state.values
  const handle = values.chosenUser(v, 'agent')
  const agent = handle && handle !== user.id ? await desk.people.agent(handle) : by
  const networks = values
    .typed(v, 'networks')
    .split(/[\s,]+/)
    .filter(Boolean)
  const day = values.chosenDay(v, 'expires')
  const { zone } = await desk.people.profile(user.id)
  const form = {
    agentId: agent.id,
    name: values.typed(v, 'name'),
    scopes: values.ticked(v, 'scopes'),
    networks: networks.length ? networks : null,
    expiresAt: day === null ? null : endOfDay(day, zoneOrUtc(zone)),
  }
  const { id, key } = await desk.store.write(tx => createKey(tx, form, by))
  desk.log.info({ key: id, name: form.name.trim(), for: agent.id, by: by.id }, 'A key of the API was made.')
  return madeView(form.name, key)
}

async function revoke(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const by = await desk.people.agent(user)
  const key = await desk.store.read(q => keyById(q, value))
  const isNew = await desk.store.write(tx => revokeKey(tx, value, by))
  if (isNew) desk.log.info({ key: value, name: key.name, for: key.agentId, by: by.id }, 'A key of the API was revoked.')
  await redrawList(desk, body.view?.id, user, body.view ? values.metaOf<KeysMeta>(body.view) : { after: null })
}
