import type { App, ViewSubmitAction } from '@slack/bolt'
import type { ModalView } from '@slack/types'
import { hookFor, hooksFor } from '../../../../core/hooks/hook.ts'
import { deliveriesOf, replay, sendTest } from '../../../../core/hooks/log.ts'
import {
  changeHook,
  createHook,
  endOldSecret,
  type HookForm,
  removeHook,
  rotateSecret,
  switchHook,
} from '../../../../core/hooks/subscribe.ts'
import { EVENT_TYPES } from '../../../../core/hooks/types.ts'
import { teams } from '../../../../core/teams.ts'
import type { HookShape } from '../../../../db/schema.ts'
import type { Desk } from '../../desk.ts'
import { notice } from '../../views/blocks.ts'
import { ids } from '../../views/ids.ts'
import { type HookLogMeta, type HookMeta, hookForm, hookLog, hooksPage, secretView } from '../../views/team/hooks.ts'
import { pressesIn } from '../admitted.ts'
import { openForm, redrawView } from '../show.ts'
import { type Done, onSubmit, type Pressed } from '../showing-problems.ts'
import { sameFor } from '../submission.ts'
import * as values from '../values.ts'

const ROWS = 20

/** Which programs are told of what happens, and what became of it. For leads, where there are any: core refuses others. */
export function listenToHooks(app: App, desk: Desk): void {
  const on = pressesIn(app, desk)
  on(ids.openHooks, ({ body, user }) => openHooks(desk, body, user))
  on(ids.hookAdd, async ({ body, user }) => openForm(desk, body, await formFor(desk, user, metaFor(body, null))))
  on(ids.hookEdit, async ({ body, user, value }) =>
    openForm(desk, body, await formFor(desk, user, metaFor(body, value))),
  )
  on(new RegExp(`^${ids.hookSwitch}:`), pressed => turn(desk, pressed))
  on(ids.hookRotate, pressed => rotate(desk, pressed))
  on(ids.hookEndOld, pressed => endOld(desk, pressed))
  on(ids.hookRemove, pressed => remove(desk, pressed))
  on(ids.hookLog, async ({ body, user, value }) =>
    openForm(desk, body, await logFor(desk, user, { hookId: value, isFailed: false })),
  )
  on(new RegExp(`^${ids.hookShow}:`), pressed => showLog(desk, pressed))
  on(ids.hookTest, async pressed => {
    const agent = await desk.people.agent(pressed.user)
    await desk.store.write(tx => sendTest(tx, pressed.value, agent))
    await redrawLog(desk, pressed)
  })
  on(ids.hookReplay, pressed => replayOne(desk, pressed))
  app.view<ViewSubmitAction>(
    ids.forms.hook,
    onSubmit(desk, body => save(desk, body)),
  )
}

/** Opens the list of subscriptions. Throws a Problem for somebody who leads nothing. */
export async function openHooks(desk: Desk, from: Parameters<typeof openForm>[1], user: string): Promise<void> {
  await openForm(desk, from, await pageFor(desk, user))
}

async function pageFor(desk: Desk, user: string): Promise<ModalView> {
  const agent = await desk.people.agent(user)
  return desk.store.read(async q =>
    hooksPage(await hooksFor(q, desk.store.key, agent.id), await teams(q), desk.store.now()),
  )
}

function metaFor({ view }: Pressed['body'], hookId: string | null): HookMeta {
  return { hookId, pageId: view?.id ?? '' }
}

async function formFor(desk: Desk, user: string, meta: HookMeta): Promise<ModalView> {
  const agent = await desk.people.agent(user)
  return desk.store.read(async q => {
    const hook = meta.hookId ? await hookFor(q, desk.store.key, meta.hookId, agent.id) : null
    return hookForm(meta, hook, await teams(q))
  })
}

async function save(desk: Desk, { user, view }: ViewSubmitAction): Promise<Done> {
  const agent = await desk.people.agent(user.id)
  const { hookId, pageId } = values.metaOf<HookMeta>(view)
  const url = values.typed(view.state.values, 'url').trim()
  const after = async () => redrawPage(desk, user.id, pageId)
  if (hookId) {
    await desk.store.write(async tx => {
      const { events } = await hookFor(tx.q, tx.key, hookId, agent.id)
      const form = { ...read(view.state.values, events), ...(url && { url }) }
      await changeHook(tx, hookId, form, agent, desk.localHooks)
    })
    return { keepBelow: true, after }
  }
  const form = { ...read(view.state.values, null), url }
  const make = async () => {
    const { secret } = await desk.store.write(tx => createHook(tx, form, agent, desk.localHooks))
    return secretView(secret, { isNew: true })
  }
  return { show: await sameFor(desk, view.id, make), after }
}

/** What the form cannot show, since only the API offers it, stays. */
function read(v: values.Values, known: string[] | null): HookForm {
  const shape = (values.chosen(v, 'shape') ?? 'event') as HookShape
  const chosen = values.ticked(v, 'events')
  const unseen = (known ?? []).filter(type => !(EVENT_TYPES as readonly string[]).includes(type))
  const teamIds = values.ticked(v, 'teams')
  return {
    shape,
    ...(shape === 'event' && { events: chosen.length + unseen.length ? [...chosen, ...unseen] : null }),
    teamIds: teamIds.length ? teamIds : null,
    description: values.typed(v, 'description'),
    includePrivate: values.isChecked(v, 'private'),
  }
}

async function turn(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  const [action] = body.actions
  const isOn = Boolean(action?.action_id.endsWith(':on'))
  await desk.store.write(tx => switchHook(tx, value, isOn, agent))
  await redrawPage(desk, user, body.view?.id)
}

async function rotate(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  const make = async () => secretView(await desk.store.write(tx => rotateSecret(tx, value, agent)), { isNew: false })
  await openForm(desk, body, await sameFor(desk, `rotate:${body.view?.id}`, make))
  await redrawBelow(desk, user, body)
}

async function endOld(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => endOldSecret(tx, value, agent))
  if (body.view) await redrawView(desk, body.view.id, await formFor(desk, user, values.metaOf<HookMeta>(body.view)))
}

async function remove(desk: Desk, { body, user, value }: Pressed): Promise<void> {
  const agent = await desk.people.agent(user)
  await desk.store.write(tx => removeHook(tx, value, agent))
  if (body.view) await redrawView(desk, body.view.id, notice('Webhook', 'It is removed: nothing is posted there.'))
  await redrawBelow(desk, user, body)
}

async function redrawBelow(desk: Desk, user: string, { view }: Pressed['body']): Promise<void> {
  if (view) await redrawPage(desk, user, values.metaOf<HookMeta>(view).pageId)
}

async function redrawPage(desk: Desk, user: string, pageId: string | undefined): Promise<void> {
  if (pageId) await redrawView(desk, pageId, await pageFor(desk, user))
}

async function logFor(desk: Desk, user: string, meta: HookLogMeta): Promise<ModalView> {
  const agent = await desk.people.agent(user)
  return desk.store.read(async q => {
    const hook = await hookFor(q, desk.store.key, meta.hookId, agent.id)
    const rows = await deliveriesOf(q, hook.id, { limit: ROWS, ...(meta.isFailed && { state: 'failed' as const }) })
    return hookLog(meta, hook.host, rows)
  })
}

async function showLog(desk: Desk, pressed: Pressed): Promise<void> {
  const { body } = pressed
  const show = body.actions[0]?.action_id.split(':')[1]
  const known = body.view ? values.metaOf<HookLogMeta>(body.view).isFailed : false
  await redrawLog(desk, pressed, show === 'again' ? known : show === 'failed')
}

async function redrawLog(desk: Desk, { body, user }: Pressed, isFailed?: boolean): Promise<void> {
  if (!body.view) return
  const meta = values.metaOf<HookLogMeta>(body.view)
  await redrawView(desk, body.view.id, await logFor(desk, user, { ...meta, isFailed: isFailed ?? meta.isFailed }))
}

async function replayOne(desk: Desk, pressed: Pressed): Promise<void> {
  const agent = await desk.people.agent(pressed.user)
  const [hookId = '', deliveryId = ''] = pressed.value.split(':')
  await desk.store.write(tx => replay(tx, hookId, deliveryId, agent))
  await redrawLog(desk, pressed, false)
}
