import { faultsInBlocks, textLength } from '../../../../src/sandbox/slack/blocks/blocks.ts'

/** The moment of the views in tests (ms UTC). */
export const now = Date.UTC(2026, 10, 21, 14, 2)

/** What somebody writes who wants to ping, to link or to pass for us. */
export const hostile = '<!channel> <@U123> *bold* &lt;!here&gt; <https://evil.test|Overture> :wave: `code`'

export const long = 'x'.repeat(300)

/** What Slack would refuse of a post, which may hold so many characters, or who could be pinged by it. */
export function faultsIn(post: { blocks: unknown[]; text: string }, most: number, known: string[] = []): string[] {
  const faults = faultsInBlocks(post.blocks, 'message')
  if (textLength(post.blocks) > most) faults.push(`the blocks hold ${textLength(post.blocks)} characters`)
  if (post.text.length > 4_000 || !post.text) faults.push('the text is too long or missing')
  return [...faults, ...pingsIn(post, known)]
}

/** Mentions but of those whom the test itself named, by handle. */
export function pingsIn(post: unknown, known: string[] = []): string[] {
  const said: string[] = []
  JSON.stringify(post, (key, value) => {
    if (value?.type === 'mrkdwn') said.push(value.text)
    if (key === 'text' && typeof value === 'string' && (post as { text?: string }).text === value) said.push(value)
    if (['user', 'usergroup', 'channel', 'broadcast'].includes(value?.type)) said.push(`<${value.type}>`)
    return value
  })
  return said
    .flatMap(text => text.match(/<(?!!date\^|#C)[^>]*>/g) ?? [])
    .filter(mention => !known.some(handle => mention === `<@${handle}>`))
}

/** All words that a person would read. */
export function wordsOn(view: unknown): string {
  const found: string[] = []
  JSON.stringify(view, (key, value) => {
    if (key === 'text' && typeof value === 'string') found.push(value)
    return value
  })
  return found.join('\n')
}
