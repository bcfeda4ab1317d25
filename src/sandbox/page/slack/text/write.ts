import { get } from 'node-emoji'
import type { Inline, Rich, Style } from './rich.ts'

/** Rich text as html for an editor; the inverse of `readEditor`. */
export function editorHtml(rich: Rich[], nameOf: (user: string) => string): string {
  return rich.map(element => blockHtml(element, nameOf)).join('')
}

function blockHtml(element: Rich, nameOf: (user: string) => string): string {
  if (element.type === 'rich_text_list') {
    const tag = element.style === 'bullet' ? 'ul' : 'ol'
    const items = element.elements.map(item => `<li>${inside(item, nameOf)}</li>`).join('')
    const depth = element.indent ?? 0
    return `${`<${tag}>`.repeat(depth + 1)}${items}${`</${tag}>`.repeat(depth + 1)}`
  }
  if (element.type === 'rich_text_quote') return `<blockquote>${inside(element, nameOf)}</blockquote>`
  if (element.type === 'rich_text_preformatted') return `<pre>${inside(element, nameOf)}</pre>`
  return `<div>${inside(element, nameOf)}</div>`
}

function inside(element: Rich, nameOf: (user: string) => string): string {
  return (element.elements as (Rich | Inline)[])
    .map(part => ('elements' in part ? inside(part, nameOf) : inlineHtml(part, nameOf)))
    .join('')
}

function inlineHtml(part: Inline, nameOf: (user: string) => string): string {
  return withStyle(part.style ?? {}, bareHtml(part, nameOf))
}

function bareHtml(part: Inline, nameOf: (user: string) => string): string {
  if (part.type === 'text') return escaped(part.text).replaceAll('\n', '<br>')
  if (part.type === 'link') return `<a href="${escaped(part.url)}">${escaped(part.text ?? part.url)}</a>`
  if (part.type === 'emoji') return get(part.name) ?? `:${escaped(part.name)}:`
  if (part.type === 'user') return mentionHtml(part.user_id, nameOf(part.user_id))
  if (part.type === 'broadcast') return `@${escaped(part.range)}`
  if (part.type === 'date') return escaped(part.fallback)
  return ''
}

/** A mention as one piece that the caret does not enter. */
export function mentionHtml(user: string, name: string): string {
  return `<span class="mention" contenteditable="false" data-user="${escaped(user)}">@${escaped(name)}</span>`
}

function withStyle(style: Style, html: string): string {
  let whole = html
  if (style.code) whole = `<code>${whole}</code>`
  if (style.strike) whole = `<s>${whole}</s>`
  if (style.italic) whole = `<i>${whole}</i>`
  if (style.bold) whole = `<b>${whole}</b>`
  return whole
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
