import { domainOf } from '../../../core/addresses.ts'
import type { Letter } from '../../../core/letter.ts'
import { bounceToken, replyToken } from '../../../core/tokens.ts'
import type { AttachmentView, SenderView } from '../../../core/view.ts'
import { newId } from '../../../lib/id.ts'
import { mac } from '../../../lib/sign.ts'
import { withPlus } from '../address.ts'
import { bodyOf } from './body.ts'
import { signHeaders } from './dkim.ts'
import { kindHeaders, type MailAs, mailAs } from './kinds.ts'
import {
  addressesHeader,
  addressHeader,
  type EnclosedFile,
  header,
  oneLine,
  type Part,
  plainHeader,
  textPart,
} from './mime.ts'

/** A mail as it travels: the same letter makes the same bytes at every try. */
export interface Composed {
  messageId: string
  envelope: { from: string; to: string[] }
  raw: Buffer
}

/** By this header a mail of ours that comes back is known; its value is signed. */
export const OWN_HEADER = 'X-Overture-Id'
export const OWN_PURPOSE = 'own-mail'

const LONGEST_REFERENCES = 1_500 // relays refuse long header lines
const LONGEST_LOCAL_PART = 64

/** Reads the letter's files and composes its mail. Throws for a letter that must not leave: a note, or one without key. */
export async function compose(letter: Letter, key: Buffer): Promise<Composed> {
  refuseNotes(letter)
  const files = await Promise.all((letter.message?.attachments ?? []).map(enclosed))
  return composeMail(letter, key, files)
}

async function enclosed(a: AttachmentView): Promise<EnclosedFile> {
  const inline = a.inline && a.contentId && a.type.startsWith('image/')
  return { name: a.name, type: a.type, bytes: await a.read(), contentId: inline ? a.contentId : null }
}

/** The mail of a letter whose files have been read; pure. */
export function composeMail(
  letter: Letter,
  key: Buffer,
  files: EnclosedFile[],
  as: MailAs = mailAs(letter, ownReplyAddress(letter, key)),
): Composed {
  const { message, ticket, sender } = refuseNotes(letter)
  const from = { name: fromName(letter), address: sender.address }
  const replyTo = replyAddress(sender.address, replyToken(key, letter.thread.token))
  return finished({
    sender,
    messageId: bareId(letter.key as string),
    envelope: { from: returnAddress(sender.address, letter, key), to: recipients(letter) },
    headers: [
      addressHeader('From', from),
      addressHeader('To', { name: ticket.customer.name, address: letter.thread.place }),
      ...copiesHeader(letter),
      addressHeader('Reply-To', { name: from.name, address: replyTo }),
      header('Subject', subjectOf(letter)),
      dateHeader(letter.createdAt),
      ...references(letter.references),
      ...kindHeaders(as, { team: ticket.team.name, address: sender.address }, key),
      ownHeader(key, message.id),
    ],
    content: bodyOf(letter, files, `ov_${mac(key, 'boundary', letter.id)}`, as.kind === 'campaign' ? as : null),
  })
}

/** A mail by which an operator sees that a sender works; nobody answers it automatically. */
export function composeTest(
  sender: Pick<SenderView, 'address' | 'name' | 'dkim'>,
  to: string,
  key: Buffer,
  now: number,
): Composed {
  const id = newId()
  return finished({
    sender,
    messageId: `<${id.replaceAll('-', '')}.${mac(key, 'test', id)}@${domainOf(sender.address)}>`,
    envelope: { from: sender.address, to: [to] },
    headers: [
      addressHeader('From', sender),
      addressHeader('To', { name: '', address: to }),
      header('Subject', `A test from ${sender.name || sender.address}`),
      dateHeader(now),
      ...kindHeaders({ kind: 'notice' }, { team: sender.name, address: sender.address }, key),
      ownHeader(key, id),
    ],
    content: textPart('plain', `This mail was sent to see whether ${sender.address} can send. It can.\n`),
  })
}

interface Unfinished {
  sender: Pick<SenderView, 'address' | 'dkim'>
  messageId: string
  envelope: Composed['envelope']
  headers: string[]
  content: Part
}

function finished({ sender, messageId, envelope, headers, content }: Unfinished): Composed {
  const all = [...headers, `Message-ID: ${messageId}`, 'MIME-Version: 1.0', ...content.headers]
  const signature = sender.dkim ? signHeaders(all, content.body, { ...sender.dkim, address: sender.address }) : []
  return {
    messageId,
    envelope,
    raw: Buffer.from(`${[...signature, ...all].join('\r\n')}\r\n\r\n${content.body}`),
  }
}

function dateHeader(at: number): string {
  return `Date: ${new Date(at).toUTCString().replace('GMT', '+0000')}`
}

function ownHeader(key: Buffer, id: string): string {
  return `${OWN_HEADER}: ${id}.${mac(key, OWN_PURPOSE, id)}`
}

function refuseNotes(letter: Letter) {
  const { message, ticket } = letter
  if (letter.kind !== 'message' || !message) throw new Error('Only a message can be sent by email.')
  if (message.visibility !== 'public') throw new Error('A note must never be sent by email.')
  if (!letter.key) throw new Error('A mail needs its Message-ID before it is sent.')
  if (!ticket.sender) throw new Error('A mail needs a sender.')
  return { message, ticket, sender: ticket.sender }
}

/** `Ann Lee (Support)`: who wrote, and for whom. */
function fromName({ message, ticket }: Letter): string {
  const person = message?.author.kind === 'system' ? '' : message?.author.name.trim()
  const team = ticket.team.name.trim() || ticket.sender?.name.trim() || ''
  if (!person || person === team) return ticket.sender?.name.trim() || team
  return team ? `${person} (${team})` : person
}

/** The address that answers come back to: the token stands behind a plus, where it fits. */
export function replyAddress(address: string, token: string): string {
  return plusThatFits(address, token) ?? address
}

/** Nobody learns of those who get it unseen. */
function copiesHeader({ copies, blind }: Letter): string[] {
  const seen = copies.filter(address => !blind.includes(address))
  return seen.length ? [addressesHeader('Cc', seen)] : []
}

/** The same where the token fits: a mail there is known to be about this thread, whatever it says. */
function ownReplyAddress({ ticket, thread }: Letter, key: Buffer): string | null {
  return ticket.sender && plusThatFits(ticket.sender.address, replyToken(key, thread.token))
}

/** The address that the mail itself comes back to: it names the delivery, where that fits, else the thread. */
function returnAddress(address: string, letter: Letter, key: Buffer): string {
  return (
    plusThatFits(address, bounceToken(key, letter.id)) ?? replyAddress(address, replyToken(key, letter.thread.token))
  )
}

function plusThatFits(address: string, token: string): string | null {
  const withToken = withPlus(address, token)
  return withToken.lastIndexOf('@') <= LONGEST_LOCAL_PART ? withToken : null
}

/** Everybody whom the mail has still to be handed over for. */
function recipients(letter: Letter): string[] {
  const handed = new Set(letter.handed)
  return [letter.thread.place, ...letter.copies].filter(address => !handed.has(address))
}

function subjectOf(letter: Letter): string {
  const subject = oneLine(letter.ticket.subject).trim() || letter.ticket.identifier
  return letter.references.length && !/^(re|aw|sv|antw):/i.test(subject) ? `Re: ${subject}` : subject
}

function bareId(id: string): string {
  return `<${oneLine(id).replace(/[<>\s]/g, '')}>`
}

function references(ids: string[]): string[] {
  const newest = ids.at(-1)
  if (!newest) return []
  return [`In-Reply-To: ${bareId(newest)}`, plainHeader('References', trimReferences(ids).join(' '))]
}

/** The ids, oldest first, cut to 1,500 characters: the first stays, and as many of the newest as fit. */
export function trimReferences(ids: string[]): string[] {
  const all = [...new Set(ids.map(bareId))]
  const [first, ...rest] = all
  if (!first) return []
  let room = LONGEST_REFERENCES - first.length
  const kept: string[] = []
  for (const id of rest.reverse()) {
    room -= id.length + 1
    if (room < 0) break
    kept.unshift(id)
  }
  return [first, ...kept]
}
