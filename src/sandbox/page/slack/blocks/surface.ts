import { createContext, useContext } from 'react'
import type { Block, EntryRequest, Json, Place, Suggestions } from '../../../slack/types.ts'

/** Something that one can press or fill in: Slack's JSON, with the block that it stands in. */
export interface Element {
  type: string
  action_id: string
  [field: string]: Json
}

/** Where elements stand, and what becomes of what is done to them. */
export interface Surface {
  place: Place
  /** What the server holds for an element: Slack's state value. Undefined where Slack keeps no state. */
  held(block: Block, element: Element): Json
  /** Something was chosen or pressed. `isInput`: in an input block, which tells the app only when it asked for that. */
  act(block: Block, element: Element, entry?: EntryRequest): Promise<void>
  /** Text that stands in a field and is not sent yet; it goes along before anything else is done here. */
  draft(block: Block, element: Element, entry: EntryRequest): void
  /** Sends a text now that stands in a field, since the app wants to hear of it; one that was sent meanwhile is not sent again. */
  commit(block: Block, element: Element, entry: EntryRequest): void
  suggest(block: Block, element: Element, query: string): Promise<Suggestions>
  errorOf(block: Block): string | undefined
}

export const SurfaceContext = createContext<Surface | undefined>(undefined)

export function useSurface(): Surface {
  const surface = useContext(SurfaceContext)
  if (!surface) throw new Error('Elements stand on a surface.')
  return surface
}

/** Props of every element. */
export interface ElementLook {
  block: Block
  element: Element
  /** The accessible name: the label of the input block, or the element's placeholder. */
  label: string
  /** The id of what describes it, such as an error. */
  describedBy?: string | undefined
  isInvalid?: boolean
}
