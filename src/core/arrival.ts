import type { Document } from './document.ts'
import type { Copy, NewFile } from './view.ts'

/** Something that a customer's channel brought in, understood, before it is known where it belongs. */
export interface Arrival {
  inboundId: string
  channel: string
  key: string // how the far side knows it: the Message-ID without white space, with < >
  from: { address: string; name: string }
  to: string[] // every address that it was delivered to, lower-cased, without plus parts
  tokens: string[] // what stood behind a plus in those addresses
  answers: string[] // keys that it says it answers, newest first
  tag: string | null // a ticket identifier found in the subject, such as SUP-1
  subject: string
  body: Document // the new part
  full: Document | null // the whole, when body left something out
  files: NewFile[]
  kind: ArrivalKind
  rule: string // the name of the rule by which it is of that kind
  copies: Copy[] // all whom it was written to, To and Cc
  bounce: Bounce | null
  trust: Trust
  forwarded: { from: { address: string; name: string }; body: Document } | null // the mail that it passes on
  junk: string | null // why the mail system that brought it calls it spam, a finished sentence; null: it does not
}

/** What made an arrival: a person (`human`, or `list` by way of a mailing list), a machine, or, `unreadable`, nobody knows. */
export type ArrivalKind =
  | 'human'
  | 'list'
  | 'ooo' // out of office
  | 'auto' // any other automatic mail
  | 'bounce'
  | 'delayed' // not delivered yet; the mail system goes on trying
  | 'complaint' // somebody called our mail spam (ARF, RFC 5965)
  | 'calendar'
  | 'receipt' // delivered, or read
  | 'unsubscribe' // they want no more chats
  | 'loop' // our own mail coming back
  | 'light' // a person's, which only says thanks
  | 'unreadable'

/** Whether nobody wrote it by hand, or only to say thanks: it is no answer, does not reopen and is never answered. */
export function isAutomatic(kind: ArrivalKind): boolean {
  return kind !== 'human' && kind !== 'list' && kind !== 'unreadable'
}

/** Whether a mail system says by it what became of a mail of ours, which it may bring along. */
export function isReport(kind: ArrivalKind): boolean {
  return kind === 'bounce' || kind === 'delayed' || kind === 'complaint' || kind === 'receipt'
}

export type BounceClass =
  | 'no_such_address'
  | 'no_such_domain'
  | 'mailbox_full'
  | 'disabled'
  | 'too_big'
  | 'spam_or_policy'
  | 'auth_failure' // of our DNS: SPF, DKIM, DMARC
  | 'rate_limited'
  | 'network'
  | 'relay_denied'
  | 'other'

/** What a delivery report says. */
export interface Bounce {
  recipients: string[] // who did not get it, as far as the report says
  permanent: boolean
  hard: boolean // the address will never work: it is not to be written to again
  class: BounceClass
  status: string | null // enhanced status code (RFC 3463), such as 5.1.1
  reason: string // in plain words, a finished sentence
  words: string // the far side's own, in one line; may be empty
}

/** Whether an arrival is from whom it says (SPF, DKIM, DMARC), and why that is thought, as a finished sentence. */
export interface Trust {
  verdict: 'pass' | 'fail' | 'unknown'
  says: string
}
