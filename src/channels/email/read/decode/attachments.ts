import type { NewFile } from '../../../../core/view.ts'
import { clean } from '../../../../lib/clean.ts'
import { cleanName, extensionOf } from '../../../../lib/file-name.ts'
import { typeOf, usualName } from './file-type.ts'
import { readHeader } from './mime.ts'
import type { MailPart } from './part.ts'
import { type Shown, shownBy } from './pictures.ts'
import { decodeWords } from './words.ts'

const MOST_FILES = 100
const LONGEST_NAME = 200

/** Parts of a delivery report, which its text tells already. */
const REPORT_PARTS = /^(message\/(delivery-status|disposition-notification|global.*|rfc822)|text\/rfc822-headers)$/

/** Signatures of the whole mail, which mail programs check and people never open. */
const SEALS = /^application\/(pgp-signature|(x-)?pkcs7-signature|pgp-encrypted)$/

/** The files of a mail with clean names, each another; a picture that the html shows is inline. */
export function filesOf(parts: MailPart[], html: string, isReport: boolean): NewFile[] {
  const shown = shownBy(html)
  const names = new Set<string>()
  return parts
    .filter(p => !(isReport && REPORT_PARTS.test(p.type)))
    .slice(0, MOST_FILES)
    .map(part => {
      const name = cleanName(part.name)
      const type = typeOf(part, name)
      const picture = type.startsWith('image/') ? placeOf(part, shown) : null
      return {
        name: distinct(name || nameless(part, type), names),
        type,
        bytes: part.bytes,
        contentId: part.contentId ? clean(part.contentId).slice(0, 200) : null,
        inline: picture !== null,
        minor: SEALS.test(type) || (picture !== null && isMinor(part, picture)),
      }
    })
}

/** The mail itself as a file. */
export function rawFile(raw: Buffer): NewFile {
  return { name: 'mail.eml', type: 'message/rfc822', bytes: raw }
}

function placeOf({ contentId, location }: MailPart, shown: Shown): 'own' | 'quoted' | 'pixel' | null {
  const byId = contentId ? shown.get(`cid:${contentId.toLowerCase()}`) : undefined
  return byId ?? (location ? shown.get(location.toLowerCase()) : undefined) ?? null
}

const SMALL = 10_000

/** A logo in somebody's signature, a picture of the mail that is answered, a pixel that counts readers. */
function isMinor({ bytes }: MailPart, place: 'own' | 'quoted' | 'pixel'): boolean {
  return place === 'pixel' || (place === 'quoted' && bytes.length < SMALL)
}

/** `pic.png`, and for another of that name `pic (2).png`. */
function distinct(name: string, taken: Set<string>): string {
  const extension = extensionOf(name)
  const stem = name.slice(0, name.length - extension.length)
  let free = name
  for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${stem} (${n})${extension}`
  taken.add(free.toLowerCase())
  return free
}

function nameless(part: MailPart, type: string): string {
  if (type === 'message/rfc822') return `${subjectWithin(part.bytes) || 'mail'}.eml`
  return usualName(type)
}

function subjectWithin(mail: Buffer): string {
  const subject = decodeWords(readHeader(mail.subarray(0, 64_000)).find(f => f.name === 'subject')?.value ?? '')
  return cleanName(subject.replace(/[\\/]/g, '_'))
    .slice(0, LONGEST_NAME - 4)
    .trim()
}
