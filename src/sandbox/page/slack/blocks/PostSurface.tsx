import { type ReactNode, useMemo } from 'react'
import type { Block, EntryRequest, Place, Suggestions } from '../../../slack/types.ts'
import { useSlack } from '../useSlack.tsx'
import { type Element, type Surface, SurfaceContext } from './surface.ts'

/** Where nothing is submitted as a whole: in a message, an ephemeral, App Home. Each act reaches the app by itself. */
export function PostSurface({ place, held, children }: PostSurfaceLook): ReactNode {
  const { post, attempt } = useSlack()
  const key = JSON.stringify(place)
  const surface = useMemo<Surface>(() => {
    const at: Place = JSON.parse(key)
    const act = async (block: Block, element: Element, entry?: EntryRequest) => {
      await attempt(() => post('click', { place: at, actionId: element.action_id, entry, at: placeIn(block, element) }))
    }
    return {
      place: at,
      held: (block, element) => held?.[block.block_id ?? '']?.[element.action_id],
      act,
      draft: () => {},
      commit: (block, element, entry) => void act(block, element, entry),
      suggest: (_block, element, query) =>
        post<Suggestions>('suggest', { place: at, key: element.action_id, query }).catch(() => NOTHING),
      errorOf: () => undefined,
    }
  }, [key, held, post, attempt])
  return <SurfaceContext value={surface}>{children}</SurfaceContext>
}

interface PostSurfaceLook {
  place: Place
  held?: Record<string, Record<string, Element>>
  children: ReactNode
}

export const NOTHING: Suggestions = { options: [], groups: [] }

/** Which of several elements with one action_id. */
export function placeIn(block: Block, element: Element): { block?: string; value?: string } {
  return {
    ...(block.block_id ? { block: block.block_id } : {}),
    ...(typeof element.value === 'string' ? { value: element.value } : {}),
  }
}
