import { createHash, generateKeyPairSync, verify } from 'node:crypto'
import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { describe, expect, test } from 'vitest'
import {
  compose,
  composeMail,
  composeTest,
  OWN_HEADER,
  trimReferences,
} from '../../../../src/channels/email/send/compose.ts'
import type { MailAs } from '../../../../src/channels/email/send/kinds.ts'
import { bounceToken, replyToken } from '../../../../src/core/tokens.ts'
import { attachment, KEY, letter } from '../letters.ts'

describe('a mail to a customer', () => {
  test('comes from the agent and the team, and answers go to the signed reply address', async () => {
    const mail = await composed({})
    expect(mail.from?.value).toEqual([{ name: 'Ann (Support)', address: 'help@support.test' }])
    expect(mail.to).toMatchObject({ value: [{ name: 'Jane Doe', address: 'jane@acme.test' }] })
    const reply = `help+${replyToken(KEY, 'abcdefghijklmnop')}@support.test`
    expect(mail.replyTo?.value[0]?.address).toBe(reply)
  })

  test('comes back to an address that names the delivery, or the thread where there is no room for that', async () => {
    const { id } = letter()
    const envelope = async (local: string) =>
      (await compose(letter({ sender: { address: `${local}@support.test` } }), KEY)).envelope
    expect(await envelope('help')).toEqual({
      from: `help+${bounceToken(KEY, id)}@support.test`,
      to: ['jane@acme.test'],
    })
    const long = 'a'.repeat(30)
    expect((await envelope(long)).from).toBe(`${long}+${replyToken(KEY, 'abcdefghijklmnop')}@support.test`)
    expect((await envelope('a'.repeat(40))).from).toBe(`${'a'.repeat(40)}@support.test`)
  })

  test('names who gets a copy, and goes to whom it has not reached yet', async () => {
    const copies = ['bob@acme.test', 'carol@globex.test']
    expect((await composed({ copies })).cc).toMatchObject({ value: copies.map(address => ({ address, name: '' })) })
    expect((await compose(letter({ copies }), KEY)).envelope.to).toEqual(['jane@acme.test', ...copies])
    const again = letter({ copies, handed: ['jane@acme.test', 'carol@globex.test'] })
    expect((await compose(again, KEY)).envelope.to).toEqual(['bob@acme.test'])
    expect((await compose(again, KEY)).raw.equals((await compose(letter({ copies }), KEY)).raw)).toBe(true)
  })

  test('has the ticket’s subject, and "Re:" once there is something to refer to', async () => {
    expect((await composed({})).subject).toBe('Your order')
    const later = await composed({ references: ['<a@x>', '<b@x>'] })
    expect(later.subject).toBe('Re: Your order')
    expect(later.inReplyTo).toBe('<b@x>')
    expect(later.references).toEqual(['<a@x>', '<b@x>'])
  })

  test('says the same as text and as html, with signatures and the ticket’s identifier', async () => {
    const mail = await composed({
      text: 'Two <things> & more.',
      author: { signature: 'Ann Lee\nSupport' },
      team: { signature: 'Support Ltd' },
    })
    expect(mail.text).toBe('Two <things> & more.\n\n-- \nAnn Lee\nSupport\n\nSupport Ltd\n\nSUP-1\n')
    expect(mail.html).toContain('Two &lt;things&gt; &amp; more.')
    expect(mail.html).toContain('Ann Lee<br>\nSupport')
    expect(mail.html).toContain('>SUP-1<')
  })

  test('is the same at every try, byte by byte', async () => {
    const files = [attachment('a.txt', 'text/plain', 'hello')]
    const first = await compose(letter({ message: { attachments: files } }), KEY)
    const again = await compose({ ...letter({ message: { attachments: files } }), attempts: 4 }, KEY)
    expect(again.raw.equals(first.raw)).toBe(true)
    expect(first.messageId).toBe('<0199b000.first@support.test>')
    expect(first.raw.toString()).toContain('\r\nDate: Tue, 03 Mar 2026 09:30:00 +0000\r\n')
  })

  test('carries files, and shows pictures that belong into it', async () => {
    const mail = await composed({
      message: {
        attachments: [
          attachment('Rechnung März "2026" 漢字.pdf', 'application/pdf', Buffer.from([0, 255, 13, 10, 0])),
          attachment('shot.png', 'image/png', 'png', 'shot@here'),
        ],
      },
    })
    expect(mail.attachments.map(a => [a.filename, a.contentType, !!a.related])).toEqual([
      ['shot.png', 'image/png', true],
      ['Rechnung März "2026" 漢字.pdf', 'application/pdf', false],
    ])
    expect(mail.attachments[1]?.content).toEqual(Buffer.from([0, 255, 13, 10, 0]))
    expect(mail.html).toContain('src="cid:shot@here"')
  })

  test('survives names and subjects in any script', async () => {
    const mail = await composed({
      ticket: { subject: 'Größe, 你好, привет: eine lange Zeile, die weit über den Rand des Papiers hinausgeht 🙂' },
      customer: { name: 'José "Pepe" Núñez, Jr. <x@y>' },
      author: { name: 'Änne (ä)' },
    })
    expect(mail.subject).toContain('Größe, 你好, привет: eine lange Zeile, die weit')
    expect(mail.to).toMatchObject({ value: [{ name: 'José "Pepe" Núñez, Jr. <x@y>', address: 'jane@acme.test' }] })
    expect(mail.from?.value[0]?.name).toBe('Änne (ä) (Support)')
  })

  test('bears our signed mark and no word of Slack', async () => {
    const raw = (await compose(letter(), KEY)).raw.toString()
    expect(raw).toMatch(new RegExp(`^${OWN_HEADER}: [0-9a-f-]{36}\\.[a-z2-7]{13}\r$`, 'm'))
    expect(raw).not.toMatch(/slack|U1|C1\b/i)
  })

  test('is signed with the sender’s DKIM key, and the signature holds', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const text = 'Größe  with\ttabs and trailing   \n\n\n\nend\n\n\n'
    const { raw } = await compose(letter({ text, sender: { dkim: { selector: 'mail', key } } }), KEY)
    const { tags, signed, body } = readSignature(raw.toString('latin1'))
    expect(tags).toMatchObject({ a: 'rsa-sha256', c: 'relaxed/relaxed', d: 'support.test', s: 'mail' })
    expect(tags.h?.split(':')).toEqual(
      expect.arrayContaining(['from', 'to', 'reply-to', 'subject', 'date', 'message-id', 'x-overture-id']),
    )
    expect(createHash('sha256').update(body, 'latin1').digest('base64')).toBe(tags.bh)
    expect(verify('sha256', Buffer.from(signed, 'latin1'), publicKey, Buffer.from(tags.b ?? '', 'base64'))).toBe(true)
  })

  test('has a reply address without token when the sender’s own name leaves no room for one', async () => {
    const address = `${'a'.repeat(40)}@support.test`
    expect((await composed({ sender: { address } })).replyTo?.value[0]?.address).toBe(address)
  })
})

describe('what kind of mail it is decides what its headers ask of machines', () => {
  const asked = ['Auto-Submitted', 'X-Auto-Response-Suppress', 'Precedence', 'List-Unsubscribe-Post', 'List-Id']
  const campaign: MailAs = {
    kind: 'campaign',
    id: 'May news',
    list: 'news.support.test',
    unsubscribe: { url: 'https://support.test/u/1', address: 'unsubscribe+1@support.test' },
  }
  const headersOf = (raw: Buffer) =>
    Object.fromEntries(
      (raw.toString().split('\r\n\r\n')[0] as string)
        .split(/\r\n(?![ \t])/)
        .map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    )
  const said = (as?: MailAs, wanted = {}) => headersOf(composeMail(letter(wanted), KEY, [], as).raw)
  const answer = { message: { opening: false }, references: ['<a@x>'] }

  test.each<[string, Record<string, string>, (string | undefined)[]]>([
    ['an agent’s answer asks nothing', said(undefined, answer), []],
    ['outreach wants no receipts', said(), [undefined, 'DR, RN, NRN']],
    [
      'an acknowledgement says that it is automatic',
      said({ kind: 'acknowledgement' }),
      ['auto-replied', 'DR, RN, NRN, OOF, AutoReply', 'auto_reply'],
    ],
    [
      'a campaign can be left with one click',
      said(campaign),
      ['auto-generated', 'DR, RN, NRN, OOF, AutoReply', 'bulk', 'List-Unsubscribe=One-Click', '<news.support.test>'],
    ],
  ])('%s', (_what, headers, expected) => {
    expect(asked.map(name => headers[name])).toEqual(asked.map((_, i) => expected[i]))
  })

  test('the sender in a Feedback-ID is the same for all its mail, and as long as Gmail wants', () => {
    const ids = [said()['Feedback-ID'], said(campaign)['Feedback-ID']] as string[]
    expect(ids[0]).toMatch(/^outreach:support::[a-z2-7]{5,15}$/)
    expect(ids[1]).toMatch(/^may-news:support:campaign:[a-z2-7]{5,15}$/)
    expect(new Set(ids.map(id => id.split(':')[3])).size).toBe(1)
    expect(said(undefined, answer)['Feedback-ID']).toBeUndefined()
  })

  test('a campaign is refused where one could not leave it', () => {
    expect(said(campaign)['List-Unsubscribe']).toBe(
      '<https://support.test/u/1>, <mailto:unsubscribe+1@support.test?subject=unsubscribe>',
    )
    const unsubscribe = { url: 'http://support.test/u/1', address: 'u@support.test' }
    expect(() => said({ ...campaign, unsubscribe })).toThrow('https address')
    const here = { url: 'http://127.0.0.1:8080/u/1', address: null }
    expect(said({ ...campaign, unsubscribe: here })['List-Unsubscribe']).toBe('<http://127.0.0.1:8080/u/1>')
  })

  test('a test mail is automatic', () => {
    const sender = { address: 'help@support.test', name: 'Support', dkim: null }
    const headers = headersOf(composeTest(sender, 'ann@support.test', KEY, 0).raw)
    expect(headers).toMatchObject({ 'Auto-Submitted': 'auto-generated', Precedence: 'auto_reply' })
  })

  test('the signature covers what makes it so, as a receiver finds it', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const signed = letter({ sender: { dkim: { selector: 'mail', key } }, copies: ['bob@acme.test'] })
    const { raw } = composeMail(signed, KEY, [], campaign)
    const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    const { dkimVerify } = await import('mailauth/lib/dkim/verify.js')
    const { results } = await dkimVerify(raw, {
      resolver: async (name: string) => {
        expect(name).toBe('mail._domainkey.support.test')
        return [[`v=DKIM1; k=rsa; p=${p}`]]
      },
    })
    expect(results.map(r => [r.status.result, r.signingDomain])).toEqual([['pass', 'support.test']])
    const [signature] = results as { signingHeaders?: { keys: string } }[]
    const covered = signature?.signingHeaders?.keys.toLowerCase().split(/\s*:\s*/)
    for (const name of ['list-unsubscribe', 'list-unsubscribe-post', 'feedback-id', 'auto-submitted', 'list-id', 'cc'])
      expect(covered).toContain(name)
  })
})

describe('what a chat says', () => {
  const url = `https://desk.tulip.test/unsubscribe/${'a'.repeat(39)}`
  const chat = {
    id: 'c1',
    number: 7,
    kind: 'Product news',
    recipientId: 'r1',
    unsubscribed: null,
    postalFooter: 'Tulip <Ltd>\n\n  Canal 1, Delft \n',
    unsubscribeUrl: url,
  }
  const wanted = (more: object = {}, message: object = {}) => ({ ticket: { chat: { ...chat, ...more } }, message })
  const CONSENT = [
    'List-Unsubscribe',
    'List-Unsubscribe-Post',
    'List-Id',
    'Feedback-ID',
    'Precedence',
    'Auto-Submitted',
  ]
  const consentIn = async (of: Parameters<typeof letter>[0]) => {
    const { headerLines } = await composed(of)
    const lines = headerLines.map(h => h.line.replace(/\r\n\s/g, ' '))
    return Object.fromEntries(
      CONSENT.flatMap(name => {
        const line = lines.find(l => l.toLowerCase().startsWith(`${name.toLowerCase()}:`))
        return line ? [[name, line.slice(name.length + 2)]] : []
      }),
    )
  }

  test('says in its headers how one leaves it, by one click or by a mail to its own reply address', async () => {
    expect(await consentIn(wanted())).toEqual({
      'List-Unsubscribe': `<${url}>, <mailto:help+${replyToken(KEY, 'abcdefghijklmnop')}@support.test?subject=unsubscribe>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': '<product-news.support.test>',
      'Feedback-ID': expect.stringMatching(/^chat-7:support:campaign:[a-z2-7]{5,15}$/),
      Precedence: 'bulk',
      'Auto-Submitted': 'auto-generated',
    })
  })

  test('names no address to write to where that could not tell who leaves', async () => {
    const long = await consentIn({ ...wanted(), sender: { address: `${'a'.repeat(40)}@support.test` } })
    expect(long['List-Unsubscribe']).toBe(`<${url}>`)
  })

  test('ends with the sender’s postal address and a link that one sees, as text and as html', async () => {
    const mail = await composed({ ...wanted(), text: 'News!' })
    expect(mail.text).toBe(`News!\n\nSUP-1\n\nTulip <Ltd>\nCanal 1, Delft\nUnsubscribe: ${url}\n`)
    expect(mail.html).toContain(
      'Tulip &lt;Ltd&gt;<br>\nCanal 1, Delft<br>\n<a href="https://desk.tulip.test/unsubscribe/',
    )
    expect(mail.html).toContain('>Unsubscribe</a>')
    const bare = await composed({ ...wanted({ postalFooter: null }), text: 'News!' })
    expect(bare.text).toBe(`News!\n\nSUP-1\n\nUnsubscribe: ${url}\n`)
  })

  test('goes on in the same thread of the mailbox while nobody answers', async () => {
    const followUp = { ...wanted({}, { opening: false, followUp: true }), references: ['<a@x>'] }
    expect(Object.keys(await consentIn(followUp))).toEqual(CONSENT)
    const mail = await composed(followUp)
    expect([mail.inReplyTo, mail.subject]).toEqual(['<a@x>', 'Re: Your order'])
  })

  test('is no part of what an agent writes to one of its customers alone', async () => {
    const answer = wanted({}, { opening: false })
    expect(await consentIn(answer)).toEqual({})
    expect((await composed(answer)).text).not.toContain('nsubscribe')
  })

  test('cannot be composed where it cannot be left', async () => {
    await expect(compose(letter(wanted({ unsubscribeUrl: null })), KEY)).rejects.toThrow('https address')
  })

  test('is nothing that a ticket to one person has', async () => {
    expect(Object.keys(await consentIn({}))).toEqual(['Feedback-ID'])
    expect((await composed({})).text).not.toContain('nsubscribe')
  })
})

describe('what must not leave', () => {
  test.each(['note', 'undecided'] as const)('a message that is %s cannot be composed', async visibility => {
    await expect(compose(letter({ message: { visibility } }), KEY)).rejects.toThrow('A note must never be sent')
  })

  test('a letter without its Message-ID cannot be composed', async () => {
    await expect(compose({ ...letter(), key: null }, KEY)).rejects.toThrow('needs its Message-ID')
  })

  test('nothing that anybody enters can begin another header or end the header', () => {
    const evil = fc.array(
      fc.constantFrom(
        '\r\nBcc: eve@evil.test',
        '\n',
        '\r',
        '\r\n\r\nbody',
        '\0',
        '\u2028',
        '\u0085',
        'a',
        '"',
        '>',
        ' ',
      ),
      { maxLength: 8 },
    )
    const text = evil.map(parts => parts.join(''))
    fc.assert(
      fc.property(text, text, text, text, fc.boolean(), (subject, name, team, file, isCampaign) => {
        const evil = letter({
          ticket: { subject },
          customer: { name },
          author: { name },
          team: { name: team },
          to: `jane@acme.test${file}`,
          copies: [`bob@acme.test${name}`, team],
          references: [`<a${subject}@x>`],
          message: { attachments: [attachment(file, `text/plain${file}`, 'x', `c${file}`)] },
        })
        const unsubscribe = { url: `https://u.test/${file}`, address: `u@support.test${name}` }
        const as: MailAs = isCampaign
          ? { kind: 'campaign', id: subject, list: `news.test${team}`, unsubscribe }
          : { kind: 'outreach' }
        const files = [{ name: file, type: `text/plain${file}`, bytes: Buffer.from('x'), contentId: `c${file}` }]
        const { raw } = composeMail(evil, KEY, files, as)
        const [head = ''] = raw.toString().split('\r\n\r\n')
        const names = head.split(/\r\n(?![ \t])/).map(line => line.slice(0, line.indexOf(':')))
        expect(new Set(names)).toEqual(new Set(OWN_HEADERS.filter(h => names.includes(h))))
        expect(names.length).toBe(new Set(names).size)
        expect(raw.toString()).not.toMatch(/^Bcc:/im)
        expect(head).not.toMatch(/[^\r]\n|\r[^\n]|\0/)
      }),
      { numRuns: 150 },
    )
  })
})

test('a blind copy is handed over, and stands in no header', async () => {
  const seen = letter({ copies: ['bob@acme.test', 'boss@acme.test'], blind: ['boss@acme.test'] })
  const { envelope, raw } = await compose(seen, KEY)
  expect(envelope.to).toEqual(['jane@acme.test', 'bob@acme.test', 'boss@acme.test'])
  expect(raw.toString()).not.toContain('boss')
  const alone = await compose(letter({ copies: ['boss@acme.test'], blind: ['boss@acme.test'] }), KEY)
  expect(alone.raw.toString()).not.toMatch(/^(Cc|Bcc):/im)
})

const OWN_HEADERS = [
  'From',
  'To',
  'Cc',
  'Reply-To',
  'Subject',
  'Date',
  'In-Reply-To',
  'References',
  'Auto-Submitted',
  'X-Auto-Response-Suppress',
  'Precedence',
  'Feedback-ID',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'List-Id',
  'X-Overture-Id',
  'Message-ID',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
]

test('a long list of references keeps the first and the newest within 1,500 characters', () => {
  const ids = Array.from({ length: 200 }, (_, i) => `<${String(i).padStart(30, '0')}@acme.test>`)
  const kept = trimReferences(ids)
  expect(kept[0]).toBe(ids[0])
  expect(kept.slice(1)).toEqual(ids.slice(-(kept.length - 1)))
  expect(kept.join(' ').length).toBeLessThanOrEqual(1_500)
  expect(kept.length).toBeGreaterThan(30)
})

async function composed(wanted: Parameters<typeof letter>[0]) {
  const { raw } = await compose(letter(wanted), KEY)
  for (const line of raw.toString('latin1').split('\r\n')) expect(line.length).toBeLessThan(998)
  return simpleParser(raw, { skipImageLinks: true })
}

/** What a receiver computes of a signed mail (RFC 6376, relaxed/relaxed). */
function readSignature(mail: string): { tags: Record<string, string>; signed: string; body: string } {
  const end = mail.indexOf('\r\n\r\n')
  const headers = mail.slice(0, end).split(/\r\n(?![ \t])/)
  const relaxed = (line: string) => {
    const colon = line.indexOf(':')
    const value = line
      .slice(colon + 1)
      .replace(/\r\n/g, '')
      .replace(/[ \t]+/g, ' ')
      .trim()
    return `${line.slice(0, colon).toLowerCase()}:${value}`
  }
  const signature = relaxed(headers[0] as string)
  const tags = Object.fromEntries(
    signature
      .slice('dkim-signature:'.length)
      .split(';')
      .map(tag => [tag.slice(0, tag.indexOf('=')).trim(), tag.slice(tag.indexOf('=') + 1).replace(/\s/g, '')]),
  )
  const named = (name: string) => headers.map(relaxed).find(h => h.startsWith(`${name}:`)) as string
  const lines = mail
    .slice(end + 4)
    .split('\r\n')
    .map(l => l.replace(/[ \t]+/g, ' ').trimEnd())
  while (lines.at(-1) === '') lines.pop()
  return {
    tags,
    signed: [...(tags.h as string).split(':').map(named), signature.replace(/\bb=[^;]*$/, 'b=')].join('\r\n'),
    body: `${lines.join('\r\n')}\r\n`,
  }
}
