import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHtml } from '../../../src/channels/email/read/document/html.ts'
import { fromPlain } from '../../../src/channels/email/read/document/plain.ts'
import { toHtml, toText } from '../../../src/channels/email/send/html.ts'
import { fallbackText, fromMrkdwn, fromRichText, toRichText } from '../../../src/channels/slack/rich-text.ts'
import { type Document, fromText, type Inline, plainText } from '../../../src/core/document.ts'
import { documents, wordsIn } from '../../core/documents.ts'

const people: Record<string, string> = { U012AB3CD: 'Ann', U045EF6GH: '@Ben' }
const names = {
  user: (id: string) => people[id] ?? id, // whoever is unknown keeps the id, as a careless look-up would have it
  usergroup: () => '@support',
  channel: () => undefined,
}

const text = (text: string, marks = {}): Inline => ({ type: 'text', text, ...marks })
const paragraph = (...content: Inline[]) => ({ type: 'paragraph' as const, content })
const section = (...elements: object[]) => ({ type: 'rich_text_section', elements })
const rich = (...elements: object[]) => [{ type: 'rich_text', elements }]
const say = (...elements: object[]) => fromRichText(rich(section(...elements)), names)

describe('what an agent writes in Slack', () => {
  test('keeps its marks, links, emoji, lines and paragraphs', () => {
    const doc = say(
      { type: 'text', text: 'Hello ' },
      { type: 'text', text: 'Jane', style: { bold: true, italic: true } },
      { type: 'text', text: ',\nsee ' },
      { type: 'link', url: 'https://acme.test/x', text: 'this' },
      { type: 'text', text: ' ' },
      { type: 'emoji', name: 'tada', unicode: '1f389' },
      { type: 'emoji', name: 'acme-logo' },
      { type: 'text', text: '\n\nAnn', style: { code: true } },
    )
    expect(doc).toEqual([
      paragraph(
        text('Hello '),
        text('Jane', { bold: true, italic: true }),
        text(','),
        { type: 'break' },
        text('see '),
        { type: 'link', url: 'https://acme.test/x', text: 'this' },
        text(' '),
        { type: 'emoji', name: 'tada', unicode: '🎉' },
        { type: 'emoji', name: 'acme-logo' },
      ),
      paragraph(text('Ann', { code: true })),
    ])
  })

  test('reads lists by how far in they stand, and counts on after what stands further in', () => {
    const list = (style: string, indent: number, items: string[], more = {}) => ({
      type: 'rich_text_list',
      style,
      indent,
      elements: items.map(item => section({ type: 'text', text: item })),
      ...more,
    })
    const doc = fromRichText(
      rich(
        section({ type: 'text', text: 'Do this:\n' }),
        list('ordered', 0, ['one']),
        list('bullet', 1, ['in', 'too']),
        list('ordered', 0, ['two'], { offset: 1 }),
        list('bullet', 0, ['other']),
        list('ordered', 0, ['fifth'], { offset: 4, border: 1 }),
      ),
      names,
    )
    expect(plainText(doc)).toBe('Do this:\n\n1. one\n   - in\n   - too\n2. two\n\n- other\n\n> 5. fifth')
  })

  test('keeps quotes and code, also code and lists inside a quote', () => {
    const doc = fromRichText(
      rich(
        { type: 'rich_text_quote', elements: [{ type: 'text', text: 'you said' }] },
        { type: 'rich_text_preformatted', border: 1, elements: [{ type: 'text', text: 'a < b' }] },
        { type: 'rich_text_preformatted', border: 0, elements: [{ type: 'link', url: 'https://acme.test/x' }] },
      ),
      names,
    )
    expect(doc).toEqual([
      { type: 'quote', content: [paragraph(text('you said')), { type: 'code', text: 'a < b' }] },
      { type: 'code', text: 'https://acme.test/x' },
    ])
  })

  test('names people and groups, and says "everyone" for a ping', () => {
    const doc = say(
      { type: 'user', user_id: 'U045EF6GH' },
      { type: 'text', text: ', ' },
      { type: 'user', user_id: 'U0UNKNOWN1' },
      { type: 'text', text: ', ' },
      { type: 'usergroup', usergroup_id: 'S0GROUP123' },
      { type: 'text', text: ' and ' },
      { type: 'broadcast', range: 'channel' },
    )
    expect(plainText(doc)).toBe('@Ben, @a colleague, @support and everyone')
  })

  test('says a date by its fallback or in UTC, a colour by its value, and nothing for a workspace', () => {
    const doc = say(
      { type: 'date', timestamp: 0, format: '{date}', fallback: 'New Year' },
      { type: 'text', text: ' ' },
      { type: 'date', timestamp: 60, format: '{date}' },
      { type: 'text', text: ' ' },
      { type: 'color', value: '#ff0000' },
      { type: 'team', team_id: 'T012AB3CD' },
    )
    expect(plainText(doc)).toBe('New Year 1970-01-01 00:01 UTC #ff0000')
  })

  test.each([
    'https://acme.slack.com/archives/C012AB3CD/p1700000000000100?thread_ts=1.2&cid=C012AB3CD',
    'https://acme.enterprise.slack.com/files/U012AB3CD/F012AB3CD/x.pdf',
    'https://files.slack.com/files-pri/T012AB3CD-F012AB3CD/x.png',
    'https://slack-files.com/T012AB3CD-F012AB3CD-abc',
    'https://app.slack.com/client/T012AB3CD/C012AB3CD',
    'https://slack.com/app_redirect?channel=C012AB3CD',
    'https://hooks.slack.com/services/T012AB3CD/B012AB3CD/secret',
    'slack://channel?team=T012AB3CD&id=C012AB3CD',
  ])('loses the address %s and keeps the words', url => {
    const link = { type: 'link', url }
    expect(say(link)).toEqual([])
    expect(say({ ...link, text: url })).toEqual([])
    expect(say({ ...link, text: 'as agreed' })).toEqual([paragraph(text('as agreed'))])
    expect(plainText(say({ type: 'text', text: `see ${url}, please` }))).not.toContain('012AB3CD')
    expect(plainText(fromMrkdwn(`see <${url}|this> or <${url}> or ${url}`, names))).toBe('see this or  or ')
  })

  test('keeps the address of a public page of Slack, or of a site with a like name', () => {
    for (const url of [
      'https://slack.com/help/articles/1',
      'https://api.slack.com/methods',
      'https://notslack.com/x',
    ]) {
      expect(say({ type: 'link', url })).toEqual([paragraph({ type: 'link', url, text: url })])
    }
  })

  test('gives a link that is none as its words', () => {
    expect(say({ type: 'link', url: 'javascript:alert(1)', text: 'press' })).toEqual([paragraph(text('press'))])
  })

  test('reads the blocks of another app, but not its buttons', () => {
    const doc = fromRichText(
      [
        { type: 'header', text: { type: 'plain_text', text: 'Alert' } },
        { type: 'section', text: { type: 'mrkdwn', text: '*down*: <https://acme.test|site>' } },
        { type: 'divider' },
        { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Press' } }] },
        { type: 'context', elements: [{ type: 'plain_text', text: 'by monitor' }] },
      ] as { type: string }[],
      names,
    )
    expect(plainText(doc)).toBe('Alert\n\ndown: site (https://acme.test)\n\n---\n\nby monitor')
  })

  test('reads the words of kinds that it does not know', () => {
    const blocks = [{ type: 'rich_text' }, { type: 'newer_block' }, ...rich(section({ type: 'newer', text: 'words' }))]
    expect(fromRichText(blocks, names)).toEqual([paragraph(text('words'))])
  })

  test('leaves no id, channel or permalink in the mail', () => {
    const internal = fc.constantFrom<object>(
      { type: 'user', user_id: 'U012AB3CD' },
      { type: 'user', user_id: 'W0NOBODY123' },
      { type: 'usergroup', usergroup_id: 'S012AB3CD' },
      { type: 'channel', channel_id: 'C012AB3CD' },
      { type: 'team', team_id: 'T012AB3CD' },
      { type: 'broadcast', range: 'here' },
      { type: 'link', url: 'https://acme.slack.com/archives/C012AB3CD/p1' },
      {
        type: 'link',
        url: 'https://acme.slack.com/archives/C012AB3CD/p1',
        text: 'https://acme.slack.com/archives/C012AB3CD',
      },
      { type: 'link', url: 'https://files.slack.com/files-pri/T012AB3CD-F012AB3CD/a', text: 'the file' },
      { type: 'text', text: 'at https://acme.slack.com/team/U012AB3CD.', style: { code: true } },
      { type: 'text', text: 'words' },
    )
    const inlines = fc.array(internal, { minLength: 1, maxLength: 6 })
    const element = fc.oneof(
      inlines.map(elements => section(...elements)),
      inlines.map(elements => ({ type: 'rich_text_quote', elements })),
      inlines.map(elements => ({ type: 'rich_text_preformatted', elements })),
      inlines.map(elements => ({ type: 'rich_text_list', style: 'bullet', elements: [section(...elements)] })),
    )
    fc.assert(
      fc.property(fc.array(element), elements => {
        const doc = fromRichText(rich(...elements), names)
        expect(toHtml(doc) + toText(doc) + plainText(doc)).not.toMatch(/\b[UWSCTF]0[A-Z0-9]{7}|slack\.com/)
      }),
    )
  })
})

describe('a Slack message without blocks', () => {
  const read = (mrkdwn: string) => fromMrkdwn(mrkdwn, names)

  test('keeps what its markup says', () => {
    expect(
      read('a *b _c_* ~d~ `e &lt; *f*` &amp;lt; 2*3*4 snake_case_name :tada: <mailto:jane@acme.test|mail>'),
    ).toEqual([
      paragraph(
        text('a '),
        text('b ', { bold: true }),
        text('c', { bold: true, italic: true }),
        text(' '),
        text('d', { strike: true }),
        text(' '),
        text('e < *f*', { code: true }),
        text(' &lt; 2*3*4 snake_case_name '),
        { type: 'emoji', name: 'tada' },
        text(' '),
        { type: 'link', url: 'mailto:jane@acme.test', text: 'mail' },
      ),
    ])
  })

  test('reads quotes, lists, code and paragraphs', () => {
    const doc = read(
      'Hi\nJane\n\n&gt; one\n&gt; two\n• a\n    ◦ b\n• c\n1. d\n2. e\n```\nx &lt; y\n```\nbye\n&gt;&gt;&gt;all\n\nrest',
    )
    expect(plainText(doc)).toBe(
      'Hi\nJane\n\n> one\n> two\n\n- a\n  - b\n- c\n\n1. d\n2. e\n\nx < y\n\nbye\n\n> all\n>\n> rest',
    )
  })

  test('names people and tells no channel', () => {
    expect(plainText(read('<@U012AB3CD|ann> <@U0NOBODY99> <#C012AB3CD|secret> <!here> <!subteam^S012AB3CD|@x>'))).toBe(
      '@Ann @a colleague a channel everyone @support',
    )
    expect(
      plainText(read('`<@U012AB3CD> <#C012AB3CD>`\n```<!subteam^S012AB3CD> <https://acme.test|x> &lt;b>```')),
    ).toBe('@Ann a channel\n\n@support x <b>')
    expect(plainText(read('<!date^1^{date}|1 Jan 1970> <!unknown>'))).toBe('1 Jan 1970 ')
  })

  test('never throws, and keeps text that is no markup', () => {
    const soup = fc.array(
      fc.constantFrom('*', '_', '~', '`', '```', '<', '>', '|', '@U1', '!', ':', 'a', ' ', '\n', '&gt;', '• '),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          soup.map(parts => parts.join('')),
        ),
        s => void toRichText(read(s)),
      ),
    )
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z.,;!?()]{1,20}( [a-z.,;!?()]{1,20}){0,8}$/), s => {
        expect(plainText(read(s))).toBe(s)
      }),
    )
  })

  test.each(['*', ' *a', '*a* ', '`a', '```x ', '<', '<@U1>', '&gt;a\n', '- a\n', ':a', 'https://a.slack.com/'])(
    'is read at once when it is %j over and over',
    part => void toRichText(read(part.repeat(40_000 / part.length))),
  )
})

describe('what a customer writes, shown in Slack', () => {
  const attacks = [
    '<!channel>',
    '<!here|x>',
    '<@U012AB3CD>',
    '<#C012AB3CD>',
    '<https://x.test|y>',
    '<!subteam^S1>',
    '@channel',
  ]

  test.each(attacks)('%s is literal text', attack => {
    for (const doc of [fromText(attack), fromPlain(attack), fromHtml(attack.replaceAll('<', '&lt;'))]) {
      const blocks = toRichText(doc)
      expect(elementTypes(blocks)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/user|channel|broadcast/)]),
      )
      expect(wordsIn(fromRichText(blocks.flat(), names))).toBe(attack)
      expect(fallbackText(doc)).not.toMatch(/[<>]/)
    }
  })

  test('is literal text whatever it is', () => {
    fc.assert(
      fc.property(documents, doc => {
        expect(new Set(elementTypes(toRichText(doc)))).toSatisfy((types: Set<string>) => {
          return [...types].every(type => ['text', 'link', 'emoji'].includes(type))
        })
        expect(fallbackText(doc)).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/)
      }),
    )
  })

  test('links only where a link is safe, and tells where it goes if its words tell otherwise', () => {
    const link = (url: string, text: string): Document => [paragraph({ type: 'link', url, text })]
    expect(JSON.stringify(toRichText(link('javascript:alert(1)', 'x')))).not.toContain('javascript')
    const shown = (url: string, words: string) => plainText(fromRichText(toRichText(link(url, words)).flat(), names))
    expect(shown('https://evil.test/x', 'https://bank.test/login')).toContain('(evil.test)')
    expect(shown('https://evil.test/x', 'www.bank.test')).toContain('(evil.test)')
    expect(shown('https://bank.test@evil.test/x', 'bank.test')).toContain('(evil.test)')
    expect(shown('https://www.bank.test/x', 'bank.test')).not.toContain('(www')
    expect(shown('https://bank.test/x', 'log in')).toBe('log in (https://bank.test/x)')
  })
})

describe('a document in Slack', () => {
  test('says the same words when it is read back', () => {
    fc.assert(
      fc.property(documents, doc => {
        expect(wordsIn(fromRichText(toRichText(doc).flat(), names))).toBe(wordsIn(doc))
      }),
    )
  })

  test('keeps paragraphs, nested lists, numbers, code and quotes', () => {
    const doc: Document = [
      paragraph(text('one'), { type: 'break' }, text('two', { strike: true })),
      paragraph(text('three')),
      {
        type: 'list',
        ordered: true,
        start: 3,
        items: [
          [paragraph(text('a')), { type: 'list', ordered: false, items: [[paragraph(text('in'))]] }],
          [paragraph(text('b'))],
        ],
      },
      { type: 'quote', content: [paragraph(text('q')), { type: 'code', text: 'x\n  y' }] },
      { type: 'rule' },
      { type: 'code', text: '<b>' },
    ]
    expect(fromRichText(toRichText(doc).flat(), names)).toEqual(doc)
  })

  test('becomes several messages where one would be too long, without losing a word', () => {
    fc.assert(
      fc.property(documents, fc.integer({ min: 120, max: 400 }), (doc, limit) => {
        const messages = toRichText(doc, { limit })
        for (const blocks of messages) {
          expect(sizeOf(blocks)).toBeLessThan(limit)
          expect(blocks.length).toBeLessThan(50)
          expect(blocks.length).toBeGreaterThan(0)
        }
        expect(wordsIn(fromRichText(messages.flat(), names))).toBe(wordsIn(doc))
      }),
    )
  })

  test('is cut between words, never inside a character, and holds few enough blocks', () => {
    const long = toRichText(fromText('word '.repeat(10_000).trim()))
    expect(long.length).toBe(7)
    expect(JSON.stringify(long)).not.toMatch(/wor"|"ord|"rd/)
    expect(JSON.stringify(toRichText(fromText('🎉'.repeat(9_001))))).not.toMatch(/\\ud/)
    const rules = toRichText(Array.from({ length: 200 }, () => [{ type: 'rule' } as const, ...fromText('x')]).flat())
    expect(Math.max(...rules.map(blocks => blocks.length))).toBeLessThan(50)
  })

  test('has a fallback text that is escaped and never cut inside an entity', () => {
    expect(fallbackText(fromText('a < b & c > d'))).toBe('a &lt; b &amp; c &gt; d')
    expect(fallbackText(fromText('<<<<'), 10)).toBe('&lt;&lt;…')
  })

  test('is nothing when there is nothing to say', () => {
    expect(toRichText([])).toEqual([])
    expect(toRichText([paragraph()])).toEqual([])
  })
})

function elementTypes(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(elementTypes)
  const { type, elements } = part as { type: string; elements?: unknown[] }
  return elements ? elementTypes(elements) : [type].filter(type => type !== 'divider')
}

function sizeOf(part: unknown): number {
  if (Array.isArray(part)) return part.reduce((sum, one) => sum + sizeOf(one), 0)
  const { elements, text = '', url = '' } = part as { elements?: unknown[]; text?: string; url?: string }
  return elements ? sizeOf(elements) : text.length + url.length
}
