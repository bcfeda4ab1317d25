import type { ReactNode } from 'react'
import type { Option } from '../../../slack/types.ts'
import { Menu } from '../../parts/Menu.tsx'
import { type ElementLook, useSurface } from '../blocks/surface.ts'
import { emojiOf } from '../blocks/Text.tsx'
import { useSlack } from '../useSlack.tsx'

export function Overflow({ block, element }: ElementLook): ReactNode {
  const { act } = useSurface()
  const { confirm, follow } = useSlack()

  async function choose(option: Option & { url?: string }): Promise<void> {
    if (element.confirm && !(await confirm(element.confirm))) return
    if (option.url && !follow(option.url)) window.open(option.url, '_blank', 'noopener')
    await act(block, element, option.value)
  }

  return (
    <Menu
      label="More actions"
      icon="more"
      className="boxed"
      items={(element.options ?? []).map((option: Option) => ({
        label: option.text.text.replace(/:([a-z0-9_+-]+):/g, (whole, name: string) => emojiOf(name) ?? whole),
        choose: () => void choose(option),
      }))}
    />
  )
}
