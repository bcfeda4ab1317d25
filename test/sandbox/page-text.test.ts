import { expect, it } from 'vitest'
import { inFormat } from '../../src/sandbox/page/parts/times.ts'
import { richOf } from '../../src/sandbox/page/slack/text/mrkdwn.ts'

const section = (...elements: unknown[]) => [{ type: 'rich_text_section', elements }]
const text = (text: string, style?: object) => ({ type: 'text', text, ...(style ? { style } : {}) })

it('marks around words are formatting, and marks inside or apart from them are text', () => {
  expect(richOf('*bold* _it_ ~no~ `a*b*`', 'written')).toEqual(
    section(
      text('bold', { bold: true }),
      text(' '),
      text('it', { italic: true }),
      text(' '),
      text('no', { strike: true }),
      text(' '),
      text('a*b*', { code: true }),
    ),
  )
  expect(richOf('2 * 3 * 4, snake_case_name', 'written')).toEqual(section(text('2 * 3 * 4, snake_case_name')))
})

it('formatting goes into formatting', () => {
  expect(richOf('*bold _and italic_*', 'written')).toEqual(
    section(text('bold ', { bold: true }), text('and italic', { bold: true, italic: true })),
  )
})

it('an escaped mention is text, a real one is a mention', () => {
  expect(richOf('&lt;!channel&gt; &amp;lt; <@U1> <#C1|general>', 'written')).toEqual(
    section(text('<!channel> &lt; '), { type: 'user', user_id: 'U1' }, text(' '), {
      type: 'channel',
      channel_id: 'C1',
    }),
  )
})

it('links keep their label, and bare ones are found', () => {
  expect(richOf('<https://a.test?x=1&amp;y=2|see &amp; read> https://b.test.', 'written')).toEqual(
    section(
      { type: 'link', url: 'https://a.test?x=1&y=2', text: 'see & read' },
      text(' '),
      { type: 'link', url: 'https://b.test' },
      text('.'),
    ),
  )
})

it('what a person types means itself, but lists and quotes are made of its lines', () => {
  expect(richOf('<@U1> &lt;\n- one\n- two\n> said', 'typed')).toEqual([
    { type: 'rich_text_section', elements: [text('<@U1> &lt;')] },
    {
      type: 'rich_text_list',
      style: 'bullet',
      indent: 0,
      elements: [...section(text('one')), ...section(text('two'))],
    },
    { type: 'rich_text_quote', elements: [text('said')] },
  ])
})

it('code blocks keep their lines', () => {
  expect(richOf('before\n```\na *b*\n  c\n```\nafter', 'written')).toEqual([
    { type: 'rich_text_section', elements: [text('before')] },
    { type: 'rich_text_preformatted', elements: [text('a *b*\n  c')] },
    { type: 'rich_text_section', elements: [text('after')] },
  ])
})

it('an emoji by its name has its code points, and a name that is none stays text', () => {
  expect(richOf('Hooray :tada: :nosuchthing:', 'typed')).toEqual(
    section(text('Hooray '), { type: 'emoji', name: 'tada', unicode: '1f389' }, text(' :nosuchthing:')),
  )
})

it('moments stand in texts by the clock of this page, and near ones by their names', () => {
  const at = new Date(2026, 2, 14, 16, 34).getTime()
  const shown = (format: string, days = 100) => inFormat(at, format, new Date(2026, 2, 14 + days, 9).getTime())
  expect(shown('{date_short_pretty} {time}')).toBe('14 Mar 2026 16:34')
  expect(shown('{date_short_pretty} {time}', 0)).toBe('today 16:34')
  expect(shown('{date_long_pretty}', 1)).toBe('yesterday')
  expect(shown('{date_short}', 0)).toBe('14 Mar 2026')
  expect(shown('at {time_secs}, {unknown}')).toBe('at 16:34:00, {unknown}')
})
