import { base32, fromBase32, mac, randomWord, signedBy } from '../lib/sign.ts'

const WORD = 16 // characters of the random part

/** The random part of a thread's reply token, stored with the thread. */
export const newThreadToken = randomWord

/** What a customer's answer is addressed to: the thread's word and our mark on it; 29 characters, lower case. */
export function replyToken(key: Buffer, threadToken: string): string {
  return threadToken + mac(key, 'reply', threadToken)
}

/** The thread's word in a token that we signed, or null. Case does not matter: some mail systems change it. */
export function readReplyToken(key: Buffer, token: string): string | null {
  const word = token.slice(0, WORD).toLowerCase()
  return signedBy(key, 'reply', word, token.slice(WORD)) ? word : null
}

/** The id by which a customer's mail program will know a delivery, made before the first try; an RFC 5322 Message-ID. */
export function mintMessageId(key: Buffer, deliveryId: string, domain: string): string {
  return `<${deliveryId.replaceAll('-', '')}.${mac(key, 'message-id', deliveryId)}@${domain}>`
}

/**
 * What a mail that comes back is addressed to: the delivery's id and our mark on it, so that the delivery is known even
 * when nothing of the mail is returned (VERP). 39 characters, lower case; longer than a reply token, and not one.
 */
export function bounceToken(key: Buffer, deliveryId: string): string {
  return signedId(key, 'bounce', deliveryId)
}

/** The id of the delivery in a bounce token that we signed, or null. Case does not matter. */
export function readBounceToken(key: Buffer, token: string): string | null {
  return readSignedId(key, 'bounce', token)
}

/** The last part of the link by which a chat's recipient unsubscribes: nothing but who it is, and our mark on it. */
export function unsubscribeToken(key: Buffer, recipientId: string): string {
  return signedId(key, 'unsubscribe', recipientId)
}

/** The id of the recipient in a token that we signed, or null. Case does not matter. */
export function readUnsubscribeToken(key: Buffer, token: string): string | null {
  return readSignedId(key, 'unsubscribe', token)
}

const ID_WORD = 26 // characters of an id, 128 bits
const SIGNED_ID = ID_WORD + 13

function signedId(key: Buffer, purpose: string, id: string): string {
  const word = base32(Buffer.from(id.replaceAll('-', ''), 'hex'))
  return word + mac(key, purpose, word)
}

function readSignedId(key: Buffer, purpose: string, token: string): string | null {
  if (token.length !== SIGNED_ID) return null
  const word = token.slice(0, ID_WORD).toLowerCase()
  if (!signedBy(key, purpose, word, token.slice(ID_WORD))) return null
  const hex = fromBase32(word)?.toString('hex')
  return hex ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : null
}
