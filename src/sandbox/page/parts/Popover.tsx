import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'

interface PopoverLook {
  anchor: RefObject<HTMLElement | null>
  onClose(): void
  children: ReactNode
  /** As wide as the anchor. */
  isFitted?: boolean
  align?: 'start' | 'end'
  prefers?: 'below' | 'above'
  className?: string
}

/** Something that hovers at its anchor, above everything else; Escape and a click elsewhere close it. */
export function Popover(look: PopoverLook): ReactNode {
  const { anchor, onClose, children, className = '' } = look
  const box = useRef<HTMLDivElement>(null)
  const [style, setStyle] = useState<Record<string, number>>()

  useLayoutEffect(() => {
    const place = () => {
      if (anchor.current && box.current) setStyle(placeOf(anchor.current, box.current, look))
    }
    place()
    const watch = new ResizeObserver(place)
    if (box.current) watch.observe(box.current)
    window.addEventListener('resize', place)
    window.addEventListener('scroll', place, true)
    return () => {
      watch.disconnect()
      window.removeEventListener('resize', place)
      window.removeEventListener('scroll', place, true)
    }
  }, [])

  useEffect(() => {
    const outside = (event: MouseEvent) => {
      const target = event.target as Node
      if (!box.current?.contains(target) && !anchor.current?.contains(target)) onClose()
    }
    const leave = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      onClose()
    }
    document.addEventListener('mousedown', outside)
    document.addEventListener('keydown', leave, true)
    return () => {
      document.removeEventListener('mousedown', outside)
      document.removeEventListener('keydown', leave, true)
    }
  }, [onClose])

  return createPortal(
    <div ref={box} className={`popover ${className}`} style={{ ...style, visibility: style ? 'visible' : 'hidden' }}>
      {children}
    </div>,
    document.body,
  )
}

function placeOf(anchor: HTMLElement, box: HTMLElement, look: PopoverLook): Record<string, number> {
  const at = anchor.getBoundingClientRect()
  const height = box.offsetHeight
  const width = look.isFitted ? Math.max(at.width, 200) : box.offsetWidth
  const room = window.innerHeight - at.bottom - 8
  const isAbove = look.prefers === 'above' ? at.top > height + 8 : room < height && at.top > room
  const left = look.align === 'end' ? at.right - width : at.left
  return {
    left: Math.max(8, Math.min(left, window.innerWidth - width - 8)),
    top: isAbove ? Math.max(8, at.top - height - 6) : Math.min(at.bottom + 6, window.innerHeight - height - 8),
    ...(look.isFitted ? { width } : {}),
  }
}
