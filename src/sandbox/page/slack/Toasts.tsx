import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { NoticeView, SlackSnapshot } from '../../slack/types.ts'
import { IconButton } from '../parts/IconButton.tsx'

export interface Toast {
  id: string
  text: string
  /** Slack's short word, when it has one. */
  code: string
  at: number
}

const SHOWN_FOR_MS = 9000

/** How near in time a refusal and a notice are when they speak of the same thing. */
const SAME_MS = 5000

/** What Slack itself told since the page is open, and what the page has to say; each goes away by itself. */
export function useToasts(now: SlackSnapshot) {
  const [own, setOwn] = useState<Toast[]>([])
  const [gone, setGone] = useState(() => new Set(now.notices.map(notice => notice.id)))
  const count = useRef(0)

  const dismiss = useCallback((id: string) => setGone(before => new Set(before).add(id)), [])
  const tell = useCallback((text: string, code = '') => {
    count.current += 1
    const id = `own-${count.current}`
    setOwn(before => [...before.slice(-4), { id, text, code, at: Date.now() }])
  }, [])
  const all = useMemo(
    () =>
      [...now.notices, ...own.filter(toast => !isSaid(toast, now.notices))]
        .filter(toast => !gone.has(toast.id))
        .slice(-4),
    [now.notices, own, gone],
  )
  return { all, tell, dismiss }
}

/** Slack tells of some refusals itself; once is enough. */
function isSaid(toast: Toast, notices: NoticeView[]): boolean {
  return notices.some(notice => notice.code === toast.code && Math.abs(notice.at - toast.at) < SAME_MS)
}

export function Toasts({ toasts, onDismiss }: { toasts: Toast[]; onDismiss(id: string): void }): ReactNode {
  return (
    <div className="toasts" role="status" aria-live="polite" aria-label="Notices">
      {toasts.map(toast => (
        <ToastCard key={toast.id} toast={toast} onDismiss={onDismiss} />
      ))}
    </div>
  )
}

function ToastCard({ toast, onDismiss }: { toast: Toast; onDismiss(id: string): void }): ReactNode {
  useEffect(() => {
    const timer = setTimeout(() => onDismiss(toast.id), SHOWN_FOR_MS)
    return () => clearTimeout(timer)
  }, [toast.id, onDismiss])
  return (
    <div className="toast">
      <div>
        {toast.text}
        {toast.code && <code>{toast.code}</code>}
      </div>
      <IconButton icon="close" label="Dismiss notice" size={14} onClick={() => onDismiss(toast.id)} />
    </div>
  )
}
