import { mac, randomWord, signedBy } from '../lib/sign.ts'

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
