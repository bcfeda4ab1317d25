import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { plainText } from '../../../src/core/document.ts'
import { read } from './mails.ts'

interface Said {
  subject?: string
  from?: string
  says?: string
  files?: string[] // those that are shown
  folded?: string[]
}

/** What each mail of ./eml is to be read as; the file's name says what is odd about it. */
const MAILS: Record<string, Said> = {
  'subject-raw-shift-jis': { subject: '緑のやかんについて' },
  'subject-utf8-labelled-big5': { subject: '綠色的水壺' },
  'subject-words-cut-in-a-letter': { subject: 'Die grüne Kanne' },
  'two-from-headers': {},
  'from-in-a-group': {},
  'from-name-encoded-with-comma': { from: 'Hölt, Ida <ida@kettle.test>' },
  'text-iso-2022-jp-vendor-letters': { says: '① やかん' },
  'html-charset-only-in-meta': { says: 'Зелёный чайник' },
  'header-without-blank-line': { subject: 'No blank line', says: 'The kettle leaks.\nIda' },
  'boundary-not-declared': { says: 'The kettle leaks.', files: ['list.txt'] },
  'apple-mail-picture-between-texts': { says: 'It leaks here:\n\nCan you send another?', files: ['spout.png'] },
  'file-name-in-pieces-wrong-charset': { files: ['grüne Kanne.pdf'] },
  'file-uuencoded-in-text': { says: 'The list:\n\nIda', files: ['list.txt'] },
  'file-nameless-forwarded-mail': { files: ['Maße der Kanne.eml'] },
  'winmail-with-the-only-text': { says: 'The kettle leaks.\nIda', files: ['The spout of the kettle.pdf'] },
  'smime-opaque-signed': { says: 'The kettle leaks.' },
  'pgp-encrypted': {
    says: 'This mail is encrypted, and Overture has no key for it. What it says is in the file that came with it.',
    files: ['encrypted.asc'],
  },
  'signature-logo-by-cid': { folded: ['logo.png'] },
  'list-footer-behind-alternative': {
    says: 'The kettle leaks.\n\nKettle list, to leave write to leave@kettle.test',
  },
}

describe('a mail of the world', () => {
  test.each(Object.entries(MAILS))('%s', async (name, said) => {
    const r = await read(readFileSync(`test/channels/email/eml/${name}.eml`))
    expect(r.kind).toBe('human')
    if (said.subject) expect(r.subject).toBe(said.subject)
    expect(`${r.from.name} <${r.from.address}>`).toBe(said.from ?? 'Ida Holt <ida@kettle.test>')
    if (said.says) expect(plainText(r.full ?? r.body).trim()).toBe(said.says)
    const names = (minor: boolean) => r.files.filter(f => (f.minor ?? false) === minor).map(f => f.name)
    expect(names(false)).toEqual(said.files ?? [])
    if (said.folded) expect(names(true)).toEqual(said.folded)
  })
})
