import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shareOf, visibleText } from '../../../../src/channels/email/read/visible/quote.ts'
import { visibleInHtml, visibleInText } from '../../../../src/channels/email/read/visible/visible.ts'
import { isEmpty, plainText } from '../../../../src/core/document.ts'

/** Lines that mean something to the reader, and others. */
const line = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }).map(s => s.replace(/[\r\n]/g, ' ')) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '> a',
      '>',
      '>> b',
      '-- ',
      '--',
      '---',
      '____________',
      'a word',
      'On Tue, 3 Mar 2026 at 09:30, Ann <a@support.test> wrote:',
      'Hm. On Tue, 3 Mar 2026 at 09:30, Ann <a@support.test> wrote:',
      '> On Tue, 3 Mar 2026, Ann wrote:',
      'Ann wrote:',
      '-----Original Message-----',
      '---------- Forwarded message ---------',
      '> Begin forwarded message:',
      'From: Ann <a@support.test>',
      '> From: Ann <a@support.test>',
      'Sent: Tuesday, 3 March 2026',
      'To: Jane',
      'Subject: x',
      'Sent from my iPhone',
      'Von meinem iPhone gesendet',
      'This message is confidential.',
      '##- reply above this line -##',
      '```',
      'see:',
      '>>> Ann 3/3/2026 9:30 >>>',
    ),
  },
)
const lines = fc.array(line, { maxLength: 25 })
const facts = fc.record({ forward: fc.boolean(), page: fc.boolean() })

const hasWords = (text: string) => /[\p{L}\p{N}\p{M}\p{Extended_Pictographic}]/u.test(text)

describe('of any text', () => {
  test('each line is kept, left out, or kept in its beginning, and something is kept where there are words', () => {
    fc.assert(
      fc.property(lines, facts, (all, known) => {
        const { keep, passage } = shareOf(all, known)
        expect(keep).toHaveLength(all.length)
        for (const [i, k] of keep.entries())
          if (typeof k === 'number') {
            expect(k).toBeGreaterThan(0)
            expect(k).toBeLessThan((all[i] as string).length)
          }
        if (hasWords(all.join(''))) expect(keep.some((k, i) => k && hasWords(all[i] as string))).toBe(true)
        if (passage) {
          expect(passage.begin).toBeLessThanOrEqual(passage.body)
          expect(passage.body).toBeLessThanOrEqual(passage.end)
          expect(passage.end).toBeLessThanOrEqual(all.length)
          // What is passed on is always seen.
          for (let i = passage.begin; i < all.length; i++) expect(keep[i]).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('what is visible stands so, in this order, in the mail', () => {
    fc.assert(
      fc.property(lines, all => {
        let at = 0
        for (const seen of visibleText(all.join('\n')).split('\n')) {
          while (at < all.length && !(all[at] as string).startsWith(seen)) at++
          expect(at).toBeLessThan(Math.max(all.length, 1))
          at++
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('what is visible is all that is visible of it', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{3,9}( [a-z]{3,9}){2,6}\.$/), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(words, all => {
        const text = all.join('\n')
        const quoted = `${text}\n\nOn Tue, 3 Mar 2026 at 09:30, Ann <a@support.test> wrote:\n> x y z\n`
        expect(visibleText(text)).toBe(text)
        expect(visibleText(quoted)).toBe(text)
      }),
    )
  })

  test('a document is made of it, as text and as a page', () => {
    fc.assert(
      fc.property(lines, facts, (all, known) => {
        const text = visibleInText(all.join('\n'), known)
        if (hasWords(all.join(''))) expect(isEmpty(text.body)).toBe(false)
        const page = visibleInHtml(all.join('<br>'), known)
        const tags = visibleInHtml(all.map(l => `<blockquote>${l}<div class="gmail_quote"><table>`).join(''), known)
        for (const { body, full } of [text, page, tags]) {
          if (full && !isEmpty(full)) expect(isEmpty(body)).toBe(false)
          if (full) expect(plainText(full).length).toBeGreaterThanOrEqual(plainText(body).length)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('hostile text takes its time in proportion', () => {
  const times = (text: string, n: number) => text.repeat(n)
  const texts: [string, string][] = [
    ['a megabyte of >', times('>', 1_000_000)],
    ['> lines', times('> a\n', 250_000)],
    ['blank lines', times('\n', 200_000)],
    ['spaces', times(' ', 200_000)],
    ['On', times('On ', 100_000)],
    ['On lines', times('On Mon, 1 Jan 2024\n', 20_000)],
    ['attributions', times('On Mon, 1 Jan 2024 Ann <a@b.test> wrote:\n', 20_000)],
    ['almost attributions', times('Ann wrote on 3.3.2026 to:\nyou\n', 15_000)],
    ['attributions within', times('Xx. Am 3 Am 3 Am 3 Am 3 Am 3 schrieb 2026:\n', 15_000)],
    ['headers', times('From: x\n', 20_000)],
    ['headers in a line', times('From: a@b To: c Subject: d ', 20_000)],
    ['header lines', times('From: a@b To: c Subject: d\n', 20_000)],
    ['forwards', times('---------- Forwarded message ----------\n', 20_000)],
    ['dashes', times('-', 100_000)],
    ['dash lines', times('-----\n', 100_000)],
    ['one word', times('x', 1_000_000)],
    ['brackets', times('<', 100_000)],
    ['addresses', times('a@b ', 100_000)],
    ['colons', times('a 1:\n', 50_000)],
    ['signatures', times('-- \nx\n', 20_000)],
    ['footers', times('\nThis message is\n', 20_000)],
    ['fences', times('```\n', 50_000)],
    ['above', times('please type text reply answer write above\n', 20_000)],
    ['Chinese dates', times('在2026年3月3日 x\n', 20_000)],
    ['Lotus', times('Ann\n03/03/2026 09:30 AM\n', 20_000)],
  ]
  const pages: [string, string][] = [
    ['nested quotes', times('<blockquote>', 10_000)],
    ['divs', times('<div>', 20_000)],
    ['unclosed tags', times('<p>On <b>Mon, 1 <i>', 20_000)],
    ['marked quotes', times('<div class="gmail_quote">x', 20_000)],
    ['marked signatures', times('<div class="gmail_signature">x</div>', 20_000)],
    ['unclosed attributes', `<div ${times('class="gmail_quote" ', 50_000)}`],
  ]
  const TOO_LONG_MS = 10_000 // of work on a busy machine; what grows faster than its input takes minutes
  const spent = (run: () => unknown) => {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }

  test.each(texts)('%s', { timeout: 60_000 }, (_name, text) => {
    for (const forward of [false, true]) expect(spent(() => visibleInText(text, { forward }))).toBeLessThan(TOO_LONG_MS)
  })
  test.each(pages)('%s', { timeout: 60_000 }, (_name, page) => {
    for (const forward of [false, true]) expect(spent(() => visibleInHtml(page, { forward }))).toBeLessThan(TOO_LONG_MS)
  })
})
