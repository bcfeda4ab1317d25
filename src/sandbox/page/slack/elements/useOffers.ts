import { useEffect, useState } from 'react'
import type { Block } from '../../../slack/types.ts'
import { type Element, useSurface } from '../blocks/surface.ts'
import { useSlack } from '../useSlack.tsx'
import { type Offer, offerOf, offersOf, sourceOf } from './options.ts'

export interface Offers {
  offers: Offer[]
  isAsking: boolean
  /** What to do so that something is offered. */
  advice: string | undefined
}

const PAUSE_MS = 150

/** What a select offers for a text; undefined means that it is closed. */
export function useOffers(block: Block, element: Element, query: string | undefined): Offers {
  const { now } = useSlack()
  const isExternal = sourceOf(element) === 'external'
  const least: number = element.min_query_length ?? 3
  const isTooShort = isExternal && query !== undefined && query.length < least
  const found = useSuggestions(block, element, isExternal && !isTooShort ? query : undefined)
  if (isExternal) {
    const advice = isTooShort ? `Type at least ${least} character${least === 1 ? '' : 's'}` : undefined
    return { offers: isTooShort ? [] : (found.offers ?? []), isAsking: found.isAsking, advice }
  }
  const wanted = (query ?? '').toLowerCase()
  const offers = offersOf(element, now).filter(offer => offer.label.toLowerCase().includes(wanted))
  return { offers, isAsking: false, advice: undefined }
}

function useSuggestions(block: Block, element: Element, query: string | undefined) {
  const { suggest } = useSurface()
  const [offers, setOffers] = useState<Offer[]>()
  const [isAsking, setAsking] = useState(false)

  useEffect(() => {
    if (query === undefined) return setOffers(undefined)
    let isPast = false
    setAsking(true)
    const timer = setTimeout(async () => {
      const { options, groups } = await suggest(block, element, query)
      if (isPast) return
      setOffers([
        ...options.map(option => offerOf(option)),
        ...groups.flatMap(group => group.options.map(option => offerOf(option, group.label))),
      ])
      setAsking(false)
    }, PAUSE_MS)
    return () => {
      isPast = true
      clearTimeout(timer)
    }
  }, [query])

  return { offers, isAsking }
}
