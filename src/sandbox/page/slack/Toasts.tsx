import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { SlackSnapshot } from '../../slack/types.ts'
import { IconButton } from '../parts/IconButton.tsx'

export interface Toast {
  id: string
  text: string
  /** Who says it; Slack itself when there is a code. */
  code: string
}

const SHOWN_FOR_MS = 9000

/** What Slack itself told since the page is open, and what the page has to say; each goes away by itself. */
export function useToasts(now: SlackSnapshot) {
  const [own, setOwn] = useState<Toast[]>([])
  const [gone, setGone] = useState(() => new Set(now.notices.map(notice => notice.id)))
  const count = useRef(0)

  const dismiss = useCallback((id: string) => setGone(before => new Set(before).add(id)), [])
  const tell = useCallback((text: string) => {
    count.current += 1
    const id = `own-${count.current}`
    setOwn(before => [...before.slice(-4), { id, text, code: '' }])
  }, [])
  const all = useMemo(
    () => [...now.notices, ...own].filter(toast => !gone.has(toast.id)).slice(-4),
    [now.notices, own, gone],
  )
  return { all, tell, dismiss }
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
