import { suggestions } from '../blocks/elements.ts'
import { faultsOf } from '../blocks/rules.ts'
import { newTrigger } from '../triggers.ts'
import type { Entry, Json, Place, Suggestions } from '../types.ts'
import { valueKey } from '../values.ts'
import { noteEntry, viewJson } from '../views.ts'
import { SlackSays, type User, type View, type World } from '../world.ts'
import { ask, payloadOf, TROUBLE } from './ask.ts'
import { optionOf, type Search, stateAfter } from './entries.ts'
import { findSpot, type Spot } from './place.ts'

/** Presses or picks an element that acts at once; resolves when the app acknowledged it. */
export async function click(
  world: World,
  user: User,
  place: Place,
  actionId: string,
  entry?: Entry,
  at?: { block?: string; value?: string },
): Promise<void> {
  const spot = findSpot(world, user, place, actionId, at)
  if (spot.block.type === 'input') throw new SlackSays('is_input', `${actionId} is part of a form; choose enters it.`)
  const did = await effect(world, user, place, spot, entry)
  await dispatch(world, user, spot, did)
}

/** Enters something in an open modal or in App Home; tells the app at once where the block asks for it. */
export async function choose(world: World, user: User, view: View, key: string, entry: Entry): Promise<void> {
  const place = { view: view.id }
  const spot = findSpot(world, user, place, key)
  const state = await stateAfter(world, user, spot.element, entry, searching(world, user, place, spot.element))
  enter(world, view, spot, state)
  if (spot.block.type !== 'input' || spot.block.dispatch_action) {
    const { type: _, ...value } = state
    await dispatch(world, user, spot, value)
  }
}

/** What an external select offers for a text; nothing while it is too short to ask. */
export async function suggest(
  world: World,
  user: User,
  place: Place,
  key: string,
  query: string,
): Promise<Suggestions> {
  const { block, element, context } = findSpot(world, user, place, key)
  if (!element.type.includes('external')) throw new SlackSays('not_external', `${key} does not search.`)
  if (query.length < (element.min_query_length ?? 3)) return { options: [], groups: [] }
  const { response_url: _, ...where } = context()
  const answer = await ask(world, user, {
    kind: 'suggestion',
    mayAnswer: true,
    onFailure: () => 'No results: the app did not answer.',
    payload: {
      ...payloadOf(world, user, 'block_suggestion'),
      ...where,
      action_id: element.action_id,
      block_id: block.block_id,
      value: query,
    },
  })
  const faults = faultsOf(suggestions, answer ?? {}, '')
  if (faults.length) throw new SlackSays('invalid_options', faults.join('\n'))
  const groups = (answer.option_groups ?? []).map((g: Json) => ({ label: g.label.text, options: g.options }))
  return { options: answer.options ?? [], groups }
}

async function effect(world: World, user: User, place: Place, spot: Spot, entry: Entry | undefined): Promise<Json> {
  const { element } = spot
  if (element.type === 'button') return element.value === undefined ? {} : { value: element.value }
  if (element.type === 'workflow_button') return {}
  if (entry === undefined) throw new SlackSays('no_choice', `Say what to choose in ${element.action_id}.`)
  const search = searching(world, user, place, element)
  if (element.type === 'overflow') return { selected_option: await optionOf(element, entry, search) }
  const state = await stateAfter(world, user, element, entry, search)
  if (spot.view) enter(world, spot.view, spot, state)
  const { type: _, ...value } = state
  return value
}

function enter(world: World, view: View, { block, element }: Spot, state: Json): void {
  const id = block.block_id as string
  view.values[id] = { ...view.values[id], [element.action_id]: state }
  delete view.errors[id]
  noteEntry(world, view)
}

/** Tells the app of an action. */
async function dispatch(world: World, user: User, { block, element, context, view }: Spot, did: Json): Promise<void> {
  const { text, placeholder, confirm, style, action_id, type } = element
  const action = {
    action_id,
    block_id: block.block_id,
    type,
    ...(text ? { text } : {}),
    ...(placeholder ? { placeholder } : {}),
    ...(style ? { style } : {}),
    ...(confirm ? { confirm } : {}),
    ...did,
    action_ts: (world.now() / 1000).toFixed(6),
  }
  const where = context()
  const key = valueKey(type)
  if (!view && key && where.state)
    where.state.values[block.block_id as string] = {
      ...where.state.values[block.block_id as string],
      [action_id]: { type, ...did },
    }
  await ask(world, user, {
    kind: 'interaction',
    onFailure: () => TROUBLE,
    payload: {
      ...payloadOf(world, user, 'block_actions'),
      trigger_id: newTrigger(world, user.id),
      ...where,
      ...(view ? { view: viewJson(world, view) } : {}),
      actions: [action],
    },
  })
}

function searching(world: World, user: User, place: Place, element: Json): Search {
  return query => suggest(world, user, place, element.action_id, query)
}
