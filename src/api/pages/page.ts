import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'

/** A page for people who followed a link of ours: a title, some sentences, and perhaps buttons that post what they say. */
export interface Page {
  title: string
  text: string[]
  buttons?: Button[]
}

export interface Button {
  label: string
  name: string
  value: string
  isMain?: true // what most came for
}

/** Answers with the page, which runs nothing, loads nothing and is kept nowhere. */
export function showPage(reply: FastifyReply, code: number, page: Page): FastifyReply {
  return reply.code(code).headers(HEADERS).type('text/html; charset=utf-8').send(htmlOf(page))
}

// System colours follow the reader's light or dark, and their own contrast settings.
const STYLE = `
:root { color-scheme: light dark }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText }
main { max-width: 34rem; margin: 12vh auto 4rem; padding: 0 1.25rem; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25 }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem }
button { font: inherit; min-height: 2.75rem; padding: .5rem 1.25rem; border-radius: .5rem; cursor: pointer;
  border: 1px solid currentColor; background: transparent; color: inherit }
button.main { background: CanvasText; color: Canvas; border-color: CanvasText }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 3px }
`

const HEADERS = {
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'", // or another site could have somebody press our buttons unseen
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
}

function htmlOf({ title, text, buttons = [] }: Page): string {
  const form = buttons.length ? `\n<form method="post">${buttons.map(buttonOf).join('\n')}</form>` : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${text.map(t => `<p>${escaped(t)}</p>`).join('\n')}${form}
</main>
</body>
</html>
`
}

function buttonOf({ label, name, value, isMain }: Button): string {
  const look = isMain ? ' class="main"' : ''
  return `<button${look} name="${escaped(name)}" value="${escaped(value)}">${escaped(label)}</button>`
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
