import { once } from 'node:events'
import { ImapFlow } from 'imapflow'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { dovecotAvailable, startDovecot } from '../../support/dovecot.ts'
import { type ImapOptions, type ImapPlace, startImap } from '../../support/imap.ts'

const servers = [
  { name: 'our own IMAP server', start: startImap as (options?: ImapOptions) => Promise<ImapPlace>, here: true },
  { name: 'Dovecot', start: startDovecot, here: dovecotAvailable() },
]

const open: ImapFlow[] = []
afterEach(() => {
  for (const client of open.splice(0)) client.close()
})

function aMail(subject: string, body = 'Hello\r\n'): Buffer {
  return Buffer.from(
    `From: Jane Doe <jane@acme.test>\r\nTo: support@overture.test\r\nSubject: ${subject}\r\n` +
      `Message-ID: <${subject}@acme.test>\r\nDate: Sat, 21 Nov 2026 05:38:00 +0000\r\n\r\n${body}`,
  )
}

async function login(url: string, pass?: string): Promise<ImapFlow> {
  const { hostname: host, port, username, password } = new URL(url)
  const client = new ImapFlow({
    host,
    port: Number(port),
    secure: false,
    auth: { user: username, pass: pass ?? password },
    logger: false,
  })
  client.on('error', () => {})
  open.push(client)
  await client.connect()
  return client
}

describe.each(servers)('$name', ({ start, here }) => {
  async function aPlace(options?: ImapOptions): Promise<ImapPlace> {
    const place = await start(options)
    onTestFinished(() => place.close())
    return place
  }

  test.runIf(here)('a client reads mails by UID, whole and unchanged', async () => {
    const place = await aPlace()
    const large = aMail('large', `${'naïve café '.repeat(90)}\r\n`.repeat(3000))
    await place.append(aMail('small'))
    await place.append(large)
    const client = await login(place.url)
    const box = await client.mailboxOpen('INBOX')
    expect(box).toMatchObject({ exists: 2, uidNext: 3 })

    const mails = await client.fetchAll(
      '1:*',
      { uid: true, envelope: true, source: true, size: true, internalDate: true, flags: true },
      { uid: true },
    )
    expect(mails.map(mail => mail.uid)).toEqual([1, 2])
    expect(mails[0]?.envelope).toMatchObject({
      subject: 'small',
      messageId: '<small@acme.test>',
      from: [{ name: 'Jane Doe', address: 'jane@acme.test' }],
    })
    expect(mails[1]?.source?.equals(large)).toBe(true)
    expect(mails[1]?.size).toBe(large.length)
    expect(mails[0]?.internalDate).toBeInstanceOf(Date)
    expect([...(mails[0]?.flags ?? [])]).not.toContain('\\Seen')
  })

  test.runIf(here)('a client asks for part of a mail, and for some of its headers', async () => {
    const place = await aPlace()
    await place.append(aMail('small'))
    const client = await login(place.url)
    await client.mailboxOpen('INBOX')
    const asked = { source: { start: 0, maxLength: 8 }, headers: ['Subject'] }
    const mail = (await client.fetchOne('1', asked, { uid: true })) || undefined
    expect(mail?.source?.toString()).toBe('From: Ja')
    expect(mail?.headers?.toString().trim()).toBe('Subject: small')
  })

  test.runIf(here)('a client searches and flags', async () => {
    const place = await aPlace()
    for (const subject of ['one', 'two', 'three']) await place.append(aMail(subject))
    const client = await login(place.url)
    await client.mailboxOpen('INBOX')
    await client.messageFlagsAdd('2', ['\\Seen'], { uid: true })
    expect(await client.search({ seen: false }, { uid: true })).toEqual([1, 3])
    expect(await client.search({ uid: '3:*' }, { uid: true })).toEqual([3])
    expect(await client.search({ header: { 'message-id': '<two@acme.test>' } }, { uid: true })).toEqual([2])
    expect(await client.status('INBOX', { messages: true, unseen: true, uidNext: true })).toMatchObject({
      messages: 3,
      unseen: 2,
      uidNext: 4,
    })
    expect((await place.messages()).map(mail => mail.flags.has('\\Seen'))).toEqual([false, true, false])
  })

  test.runIf(here)('asking for what comes after the last mail gives the last mail again', async () => {
    const place = await aPlace()
    await place.append(aMail('one'))
    const client = await login(place.url)
    await client.mailboxOpen('INBOX')
    expect(await client.search({ uid: '7:*' }, { uid: true })).toEqual([1])
  })

  test.runIf(here)('an idle client hears of a new mail', async () => {
    const place = await aPlace()
    const client = await login(place.url)
    await client.mailboxOpen('INBOX')
    const told = once(client, 'exists')
    const idling = client.idle()
    await place.append(aMail('news'))
    expect(await told).toMatchObject([{ path: 'INBOX', count: 1, prevCount: 0 }])
    await client.noop() // ends the idling
    await idling
  })

  test.runIf(here)('without IDLE a client hears of a new mail when it asks', async () => {
    const place = await aPlace({ withoutIdle: true })
    const client = await login(place.url)
    expect(client.capabilities.has('IDLE')).toBe(false)
    await client.mailboxOpen('INBOX')
    await place.append(aMail('news'))
    await client.noop()
    expect((client.mailbox || undefined)?.exists).toBe(1)
  })

  test.runIf(here)('a client that was cut off, or met an outage, comes back to the same mails', async () => {
    const place = await aPlace()
    await place.append(aMail('one'))
    const first = await login(place.url)
    const { uidValidity } = await first.mailboxOpen('INBOX')
    const closed = once(first, 'close')
    await place.drop()
    await closed

    await place.outage(true)
    await expect(login(place.url)).rejects.toThrow()
    await place.outage(false)
    const second = await login(place.url)
    expect(await second.mailboxOpen('INBOX')).toMatchObject({ exists: 1, uidValidity })
  })

  test.runIf(here)('a mailbox can lose its UIDVALIDITY, but not its mails', async () => {
    const place = await aPlace()
    await place.append(aMail('one'))
    const before = await (await login(place.url)).mailboxOpen('INBOX')
    const validityBefore = before.uidValidity
    await place.resetUidValidity()
    const after = await (await login(place.url)).mailboxOpen('INBOX')
    expect(after.uidValidity).not.toBe(validityBefore)
    expect(after.exists).toBe(1)
  })

  test.runIf(here)('other mailboxes are listed and opened', async () => {
    const place = await aPlace()
    await place.append(aMail('spam'), 'Junk')
    const client = await login(place.url)
    expect((await client.list()).map(box => box.path).sort()).toEqual(['INBOX', 'Junk'])
    expect(await client.mailboxOpen('Junk')).toMatchObject({ exists: 1 })
    await client.append('INBOX', aMail('appended'), ['\\Seen'])
    expect((await place.messages()).map(mail => mail.flags.has('\\Seen'))).toEqual([true])
    await expect(client.mailboxOpen('Nowhere')).rejects.toThrow()
  })

  test.runIf(here)('a wrong password is told apart from an outage', async () => {
    const place = await aPlace()
    await expect(login(place.url, 'wrong')).rejects.toMatchObject({ authenticationFailed: true })
  })
})

test('our own server can fall silent, break off a mail, and refuse a log-in', async () => {
  const place = await startImap()
  onTestFinished(() => place.close())
  await place.append(aMail('one'))
  const client = await login(place.url)
  await client.mailboxOpen('INBOX')
  place.cutNextFetch()
  await expect(client.fetchOne('1', { source: true }, { uid: true })).rejects.toThrow()

  place.rejectLogin(true)
  await expect(login(place.url)).rejects.toMatchObject({ authenticationFailed: true })
  place.rejectLogin(false)

  const again = await login(place.url)
  await again.mailboxOpen('INBOX')
  place.mute(true)
  const unanswered = again.noop()
  expect(await Promise.race([unanswered.then(() => 'answered'), place.drop().then(() => 'cut')])).toBe('cut')
  expect(place.commands).toContain('UID FETCH')
})
