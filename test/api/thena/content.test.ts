import { describe, expect, it } from 'vitest'
import { type Content, readContent } from '../../../src/api/thena/content.ts'
import { fromJson } from '../../../src/api/thena/content-json.ts'
import { htmlOf, jsonOf, markdownOf } from '../../../src/api/thena/written.ts'
import { fromHtml } from '../../../src/channels/email/read/document/html.ts'
import { type Document, fromText } from '../../../src/core/document.ts'

const read = (content: Content) => readContent(content, fromHtml)

const text = (text: string, marks = {}) => ({ type: 'text' as const, text, ...marks })
const paragraph = (...content: Extract<Document[number], { type: 'paragraph' }>['content']) => ({
  type: 'paragraph' as const,
  content,
})

/** The same text as each editor says it: a heading, a marked and linked paragraph, a list with one within, a quote, code. */
const document: Document = [
  { type: 'heading', level: 2, content: [text('Hello')] },
  paragraph(text('It is '), text('ready', { bold: true, italic: true }), { type: 'break' }, text('see '), {
    type: 'link',
    url: 'https://tulip.test/a',
    text: 'here',
  }),
  {
    type: 'list',
    ordered: true,
    start: 3,
    items: [[paragraph(text('one')), { type: 'list', ordered: false, items: [[paragraph(text('within'))]] }]],
  },
  { type: 'quote', content: [paragraph(text('said'))] },
  { type: 'code', text: 'a < b\nc' },
  { type: 'rule' },
]

const tiptap = {
  type: 'doc',
  content: [
    { type: 'heading', attrs: { level: 2 }, content: [{ type: 'text', text: 'Hello' }] },
    {
      type: 'paragraph',
      content: [
        { type: 'text', text: 'It is ' },
        { type: 'text', text: 'ready', marks: [{ type: 'bold' }, { type: 'italic' }] },
        { type: 'hardBreak' },
        { type: 'text', text: 'see ' },
        { type: 'text', text: 'here', marks: [{ type: 'link', attrs: { href: 'https://tulip.test/a' } }] },
      ],
    },
    {
      type: 'orderedList',
      attrs: { start: 3 },
      content: [
        {
          type: 'listItem',
          content: [
            { type: 'paragraph', content: [{ type: 'text', text: 'one' }] },
            {
              type: 'bulletList',
              content: [
                {
                  type: 'listItem',
                  content: [{ type: 'paragraph', content: [{ type: 'text', text: 'within' }] }],
                },
              ],
            },
          ],
        },
      ],
    },
    { type: 'blockquote', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'said' }] }] },
    { type: 'codeBlock', content: [{ type: 'text', text: 'a < b\nc' }] },
    { type: 'horizontalRule' },
  ],
}

const slate = [
  { type: 'heading-two', children: [{ text: 'Hello' }] },
  {
    type: 'paragraph',
    children: [
      { text: 'It is ' },
      { text: 'ready', bold: true, italic: true },
      { text: '\nsee ' },
      { type: 'link', url: 'https://tulip.test/a', children: [{ text: 'here' }] },
    ],
  },
  {
    type: 'numbered-list',
    start: 3,
    children: [
      {
        type: 'list-item',
        children: [
          { type: 'paragraph', children: [{ text: 'one' }] },
          { type: 'bulleted-list', children: [{ type: 'list-item', children: [{ text: 'within' }] }] },
        ],
      },
    ],
  },
  { type: 'block-quote', children: [{ type: 'paragraph', children: [{ text: 'said' }] }] },
  {
    type: 'code-block',
    children: [
      { type: 'code-line', children: [{ text: 'a < b' }] },
      { type: 'code-line', children: [{ text: 'c' }] },
    ],
  },
  { type: 'divider', children: [{ text: '' }] },
]

const lexical = {
  root: {
    type: 'root',
    children: [
      { type: 'heading', tag: 'h2', children: [{ type: 'text', text: 'Hello', format: 0 }] },
      {
        type: 'paragraph',
        children: [
          { type: 'text', text: 'It is ' },
          { type: 'text', text: 'ready', format: 3 },
          { type: 'linebreak' },
          { type: 'text', text: 'see ' },
          { type: 'link', url: 'https://tulip.test/a', children: [{ type: 'text', text: 'here' }] },
        ],
      },
      {
        type: 'list',
        listType: 'number',
        start: 3,
        children: [
          {
            type: 'listitem',
            children: [
              { type: 'text', text: 'one' },
              {
                type: 'list',
                listType: 'bullet',
                children: [{ type: 'listitem', children: [{ type: 'text', text: 'within' }] }],
              },
            ],
          },
        ],
      },
      { type: 'quote', children: [{ type: 'text', text: 'said' }] },
      {
        type: 'code',
        children: [
          { type: 'code-highlight', text: 'a < b' },
          { type: 'linebreak' },
          { type: 'code-highlight', text: 'c' },
        ],
      },
      { type: 'horizontalrule' },
    ],
  },
}

describe('the JSON of an editor', () => {
  it.each([
    ['TipTap', tiptap],
    ['Slate', slate],
    ['Lexical', lexical],
  ])('says what its author sees: %s', (_name, json) => {
    expect(fromJson(json)).toEqual(document)
  })

  it('is written as it is read', () => {
    expect(fromJson(jsonOf(document))).toEqual(document)
    expect(jsonOf(document)).toEqual({ ...tiptap })
  })

  it.each(['{', 'nul', '[1', '3', 'true', 'null'])('that is none is refused: %s', contentJson => {
    expect(() => read({ contentJson })).toThrow(expect.objectContaining({ code: 'invalid', field: 'contentJson' }))
  })

  it('that is nested for ever is refused, and so are pieces without end', () => {
    const deep = '{"type":"quote","content":['.repeat(5_000) + ']}'.repeat(5_000)
    const many = `[${'{"text":"a"},'.repeat(30_000)}{"text":"a"}]`
    for (const contentJson of [deep, many]) expect(() => read({ contentJson })).toThrow(/nested too deeply/)
  })

  it('of no editor that we know is read for its text, and links only where a mail may', () => {
    const odd = { type: 'doc', content: [{ type: 'callout', content: [{ type: 'text', text: 'Read me' }] }, 5, null] }
    expect(fromJson(odd)).toEqual([paragraph(text('Read me'))])
    const link = { type: 'link', url: 'javascript:alert(1)', children: [{ text: 'here' }] }
    expect(fromJson([{ type: 'p', children: [link] }])).toEqual([paragraph(text('here'))])
    expect(fromJson([{ type: 'mention', attrs: { label: '@Ben' } }])).toEqual([
      paragraph({ type: 'mention', name: 'Ben' }),
    ])
  })
})

describe('a text in several shapes', () => {
  it('is read from the one that says most', () => {
    const content = 'Plain'
    const contentHtml = '<p>As <b>HTML</b></p>'
    const contentJson = JSON.stringify(slate.slice(0, 1))
    expect(read({ content, contentHtml, contentJson })).toEqual([paragraph(text('As '), text('HTML', { bold: true }))])
    expect(read({ content, contentJson })).toEqual([document[0]])
    expect(read({ content, contentHtml: ' ', contentJson: null })).toEqual(fromText('Plain'))
    expect(read({})).toEqual([])
  })

  it('is given back in each', () => {
    expect(htmlOf(document)).toBe(
      '<h2>Hello</h2><p>It is <strong><em>ready</em></strong><br>see <a href="https://tulip.test/a">here</a></p>' +
        '<ol start="3"><li><p>one</p><ul><li><p>within</p></li></ul></li></ol><blockquote><p>said</p></blockquote>' +
        '<pre><code>a &lt; b\nc</code></pre><hr>',
    )
    expect(read({ contentHtml: htmlOf(document) })).toEqual(document)
    expect(markdownOf(document)).toBe(
      '## Hello\n\nIt is ***ready***\\\nsee [here](<https://tulip.test/a>)\n\n3. one\n\n   - within\n\n> said\n\n```\na < b\nc\n```\n\n---',
    )
    expect(markdownOf(fromText('1. *no* list\n- <b>'))).toBe('1\\. \\*no\\* list\\\n\\- \\<b\\>')
  })
})
