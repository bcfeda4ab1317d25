import { useMemo, useRef, useState } from 'react'
import type { Block, EntryRequest, ModalView, SubmitAnswer, Suggestions } from '../../slack/types.ts'
import { Refusal } from '../api.ts'
import { NOTHING, placeIn } from './blocks/PostSurface.tsx'
import type { Element, Surface } from './blocks/surface.ts'
import { useSlack } from './useSlack.tsx'

interface Draft {
  entry: EntryRequest
  /** The app hears of this field only when it is committed. */
  isReported: boolean
}

/** What an open modal needs: typed texts are kept here until something is sent, and then go along. */
export function useModal(modal: ModalView) {
  const { post, attempt } = useSlack()
  const drafts = useRef(new Map<string, Draft>())
  const underway = useRef<Promise<unknown>>(Promise.resolve())
  const submitting = useRef(false)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [isSubmitting, setSubmitting] = useState(false)
  const [trouble, setTrouble] = useState<string>()
  const { id, values } = modal
  const newest = useRef(values)
  newest.current = values
  const shownErrors = { ...modal.errors, ...errors }
  const errorKey = JSON.stringify(shownErrors)

  const surface = useMemo<Surface>(() => {
    const place = { view: id }
    const choose = (key: string, entry: EntryRequest) => post('choose', { key, entry, view: id })

    async function sendDrafts(): Promise<void> {
      dropGone(drafts.current, values)
      for (const [key, { entry, isReported }] of [...drafts.current]) {
        if (isReported) continue
        drafts.current.delete(key)
        await choose(key, entry)
      }
    }

    async function act(block: Block, element: Element, entry?: EntryRequest): Promise<void> {
      const work = attempt(async () => {
        await sendDrafts()
        if (block.type === 'input') await choose(keyOf(block, element), entry ?? null)
        else await post('click', { place, actionId: element.action_id, entry, at: placeIn(block, element) })
      })
      underway.current = Promise.all([underway.current, work])
      await work
    }

    return {
      place,
      held: (block, element) => values[block.block_id ?? '']?.[element.action_id],
      act,
      draft(block, element, entry) {
        drafts.current.set(keyOf(block, element), { entry, isReported: block.dispatch_action === true })
      },
      commit(block, element, entry) {
        if (submitting.current || !drafts.current.has(keyOf(block, element))) return // it goes along, or went
        drafts.current.delete(keyOf(block, element))
        void act(block, element, entry)
      },
      suggest: (block, element, query) =>
        post<Suggestions>('suggest', { place, key: keyOf(block, element), query }).catch(() => NOTHING),
      errorOf: block => JSON.parse(errorKey)[block.block_id ?? ''],
    }
  }, [id, values, errorKey, post, attempt])

  async function submit(): Promise<void> {
    submitting.current = true
    setSubmitting(true)
    setTrouble(undefined)
    setErrors({})
    await underway.current // what was entered before is told before
    dropGone(drafts.current, newest.current)
    const sent = [...drafts.current]
    try {
      const entries = Object.fromEntries(sent.map(([key, { entry }]) => [key, entry]))
      const answer = await post<SubmitAnswer>('submit', { entries, view: id })
      for (const [key, draft] of sent) if (drafts.current.get(key) === draft) drafts.current.delete(key)
      setErrors(answer.errors)
    } catch (error) {
      setTrouble(error instanceof Refusal ? error.message : String(error))
    }
    submitting.current = false
    setSubmitting(false)
  }

  return { surface, submit, isSubmitting, trouble }
}

/** The app may have put another form in place of the one that was typed in. */
function dropGone(drafts: Map<string, Draft>, values: ModalView['values']): void {
  const isThere = (key: string) => key in values || Object.values(values).some(elements => key in elements)
  for (const key of [...drafts.keys()]) if (!isThere(key)) drafts.delete(key)
}

/** An input block has one element, whose action_id may be that of others too. */
function keyOf(block: Block, element: Element): string {
  return block.type === 'input' ? (block.block_id ?? element.action_id) : element.action_id
}
