import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHtml } from '../../../src/channels/email/read/document/html.ts'
import { fromPlain } from '../../../src/channels/email/read/document/plain.ts'
import { toHtml, toText } from '../../../src/channels/email/send/html.ts'
import { toRichText } from '../../../src/channels/slack/rich-text.ts'
import { type Document, fromText, plainText } from '../../../src/core/document.ts'
import { documents, inWords, urls, words, wordsIn } from '../../core/documents.ts'

const read = (html: string) => plainText(fromHtml(html))

describe('a document as html', () => {
  test('is the same document when it is read back', () => {
    fc.assert(
      fc.property(documents, doc => {
        expect(fromHtml(toHtml(doc))).toEqual(inWords(doc))
      }),
    )
  })

  test('has no markup but its own, whatever the words are', () => {
    const ours = /<\/?(p|h[1-3]|ul|ol|li|blockquote|pre|code|strong|em|s|a|hr|br)( (dir|style|start|href)="[^"<>]*")*>/g
    fc.assert(
      fc.property(documents, doc => {
        const rest = toHtml(doc).replace(ours, '')
        expect(rest).not.toMatch(/[<>"]/)
        expect(rest.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, '')).not.toContain('&')
      }),
    )
  })

  test('keeps blanks and line ends', () => {
    const doc = fromText(' a  b   c\n  d')
    expect(fromHtml(toHtml(doc))).toEqual(doc)
    expect(toHtml(doc)).toContain('&nbsp;a &nbsp;b')
  })

  test('never links to what is not safe to link to', () => {
    const link = (url: string): Document => [{ type: 'paragraph', content: [{ type: 'link', url, text: 'x' }] }]
    expect(toHtml(link('javascript:alert(1)'))).not.toContain('javascript')
    expect(toHtml(link('https://a.test/"onclick="x'))).toContain('href="https://a.test/%22onclick=%22x"')
  })
})

describe('a document as text', () => {
  test('has all its words, in order', () => {
    fc.assert(
      fc.property(documents, doc => {
        const said = urls.reduce((text, url) => text.replaceAll(` <${url}>`, ''), toText(doc))
        expect(withoutMarkers(said)).toBe(withoutMarkers(wordsIn(doc)))
      }),
    )
  })

  test('has lists, quotes, code and addresses in the usual form, and no blank at the end of a line', () => {
    const doc = fromHtml(
      '<p>See <a href="https://acme.test/x">this</a>:</p><ol start=2><li>a<ul><li>b</ul></ol>' +
        '<blockquote>q<br><br>r</blockquote><pre>if\n\n  x</pre>',
    )
    expect(toText(doc)).toBe('See this <https://acme.test/x>:\n\n2. a\n   - b\n\n> q\n>\n> r\n\n    if\n\n      x')
    fc.assert(
      fc.property(documents, doc => {
        expect(toText(doc)).not.toMatch(/[ \t]$/m)
      }),
    )
  })
})

describe('an html mail', () => {
  test('collapses blanks as a browser does', () => {
    expect(read('<p>\n  one\n  <b> two </b> three&nbsp; four </p>\n\n<p>five</p>')).toBe('one two three  four\n\nfive')
  })

  test('has lines where div ends and paragraphs at an empty one, as mail programs write it', () => {
    expect(read('<div>Hi Ann,</div><div><br></div><div>it works.</div><div>Jane</div>')).toBe(
      'Hi Ann,\n\nit works.\nJane',
    )
    expect(
      read('<p class="MsoNormal">Hi,</p><p class="MsoNormal">&nbsp;</p><p class=MsoNormal>works<o:p></o:p></p>'),
    ).toBe('Hi,\n\nworks')
    expect(read('<p style="margin:0cm;margin-bottom:.0001pt">a</p><p style="margin: 0">b</p>')).toBe('a\nb')
    expect(read('a<br>b<br><br>c')).toBe('a\nb\n\nc')
  })

  test('keeps bold, italic, struck and code, from tags and from styles', () => {
    expect(
      fromHtml(
        '<b>a</b><span style="font-weight:700">b</span><b style="font-weight:normal">c</b>' +
          '<i>d</i><s>e</s><span style="text-decoration: line-through">f</span><code>g</code>',
      ),
    ).toEqual([
      {
        type: 'paragraph',
        content: [
          { type: 'text', text: 'ab', bold: true },
          { type: 'text', text: 'c' },
          { type: 'text', text: 'd', italic: true },
          { type: 'text', text: 'ef', strike: true },
          { type: 'text', text: 'g', code: true },
        ],
      },
    ])
  })

  test('nests lists, also those that stand beside their item', () => {
    expect(read('<ul><li>a<li>b<ol><li>c</ol></ul>')).toBe('- a\n- b\n  1. c')
    expect(read('<ul><li>a</li><ul><li>b</li></ul></ul>')).toBe('- a\n  - b')
    expect(read('<ol start="4"><li><p>a</p><p>b</p></li><li></li><li>c</li></ol>')).toBe('4. a\n\n   b\n5. \n6. c')
    expect(read('<li>a<li>b')).toBe('a\nb')
  })

  test('keeps quotes, code and headings', () => {
    expect(fromHtml('<h2>Plan<br>B</h2><h6>c</h6><blockquote>q<pre>\n a\n  b\n</pre></blockquote><hr>')).toEqual([
      {
        type: 'heading',
        level: 2,
        content: [{ type: 'text', text: 'Plan' }, { type: 'break' }, { type: 'text', text: 'B' }],
      },
      { type: 'heading', level: 3, content: [{ type: 'text', text: 'c' }] },
      { type: 'quote', content: [...fromText('q'), { type: 'code', text: ' a\n  b' }] },
      { type: 'rule' },
    ])
    expect(fromHtml('<pre class="moz-quote-pre" wrap="">a\n b</pre>')).toEqual(fromText('a\n b'))
    expect(fromHtml('<div style="white-space:pre-wrap">a\n  b</div>')).toEqual(fromText('a\n  b'))
  })

  test('shows rows of a table as lines, and a table that only lays out as what stands in it', () => {
    expect(read('<table><tr><th>Item<th>Price</tr><tr><td><p>Bolt</p><td>5 €</table>after')).toBe(
      'Item | Price\nBolt | 5 €\n\nafter',
    )
    expect(read('<table><tr><td><p>Hi</p><p>Ann</p></td><td><ul><li>x</ul></td></tr></table>')).toBe('Hi\n\nAnn\n\n- x')
    expect(read('<table><tr><td><table><tr><td>in</td><td>side</td></tr></table></td></tr></table>')).toBe('in | side')
  })

  test('says what a picture says, not what its file is called', () => {
    expect(
      read('<img alt="🎉" src="x"> <img alt="image001.png"><img src="y"><img width="1" height="1" alt="pixel">'),
    ).toBe('🎉')
  })

  test.each([
    ['a style sheet', '<style>p { color: red }</style>'],
    ['a script', '<script>document.write("x")</script>'],
    ['a title', '<head><title>x</title></head>'],
    ['a comment', '<!-- x --><!--[if mso]><p>x</p><![endif]-->'],
    ['a preview line', '<div style="display:none;font-size:1px">x</div>'],
    ['a preview line without height', '<div style="max-height:0px; overflow:hidden">x</div>'],
    ['letters of no size', '<span style="font-size:0">x</span>'],
    ['an invisible element', '<span style="VISIBILITY: Hidden !important">x<b>x</b></span>'],
    ['an element marked hidden', '<p hidden>x</p>'],
  ])('leaves out %s', (_, html) => {
    expect(read(`<p>before</p>${html}<p>after</p>`)).toBe('before\n\nafter')
  })

  test('shows letters with a size inside an element without', () => {
    expect(read('<div style="font-size:0px"><div style="font-size:14px">words</div></div>')).toBe('words')
  })

  test('shows what stands after a head that nobody closed, before and after html and body', () => {
    expect(read('reply<html><head><title>x</title><body>old</body></html>rest')).toBe('replyoldrest')
  })

  test.each([
    'javascript:alert(1)',
    ' java&#10;script:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '#top',
    '/x',
    'cid:1',
  ])('keeps only the words of a link to %s', href => {
    expect(fromHtml(`<a href="${href}">press</a>`)).toEqual(fromText('press'))
  })

  test('keeps an address that was taken for a tag', () => {
    expect(read('write to Jane <jane@acme.test> or <https://acme.test/x?y=1> today')).toBe(
      'write to Jane <jane@acme.test> or <https://acme.test/x?y=1> today',
    )
  })

  test('is free of what cannot be seen', () => {
    expect(read('a\u200bb&#8203;c&shy;d\u202ee&#x202e;f\u0000g\ud800h\ufeff')).toBe('abcdefgh')
    expect(read('👨&zwj;👩&zwj;👧 نمی‌خواهم pa\u200dypal\u200c')).toBe('👨‍👩‍👧 نمی‌خواهم paypal')
  })

  test('closes what its writer left open', () => {
    expect(read('<p>a<p>b<div>c<table><tr><td>d<td>e<tr><td>f</table>g</p>h')).toBe('a\n\nb\n\nc\n\nd | e\nf\n\ng\n\nh')
    expect(read('<td>a</td><tr>b</tr></div></p></table>c')).toBe('a\nb\n\nc')
  })

  test('that is too long is cut, and says so', () => {
    expect(plainText(fromHtml(`<p>${'a'.repeat(100)}`, { maxLength: 50 }))).toBe(`${'a'.repeat(47)}\n\n[…]`)
  })

  test('never fails, whatever it holds', () => {
    const tags = fc.constantFrom(
      ...'p div br ul ol li blockquote pre code b i a table tr td th h1 hr img head style script o:p x@y.z'.split(' '),
    )
    const markup = fc.oneof(
      tags.map(tag => `<${tag}>`),
      tags.map(tag => `</${tag}>`),
      fc.constantFrom(
        '<a href="https://x.test">',
        '<p style="display:none">',
        '<!--',
        '-->',
        '&nbsp;',
        '&#xd800;',
        '<',
        '&',
        '\n',
        ' x ',
      ),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(markup, { maxLength: 60 }), parts => {
        const doc = fromHtml(parts.join(''))
        expect(fromHtml(toHtml(doc))).toBeDefined()
        expect(toText(doc) + plainText(doc)).not.toMatch(/\p{Cs}|[\u200b\u202a-\u202e]/u)
        toRichText(doc)
      }),
    )
  })

  test('keeps the words of any paragraphs, whatever is around them', () => {
    const frames = fc.constantFrom(
      'div',
      'b',
      'blockquote',
      'center',
      'font',
      'li',
      'td',
      'span',
      'section',
      'x-unknown',
    )
    const framed = fc.tuple(words, fc.array(frames, { maxLength: 5 })).map(([text, tags]) => ({
      text,
      html: tags.reduce(
        (html, tag) => `<${tag}>${html}</${tag}>`,
        `<p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</p>`,
      ),
    }))
    fc.assert(
      fc.property(fc.array(framed), all => {
        expect(wordsIn(fromHtml(all.map(one => one.html).join('')))).toBe(
          all
            .map(one => one.text)
            .join('')
            .replace(/\s/g, ''),
        )
      }),
    )
  })

  test.each([
    ['20,000 nested elements', `${'<div>'.repeat(20_000)}x${'</div>'.repeat(20_000)}`],
    ['5,000 addresses as tags', '<a@b.c>'.repeat(5000)],
    ['a line of a megabyte', 'x '.repeat(500_000)],
    ['200,000 open elements', '<b>'.repeat(200_000)],
    ['nested quotes', '<blockquote>x'.repeat(70_000)],
    ['nested lists', '<ul><li>x'.repeat(100_000)],
    ['nested tables', '<table><tr><td>x'.repeat(60_000)],
    ['nested code', '<pre>x'.repeat(160_000)],
    ['many rows', `<table>${'<tr><td>x<td>y'.repeat(60_000)}`],
    ['many paragraphs', '<p>x'.repeat(100_000)],
    ['many lines', 'a<br>'.repeat(100_000)],
    ['closing tags of nothing', '<div>'.repeat(199) + '</p></i>'.repeat(120_000)],
    ['a million brackets', '<'.repeat(1_000_000)],
    ['an endless attribute', `<a href="${'&amp'.repeat(250_000)}`],
    ['halves of characters', '\ud800'.repeat(300_000)],
    ['joiners', '\u200d'.repeat(300_000)],
  ])('is read at once when it is %s', (_, html) => {
    const doc = fromHtml(html)
    toHtml(doc)
    plainText(doc)
    toRichText(doc)
  })

  test('loses its form but not a word when it has too many pieces', () => {
    const doc = fromHtml('<ul><li><b>a</b> b</li></ul>'.repeat(60_000))
    expect(wordsIn(doc)).toBe('ab'.repeat(60_000))
  })
})

describe('a text mail', () => {
  test('keeps its lines, and parts paragraphs at empty ones', () => {
    expect(fromPlain('Hi Ann,\r\n\r\nit works.   \r\n  - really\r\nJane')).toEqual(
      fromText('Hi Ann,\n\nit works.\n  - really\nJane'),
    )
  })

  test('has links where it has addresses', () => {
    expect(fromPlain('see (https://acme.test/a_(b)?c=d). www.globex.test, <http://x.test/>')).toEqual([
      {
        type: 'paragraph',
        content: [
          { type: 'text', text: 'see (' },
          { type: 'link', url: 'https://acme.test/a_(b)?c=d', text: 'https://acme.test/a_(b)?c=d' },
          { type: 'text', text: '). ' },
          { type: 'link', url: 'http://www.globex.test', text: 'www.globex.test' },
          { type: 'text', text: ', <' },
          { type: 'link', url: 'http://x.test/', text: 'http://x.test/' },
          { type: 'text', text: '>' },
        ],
      },
    ])
  })

  test('has quotes in quotes', () => {
    expect(plainText(fromPlain('new\n> old\n>> older\n> > older too\n>\n> old again\nend'))).toBe(
      'new\n\n> old\n>\n> > older\n> > older too\n>\n> old again\n\nend',
    )
  })

  test('has a list where it clearly is one', () => {
    const lists = (text: string) => fromPlain(text).map(block => block.type)
    expect(lists('We need:\n- a\n  and more\n- b\nThanks')).toEqual(['paragraph', 'list', 'paragraph'])
    expect(lists('3. a\n4. b')).toEqual(['list'])
    expect(plainText(fromPlain('3. a\n4. b'))).toBe('3. a\n4. b')
    expect(lists('- Jane')).toEqual(['paragraph'])
    expect(lists('1. a\n3. b')).toEqual(['paragraph'])
    expect(lists('- a\n* b')).toEqual(['paragraph'])
    expect(lists('-- \nJane')).toEqual(['paragraph'])
    expect(lists('1) a\n2) b')).toEqual(['paragraph'])
  })

  test('that is flowed gets its lines back', () => {
    const flowed =
      'These words \r\ngo on.\r\n  indented\r\n> so do \r\n> these.\r\n> > not \r\n> these.\r\nlast \r\n-- \r\nJane'
    expect(plainText(fromPlain(flowed, { flowed: true }))).toBe(
      'These words go on.\n indented\n\n> so do these.\n>\n> > not\n>\n> these.\n\nlast\n--\nJane',
    )
    expect(plainText(fromPlain('漢字 \n漢字', { flowed: true, delsp: true }))).toBe('漢字漢字')
  })

  test('is free of what cannot be seen', () => {
    expect(plainText(fromPlain('a\u202eb\u0007c\u200bd\udfffe\u2028f'))).toBe('abcde\nf')
  })

  test('loses and changes no word', () => {
    const line = fc
      .tuple(fc.constantFrom('', '- ', '* ', '1. ', '2. ', '  ', '> ', '-- '), words)
      .map(parts => parts.join(''))
    fc.assert(
      fc.property(fc.array(line), lines => {
        const doc = fromPlain(lines.join('\n'))
        expect(withoutMarkers(wordsIn(doc))).toBe(withoutMarkers(lines.join('')))
      }),
    )
  })

  test('says the same when our own text mail is read', () => {
    fc.assert(
      fc.property(fc.array(words), lines => {
        const doc = fromPlain(lines.join('\n\n'))
        expect(wordsIn(fromPlain(toText(doc)))).toBe(wordsIn(doc))
      }),
    )
  })

  test('never fails, whatever it holds', () => {
    const anything = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('\n', '> ', '- ', '1. ', 'https://', ' ', '\ud800')),
    )
    fc.assert(
      fc.property(anything, fc.boolean(), (parts, flowed) => {
        toRichText(fromPlain(parts.join(''), { flowed, delsp: flowed }))
      }),
    )
  })

  test.each([
    'x',
    ' ',
    '\n',
    '>',
    '> ',
    '> a\n',
    '- a\n',
    'a \n',
    'https://a.b ',
    'https://a.b.',
    'www.',
    '()',
    '\u200d',
    '\ud800',
    'On ',
    '=\n',
  ])('is read at once when it is %j over and over', part => {
    for (const flowed of [false, true]) toText(fromPlain(part.repeat(500_000 / part.length), { flowed }))
  })

  test('that is too long is cut, and says so', () => {
    expect(plainText(fromPlain('a'.repeat(100), { maxLength: 50 }))).toBe(`${'a'.repeat(50)}\n\n[…]`)
  })
})

/** Text mail says form with these; among words they cannot be told apart. */
function withoutMarkers(text: string): string {
  return text.replace(/[\s>*.\d—-]/g, '')
}
