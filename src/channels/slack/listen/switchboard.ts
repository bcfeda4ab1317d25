import type { App } from '@slack/bolt'

type Listener = (args: never) => Promise<void>
type Switch = { ids: Map<string, Listener>; patterns: [RegExp, Listener][] }

/**
 * Takes listeners as Bolt's App does, and has one of each kind look up whose turn it is: Bolt asks every listener at every
 * event, which with a hundred of them was the largest part of what an event cost.
 */
export function switchboard(app: App): App {
  const kinds = { command: opened(), shortcut: opened(), action: opened(), view: opened(), options: opened() }
  const closed = opened()
  app.command(ANY, async args => find(kinds.command, args.command.command)?.(args as never))
  app.shortcut(ANY, async args => find(kinds.shortcut, args.shortcut.callback_id)?.(args as never))
  app.action(ANY, async args =>
    find(kinds.action, 'action_id' in args.action ? args.action.action_id : '')?.(args as never),
  )
  app.view(ANY, async args => find(kinds.view, args.view.callback_id)?.(args as never))
  app.view({ callback_id: ANY, type: 'view_closed' }, async args =>
    find(closed, args.view.callback_id)?.(args as never),
  )
  app.options(ANY, async args => find(kinds.options, args.options.action_id)?.(args as never))
  const taking = (kind: Switch) => (which: Which, listener: Listener) => connect(kind, which, listener)
  const methods = Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, taking(kind)]))
  const view = (which: Which, listener: Listener) => connect(isClosing(which) ? closed : kinds.view, which, listener)
  return { ...methods, view } as unknown as App
}

/** What a listener is for: an id, the ids of a pattern, or the one of a shortcut or of a form, also of its closing. */
type Which = string | RegExp | { callback_id: string; type?: string }

function isClosing(which: Which): boolean {
  return typeof which === 'object' && 'type' in which && which.type === 'view_closed'
}

const ANY = /^/

function opened(): Switch {
  return { ids: new Map(), patterns: [] }
}

function connect({ ids, patterns }: Switch, which: Which, listener: Listener): void {
  if (which instanceof RegExp) patterns.push([which, listener])
  else ids.set(typeof which === 'string' ? which : which.callback_id, listener)
}

/** Undefined for what nobody listens to: it is not acknowledged, as with Bolt. */
function find({ ids, patterns }: Switch, id: string): Listener | undefined {
  return ids.get(id) ?? patterns.find(([pattern]) => pattern.test(id))?.[1]
}
