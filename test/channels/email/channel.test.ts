import { createTransport } from 'nodemailer'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { examineMail } from '../../../src/channels/email/doctor.ts'
import { createEmail, type Email } from '../../../src/channels/email/index.ts'
import { claimDeliveries } from '../../../src/core/deliveries/claim.ts'
import { settle } from '../../../src/core/deliveries/settle.ts'
import { claimInbound } from '../../../src/core/inbound/claim.ts'
import { lettersFor } from '../../../src/core/letters.ts'
import { senders } from '../../../src/core/senders/find.ts'
import type { InboundRow, TicketRow } from '../../../src/db/schema.ts'
import { startTown, type Town } from '../../support/town.ts'
import { mail } from './mails.ts'
import { type Sink, startSink } from './smtp.ts'
import { lookupIn } from './zone.ts'

let town: Town
let sink: Sink
let email: Email
beforeEach(async () => {
  town = await startTown()
  sink = await startSink()
  email = createEmail({
    store: town.store,
    log: pino({ level: 'silent' }),
    smtpUrl: sink.url,
    imapUrl: null,
    listen: { host: '127.0.0.1', port: 0 },
  })
  await email.start()
})
afterEach(async () => {
  await email.stop()
  await sink.close()
  await town.close()
})

/** A ticket of Ann's to Jane whose first mail is out. */
async function underWay(): Promise<TicketRow> {
  const ticket = await town.open()
  town.clock.now += 10_000
  await carry()
  return ticket
}

/** Carries what goes by email; letters to the desk stay. */
async function carry(): Promise<void> {
  const letters = await town.store.write(async tx => lettersFor(tx.q, town.store, await claimDeliveries(tx, 50)))
  for (const letter of letters.filter(l => l.channel === 'email')) {
    const outcome = await email.deliver(letter)
    await town.store.write(tx => settle(tx, letter, outcome))
  }
}

async function answer(raw: Buffer, to: string): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: email.listenPort() as number })
  await transport.sendMail({ envelope: { from: 'jane@acme.test', to }, raw })
  transport.close()
  for (const row of await town.store.write(tx => claimInbound(tx, 50))) await email.receive(row)
}

const header = (name: string, raw = sink.mails.at(-1)?.raw.toString() ?? '') =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'm').exec(raw)?.[1]?.replace(/\r\n/g, '') ?? ''
const replyTo = () => /<(.*)>/.exec(header('Reply-To'))?.[1] as string
const messages = (ticketId: string) => town.messages(ticketId)
const inbound = (): Promise<InboundRow[]> =>
  town.store.read(q => q.selectFrom('inbound').selectAll().orderBy('id').execute())

describe('a ticket by email', () => {
  test('goes out, and the answer to its reply address comes back to it', async () => {
    const ticket = await underWay()
    expect(header('Subject')).toBe('Your order')
    await answer(
      mail('Thank you!\n\nOn Tue, 3 Mar 2026 at 09:00, Ann wrote:\n> Hello Jane', { To: replyTo() }),
      replyTo(),
    )
    const [, reply] = await messages(ticket.id)
    expect(reply).toMatchObject({ text: 'Thank you!', author_kind: 'customer', author_name: 'Jane Doe' })
    expect(reply?.matched_by).toContain('reply address')
    expect(reply?.full).toContain('Hello Jane')
  })

  test('finds its answer by the Message-ID where the reply address was lost', async () => {
    const ticket = await underWay()
    await answer(mail('Thank you!', { 'In-Reply-To': header('Message-ID') }), 'support@tulip.test')
    expect((await messages(ticket.id))[1]?.matched_by).toContain('the mail that it answers')
  })

  test('has one message for a mail that comes by two ways', async () => {
    const ticket = await underWay()
    await answer(mail('Thank you!', { To: replyTo() }), replyTo())
    await answer(mail('Thank you!', { To: replyTo(), 'X-Way': 'another' }), replyTo())
    expect(await messages(ticket.id)).toHaveLength(2)
  })

  test('has another message for other words under the same Message-ID', async () => {
    const ticket = await underWay()
    await answer(mail('Thank you!', { To: replyTo() }), replyTo())
    await answer(mail('And two more, please.', { To: replyTo() }), replyTo())
    await answer(mail('Thank  you!', { To: replyTo() }), replyTo())
    expect((await messages(ticket.id)).slice(1).map(m => m.text)).toEqual(['Thank you!', 'And two more, please.'])
  })

  test('is not joined by our own mail that comes back', async () => {
    const ticket = await underWay()
    await answer(sink.mails[0]?.raw as Buffer, replyTo())
    expect(await messages(ticket.id)).toHaveLength(1)
    expect((await inbound())[0]).toMatchObject({ state: 'ignored' })
  })

  test('is not joined by mail from one of our own addresses', async () => {
    const ticket = await underWay()
    await answer(mail('I am away.', { From: 'support@tulip.test' }), replyTo())
    expect(await messages(ticket.id)).toHaveLength(1)
  })

  test('begins by a web form of ours that names the customer in Reply-To', async () => {
    await answer(
      mail('Please call me.', { From: 'support@tulip.test', 'Reply-To': 'Bob <bob@globex.test>', Subject: 'Call' }),
      'support@tulip.test',
    )
    const ticket = await town.store.read(q => q.selectFrom('tickets').selectAll().executeTakeFirstOrThrow())
    expect((await messages(ticket.id))[0]).toMatchObject({ author_name: 'Bob', author_address: 'bob@globex.test' })
  })

  test('begins by a mail that is no more than bytes, too', async () => {
    await answer(Buffer.from([0, 1, 2, 255, 254]), 'support@tulip.test')
    expect((await inbound())[0]).toMatchObject({ state: 'recorded', from_address: 'jane@acme.test' })
  })
})

describe('the doctor', () => {
  const mailIn = { imapUrl: null, listen: null, from: null, lookup: lookupIn(null) }

  test('finds a mail server that takes our mail', async () => {
    const known = await town.store.read(senders)
    const found = await examineMail({ ...mailIn, smtpUrl: sink.url, senders: known, key: town.store.key })
    expect(found.map(f => [f.part, f.well])).toEqual([
      ['Mail out (support@tulip.test)', true],
      ...['MX', 'SPF', 'DKIM', 'DMARC'].map(what => [`${what} of tulip.test`, null]),
      ['Mail in', false],
    ])
  })

  test('says what to do next where something is wrong', async () => {
    const found = await examineMail({
      smtpUrl: 'smtp://127.0.0.1:1',
      imapUrl: 'imap://a:b@127.0.0.1:1/INBOX',
      listen: { host: '127.0.0.1', port: email.listenPort() as number },
      from: { address: 'support@tulip.test', name: '' },
      senders: [],
      key: null,
      lookup: lookupIn(null),
    })
    expect(found.filter(f => f.well === false)).toHaveLength(2)
    for (const f of found) if (f.well === false) expect(f.next).toMatch(/^Check .*\.$/)
    expect(found.at(-1)?.says).toContain('in use')
  })
})
