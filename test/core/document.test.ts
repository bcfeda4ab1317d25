import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Document, fromText, isEmpty, linkUrl, plainText } from '../../src/core/document.ts'
import { documents } from './documents.ts'

const text = (text: string) => ({ type: 'text' as const, text })
const paragraph = (words: string) => ({ type: 'paragraph' as const, content: [text(words)] })

describe('a document from text', () => {
  test('begins a paragraph at a blank line and breaks at a single newline', () => {
    expect(fromText('Hello Jane,\r\nit is fixed.\n\n\nAnn\n')).toEqual([
      { type: 'paragraph', content: [text('Hello Jane,'), { type: 'break' }, text('it is fixed.')] },
      paragraph('Ann'),
    ])
  })

  test('drops what a database refuses', () => {
    expect(plainText(fromText('a\0b\ud800c'))).toBe('ab\ufffdc')
  })

  test('says the same text again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), words => {
        const plain = words
          .replaceAll('\0', '')
          .replace(/\r\n?/g, '\n')
          .replace(/\n{2,}/g, '\n\n')
          .replace(/^\n+|\n+$/g, '')
        expect(plainText(fromText(words))).toBe(plain)
      }),
    )
  })
})

describe('plain text', () => {
  test('shows lists, quotes, code, links, emoji and mentions', () => {
    const doc: Document = [
      { type: 'heading', level: 1, content: [text('Plan')] },
      {
        type: 'list',
        ordered: true,
        start: 9,
        items: [
          [paragraph('first'), { type: 'list', ordered: false, items: [[paragraph('inner')]] }],
          [paragraph('second'), paragraph('more of it')],
        ],
      },
      { type: 'quote', content: [paragraph('they said'), { type: 'quote', content: [paragraph('before')] }] },
      { type: 'code', text: 'if (a) {\n  b()\n}' },
      { type: 'rule' },
      {
        type: 'paragraph',
        content: [
          { type: 'link', url: 'https://acme.test/help', text: 'the help' },
          text(', '),
          { type: 'link', url: 'https://acme.test/', text: 'acme.test' },
          text(' or '),
          { type: 'link', url: 'mailto:jane@acme.test', text: 'jane@acme.test' },
          { type: 'break' },
          { type: 'emoji', name: 'tada', unicode: '🎉' },
          { type: 'emoji', name: 'acme' },
          text(' '),
          { type: 'mention', name: 'Ben' },
        ],
      },
    ]
    expect(plainText(doc).split('\n')).toEqual([
      'Plan',
      '',
      '9. first',
      '   - inner',
      '10. second',
      '',
      '    more of it',
      '',
      '> they said',
      '>',
      '> > before',
      '',
      'if (a) {',
      '  b()',
      '}',
      '',
      '---',
      '',
      'the help (https://acme.test/help), acme.test or jane@acme.test',
      '🎉:acme: @Ben',
    ])
  })

  test('is empty just where there is nothing to read', () => {
    expect(isEmpty([])).toBe(true)
    expect(isEmpty([{ type: 'rule' }, { type: 'quote', content: [paragraph(' ')] }])).toBe(true)
    expect(isEmpty([{ type: 'list', ordered: false, items: [[paragraph('-')]] }])).toBe(false)
    fc.assert(fc.property(documents, doc => isEmpty(doc) === doc.every(block => block.type === 'rule')))
  })
})

describe('an address to link to', () => {
  test.each(['https://acme.test/a?b#c', 'HTTP://acme.test', 'mailto:jane@acme.test', 'tel:+4930123'])(
    'may be %s',
    url => {
      expect(linkUrl(` ${url} `)).toBe(url)
    },
  )

  test.each([
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//acme.test',
    '/relative',
    'https://',
    'slack://channel?id=C1',
    '',
  ])('is not %j', url => {
    expect(linkUrl(url)).toBeUndefined()
  })

  test('cannot end the markup that it stands in', () => {
    expect(linkUrl('https://acme.test/a b|c<d>"e')).toBe('https://acme.test/a%20b%7Cc%3Cd%3E%22e')
  })
})
