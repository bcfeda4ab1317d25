import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bounceToken, newThreadToken, readBounceToken, readReplyToken, replyToken } from '../../src/core/tokens.ts'
import { newId } from '../../src/lib/id.ts'

const KEY = Buffer.alloc(32, 7)
const OTHERS = Buffer.alloc(32, 8)

describe('the token that a mail which comes back is addressed to', () => {
  it('names the delivery, whatever case it returns in', () => {
    fc.assert(
      fc.property(fc.uuid(), id => {
        const token = bounceToken(KEY, id)
        expect(token).toMatch(/^[a-z2-7]{39}$/)
        expect(readBounceToken(KEY, token)).toBe(id)
        expect(readBounceToken(KEY, token.toUpperCase())).toBe(id)
      }),
    )
  })

  it('is nobody else’s: not one of another key, not a changed one, not any word', () => {
    const token = bounceToken(KEY, newId())
    expect(readBounceToken(OTHERS, token)).toBeNull()
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'a' ? 'b' : 'a'
      expect(readBounceToken(KEY, token.slice(0, at) + other + token.slice(at + 1))).toBeNull()
    }
    fc.assert(fc.property(fc.string({ maxLength: 60 }), text => readBounceToken(KEY, text) === null))
  })

  it('is no reply token, nor is a reply token one', () => {
    const word = newThreadToken()
    expect(readReplyToken(KEY, bounceToken(KEY, newId()))).toBeNull()
    expect(readBounceToken(KEY, replyToken(KEY, word))).toBeNull()
    expect(readReplyToken(KEY, replyToken(KEY, word))).toBe(word)
  })

  it('leaves room for the sender’s own name in the 64 characters before the @', () => {
    expect(`support+${bounceToken(KEY, newId())}`.length).toBeLessThanOrEqual(64)
  })
})
