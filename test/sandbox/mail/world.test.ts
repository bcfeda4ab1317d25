import nodemailer from 'nodemailer'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { asDelivered } from '../../../src/sandbox/mail/compose.ts'
import type { Deliver, Envelope, Mail, MailWorld, MailWorldOptions } from '../../../src/sandbox/mail/types.ts'
import { startMail } from '../../../src/sandbox/mail/world.ts'
import { startImap } from '../../support/imap.ts'

const open: MailWorld[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(world => world.close()))
})

async function aWorld(options: MailWorldOptions = {}): Promise<MailWorld> {
  const world = await startMail(options)
  open.push(world)
  return world
}

/** A desk that keeps what customers send it. */
function aDesk(): { deliver: Deliver; got: { raw: string; envelope: Envelope }[] } {
  const got: { raw: string; envelope: Envelope }[] = []
  return { got, deliver: (raw, envelope) => void got.push({ raw: raw.toString(), envelope }) }
}

function sending(world: MailWorld, settings: Record<string, unknown> = {}) {
  return nodemailer.createTransport(world.smtpUrl, { ...settings })
}

const OUTREACH = {
  from: 'Overture Support <support@overture.test>',
  replyTo: 'support+t0k3n@overture.test',
  to: 'Jane Doe <jane@acme.test>',
  subject: 'Your invoice',
  text: 'Dear Jane,\n\nthe invoice is corrected.',
  html: '<html><body><p>Dear Jane,</p><p>the invoice is <b>corrected</b>.</p></body></html>',
  messageId: '<first@overture.test>',
}

async function outreach(world: MailWorld, more: Record<string, unknown> = {}): Promise<Mail> {
  const envelope = { from: 'bounce+7@overture.test', to: [String(more.to ?? 'jane@acme.test')] }
  await sending(world).sendMail({ ...OUTREACH, envelope, ...more })
  return world.accepted.at(-1)!
}

test('a mail to anybody lands in a mailbox of their own, as it was sent', async () => {
  const world = await aWorld({ clock: () => 1_700_000_000_000 })
  const mail = await outreach(world, { attachments: [{ filename: 'invoice.pdf', content: 'pdf' }] })

  const jane = world.customer('jane@acme.test')
  expect(jane.name).toBe('Jane Doe')
  expect(jane.inbox).toEqual([mail])
  expect(mail).toMatchObject({
    at: 1_700_000_000_000,
    envelope: { from: 'bounce+7@overture.test', to: ['jane@acme.test'] },
    from: { name: 'Overture Support', address: 'support@overture.test' },
    subject: 'Your invoice',
    text: 'Dear Jane,\n\nthe invoice is corrected.',
    messageId: '<first@overture.test>',
    attachments: [{ index: 0, name: 'invoice.pdf', type: 'application/pdf', bytes: 3 }],
  })
  expect(mail.html).toContain('<b>corrected</b>')
  expect(mail.content(0).toString()).toBe('pdf')
  expect(mail.raw.toString()).toContain('Message-ID: <first@overture.test>')
})

test.each(['Eve <!channel>', 'Stone, Carol "C"', 'eve@home.test'])(
  'somebody called %s can write and answer',
  async name => {
    const world = await aWorld()
    const desk = aDesk()
    world.toDesk(desk.deliver)
    const eve = world.customer('eve@acme.test').called(name)
    const fresh = await eve.write({ to: 'support@overture.test', subject: 'Hello', text: 'It is me.' })
    const answer = await eve.reply(await outreach(world, { to: 'eve@acme.test' }), 'Thank you.')
    expect(desk.got.map(mail => mail.envelope.from)).toEqual(['eve@acme.test', 'eve@acme.test'])
    expect([fresh.from, answer.from]).toEqual(Array(2).fill({ name, address: 'eve@acme.test' }))
  },
)

test('an answer goes to the Reply-To, in the thread of the mail', async () => {
  const world = await aWorld()
  const desk = aDesk()
  world.toDesk(desk.deliver)
  const mail = await outreach(world)

  const reply = await world.customer('jane@acme.test').reply(mail, 'Thank you!')

  expect(desk.got[0]?.envelope).toEqual({ from: 'jane@acme.test', to: ['support+t0k3n@overture.test'] })
  expect(reply).toMatchObject({
    direction: 'written',
    from: { name: 'Jane Doe', address: 'jane@acme.test' },
    subject: 'Re: Your invoice',
    inReplyTo: '<first@overture.test>',
    references: ['<first@overture.test>'],
  })
  expect(world.customer('jane@acme.test').sent).toEqual([reply])
})

test.each([
  ['gmail', /^Thank you!\n\nOn .*Overture Support\s<support@overture.test>\s+wrote:\n\n> Dear Jane,/, 'gmail_quote'],
  ['outlook', /^Thank you!\n\n_{32}\nFrom: Overture Support <support@overture.test>\nSent: /, 'divRplyFwdMsg'],
  ['apple', /^Thank you!\n\n> On .* wrote:\n> \n> Dear Jane,/, 'blockquote type="cite"'],
] as const)('a reply quotes as %s does', async (quote, text, html) => {
  const world = await aWorld({ desk: () => {} })
  const mail = await outreach(world)
  const reply = await world.customer('jane@acme.test').reply(mail, { text: 'Thank you!', quote })
  expect(reply.text).toMatch(text)
  expect(reply.html).toContain(html)
  expect(reply.html).toContain('<b>corrected</b>')
})

test('an answer can leave out the quote and headers, bring files, and come from another address', async () => {
  const world = await aWorld({ desk: () => {} })
  const mail = await outreach(world)
  const reply = await world.customer('jane@acme.test').reply(mail, {
    text: 'Here.',
    html: false,
    quote: false,
    from: 'Jane at home <jane@home.test>',
    attachments: [{ name: 'scan.png', content: Buffer.from('png') }],
    headers: { 'In-Reply-To': null, References: null, 'X-Mailer': 'Pine' },
  })
  expect(reply).toMatchObject({ text: 'Here.', html: undefined, inReplyTo: '', references: [] })
  expect(reply.from).toEqual({ name: 'Jane at home', address: 'jane@home.test' })
  expect(reply.envelope.from).toBe('jane@home.test')
  expect(reply.attachments).toMatchObject([{ name: 'scan.png', type: 'image/png', bytes: 3 }])
  expect(reply.headers).toContainEqual({ name: 'X-Mailer', value: 'Pine' })
})

test('a customer writes first, and forwards a mail with its files to a colleague', async () => {
  const world = await aWorld()
  const desk = aDesk()
  world.toDesk(desk.deliver)
  const jane = world.customer('Jane Doe <jane@acme.test>')
  const bob = world.customer('bob@globex.test')
  await jane.write({ to: 'support@overture.test', subject: 'Hello', text: 'Is anybody there?' })
  const mail = await outreach(world, { attachments: [{ filename: 'invoice.pdf', content: 'pdf' }] })
  await jane.forward(mail, 'bob@globex.test', 'Bob, please look.')

  expect(desk.got.map(({ envelope }) => envelope.to)).toEqual([['support@overture.test']])
  expect(bob.latest()).toMatchObject({ subject: 'Fwd: Your invoice', attachments: [{ name: 'invoice.pdf' }] })
  expect(bob.latest().text).toMatch(/^Bob, please look.\n\n-+ Forwarded message -+\nFrom: Overture Support/)
})

test('a test mail to the own sender does not make the sender a customer', async () => {
  const world = await aWorld()
  const desk = aDesk()
  world.toDesk(desk.deliver)
  await outreach(world, { to: 'support@overture.test' })
  await world.customer('jane@acme.test').write({ to: 'support@overture.test', subject: 'Hello', text: 'Hi' })
  expect(desk.got).toHaveLength(1)
})

test('the answer travels by SMTP to the desk, and waits while the desk is away', async () => {
  const ours = await aWorld() // another relay plays the desk here
  await ours.faults.outage(true)
  const world = await aWorld({ desk: { host: '127.0.0.1', port: ours.port } })
  const mail = await outreach(world)

  const reply = world.customer('jane@acme.test').reply(mail, 'Thank you!')
  await world.until(() => world.snapshot().underway === 1)
  await ours.faults.outage(false)
  await reply

  expect(ours.accepted[0]?.raw.toString()).toContain('In-Reply-To: <first@overture.test>')
  expect(world.snapshot().underway).toBe(0)
})

test('an answer can be put into an IMAP mailbox, as the last server leaves it there', async () => {
  const imap = await startImap()
  onTestFinished(() => imap.close())
  const world = await aWorld({ desk: (raw, envelope) => imap.append(asDelivered(raw, envelope)) })
  const mail = await outreach(world)
  await world.customer('jane@acme.test').reply(mail, 'Thank you!')
  const [kept] = await imap.messages()
  expect(kept?.raw.toString()).toMatch(
    /^Return-Path: <jane@acme.test>\r\nDelivered-To: support\+t0k3n@overture.test\r\n[\s\S]+\r\nIn-Reply-To: <first@/,
  )
})

test('a desk that refuses for good is said so at once', async () => {
  const ours = await aWorld()
  ours.faults.answer('rcpt', 550, '5.1.1 Nobody here')
  const world = await aWorld({ desk: { host: '127.0.0.1', port: ours.port } })
  const jane = world.customer('jane@acme.test')
  await expect(jane.write({ to: 'x@overture.test', subject: 'a', text: 'b' })).rejects.toThrow('5.1.1 Nobody here')
})

test('a returned mail is a report to the envelope sender, from the null sender', async () => {
  const world = await aWorld()
  const desk = aDesk()
  world.toDesk(desk.deliver)
  const mail = await outreach(world)
  const returned = await world.customer('jane@acme.test').bounce(mail)

  expect(desk.got[0]?.envelope).toEqual({ from: '', to: ['bounce+7@overture.test'] })
  const { raw } = desk.got[0]!
  expect(raw).toMatch(/^Content-Type: multipart\/report; report-type=delivery-status;/m)
  expect(raw).toMatch(/^Final-Recipient: rfc822; jane@acme.test\r\n/m)
  expect(raw).toMatch(/^Action: failed\r\nStatus: 5\.1\.1\r\n/m)
  expect(raw).toMatch(/^Message-ID: <first@overture.test>/m)
  expect(raw).not.toContain('the invoice is corrected')
  expect(returned.attachments.map(part => part.type)).toEqual(['message/delivery-status', 'text/rfc822-headers'])
  await expect(world.customer('jane@acme.test').bounce(returned)).rejects.toThrow('null sender')
})

test('a delay notice is no failure', async () => {
  const world = await aWorld({ desk: () => {} })
  const notice = await world.customer('jane@acme.test').bounce(await outreach(world), { status: '4.4.1' })
  expect(notice.raw.toString()).toContain('Action: delayed')
})

test.each([
  ['refuses@acme.test', 550, /5\.1\.1/],
  ['temporarily.jane@acme.test', 451, /4\.2\.0/],
  ['full+x@acme.test', 552, /5\.2\.2/],
])('%s is answered with %i', async (to, responseCode, response) => {
  const world = await aWorld()
  await expect(outreach(world, { to })).rejects.toMatchObject({
    responseCode,
    response: expect.stringMatching(response),
  })
  expect(world.accepted).toEqual([])
})

test('who is away answers automatically, but never an automatic mail', async () => {
  const world = await aWorld()
  const desk = aDesk()
  world.toDesk(desk.deliver)
  world.customer('jane@acme.test').does('out-of-office', { text: 'Back on Monday.' })
  await outreach(world, { headers: { 'Auto-Submitted': 'auto-generated' } })
  await outreach(world)
  await world.until(() => desk.got.length > 0)

  expect(desk.got).toHaveLength(1)
  expect(desk.got[0]?.envelope).toEqual({ from: '', to: ['support+t0k3n@overture.test'] })
  expect(desk.got[0]?.raw).toMatch(/^Auto-Submitted: auto-replied\r\n/m)
  expect(desk.got[0]?.raw).toMatch(/^Subject: Automatic reply: Your invoice\r\n/m)
  expect(desk.got[0]?.raw).toContain('Back on Monday.')
})

test('some answer, and some addresses bounce, without a hand', async () => {
  const world = await aWorld()
  const desk = aDesk()
  world.toDesk(desk.deliver)
  await outreach(world, { to: 'answers@acme.test' })
  await world.until(() => desk.got.length === 1)
  await outreach(world, { to: 'bounces@acme.test' })
  await world.until(() => desk.got.length === 2)
  expect(desk.got.map(({ envelope }) => envelope.to[0])).toEqual([
    'support+t0k3n@overture.test',
    'bounce+7@overture.test',
  ])
})

test('changes are told, counted and shown as JSON', async () => {
  const world = await aWorld({ desk: () => {} })
  const told: string[] = []
  const stop = world.onChange(change => told.push(change.kind))
  const before = world.snapshot().version
  await world.customer('jane@acme.test').reply(await outreach(world), 'Thank you!')
  stop()

  const { version, mailboxes } = JSON.parse(JSON.stringify(world.snapshot()))
  expect(told).toEqual(['mailbox', 'mail', 'mail', 'desk', 'desk'])
  expect(version).toBe(before + told.length)
  expect(mailboxes).toMatchObject([{ address: 'jane@acme.test', name: 'Jane Doe', received: 1, written: 1 }])
  expect(mailboxes[0]).not.toHaveProperty('mails')
  expect(JSON.parse(JSON.stringify(world.mailbox('jane@acme.test'))).mails[0]).not.toHaveProperty('raw')
})
