import { describe, expect, test } from 'vitest'
import { normaliseAddress, readAddressList, splitPlus } from '../../../../src/channels/email/address.ts'
import { keyOf, messageIds } from '../../../../src/channels/email/identity.ts'
import { readAddress } from '../../../../src/core/addresses.ts'
import { mail } from '../mails.ts'

describe('an address', () => {
  test.each([
    [' Jane@Acme.TEST ', 'jane@acme.test'],
    ['Jane Doe <jane@acme.test>', 'jane@acme.test'],
    ['mailto:jane@acme.test', 'jane@acme.test'],
    ['jane@müller.test', 'jane@xn--mller-kva.test'],
    ["o'brien+x@acme.test", "o'brien+x@acme.test"],
    ['josé@acme.test', 'josé@acme.test'],
  ])('%s is stored as %s', (typed, stored) => {
    expect(normaliseAddress(typed)).toBe(stored)
  })

  test.each([
    '',
    'jane',
    'jane@',
    '@acme.test',
    'jane@acme',
    'a b@acme.test',
    'a@b@acme.test',
    'jane@-x.test',
    'j\n@acme.test',
    'a..b@acme.test',
    `${'a'.repeat(65)}@acme.test`,
  ])('%j is none, also to those who type it', typed => {
    expect(normaliseAddress(typed)).toBeNull()
    expect(() => readAddress(typed)).toThrow('That is not an email address.')
  })

  test('comes apart at its plus signs', () => {
    expect(splitPlus('help@x.test')).toEqual({ bases: ['help@x.test'], tokens: [] })
    expect(splitPlus('help+a@x.test')).toEqual({ bases: ['help@x.test'], tokens: ['a'] })
    expect(splitPlus('help+@x.test')).toEqual({ bases: ['help@x.test'], tokens: [] })
  })

  test('is found in lists, groups and broken headers', () => {
    const list = readAddressList('"Doe, Jane" <JANE@acme.test>, team: a@b.test, c@d.test;, nobody, <>')
    expect(list.map(m => m.address)).toEqual(['jane@acme.test', 'a@b.test', 'c@d.test'])
    expect(list[0]?.name).toBe('Doe, Jane')
  })
})

describe('what a mail is known by', () => {
  test('the same mail by two ways is one', () => {
    const first = mail('Hi', { 'Delivered-To': 'a@support.test' })
    const second = mail('Hi', { 'Delivered-To': 'b@support.test', 'X-Spam': 'no' })
    expect(keyOf(second)).toBe(keyOf(first))
    const bare = { 'Message-ID': null }
    expect(keyOf(mail('Hi', { ...bare, 'X-Spam': 'no' }))).toBe(keyOf(mail('Hi', bare)))
  })

  test('other words under a used id are another mail', () => {
    expect(keyOf(mail('Bye'))).not.toBe(keyOf(mail('Hi')))
    expect(keyOf(mail('Hi', { 'Message-ID': null, Subject: 'x' }))).not.toBe(keyOf(mail('Hi', { 'Message-ID': null })))
  })

  test('a folded id is the id', () => {
    expect(keyOf(mail('Hi', { 'Message-ID': '\r\n <an\r\n swer@acme.test>' }))).toBe(keyOf(mail('Hi')))
  })

  test('ids are found without angle brackets, too', () => {
    expect(messageIds('a@b c@d')).toEqual(['<a@b>', '<c@d>'])
    expect(messageIds('<a@b><c@d> x')).toEqual(['<a@b>', '<c@d>'])
    expect(messageIds('none')).toEqual([])
  })
})
