import { exchange } from '../triggers.ts'
import type { Json } from '../types.ts'
import { openModal, publishHome, pushModal, updateView, viewJson } from '../views.ts'
import { Refusal, type View, type World } from '../world.ts'
import type { Args } from './args.ts'
import type { Methods } from './method.ts'

export const views: Methods = {
  'views.open': {
    tier: 4,
    needs: ['view'],
    call: (world, args) => ({ view: viewJson(world, openModal(world, whose(world, args), viewIn(args))) }),
  },
  'views.push': {
    tier: 4,
    needs: ['view'],
    call: (world, args) => ({ view: viewJson(world, pushModal(world, whose(world, args), viewIn(args))) }),
  },
  'views.update': {
    tier: 4,
    needs: ['view'],
    call: (world, args) => ({
      view: viewJson(world, updateView(world, named(world, args), viewIn(args), args.text('hash'))),
    }),
  },
  'views.publish': {
    tier: 4,
    needs: ['user_id', 'view'],
    call(world, args) {
      if (!world.manifest.hasHome) throw new Refusal('not_enabled')
      const user = world.users.get(args.text('user_id') ?? '')
      if (!user || user.isBot) throw new Refusal('user_not_found')
      return { view: viewJson(world, publishHome(world, user.id, viewIn(args), args.text('hash'))) }
    },
  },
}

function whose(world: World, args: Args): string {
  const trigger = args.text('trigger_id') ?? args.text('interactivity_pointer')
  if (!trigger)
    throw new Refusal('invalid_arguments', {
      response_metadata: { messages: ['[ERROR] missing required field: trigger_id'] },
    })
  return exchange(world, trigger)
}

function viewIn(args: Args): Json {
  return args.json('view')
}

function named(world: World, args: Args): View {
  const external = args.text('external_id')
  const view = external
    ? [...world.views.values()].find(v => v.given.external_id === external)
    : world.views.get(args.text('view_id') ?? '')
  if (!view) throw new Refusal('not_found')
  return view
}
