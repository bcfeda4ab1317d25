import { type ReactNode, useEffect } from 'react'
import { Mrkdwn, Plain } from './blocks/Text.tsx'
import type { Confirm } from './useSlack.tsx'

/** Slack's confirmation before an action. Escape is no. */
export function ConfirmDialog({ question, onAnswer }: { question: Confirm; onAnswer(yes: boolean): void }): ReactNode {
  const title = question.title?.text ?? 'Are you sure?'
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      onAnswer(false)
    }
    document.addEventListener('keydown', leave, true)
    return () => document.removeEventListener('keydown', leave, true)
  }, [onAnswer])
  return (
    <div className="overlay is-front">
      <div className="dialog is-small" role="alertdialog" aria-modal="true" aria-label={title}>
        <header className="dialog-head">
          <h2>
            <Plain text={title} />
          </h2>
        </header>
        <div className="dialog-body">
          {question.text?.type === 'mrkdwn' ? (
            <Mrkdwn text={question.text.text} />
          ) : (
            <Plain text={question.text?.text ?? ''} />
          )}
        </div>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={() => onAnswer(false)}>
            <Plain text={question.deny?.text ?? 'Cancel'} />
          </button>
          <button
            type="button"
            className={`button ${question.style === 'danger' ? 'is-danger' : 'is-primary'}`}
            // biome-ignore lint/a11y/noAutofocus: a dialog takes the keyboard
            autoFocus
            onClick={() => onAnswer(true)}
          >
            <Plain text={question.confirm?.text ?? 'Yes'} />
          </button>
        </footer>
      </div>
    </div>
  )
}
