import type { ReactNode } from 'react'
import { type Element, type ElementLook, useSurface } from '../blocks/surface.ts'
import { useSlack } from '../useSlack.tsx'
import { useHeld } from './useHeld.ts'

const TYPES: Record<string, string> = { datepicker: 'date', timepicker: 'time', datetimepicker: 'datetime-local' }

/** Date, time, or both. */
export function DateInput({ block, element, label, describedBy, isInvalid }: ElementLook): ReactNode {
  const { held, act } = useSurface()
  const { confirm } = useSlack()
  const [value, hold] = useHeld(shownOf(held(block, element), element))

  async function choose(next: string): Promise<void> {
    if (element.confirm && !(await confirm(element.confirm))) return
    hold(next)
    await act(block, element, entryOf(element, next))
  }

  return (
    <input
      className="input is-date"
      type={TYPES[element.type]}
      aria-label={label}
      aria-describedby={describedBy}
      aria-invalid={isInvalid}
      value={value}
      onChange={event => void choose(event.target.value)}
    />
  )
}

function shownOf(held: Element | undefined, element: Element): string {
  if (element.type === 'datepicker') return (held ? held.selected_date : element.initial_date) ?? ''
  if (element.type === 'timepicker') return (held ? held.selected_time : element.initial_time) ?? ''
  const seconds = held ? held.selected_date_time : element.initial_date_time
  return seconds ? localTime(seconds * 1000) : ''
}

function entryOf(element: Element, value: string): string | number | null {
  if (!value) return null
  return element.type === 'datetimepicker' ? Math.floor(new Date(value).getTime() / 1000) : value
}

/** As the input wants it: local, without a zone. */
function localTime(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
