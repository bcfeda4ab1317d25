import { messageId } from '../identity.ts'
import type { Envelope, Handed } from './hand-over.ts'

interface Habit {
  at: RegExp // of the server's name
  answers: RegExp // the first group is what names the mail
  id(found: string): string
}

/** Mail servers that give each mail a Message-ID of their own, and tell it in their answer. */
const HABITS: Habit[] = [
  {
    at: /(^|\.)postmarkapp\.com$/,
    answers: /\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/i,
    id: found => `<${found.toLowerCase()}@mtasv.net>`,
  },
  { at: /(?:)/, answers: /<([^<>\s@]{1,300}@[^<>\s@]{1,200})>/, id: found => `<${found}>` },
]

/**
 * The Message-ID that the customer's mail program will know a mail by when it is not ours: answers will name it. Amazon
 * SES and Microsoft are read by nodemailer already. Null when the answer names none, or ours.
 */
export function answeredId(host: string, handed: Handed, own: string, envelope: Envelope): string | null {
  const addresses = [envelope.from, ...envelope.to].map(a => `<${a}>`)
  const found = [handed.id, ...HABITS.filter(h => h.at.test(host)).map(h => named(h, handed.answer))]
    .flatMap(id => (id && messageId(id)) ?? [])
    .find(id => !addresses.includes(id))
  return found && found !== own ? found : null
}

function named(habit: Habit, answer: string): string | null {
  const found = habit.answers.exec(answer.slice(0, 2_000))?.[1]
  return found ? habit.id(found) : null
}
