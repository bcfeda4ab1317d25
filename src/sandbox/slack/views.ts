import { randomBytes } from 'node:crypto'
import { faultsInView } from './blocks/views.ts'
import { limits } from './limits.ts'
import { withIds } from './messages.ts'
import type { HomeView, Json, ModalView } from './types.ts'
import { valuesOf } from './values.ts'
import { Refusal, type View, type World } from './world.ts'

/** Opens a modal; whatever this user had open is gone. */
export function openModal(world: World, user: string, given: Json): View {
  check(world, given, 'modal')
  for (const id of world.stacks.get(user) ?? []) world.views.delete(id)
  const view = makeView(world, user, given)
  world.stacks.set(user, [view.id])
  world.tell({ kind: 'modals', user })
  return view
}

/** Puts a modal on top of those that this user has open. */
export function pushModal(world: World, user: string, given: Json): View {
  check(world, given, 'modal')
  const stack = world.stacks.get(user) ?? []
  if (stack.length === 0) throw new Refusal('not_found')
  if (stack.length >= limits.view.stack) throw new Refusal('push_limit_reached')
  const view = makeView(world, user, given)
  view.rootId = stack[0] as string
  view.previousId = stack.at(-1) as string
  world.stacks.set(user, [...stack, view.id])
  world.tell({ kind: 'modals', user })
  return view
}

/** Replaces what a view shows; what was entered stays where the same element is still there. */
export function updateView(world: World, view: View, given: Json, hash?: string): View {
  check(world, given, view.type, view)
  if (hash !== undefined && hash !== view.hash) throw new Refusal('hash_conflict')
  view.given = { ...given, blocks: withIds(given.blocks) }
  view.values = valuesOf(view.given.blocks, view.values)
  view.errors = {}
  touch(world, view)
  return view
}

export function publishHome(world: World, user: string, given: Json, hash?: string): View {
  const known = world.views.get(world.homes.get(user) ?? '')
  if (known) return updateView(world, known, given, hash)
  check(world, given, 'home')
  if (hash !== undefined) throw new Refusal('hash_conflict')
  const view = makeView(world, user, given)
  world.homes.set(user, view.id)
  world.tell({ kind: 'home', user })
  return view
}

/** Takes a modal, and all above it, from its user's stack. */
export function closeModal(world: World, view: View): void {
  const stack = world.stacks.get(view.user) ?? []
  const at = stack.indexOf(view.id)
  if (at < 0) return
  for (const id of stack.slice(at)) world.views.delete(id)
  world.stacks.set(view.user, stack.slice(0, at))
  world.tell({ kind: 'modals', user: view.user })
}

export function clearModals(world: World, user: string): void {
  for (const id of world.stacks.get(user) ?? []) world.views.delete(id)
  world.stacks.delete(user)
  world.tell({ kind: 'modals', user })
}

/** The modals of a user, the visible one last. */
export function modalsOf(world: World, user: string): View[] {
  return (world.stacks.get(user) ?? []).flatMap(id => world.views.get(id) ?? [])
}

export function homeOf(world: World, user: string): View | undefined {
  return world.views.get(world.homes.get(user) ?? '')
}

/** A view as the API and the payloads give it. */
export function viewJson(world: World, view: View): Json {
  const { given } = view
  return {
    id: view.id,
    team_id: world.team.id,
    type: view.type,
    blocks: structuredClone(given.blocks),
    private_metadata: given.private_metadata ?? '',
    callback_id: given.callback_id ?? '',
    state: { values: structuredClone(view.values) },
    hash: view.hash,
    title: given.title ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: given.clear_on_close ?? false,
    notify_on_close: given.notify_on_close ?? false,
    close: given.close ?? null,
    submit: given.submit ?? null,
    previous_view_id: view.previousId,
    root_view_id: view.rootId,
    app_id: world.app.id,
    external_id: given.external_id ?? '',
    app_installed_team_id: world.team.id,
    bot_id: world.app.botId,
  }
}

export function modalView(view: View): ModalView {
  const { given } = view
  return structuredClone({
    id: view.id,
    callbackId: given.callback_id ?? '',
    title: given.title.text,
    submit: given.submit?.text,
    close: given.close?.text,
    blocks: given.blocks,
    values: view.values,
    errors: view.errors,
    isBusy: view.isBusy,
    version: view.version,
  })
}

export function homeView(view: View): HomeView {
  return structuredClone({ id: view.id, blocks: view.given.blocks, values: view.values })
}

/** Notes a change of a view that the app did not make; `hash` changes only with what the app makes. */
export function noteEntry(world: World, view: View): void {
  view.version += 1
  world.tell({ kind: view.type === 'home' ? 'home' : 'modals', user: view.user })
}

function makeView(world: World, user: string, given: Json): View {
  const id = world.id('V')
  const named = { ...given, blocks: withIds(given.blocks) }
  const view: View = {
    id,
    type: given.type,
    user,
    hash: newHash(world),
    rootId: id,
    previousId: null,
    given: named,
    values: valuesOf(named.blocks),
    errors: {},
    isBusy: false,
    version: 1,
  }
  world.views.set(id, view)
  return view
}

function touch(world: World, view: View): void {
  view.hash = newHash(world)
  noteEntry(world, view)
}

function newHash(world: World): string {
  return `${Math.floor(world.now() / 1000)}.${randomBytes(4).toString('hex')}`
}

function check(world: World, given: Json, type: 'modal' | 'home', self?: View): void {
  if (JSON.stringify(given ?? '').length > limits.view.bytes) throw new Refusal('view_too_large')
  const messages = faultsInView(given, type)
  if (messages.length) throw new Refusal('invalid_arguments', { response_metadata: { messages } })
  const twin = [...world.views.values()].some(
    v => v !== self && v.given.external_id && v.given.external_id === given.external_id,
  )
  if (twin) throw new Refusal('duplicate_external_id')
}
