import { detectExtension, detectMimeType } from 'nodemailer/lib/mime-funcs'
import type { MailPart } from './part.ts'

const UNKNOWN = 'application/octet-stream'
const PROGRAM = 'application/x-msdownload'

/** Types that say nothing, or that something is to be saved. */
const EMPTY =
  /^(application|binary)\/(octet-stream|octetstream|unknown|x-unknown|download|x-download|force-download|x-force-download|save|binary|x-unknown-content-type|x-application)$/

/** What files of a type begin with. */
const MAGIC: { type: string; at: number; bytes: Buffer }[] = [
  magic('image/png', '89504e470d0a1a0a'),
  magic('image/jpeg', 'ffd8ff'),
  magic('image/gif', '47494638'),
  magic('image/webp', '57454250', 8),
  magic('image/tiff', '49492a00'),
  magic('image/tiff', '4d4d002a'),
  magic('application/pdf', '255044462d'),
  magic('application/zip', '504b0304'),
  magic('application/gzip', '1f8b08'),
  magic('application/x-7z-compressed', '377abcaf271c'),
  magic('application/vnd.rar', '526172211a07'),
  magic('application/msword', 'd0cf11e0a1b11ae1'),
  magic('application/rtf', '7b5c727466'),
  magic('application/postscript', '25215053'),
  magic('audio/mpeg', '494433'),
  magic('audio/ogg', '4f676753'),
  magic('audio/wav', '57415645', 8),
  magic('video/mp4', '66747970', 4),
  magic('text/calendar', '424547494e3a5643414c454e444152'),
  magic('text/vcard', '424547494e3a5643415244'),
  magic(PROGRAM, '4d5a90'),
]

/** Containers that files of many types are, so that they contradict none of these. */
const CONTAINERS = new Set([
  'application/zip',
  'application/msword',
  'application/gzip',
  'audio/ogg',
  'video/mp4',
  'image/tiff',
])

function magic(type: string, hex: string, at = 0): { type: string; at: number; bytes: Buffer } {
  return { type, at, bytes: Buffer.from(hex, 'hex') }
}

/**
 * What a file is: as declared, unless that says nothing or its first bytes belie it; then what its name says, unless the
 * bytes belie that, too. A program never passes for something else.
 */
export function typeOf({ type: declared, bytes }: MailPart, name: string): string {
  const seen = MAGIC.find(m => bytes.subarray(m.at, m.at + m.bytes.length).equals(m.bytes))?.type
  const named = name.includes('.') ? detectMimeType(name) : UNKNOWN
  if (seen === PROGRAM) return PROGRAM
  const likely = [EMPTY.test(declared) || !isType(declared) ? UNKNOWN : declared, named]
  return likely.find(type => type !== UNKNOWN && fits(type, seen)) ?? seen ?? UNKNOWN
}

function isType(type: string): boolean {
  return /^[\w.+-]{1,80}\/[\w.+-]{1,120}$/.test(type)
}

/** Whether bytes that begin like a type may be of another: a picture is no document, a zip may be many things. */
function fits(type: string, seen: string | undefined): boolean {
  if (!seen || seen === type) return true
  if (CONTAINERS.has(seen)) return !type.startsWith('image/') || seen === 'image/tiff'
  return !/^(image|audio|video)\/|^application\/(pdf|zip|gzip)$/.test(type) && !/^image\/|\/pdf$/.test(seen)
}

/** A name for a file that came without one. */
export function usualName(type: string): string {
  if (type === 'text/calendar') return 'invitation.ics'
  if (type === 'message/delivery-status') return 'delivery-status.txt'
  const kind = /^(image|video|audio)\//.exec(type)?.[1] ?? 'file'
  const extension = type === 'video/quicktime' ? 'mov' : detectExtension(type)
  return `${kind}.${/^\w+$/.test(extension) ? extension : 'bin'}`
}
