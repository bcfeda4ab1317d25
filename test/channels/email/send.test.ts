import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AccessRefused } from '../../../src/channels/email/oauth.ts'
import { createSending, type Sending, verifySender } from '../../../src/channels/email/send/send.ts'
import type { Letter, Outcome, Tries } from '../../../src/core/letter.ts'
import { senderById } from '../../../src/core/senders/find.ts'
import { readBounceToken } from '../../../src/core/tokens.ts'
import { startTown, type Town } from '../../support/town.ts'
import { attachment, letter } from './letters.ts'
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

describe('a sender whose mail server is no address', () => {
  test.each(['smtp://desk:pass#word@mail.test', 'smtp://desk:%zz@mail.test'])(
    '%s waits for somebody to mend it',
    async url => {
      const out = sending(url)
      const words = expect.stringContaining('write special characters in the password with %')
      expect(await out.deliver(jane())).toEqual({ retry: { reason: words, tries: 'uncounted', afterMs: 60_000 } })
      expect(await sender()).toMatchObject({ broken_reason: words })
      expect(await out.sendTest(town.senderId, 'ann@tulip.test')).toEqual(words)
      expect(await verifySender(url)).toEqual(words)
    },
  )
})

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
    expect(lost).toMatchObject({ afterMs: 10_000, uncertain: true })
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

describe('a mail with copies', () => {
  const withCopies = (wanted: Parameters<typeof letter>[0] = {}) =>
    jane({ copies: ['bob@acme.test', 'carol@globex.test'], ...wanted })

  test('goes to all of them', async () => {
    const server = await sink()
    const outcome = await sending(server.url).deliver(withCopies())
    expect(outcome).toEqual({
      sent: { id: '<0199b000.first@support.test>' },
      recipients: { taken: ['jane@acme.test', 'bob@acme.test', 'carol@globex.test'], missed: [] },
    })
    expect(server.mails[0]?.to).toEqual(['jane@acme.test', 'bob@acme.test', 'carol@globex.test'])
  })

  test('is sent when the customer has it, and who never will is named', async () => {
    const server = await sink({ refuses: { 'bob@acme.test': '550 5.1.1 nobody' } })
    const outcome = await sending(server.url).deliver(withCopies())
    expect(outcome).toHaveProperty('sent')
    expect(outcome.recipients?.taken).toEqual(['jane@acme.test', 'carol@globex.test'])
    expect(outcome.recipients?.missed).toEqual([
      { address: 'bob@acme.test', reason: expect.stringContaining('bob@acme.test does not exist'), broken: 'address' },
    ])
  })

  test('goes again to those only who are to have it later, the very same', async () => {
    const refuses: Record<string, string> = { 'bob@acme.test': '451 4.3.0 later' }
    const server = await sink({ refuses })
    const out = sending(server.url)
    const first = await out.deliver(withCopies())
    expect(retried(first)?.reason).toMatch(/^The customer has it, but a copy to bob@acme.test waits: .*451/)
    delete refuses['bob@acme.test']
    const handed = first.recipients?.taken ?? []
    expect(await out.deliver(withCopies({ handed }))).toHaveProperty('sent')
    expect(server.mails.map(m => m.to)).toEqual([['jane@acme.test', 'carol@globex.test'], ['bob@acme.test']])
    expect(server.mails[1]?.raw.equals(server.mails[0]?.raw as Buffer)).toBe(true)
  })

  test('is judged by the customer’s answer, whoever else has it', async () => {
    const refuses: Record<string, string> = { 'jane@acme.test': '451 4.3.0 later' }
    const server = await sink({ refuses })
    const out = sending(server.url)
    const later = await out.deliver(withCopies())
    expect(retried(later)?.tries).toBe('later')
    expect(later.recipients?.taken).toEqual(['bob@acme.test', 'carol@globex.test'])
    refuses['jane@acme.test'] = '550 5.1.1 nobody'
    expect(refused(await out.deliver(withCopies()))?.broken).toBe('address')
    refuses['bob@acme.test'] = '550 5.1.1 nobody'
    refuses['carol@globex.test'] = '451 4.3.0 later'
    const none = await out.deliver(withCopies())
    expect(refused(none)?.reason).toContain('jane@acme.test')
    expect(none.recipients?.missed.map(m => m.address).sort()).toEqual(['bob@acme.test', 'carol@globex.test'])
  })

  test('is done when nobody is left but one who never will', async () => {
    const server = await sink({ refuses: { 'bob@acme.test': '550 5.1.1 nobody' } })
    const handed = ['jane@acme.test', 'carol@globex.test']
    const outcome = await sending(server.url).deliver(withCopies({ handed }))
    expect(outcome).toMatchObject({ sent: {}, recipients: { missed: [{ address: 'bob@acme.test' }] } })
    const all = [...handed, 'bob@acme.test']
    expect(await sending(server.url).deliver(withCopies({ handed: all }))).toHaveProperty('sent')
    expect(server.mails).toHaveLength(0)
  })

  test('says who must not be written to, and sends nothing when it is the customer', async () => {
    const server = await sink()
    const barred = [{ address: 'bob@acme.test', reason: 'It does not exist.' }]
    const copies = ['carol@globex.test']
    expect((await sending(server.url).deliver(withCopies({ copies, barred }))).recipients?.missed).toEqual(barred)
    const outcome = await sending(server.url).deliver(jane({ barred: [{ address: 'jane@acme.test', reason: 'No.' }] }))
    expect(refused(outcome)?.reason).toBe('jane@acme.test must not be written to: No.')
    expect(server.mails).toHaveLength(1)
  })
})

describe('a mail server that gives mails an id of its own', () => {
  test('tells it in its answer, and answers to the mail may name it', async () => {
    const server = await sink({ says: '2.0.0 OK: queued as <77.abc@relay.test>' })
    expect(await sending(server.url).deliver(jane())).toEqual({
      sent: { id: '<77.abc@relay.test>' },
    })
  })
})

describe('a domain that finds us too fast', () => {
  test('is written to more slowly, and no other', async () => {
    const server = await scripted({ rcpt: '421 4.7.28 too many' })
    const out = sending(server.url)
    await out.deliver(jane())
    delete server.script.rcpt
    const next = retried(await out.deliver(jane({ id: '0199b000-0000-7000-8000-000000000002' })))
    expect(next).toMatchObject({ reason: '', tries: 'uncounted' })
    expect(next?.afterMs).toBeGreaterThan(50_000)
    expect(await out.deliver(jane({ to: 'bob@globex.test' }))).toHaveProperty('sent')
    town.clock.now += next?.afterMs ?? 0
    expect(await out.deliver(jane({ id: '0199b000-0000-7000-8000-000000000002' }))).toHaveProperty('sent')
  })
})

describe('a sender that logs in by access tokens', () => {
  const access = (tokens: (string | Error)[]) => {
    const said: string[] = []
    return {
      said,
      tokenFor: async (user: string) => {
        const [next] = tokens
        said.push(`for ${user}`)
        if (next instanceof Error) throw next
        return next ?? ''
      },
      forget: (user: string) => {
        said.push(`not ${user}`)
        tokens.shift()
      },
    }
  }
  const by = (url: string, tokens: ReturnType<typeof access>) => {
    const it = createSending({ store: town.store, smtpUrl: url, log, tokens })
    open.push(it)
    return it
  }

  test('sends, and gets a new one when the old one is not taken any more', async () => {
    const server = await sink({ tokens: ['new'] })
    const tokens = access(['old', 'new'])
    expect(await by(server.url, tokens).deliver(jane())).toHaveProperty('sent')
    expect(tokens.said).toEqual(['for help@support.test', 'not help@support.test', 'for help@support.test'])
    expect(server.mails).toHaveLength(1)
  })

  test('is marked when it gets none any more, but not while the token server is away', async () => {
    const server = await sink({ tokens: ['new'] })
    const away = await by(server.url, access([new Error('The token server cannot be reached.')])).deliver(jane())
    expect(retried(away)).toMatchObject({ tries: 'soon', reason: expect.stringContaining('cannot be reached') })
    expect((await sender()).broken_at).toBeNull()
    const never = await by(server.url, access([new AccessRefused('invalid_grant')])).deliver(jane())
    expect(retried(never)).toMatchObject({ tries: 'uncounted', reason: expect.stringContaining('invalid_grant') })
    expect((await sender()).broken_reason).toContain('gets no access token')
    expect(server.mails).toHaveLength(0)
  })

  test('says so when there is none set up', async () => {
    const server = await sink({ tokens: ['new'] })
    expect(retried(await sending(server.url).deliver(jane()))?.reason).toContain('no OAuth 2')
  })
})

describe('the machine’s own sendmail program', () => {
  async function program(script: string) {
    const folder = await mkdtemp(join(tmpdir(), 'sendmail-'))
    open.push({ close: () => rm(folder, { recursive: true }) })
    const path = join(folder, 'sendmail')
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return { url: `sendmail:${path}`, read: (name: string) => readFile(join(folder, name), 'utf8') }
  }

  test('takes the mail as the system writes lines, and no address is read as an option', async () => {
    const it = await program('printf "%s\\n" "$@" > "$(dirname "$0")/args"; cat > "$(dirname "$0")/mail"')
    expect(await sending(it.url).deliver(jane({ to: '-oops@acme.test' }))).toHaveProperty('sent')
    const args = (await it.read('args')).trimEnd().split('\n')
    expect([args.slice(0, 2), args.slice(3)]).toEqual([
      ['-i', '-f'],
      ['--', '-oops@acme.test'],
    ])
    const mail = await it.read('mail')
    expect(mail).not.toContain('\r')
    expect(mail).toMatch(/^From: .*\n/)
  })

  test('is waited for when it does not take it, or is not there', async () => {
    const it = await program('echo "the queue is full" >&2; exit 75')
    expect(retried(await sending(it.url).deliver(jane()))?.reason).toContain('(the queue is full)')
    expect(retried(await sending('sendmail:/nowhere/sendmail').deliver(jane()))?.tries).toBe('soon')
    expect(await verifySender('sendmail:/nowhere/sendmail')).toContain('no sendmail program at /nowhere/sendmail')
    expect(await verifySender(it.url)).toBeNull()
  })
})

test('files and the pictures of a message arrive as they were', async () => {
  const server = await sink()
  const png = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 255])
  const attachments = [
    attachment('list.pdf', 'application/pdf', Buffer.alloc(300_000, 'p\r\n.')),
    attachment('shot.png', 'image/png', png, 'shot@here'),
  ]
  await sending(server.url).deliver(jane({ message: { attachments } }))
  const { simpleParser } = await import('mailparser')
  const mail = await simpleParser(server.mails[0]?.raw as Buffer, { skipImageLinks: true })
  const [shot, list] = mail.attachments
  expect([shot?.filename, shot?.cid, shot?.content]).toEqual(['shot.png', 'shot@here', png])
  expect([list?.filename, list?.content]).toEqual(['list.pdf', Buffer.alloc(300_000, 'p\r\n.')])
  expect(mail.html).toContain('cid:shot@here')
})

test('a mail that was cut off before its end cannot have arrived', async () => {
  const server = await scripted({ reads: 'little' })
  const attachments = [attachment('big.bin', 'application/octet-stream', Buffer.alloc(24_000_000))]
  const outcome = retried(await sending(server.url).deliver(jane({ message: { attachments } })))
  expect(outcome).toMatchObject({ tries: 'soon' })
  expect(outcome?.uncertain).toBeUndefined()
})
