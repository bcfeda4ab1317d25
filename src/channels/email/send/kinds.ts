import { domainOf } from '../../../core/addresses.ts'
import type { Letter } from '../../../core/letter.ts'
import { canLeaveAt } from '../../../core/unsubscriptions.ts'
import { isChatMail } from '../../../core/view.ts'
import { mac } from '../../../lib/sign.ts'
import { oneLine, plainHeader } from './mime.ts'

/** What a mail is, which decides what its headers ask of mail systems. */
export type MailKind =
  | 'reply' // an agent in a conversation
  | 'outreach' // the first mail to somebody who did not write first
  | 'acknowledgement' // answered automatically
  | 'notice' // written automatically
  | 'campaign' // one text to many

/** How a mail is to be composed; a campaign must say how one leaves it (RFC 8058). */
export type MailAs = { kind: Exclude<MailKind, 'campaign'> } | Campaign

export interface Campaign {
  kind: 'campaign'
  id: string
  list: string
  unsubscribe: { url: string; address: string | null } // null: no mail to us would say who it is that leaves
  postal?: string | null
}

interface Column {
  autoSubmitted?: 'auto-replied' | 'auto-generated' // RFC 3834: nothing automatic is answered automatically
  quiet?: string // X-Auto-Response-Suppress (MS-OXCMAIL); never All or NDR, since we want to hear of failures
  precedence?: 'auto_reply' | 'bulk' // for old responders
  feedback?: string // the first field of a Feedback-ID: what Gmail counts complaints by
}

const RECEIPTS = 'DR, RN, NRN'
const EVERYTHING = 'DR, RN, NRN, OOF, AutoReply'

const COLUMNS: Record<MailKind, Column> = {
  reply: {}, // that the customer is out of office is worth knowing
  outreach: { quiet: RECEIPTS, feedback: 'outreach' },
  acknowledgement: { autoSubmitted: 'auto-replied', quiet: EVERYTHING, precedence: 'auto_reply', feedback: 'ack' },
  notice: { autoSubmitted: 'auto-generated', quiet: EVERYTHING, precedence: 'auto_reply', feedback: 'notice' },
  campaign: { autoSubmitted: 'auto-generated', quiet: EVERYTHING, precedence: 'bulk', feedback: 'campaign' },
}

/** A chat's own words go to many; the first mail of a ticket is outreach; a reminder writes itself; all else is a reply. */
export function kindOf({ message, ticket }: Letter): 'reply' | 'outreach' | 'notice' | 'campaign' {
  if (isChatMail(ticket, message)) return 'campaign'
  if (message?.reminder) return 'notice'
  return message?.opening && message.author.kind === 'agent' ? 'outreach' : 'reply'
}

/** How a letter's mail is composed; `leaveBy` is the address of its own that a mail to unsubscribe goes to, if any. */
export function mailAs(letter: Letter, leaveBy: string | null): MailAs {
  const kind = kindOf(letter)
  if (kind !== 'campaign') return { kind }
  const { chat, sender } = letter.ticket
  return {
    kind,
    id: `chat-${chat?.number}`,
    list: `${word(chat?.kind ?? '').replace(/^-+|-+$/g, '') || 'chats'}.${domainOf(sender?.address ?? '')}`,
    unsubscribe: { url: chat?.unsubscribeUrl ?? '', address: leaveBy },
    postal: chat?.postalFooter ?? null,
  }
}

/** The header lines that a mail of this kind bears beside those of every mail. */
export function kindHeaders(as: MailAs, from: { team: string; address: string }, key: Buffer): string[] {
  const { autoSubmitted, quiet, precedence, feedback } = COLUMNS[as.kind]
  return [
    ...(autoSubmitted ? [`Auto-Submitted: ${autoSubmitted}`] : []),
    ...(quiet ? [`X-Auto-Response-Suppress: ${quiet}`] : []),
    ...(precedence ? [`Precedence: ${precedence}`] : []),
    ...(feedback ? [feedbackId(as, feedback, from, key)] : []),
    ...(as.kind === 'campaign' ? listHeaders(as) : []),
  ]
}

/** `campaign:team:kind:sender`: the last is constant for a sender and 5 to 15 characters long, as Gmail asks. */
function feedbackId(as: MailAs, feedback: string, from: { team: string; address: string }, key: Buffer): string {
  const [what, kind] = as.kind === 'campaign' ? [as.id, feedback] : [feedback, '']
  return `Feedback-ID: ${word(what)}:${word(from.team)}:${kind}:${mac(key, 'feedback-id', from.address)}`
}

function word(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
}

const LONGEST_LINE = 998

/** On one line each: folded, the signature over List-Unsubscribe does not survive some relays. */
function listHeaders({ list, unsubscribe: { url, address } }: Campaign): string[] {
  const byMail = address === null ? '' : `, <mailto:${bare(address)}?subject=unsubscribe>`
  const leave = `List-Unsubscribe: <${bare(url)}>${byMail}`
  if (!canLeaveAt(url) || leave.length > LONGEST_LINE)
    throw new Error('A campaign needs an https address to unsubscribe at that fits in one line.')
  return [leave, 'List-Unsubscribe-Post: List-Unsubscribe=One-Click', plainHeader('List-Id', `<${bare(list)}>`)]
}

function bare(text: string): string {
  return oneLine(text).replace(/[<>\s]/g, '')
}
