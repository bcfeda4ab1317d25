import { expect, test } from 'vitest'
import { answeredId } from '../../../../src/channels/email/send/answered-id.ts'

const OWN = '<0199b000.first@support.test>'
const envelope = { from: 'help@support.test', to: ['jane@acme.test'] }
const read = (host: string, answer: string, id: string | null = null) =>
  answeredId(host, { answer, id, refused: [] }, OWN, envelope)

test.each<[string, string, string, string | null]>([
  [
    'a name of Postmark’s',
    'smtp.postmarkapp.com',
    '250 2.0.0 Ok: queued as 883953F4-6105-42a2-a16a-77a8eac79483',
    '<883953f4-6105-42a2-a16a-77a8eac79483@mtasv.net>',
  ],
  [
    'any Message-ID in angle brackets',
    'smtp-relay.example.com',
    '250 2.0.0 OK: queued as <202603030930.12345@smtp-relay.example.com>',
    '<202603030930.12345@smtp-relay.example.com>',
  ],
  ['our own', 'mail.support.test', `250 queued ${OWN}`, null],
  ['the recipient', 'mail.support.test', '250 2.0.0 <jane@acme.test> taken', null],
  ['a number in a queue', 'mail.support.test', '250 2.0.0 Ok: queued as 4Xk1Zz0', null],
  [
    'no name at another server that looks like one',
    'mail.support.test',
    '250 883953f4-6105-42a2-a16a-77a8eac79483',
    null,
  ],
])('an answer that names %s', (_what, host, answer, expected) => {
  expect(read(host, answer)).toBe(expected)
})

test('what nodemailer read of it comes first', () => {
  const id = '<0102018f-000000@eu-west-1.amazonses.com>'
  expect(read('email-smtp.eu-west-1.amazonaws.com', '250 Ok 0102018f-000000', id)).toBe(id)
})
