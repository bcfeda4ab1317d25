import { Fragment, type ReactNode, useLayoutEffect, useRef } from 'react'
import type { EphemeralView, MessageView } from '../../slack/types.ts'
import { day, startOfDay, timeOfTs } from '../parts/times.ts'
import { Ephemeral } from './Ephemeral.tsx'
import { Message } from './Message.tsx'

interface MessageListLook {
  messages: MessageView[]
  ephemerals: EphemeralView[]
  isThread?: boolean
  empty?: ReactNode
  /** What stands under a message. */
  below?(message: MessageView): ReactNode
  /** What stands after the first message. */
  afterFirst?: ReactNode
}

const TOGETHER_MS = 5 * 60_000

/** Messages and ephemerals by time, with the days between them. It stays at the end while one is there. */
export function MessageList(look: MessageListLook): ReactNode {
  const { messages, ephemerals, isThread = false, empty, below, afterFirst } = look
  const items = [...messages, ...ephemerals].sort((a, b) => Number(a.ts) - Number(b.ts))
  const box = useStickToEnd(`${items.length}/${messages.at(-1)?.edited?.ts}/${messages.at(-1)?.reply_count}`)
  return (
    <div className="messages" ref={box} role="log" aria-label={isThread ? 'Thread' : 'Messages'}>
      {items.length === 0 && empty}
      <div className="messages-inner">
        {items.map((item, index) => {
          const before = items[index - 1]
          const isNewDay = !isThread && startOfDay(timeOfTs(item.ts)) !== startOfDay(timeOfTs(before?.ts ?? '0'))
          return (
            <Fragment key={'id' in item ? item.id : item.ts}>
              {isNewDay && (
                <div className="day">
                  <span>{day(timeOfTs(item.ts))}</span>
                </div>
              )}
              {'id' in item ? (
                <Ephemeral ephemeral={item} />
              ) : (
                <Message message={item} isFollowing={!isNewDay && follows(item, before)} isInThread={isThread}>
                  {below?.(item)}
                </Message>
              )}
              {index === 0 && afterFirst}
            </Fragment>
          )
        })}
      </div>
    </div>
  )
}

function follows(message: MessageView, before: MessageView | EphemeralView | undefined): boolean {
  if (!before || 'id' in before) return false
  const isPlain = !message.subtype && !before.subtype && !before.reply_count && !message.bot_id
  return isPlain && before.user === message.user && timeOfTs(message.ts) - timeOfTs(before.ts) < TOGETHER_MS
}

const NEAR_END_PX = 120

/** Scrolls to the end at first, and with each change as long as the reader is near it. */
function useStickToEnd(change: string) {
  const box = useRef<HTMLDivElement>(null)
  const isNear = useRef(true)

  useLayoutEffect(() => {
    const list = box.current
    if (!list) return
    const toEnd = () => {
      if (isNear.current) list.scrollTop = list.scrollHeight
    }
    const moved = () => {
      isNear.current = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX
    }
    const watch = new ResizeObserver(toEnd)
    watch.observe(list)
    if (list.lastElementChild) watch.observe(list.lastElementChild)
    list.addEventListener('scroll', moved)
    return () => {
      watch.disconnect()
      list.removeEventListener('scroll', moved)
    }
  }, [])

  useLayoutEffect(() => {
    if (box.current && isNear.current) box.current.scrollTop = box.current.scrollHeight
  }, [change])
  return box
}
