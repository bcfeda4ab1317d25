import fc from 'fast-check'
import { type Block, type Document, type Inline, joined, type Marks, wordsOf } from '../../src/core/document.ts'

const pieces = [
  ...['a', 'Bc', 'é', '漢', '🎉', '1', '<', '>', '&', '"', "'", '*', '_', '~', '`', '!', '@', '#', '|', ':', '-', '.'],
  ...['<!channel>', '<@U012AB3CD>', '<https://x.test|y>', '&amp;', '&lt;', '</p>', '<b>', '<script>', ':tada:', '```'],
]

const word = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 4 }).map(parts => parts.join(''))
export const words = fc.array(word, { minLength: 1, maxLength: 4 }).map(list => list.join(' '))

const mark = fc.option(fc.constant(true as const), { nil: undefined })
const marks: fc.Arbitrary<Marks> = fc
  .record({ bold: mark, italic: mark, strike: mark, code: mark })
  .map(all => Object.fromEntries(Object.entries(all).filter(([, on]) => on)))

export const urls = ['https://acme.test/a?b=1&c=2#d', 'http://globex.test', 'mailto:jane@acme.test', 'tel:+4930123']
const url = fc.constantFrom(...urls)

const inline: fc.Arbitrary<Inline> = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(words, marks).map(([text, on]): Inline => ({ type: 'text', text, ...on })) },
  fc.tuple(url, marks).map(([url, on]): Inline => ({ type: 'link', url, text: 'the page', ...on })),
  fc.constantFrom<Inline>({ type: 'emoji', name: 'tada', unicode: '🎉' }, { type: 'emoji', name: 'acme-logo' }),
  fc.constantFrom<Inline>({ type: 'mention', name: 'Ann' }),
)

const content: fc.Arbitrary<Inline[]> = fc
  .array(fc.array(inline, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
  .map(lines => joined(lines.flatMap((line, i) => (i ? [{ type: 'break' } as const, ...line] : line))))

const code = fc
  .array(fc.tuple(fc.constantFrom('', '  ', '\t'), words), { minLength: 1, maxLength: 3 })
  .map(lines => lines.map(line => line.join('')).join('\n'))

const paragraph: fc.Arbitrary<Block> = content.map(content => ({ type: 'paragraph', content }))

const { block } = fc.letrec<{ block: Block }>(tie => {
  const more = (most: number) => fc.array(tie('block'), { maxLength: most })
  return {
    block: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      paragraph,
      fc
        .tuple(fc.constantFrom(1 as const, 2 as const, 3 as const), content)
        .map(([level, content]): Block => ({ type: 'heading', level, content })),
      code.map((text): Block => ({ type: 'code', text })),
      fc.constant<Block>({ type: 'rule' }),
      fc.tuple(paragraph, more(2)).map(([first, rest]): Block => ({ type: 'quote', content: [first, ...rest] })),
      fc
        .tuple(
          fc.option(fc.integer({ min: 2, max: 20 })),
          fc.boolean(),
          fc.array(fc.tuple(paragraph, more(2)), { minLength: 1, maxLength: 3 }),
        )
        .map(
          ([start, ordered, items]): Block => ({
            type: 'list',
            ordered,
            ...(ordered && start !== null && { start }),
            items: items.map(([first, rest]) => [first, ...rest]),
          }),
        ),
    ),
  }
})

/** Any document such as a person writes: no empty pieces, no blanks at the ends of lines. */
export const documents: fc.Arbitrary<Document> = fc.array(block, { maxLength: 5 })

/** Every word of a document in order, without form, blanks and the dashes that stand for a quoted rule. */
export function wordsIn(doc: Document): string {
  return doc.map(wordsInBlock).join('').replace(/[\s—]/g, '')
}

function wordsInBlock(block: Block): string {
  if (block.type === 'list') return block.items.map(wordsIn).join('')
  if (block.type === 'quote') return wordsIn(block.content)
  if (block.type === 'code') return block.text
  return block.type === 'rule' ? '' : block.content.map(wordsOf).join('')
}

/** The document as a mail can say it: emoji and mentions are words there. */
export function inWords(doc: Document): Document {
  return doc.map(block => {
    if (block.type === 'list') return { ...block, items: block.items.map(inWords) }
    if (block.type === 'quote') return { ...block, content: inWords(block.content) }
    if (block.type === 'code' || block.type === 'rule') return block
    return { ...block, content: joined(block.content.map(spoken)) }
  })
}

function spoken(inline: Inline): Inline {
  return inline.type === 'emoji' || inline.type === 'mention' ? { type: 'text', text: wordsOf(inline) } : inline
}
