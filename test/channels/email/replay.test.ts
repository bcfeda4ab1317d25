import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keyOf } from '../../../src/channels/email/identity.ts'
import { createEmail, type Email } from '../../../src/channels/email/index.ts'
import { createReader, type Reader } from '../../../src/channels/email/read/reader.ts'
import type { Envelope } from '../../../src/channels/email/receive/recipients.ts'
import { replayMail } from '../../../src/channels/email/replay.ts'
import { claimInbound } from '../../../src/core/inbound/claim.ts'
import { storeInbound } from '../../../src/core/inbound/store.ts'
import { recentMails } from '../../../src/core/replay.ts'
import { tray } from '../../../src/core/tray.ts'
import { startTown, type Town } from '../../support/town.ts'
import { mail } from './mails.ts'

let town: Town
let email: Email
let reader: Reader // as it is today
beforeAll(() => {
  reader = createReader()
})
afterAll(() => reader.close())
beforeEach(async () => {
  town = await startTown()
  email = createEmail({
    store: town.store,
    log: pino({ level: 'silent' }),
    smtpUrl: null,
    imapUrl: null,
    listen: null,
    // as it was when the mails came in
    reader: createReader({ file: new URL('./threads/misbehaving.ts', import.meta.url), deadlineMs: 1_000 }),
  })
})
afterEach(async () => {
  await email.stop()
  await town.close()
})

const TO_US: Envelope = { from: 'jane@acme.test', to: ['support@tulip.test'] }

/** Has a mail come in and be understood; its id. */
async function arrive(raw: Buffer, envelope: Envelope): Promise<string> {
  await town.store.write(tx => storeInbound(tx, { channel: 'email', key: keyOf(raw), raw, envelope }))
  await understand()
  const [newest] = await town.store.read(q => recentMails(q, 1))
  return newest?.id as string
}

async function understand(): Promise<void> {
  for (const row of await town.store.write(tx => claimInbound(tx, 50))) await email.receive(row)
}

const messages = () => town.store.read(q => q.selectFrom('messages').selectAll().orderBy('id').execute())
const tickets = () => town.store.read(q => q.selectFrom('tickets').selectAll().execute())
const files = () => town.store.read(q => q.selectFrom('attachments').select(['name', 'type']).execute())
const replayed = async (id: string, apply = false) => (await replayMail(town.store, reader, id, apply)).join('\n')

describe('a mail that could not be read', () => {
  test('is a ticket with the raw mail, and the next one is read', async () => {
    await arrive(mail('Hello', { Subject: 'hang', 'Message-ID': '<bad@acme.test>' }), TO_US)
    await arrive(mail('Hello again'), TO_US)
    expect((await tickets()).map(t => t.subject)).toEqual(['A mail that could not be read', 'Re: Your order'])
    expect((await messages())[0]).toMatchObject({ automatic: null, author_address: 'jane@acme.test' })
    expect((await messages())[0]?.text).toContain('took longer than 1 s')
    expect(await files()).toEqual([{ name: 'mail.eml', type: 'message/rfc822' }])
  })

  test('is in the tray when it was written to nobody of ours', async () => {
    await arrive(mail('Hello', { Subject: 'throw', To: 'x@y.test' }), {})
    expect(await town.store.read(q => tray(q, 10))).toMatchObject([
      { about: { from: 'jane@acme.test', subject: 'A mail that could not be read' } },
    ])
  })

  test('is on the ticket that it answers', async () => {
    const ticket = await town.open()
    const [key] = await town.store.read(q =>
      q.selectFrom('deliveries').select('key').where('key', 'is not', null).execute(),
    )
    town.clock.now += 10_000
    await town.carry()
    await arrive(mail('Hello', { Subject: 'hang', 'In-Reply-To': key?.key ?? '' }), {})
    expect((await messages()).map(m => m.ticket_id)).toEqual([ticket.id, ticket.id])
  })

  test('has its words and files in the same message once it is replayed', async () => {
    const raw = mail('--b\n\nHello\n--b\nContent-Type: text/plain; name=a.txt\n\nx\n--b--', {
      Subject: 'throw',
      'Content-Type': 'multipart/mixed; boundary=b',
    })
    const id = await arrive(raw, TO_US)
    expect(await replayed(id)).toContain('With --apply the message')
    expect((await messages())[0]?.text).toContain('could not be read')
    expect(await replayed(id, true)).toContain('has its words and files now')
    expect((await messages()).map(m => m.text)).toEqual(['Hello'])
    expect((await files()).map(f => f.name).toSorted()).toEqual(['a.txt', 'mail.eml'])
    expect(await replayed(id, true)).toContain('It is a message already')
    expect((await files()).length).toBe(2)
  })
})

describe('replaying', () => {
  test('understands a mail of the tray again, and makes one ticket of it', async () => {
    const id = await arrive(mail('Hello', { To: 'sales@tulip.test' }), {})
    expect(await replayed(id)).toContain('With --apply it is understood again')
    await town.store.write(tx => tx.q.updateTable('senders').set({ address: 'sales@tulip.test' }).execute())
    await replayed(id, true)
    await understand()
    await replayed(id, true)
    await understand()
    expect((await messages()).map(m => m.text)).toEqual(['Hello'])
    expect(await town.store.read(q => recentMails(q, 10))).toMatchObject([{ id, state: 'recorded', kind: 'human' }])
  })

  test('changes nothing of a mail that is a message, and tells what would differ', async () => {
    const id = await arrive(mail('Hello'), TO_US)
    expect(await replayed(id, true)).toMatch(/nothing was changed\.\s+Today the same is made of it\./)
    await town.store.write(tx => tx.q.updateTable('messages').set({ text: 'Other words' }).execute())
    await town.store.write(tx => tx.q.updateTable('inbound').set({ kind: 'auto', rule: 'a rule of old' }).execute())
    const told = await replayed(id, true)
    expect(told).toContain('Its kind was "auto" (a rule of old); today it is "human"')
    expect(told).toContain('Today other words')
    expect((await messages()).map(m => m.text)).toEqual(['Other words'])
  })

  test('leaves what is held to those who let it through', async () => {
    const id = await arrive(mail('Hello', { To: 'x@y.test' }), {})
    await town.store.write(tx => tx.q.updateTable('inbound').set({ state: 'held' }).execute())
    expect(await replayed(id)).toContain('--apply changes nothing. Set-up lets it through')
    expect(await replayed(id, true)).toContain('It is held, and nothing was changed')
    expect(await town.store.read(q => recentMails(q, 1, 'held'))).toMatchObject([{ id }])
  })

  test('refuses what is no mail, is no longer kept, or is just being understood', async () => {
    await expect(replayed('nothing')).rejects.toThrow('There is no mail with this id.')
    const id = await arrive(mail('Hello', { To: 'x@y.test' }), {})
    await town.store.write(tx => tx.q.updateTable('inbound').set({ state: 'pending' }).execute())
    await expect(replayed(id, true)).rejects.toThrow('just being understood')
    await town.store.write(tx =>
      tx.q
        .updateTable('inbound')
        .set({ raw: Buffer.alloc(0), dropped_at: 1 })
        .execute(),
    )
    await expect(replayed(id)).rejects.toThrow('kept no more')
  })
})
