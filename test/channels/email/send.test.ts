import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSending, type Sending, verifySender } from '../../../src/channels/email/send/send.ts'
import type { Letter, Outcome, Tries } from '../../../src/core/letter.ts'
import { senderById } from '../../../src/core/senders.ts'
import { readBounceToken } from '../../../src/core/tokens.ts'
import { startTown, type Town } from '../../support/town.ts'
import { letter } from './letters.ts'
import { type Script, startScripted, startSink } from './smtp.ts'

const log = pino({ level: 'silent' })
let town: Town
const open: { close(): unknown }[] = []
beforeEach(async () => {
  town = await startTown()
})
afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close()
  await town.close()
})

function sending(url: string | null): Sending {
  const it = createSending({ store: town.store, smtpUrl: url, log })
  open.push(it)
  return it
}

async function sink(options?: Parameters<typeof startSink>[0]) {
  const it = await startSink(options)
  open.push(it)
  return it
}

async function scripted(script: Script) {
  const it = await startScripted(script)
  open.push(it)
  return it
}

/** From the town's sender. */
const jane = (wanted: Parameters<typeof letter>[0] = {}): Letter =>
  letter({ ...wanted, sender: { id: town.senderId, ...wanted.sender } })
const sender = () => town.store.read(q => senderById(q, town.senderId))

describe('a letter that a mail server takes', () => {
  test('is sent, and is known by its Message-ID', async () => {
    const server = await sink()
    const outcome = await sending(server.url).deliver(jane())
    expect(outcome).toEqual({ sent: { id: '<0199b000.first@support.test>' } })
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]).toMatchObject({ to: ['jane@acme.test'] })
    const [, token = ''] = /^help\+(.*)@support\.test$/.exec(server.mails[0]?.from ?? '') ?? []
    expect(readBounceToken(town.store.key, token)).toBe(jane().id)
  })

  test('is the same mail again when it is carried again', async () => {
    const server = await sink()
    const out = sending(server.url)
    await out.deliver(jane())
    await out.deliver({ ...jane(), attempts: 2 })
    expect(server.mails[1]?.raw.equals(server.mails[0]?.raw as Buffer)).toBe(true)
  })

  test('is not sent again once it is known to be out', async () => {
    const server = await sink()
    expect(await sending(server.url).deliver({ ...jane(), externalId: '<x@y>' })).toEqual({ sent: { id: '<x@y>' } })
    expect(server.mails).toHaveLength(0)
  })

  test('many letters share few connections, and a server that hung up in between is called again', async () => {
    const server = await sink()
    const out = sending(server.url)
    const far = (i: number) => jane({ key: `<${i}@support.test>`, to: `jane@acme${i % 10}.test` })
    await Promise.all(Array.from({ length: 60 }, (_, i) => out.deliver(far(i))))
    expect(server.mails).toHaveLength(60)
    expect(server.connections).toBeLessThanOrEqual(20)
  })

  test('goes by the sender’s own server in place of the environment’s', async () => {
    const [own, other] = [await sink({ auth: { user: 'ann', pass: 's p@ss' } }), await sink()]
    const url = own.url.replace('s p@ss', encodeURIComponent('s p@ss'))
    expect(await sending(other.url).deliver(jane({ sender: { smtpUrl: url } }))).toHaveProperty('sent')
    expect([own.mails.length, other.mails.length]).toEqual([1, 0])
  })

  test('a long text with dots and long lines arrives as it was', async () => {
    const server = await sink()
    const text = `.\n..\n.hidden\n${'word '.repeat(500)}end\nFrom here on`
    await sending(server.url).deliver(jane({ text }))
    const { simpleParser } = await import('mailparser')
    const mail = await simpleParser(server.mails[0]?.raw as Buffer)
    expect(mail.text).toContain(text.trim())
  })
})

const refused = (o: Outcome) => ('refused' in o ? o.refused : undefined)
const retried = (o: Outcome) => ('retry' in o ? o.retry : undefined)

describe('a letter that is refused for good says why in plain words', () => {
  test.each<[string, Script, string, string | undefined]>([
    ['no such address', { rcpt: '550 5.1.1 User unknown' }, 'The address jane@acme.test does not exist. (', 'address'],
    [
      'no such address, in words only',
      { rcpt: '550 No such user' },
      'The address jane@acme.test does not exist. (',
      'address',
    ],
    [
      'no such domain',
      { rcpt: '550 5.1.2 bad host' },
      'The domain of jane@acme.test does not exist or takes no mail. (',
      'address',
    ],
    [
      'mailbox switched off',
      { rcpt: '550 5.2.1 disabled' },
      'The mailbox of jane@acme.test is switched off. (',
      'address',
    ],
    ['too big', { end: '552 5.3.4 too big' }, 'The mail is too large for the mail server: send links', undefined],
    ['too big, without a status', { mail: '552 message exceeds fixed limit' }, 'The mail is too large', undefined],
    [
      'policy',
      { end: '554 5.7.1 looks like spam' },
      "The customer's mail system does not accept mail from us",
      undefined,
    ],
    ['blocked', { rcpt: '550 blocked by blacklist' }, "The customer's mail system does not accept", undefined],
    ['anything else', { end: '554 no' }, 'The mail server refused the mail. (', undefined],
  ])('%s', async (_what, script, sentence, broken) => {
    const server = await scripted(script)
    const outcome = refused(await sending(server.url).deliver(jane()))
    expect(outcome?.reason).toContain(sentence)
    expect(outcome?.reason).toMatch(/\(.*\d{3}.*\)$/)
    expect(outcome?.broken).toBe(broken)
    expect((await sender()).broken_at).toBeNull()
  })

  test('and the next letter goes by the same connection', async () => {
    const server = await scripted({ rcpt: '550 5.1.1 User unknown' })
    const out = sending(server.url)
    await out.deliver(jane())
    delete server.script.rcpt
    expect(await out.deliver(jane())).toHaveProperty('sent')
  })

  test('a ticket without sender, and a sender without server', async () => {
    expect(refused(await sending(null).deliver(jane()))?.broken).toBe('sender')
    expect(refused(await sending('smtp://127.0.0.1:1').deliver(letter({ sender: null })))?.broken).toBe('sender')
  })
})

describe('a letter that may go later is tried again', () => {
  test.each<[string, Script, string, Tries]>([
    ['busy', { greeting: '421 4.3.2 too busy' }, 'cannot take the mail at the moment', 'later'],
    ['later', { rcpt: '451 4.3.0 try later' }, 'cannot take the mail at the moment', 'later'],
    ['greylisted', { rcpt: '451 4.7.1 Greylisted, try again later' }, 'wants to see this mail again', 'later'],
    ['slowed down', { end: '450 4.7.28 unusual rate' }, 'send more slowly', 'later'],
    ['slowed down in Yahoo’s way', { rcpt: '421 4.7.0 [TSS04] deferred' }, 'send more slowly', 'later'],
    ['our own day’s worth', { mail: '550 5.4.5 Daily user sending limit exceeded' }, 'takes no more mail of', 'later'],
    ['full for now', { rcpt: '452 4.2.2 mailbox full' }, 'is full at the moment', 'later'],
    ['full', { rcpt: '552 5.2.2 over quota' }, 'The mailbox of jane@acme.test is full. (', 'daily'],
    ['full, in words only', { rcpt: '550 mailbox is full' }, 'The mailbox of jane@acme.test is full. (', 'daily'],
    ['hung up before', { mail: 'cut' }, 'did not answer', 'soon'],
    ['hung up at once', { greeting: 'cut' }, 'did not answer', 'soon'],
  ])('%s', async (_what, script, sentence, tries) => {
    const server = await scripted(script)
    const outcome = retried(await sending(server.url).deliver(jane()))
    expect(outcome?.reason).toContain(sentence)
    expect(outcome?.tries).toBe(tries)
    expect(outcome?.uncertain).toBeUndefined()
    expect((await sender()).broken_at).toBeNull()
  })

  test('when the server is not there', async () => {
    expect(retried(await sending('smtp://127.0.0.1:1').deliver(jane()))?.reason).toMatch(/cannot be reached\. \(/)
  })

  test('when the connection is lost with the whole text handed over, with the word that it may have arrived', async () => {
    const server = await scripted({ end: 'cut' })
    const out = sending(server.url)
    const lost = retried(await out.deliver(jane()))
    expect(lost).toMatchObject({ tries: 'later', uncertain: true })
    expect(lost?.reason).toContain('it may have arrived. (')
    delete server.script.end
    expect(await out.deliver(jane())).toEqual({ sent: { id: '<0199b000.first@support.test>' } })
    expect(server.mails[1]).toBe(server.mails[0])
  })
})

describe('a sender that cannot send', () => {
  test('is marked after a refused log-in, nobody knocks again for a minute, and nothing is lost', async () => {
    const server = await scripted({ auth: '535 5.7.8 wrong password' })
    const out = sending(server.url)
    const first = retried(await out.deliver(jane()))
    expect(first).toMatchObject({ afterMs: 60_000 })
    expect(first?.reason).toContain('does not accept the user name and password of this sender. (')
    expect((await sender()).broken_reason).toBe(first?.reason)

    delete server.script.auth
    expect(retried(await out.deliver(jane()))).toEqual({ reason: first?.reason, tries: 'uncounted', afterMs: 60_000 })
    town.clock.now += 60_000
    expect(await out.deliver(jane({ sender: { broken: 'x' } }))).toHaveProperty('sent')
    expect((await sender()).broken_at).toBeNull()
  })

  test('is marked when its DKIM key is none', async () => {
    const server = await sink()
    const outcome = await sending(server.url).deliver(jane({ sender: { dkim: { selector: 'a', key: 'nonsense' } } }))
    expect(retried(outcome)?.reason).toContain('The DKIM key of help@support.test cannot be used')
    expect((await sender()).broken_at).not.toBeNull()
    expect(server.mails).toHaveLength(0)
  })

  test('sends under its plain address where the server allows no other', async () => {
    const server = await scripted({ mail: 'plus 550 5.7.60 not allowed to send as this' })
    const out = sending(server.url)
    expect(await out.deliver(jane())).toHaveProperty('sent')
    expect(await out.deliver(jane())).toHaveProperty('sent')
    expect(server.froms.map(f => f.includes('+'))).toEqual([true, false, false])
  })

  test('also where the server says so only when it hears the recipient', async () => {
    const server = await scripted({ rcpt: '553 5.7.1 Sender address rejected: not owned by user ann' })
    const out = sending(server.url)
    expect(refused(await out.deliver(jane()))?.broken).toBe('sender')
    expect(server.froms.map(f => f.includes('+'))).toEqual([true, false])
  })

  test('is marked when not even that is allowed', async () => {
    const server = await scripted({ mail: '550 5.7.60 no' })
    expect(refused(await sending(server.url).deliver(jane()))?.broken).toBe('sender')
    expect((await sender()).broken_reason).toContain('does not let this sender use its address')
  })
})

describe('trying a mail server', () => {
  test('says null when it works, and else why not', async () => {
    expect(await verifySender((await sink()).url)).toBeNull()
    expect(await verifySender((await scripted({ auth: '535 no' })).url)).toContain('user name and password')
    expect(await verifySender('smtp://127.0.0.1:1')).toContain('cannot be reached')
  })

  test('a test mail is sent from a sender, and says why not', async () => {
    const server = await sink()
    expect(await sending(server.url).sendTest(town.senderId, 'ann@tulip.test')).toBeNull()
    expect(server.mails[0]).toMatchObject({ from: 'support@tulip.test', to: ['ann@tulip.test'] })
    const no = await scripted({ rcpt: '550 5.1.1 no' })
    expect(await sending(no.url).sendTest(town.senderId, 'ann@tulip.test')).toContain('does not exist')
    expect(await sending(null).sendTest(town.senderId, 'ann@tulip.test')).toContain('There is no mail server')
  })
})
