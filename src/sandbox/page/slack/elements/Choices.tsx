import { type ReactNode, useId } from 'react'
import type { Option } from '../../../slack/types.ts'
import { type ElementLook, useSurface } from '../blocks/surface.ts'
import { TextObject } from '../blocks/Text.tsx'
import { useSlack } from '../useSlack.tsx'
import { useHeld } from './useHeld.ts'

type Choice = Option & { description?: { type: string; text: string } }

/** Radio buttons and checkboxes. */
export function Choices({ block, element, label, describedBy }: ElementLook): ReactNode {
  const { held, act } = useSurface()
  const { confirm } = useSlack()
  const name = useId()
  const isMany = element.type === 'checkboxes'
  const [chosen, hold] = useHeld(valuesOf(held(block, element), element, isMany))

  async function choose(value: string): Promise<void> {
    if (element.confirm && !(await confirm(element.confirm))) return
    const rest = chosen.filter(other => other !== value)
    const next = !isMany ? [value] : rest.length < chosen.length ? rest : [...chosen, value]
    hold(next)
    await act(block, element, isMany ? next : value)
  }

  return (
    <fieldset className="choices" aria-label={label} aria-describedby={describedBy}>
      {(element.options ?? []).map((option: Choice) => (
        <label key={option.value}>
          <input
            type={isMany ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.includes(option.value)}
            onChange={() => void choose(option.value)}
          />
          <span>
            <TextObject text={option.text} />
            {option.description && (
              <small>
                <TextObject text={option.description} />
              </small>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

function valuesOf(
  value: ElementLook['element'] | undefined,
  element: ElementLook['element'],
  isMany: boolean,
): string[] {
  const options: (Option | null | undefined)[] = isMany
    ? (value?.selected_options ?? (value ? [] : (element.initial_options ?? [])))
    : [value ? value.selected_option : element.initial_option]
  return options.flatMap(option => (option ? [option.value] : []))
}
