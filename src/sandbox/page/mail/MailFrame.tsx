import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { MailView } from '../../mail/types.ts'

/** Nothing from the net, no script; links open elsewhere. It stands before what the mail says about itself. */
const HEAD = `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<base target="_blank"><style>body{margin:0;padding:4px 2px;font:14px/1.5 "Helvetica Neue",Arial,sans-serif;color:#1f2430;overflow-wrap:anywhere}
img{max-width:100%;height:auto}pre{font:inherit}</style>`

/** A mail's html in a frame without scripts, as tall as what stands in it. */
export function MailFrame({ mail }: { mail: MailView }): ReactNode {
  const [html, setHtml] = useState<string>()
  const [height, setHeight] = useState(120)
  const frame = useRef<HTMLIFrameElement>(null)

  useEffect(() => {
    let isPast = false
    void fetch(`/sandbox/mail/mails/${mail.id}/html`)
      .then(answer => answer.text())
      .catch(() => 'The mail cannot be shown.')
      .then(text => isPast || setHtml(text))
    return () => {
      isPast = true
    }
  }, [mail.id])

  function fit(): void {
    const page = frame.current?.contentDocument?.documentElement
    if (page) setHeight(Math.min(4000, page.scrollHeight + 4))
  }

  if (html === undefined) return null
  return (
    <iframe
      ref={frame}
      className="mail-frame"
      title="The mail as its reader sees it"
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      srcDoc={HEAD + html}
      style={{ height }}
      onLoad={fit}
    />
  )
}
