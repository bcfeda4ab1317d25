import addressparser from 'nodemailer/lib/addressparser'
import { clean } from '../../../../lib/clean.ts'
import { type Mailbox, normaliseAddress } from '../../address.ts'
import { decodeWords, replaceWords } from './words.ts'

/** A mailbox as an address header names it. */
export interface Named {
  address: string | null // normalised; null when mail cannot be sent there
  written: string // as it stands there
  name: string // decoded
}

const MOST_ADDRESSES = 2_000
const LONGEST_LIST = 200_000

// Most headers hold one plain address; the whole grammar costs twenty times as much.
const ONE_PLAIN = /^\s*(?:(?:"([ !#-<>-[\]-~]*)"|([\w .-]*?))\s*<([\w.+-]+@[\w.-]+)>|([\w.+-]+@[\w.-]+))\s*$/

/**
 * The mailboxes of an address header (RFC 5322, 3.4, with groups, comments, routes), its bytes as latin1. Encoded-words are
 * set aside before it is taken apart: a comma or a bracket inside one is part of the name and no grammar.
 */
export function readMailboxes(value: string, charset = ''): Named[] {
  const one = ONE_PLAIN.exec(value)
  if (one) return [named((one[3] ?? one[4]) as string, one[1] ?? one[2] ?? '')]
  const words: string[] = []
  const plain = replaceWords(value.slice(0, LONGEST_LIST), charset, text => {
    if (words.length >= PLACES) return text.replace(/[<>@,;:"()\\]/g, ' ')
    words.push(text)
    return String.fromCharCode(FIRST_PLACE + words.length - 1)
  })
  const back = (text: string) => text.replace(PLACE, c => words[c.charCodeAt(0) - FIRST_PLACE] ?? '')
  const found = parsed(plain).map(m => named(back(m.address), back(m.name)))
  // Some programs encode the whole of `Jane <jane@acme.test>`. Only where else there would be nobody is that believed.
  if (words.length && !found.some(m => m.written))
    return parsed(decodeWords(value, charset)).map(m => named(m.address, m.name))
  return found
}

/** Those that mail can be sent to. */
export function usable(list: Named[]): Mailbox[] {
  return list.flatMap(({ address, name }) => (address ? [{ address, name }] : []))
}

const FIRST_PLACE = 0xe000 // characters for private use stand for the words meanwhile
const PLACES = 0x1800
const PLACE = /[\ue000-\uf7ff]/g

interface Parsed {
  address: string
  name: string
}

function parsed(text: string): Parsed[] {
  const list = text.replace(/<[ \t]*@[^<>:]{1,500}:/g, '<').replace(/<[ \t]{0,20}>/g, '<none>')
  return addressparser(list, { flatten: true })
    .slice(0, MOST_ADDRESSES)
    .map(({ address, name }) => ({ address: address ?? '', name: name ?? '' }))
}

function named(written: string, name: string): Named {
  const bare = written.trim().replace(/^'(.*)'$/, '$1')
  return {
    address: normaliseAddress(bare),
    written: bare,
    name: clean(name)
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/^'(.*)'$/, '$1')
      .slice(0, 200)
      .toWellFormed(),
  }
}
