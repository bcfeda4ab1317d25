import { type Inline, joined, linkUrl, type Marks } from '../../core/document.ts'

/**
 * What of a Slack message may be seen outside Slack. Ids, names of channels and addresses of a workspace may not: they
 * mean nothing to a customer and tell how we work.
 */
export interface Names {
  user(id: string): string
  usergroup(id: string): string
  /** The words that stand for a channel in a mail. Not its name, unless customers may know it; undefined: "a channel". */
  channel(id: string): string | undefined
}

/** The name as a customer may read it: without "@", and never the id of somebody whom we could not look up. */
export function personName(name: string): string {
  const bare = name.trim().replace(/^@/, '')
  return bare === '' || looksLikeId(bare) ? 'a colleague' : bare
}

export function channelWords(words: string | undefined): string {
  const bare = words?.trim() ?? ''
  return bare === '' || looksLikeId(bare) ? 'a channel' : bare
}

/** `<!channel>` and its like: a ping inside, a word outside. */
export const everyone = 'everyone'

/** Whether an address leads into a Slack workspace (a permalink, a file, the app), not to Slack's public pages. */
function isInternalUrl(url: string): boolean {
  if (/^slack:/i.test(url)) return true
  if (!URL.canParse(url)) return false
  const { hostname, pathname } = new URL(url)
  if (/(^|\.)(slack-files|slack-redir|slack-edge|slack-gov)\.(com|net)$/.test(hostname)) return true
  if (/^((www|api|docs|status)\.)?slack\.com$/.test(hostname)) return workspacePath.test(pathname)
  return hostname.endsWith('.slack.com')
}

/** The text without addresses that lead into a workspace. */
export function withoutInternalUrls(text: string): string {
  if (!/slack/i.test(text)) return text
  return text.replace(/\b(?:https?|slack):\/\/[^\s<>"')\]|]+/gi, url => (isInternalUrl(url) ? '' : url))
}

/** The same words without the addresses that somebody typed and that lead into a workspace. */
export function outside(content: Inline[]): Inline[] {
  return joined(
    joined(content).map(inline =>
      inline.type === 'text' ? { ...inline, text: withoutInternalUrls(inline.text) } : inline,
    ),
  )
}

/** A link that may leave Slack: an internal one loses its address and keeps its words, if it has any of its own. */
export function linkOutside(url: string, text: string | undefined, marks: Marks = {}): Inline[] {
  const internal = isInternalUrl(url)
  const words = withoutInternalUrls(text || (internal ? '' : url.replace(/^(mailto|tel):/i, '')))
  const safe = internal ? undefined : linkUrl(url)
  if (words === '') return []
  return [safe ? { type: 'link', url: safe, text: words, ...marks } : { type: 'text', text: words, ...marks }]
}

const workspacePath = /^\/(archives|files|app_redirect|client|team|messages|services|ssb|huddle|canvas|docs\/T)/i

function looksLikeId(text: string): boolean {
  return /^[UWSCGDTB](?=[A-Z0-9]*\d)[A-Z0-9]{7,}$/.test(text)
}
