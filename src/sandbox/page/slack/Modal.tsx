import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react'
import type { ModalView } from '../../slack/types.ts'
import { Avatar } from '../parts/Avatar.tsx'
import { IconButton } from '../parts/IconButton.tsx'
import { Blocks } from './blocks/Blocks.tsx'
import { SurfaceContext } from './blocks/surface.ts'
import { Plain } from './blocks/Text.tsx'
import { useModal } from './useModal.ts'
import { appColor, useSlack } from './useSlack.tsx'

/** The open modals. Those below stay as they are, with what was typed in them, but only the top one shows. */
export function ModalStack(): ReactNode {
  const { now } = useSlack()
  if (!now.modals.length) return null
  return (
    <div className="overlay">
      {now.modals.map((modal, index) => (
        <Modal key={modal.id} modal={modal} depth={index} isTop={index === now.modals.length - 1} />
      ))}
    </div>
  )
}

function Modal({ modal, depth, isTop }: { modal: ModalView; depth: number; isTop: boolean }): ReactNode {
  const { now, post, attempt } = useSlack()
  const { surface, submit, isSubmitting, trouble } = useModal(modal)
  const dialog = useRef<HTMLFormElement>(null)
  const isBusy = isSubmitting || modal.isBusy
  const close = useCallback((all: boolean) => void attempt(() => post('close', all ? { all } : {})), [attempt, post])

  useEffect(() => {
    if (isTop) firstField(dialog.current)?.focus()
  }, [isTop])
  useEffect(() => {
    if (!isTop) return
    const leave = (event: KeyboardEvent) => event.key === 'Escape' && close(false)
    document.addEventListener('keydown', leave)
    return () => document.removeEventListener('keydown', leave)
  }, [isTop, close])

  return (
    <form
      ref={dialog}
      className="dialog"
      role="dialog"
      aria-modal="true"
      aria-label={modal.title}
      aria-busy={isBusy}
      hidden={!isTop}
      noValidate
      onSubmit={event => {
        event.preventDefault()
        if (modal.submit && !isBusy) void submit()
      }}
    >
      <header className="dialog-head">
        <Avatar name={now.app.name} color={appColor(now)} size={28} />
        <h2>
          <Plain text={modal.title} />
        </h2>
        <IconButton icon="close" label="Close" onClick={() => close(depth > 0)} />
      </header>
      <div className="dialog-body">
        <SurfaceContext value={surface}>
          <Blocks blocks={modal.blocks} />
        </SurfaceContext>
      </div>
      {trouble && (
        <div className="dialog-trouble" role="alert">
          {trouble}
        </div>
      )}
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={() => close(false)}>
          <Plain text={modal.close ?? (depth > 0 ? 'Back' : modal.submit ? 'Cancel' : 'Close')} />
        </button>
        {modal.submit && (
          <button type="submit" className="button is-send" disabled={isBusy}>
            {isBusy && <Spinner />}
            <Plain text={modal.submit} />
          </button>
        )}
      </footer>
    </form>
  )
}

function Spinner(): ReactNode {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    // a quick answer needs no sign of waiting
    const timer = setTimeout(() => setShown(true), 150)
    return () => clearTimeout(timer)
  }, [])
  return isShown ? <span className="spinner" aria-hidden="true" /> : null
}

function firstField(dialog: HTMLElement | null): HTMLElement | null | undefined {
  return (
    dialog?.querySelector<HTMLElement>('.dialog-body :is(input, textarea, [contenteditable=true])') ??
    dialog?.querySelector<HTMLElement>('.dialog-foot button:last-child')
  )
}
