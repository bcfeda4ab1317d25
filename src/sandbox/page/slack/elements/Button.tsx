import { type ReactNode, useState } from 'react'
import { type ElementLook, useSurface } from '../blocks/surface.ts'
import { Plain } from '../blocks/Text.tsx'
import { useSlack } from '../useSlack.tsx'

export function Button({ block, element, label }: ElementLook): ReactNode {
  const { act } = useSurface()
  const { confirm, follow } = useSlack()
  const [isBusy, setBusy] = useState(false)

  async function press(): Promise<void> {
    if (isBusy || (element.confirm && !(await confirm(element.confirm)))) return
    if (element.url && !follow(element.url)) window.open(element.url, '_blank', 'noopener')
    setBusy(true)
    await act(block, element)
    setBusy(false)
  }

  const style = element.style === 'primary' ? 'is-primary' : element.style === 'danger' ? 'is-danger' : ''
  return (
    <button
      type="button"
      className={`button ${style}`}
      aria-label={element.accessibility_label ? label : undefined}
      aria-busy={isBusy}
      onClick={() => void press()}
    >
      <Plain text={element.text?.text ?? label} />
    </button>
  )
}
