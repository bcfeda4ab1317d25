import { type KeyboardEvent, type ReactNode, type RefObject, useCallback, useState } from 'react'
import type { UserView } from '../../../slack/types.ts'
import { Avatar } from '../../parts/Avatar.tsx'
import { Popover } from '../../parts/Popover.tsx'
import { mentionHtml } from '../text/write.ts'
import { colorOf, nameOf, useSlack } from '../useSlack.tsx'

export interface Mentions {
  found: UserView[]
  at: number
  /** How much of the text before the caret the mention replaces. */
  typed: number
  look(): void
  press(event: KeyboardEvent): boolean
  close(): void
  choose(at: number): void
}

/** Colleagues, and the app after them, whose name begins like what stands after an @ before the caret. */
export function useMentions(field: RefObject<HTMLElement | null>): Mentions {
  const { now } = useSlack()
  const [query, setQuery] = useState<string>()
  const [at, setAt] = useState(0)
  const close = useCallback(() => setQuery(undefined), [])
  const named = query === undefined ? [] : now.users.filter(user => begins(nameOf(now, user.id), query))
  const found = [...named.filter(user => !user.isBot), ...named.filter(user => user.isBot)]

  function look(): void {
    setQuery(field.current ? queryBeforeCaret(field.current) : undefined)
    setAt(0)
  }

  function press(event: KeyboardEvent): boolean {
    const user = found[at]
    if (!user) return false
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
      setAt((at + (event.key === 'ArrowDown' ? 1 : -1) + found.length) % found.length)
    else if (event.key === 'Enter' || event.key === 'Tab') {
      insertMention(user.id, nameOf(now, user.id), (query?.length ?? 0) + 1)
      close()
    } else return false
    event.preventDefault()
    return true
  }

  return { found, at, typed: (query?.length ?? 0) + 1, look, press, close, choose: setAt }
}

/** Puts a mention in place of the last so many characters before the caret. */
export function insertMention(user: string, name: string, instead: number): void {
  const selection = getSelection()
  for (let left = instead; left > 0; left -= 1) selection?.modify('extend', 'backward', 'character')
  document.execCommand('insertHTML', false, `${mentionHtml(user, name)}&nbsp;`)
}

interface MentionListLook {
  anchor: RefObject<HTMLElement | null>
  mentions: Mentions
  onPick(user: UserView): void
}

export function MentionList({ anchor, mentions, onPick }: MentionListLook): ReactNode {
  const { now } = useSlack()
  return (
    <Popover anchor={anchor} onClose={mentions.close} prefers="above">
      <div className="listbox" role="listbox" aria-label="People and apps">
        {mentions.found.map((user, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the editor keeps the focus
          <div
            key={user.id}
            role="option"
            aria-selected={index === mentions.at}
            className={index === mentions.at ? 'is-active' : ''}
            onMouseEnter={() => mentions.choose(index)}
            onMouseDown={event => {
              event.preventDefault()
              onPick(user)
            }}
          >
            <Avatar name={nameOf(now, user.id)} color={colorOf(user)} size={20} />
            <span>{nameOf(now, user.id)}</span>
          </div>
        ))}
      </div>
    </Popover>
  )
}

function begins(name: string, query: string): boolean {
  return name.toLowerCase().startsWith(query.toLowerCase())
}

function queryBeforeCaret(field: HTMLElement): string | undefined {
  const selection = getSelection()
  const node = selection?.anchorNode
  if (!selection?.isCollapsed || !node || !field.contains(node) || !(node instanceof Text)) return undefined
  return node.data.slice(0, selection.anchorOffset).match(/(?:^|\s)@([\p{L}]*)$/u)?.[1]
}
