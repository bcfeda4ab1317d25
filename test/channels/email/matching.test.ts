import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { arrivalOf } from '../../../src/channels/email/arrival.ts'
import { keyOf } from '../../../src/channels/email/identity.ts'
import { readMail } from '../../../src/channels/email/read/mail.ts'
import type { Envelope } from '../../../src/channels/email/receive/recipients.ts'
import { storeInbound } from '../../../src/core/inbound/store.ts'
import { receiveArrival } from '../../../src/core/receive/index.ts'
import { replyToken } from '../../../src/core/tokens.ts'
import type { InboundRow, TicketRow } from '../../../src/db/schema.ts'
import { startTown, type Town } from '../../support/town.ts'

/** Raw mails, all the way from their bytes to the ticket that they belong to. */
let town: Town
let ticket: TicketRow
let token: string
let key: string
beforeEach(async () => {
  town = await startTown()
  ticket = await town.open()
  const thread = await town.store.read(q =>
    q.selectFrom('threads').selectAll().where('side', '=', 'customer').executeTakeFirstOrThrow(),
  )
  token = replyToken(town.store.key, thread.token)
  key = thread.root ?? ''
})
afterEach(() => town.close())

let mails = 0
async function receive(headers: string[], envelope: Envelope = {}): Promise<InboundRow & { onTicket: boolean }> {
  const id = `<mail${++mails}@acme.test>`
  const subject = headers.some(h => h.startsWith('Subject:')) ? [] : ['Subject: Hello']
  const raw = Buffer.from([...headers, ...subject, `Message-ID: ${id}`, '', 'Some words.', ''].join('\r\n'))
  const { store } = town
  await store.write(tx => storeInbound(tx, { channel: 'email', key: keyOf(raw), raw, envelope }))
  const find = () =>
    store.read(q => q.selectFrom('inbound').selectAll().where('key', 'like', `${id}%`).executeTakeFirstOrThrow())
  const row = await find()
  const reading = await readMail(raw, envelope, { key: store.key })
  await store.write(async tx => receiveArrival(tx, await arrivalOf(tx.q, row, reading)))
  const settled = await find()
  const message = await store.read(q =>
    q.selectFrom('messages').select('ticket_id').where('inbound_id', '=', row.id).executeTakeFirst(),
  )
  return { ...settled, onTicket: message?.ticket_id === ticket.id }
}

const jane = 'From: Jane Doe <jane@acme.test>'
const support = 'To: Support <support@tulip.test>'
const many = (n: number) => Array.from({ length: n }, (_, i) => `<ref${i}@elsewhere.test>`)

describe('a mail is on its ticket', () => {
  it.each(['Delivered-To', 'Envelope-To', 'X-Original-To', 'X-Envelope-To', 'X-Forwarded-To', 'Resent-To', 'Cc'])(
    'when only its %s has the reply address, in whatever case',
    async header => {
      const { onTicket, reason } = await receive([
        jane,
        support,
        `${header}: SUPPORT+${token.toUpperCase()}@Tulip.Test`,
      ])
      expect(onTicket).toBe(true)
      expect(reason).toBe('Matched by the reply address that it was sent to.')
    },
  )

  it('when only the envelope has the reply address', async () => {
    expect((await receive([jane, support], { to: [`support+${token}@tulip.test`] })).onTicket).toBe(true)
  })

  it.each([
    ['alone', (id: string) => [`In-Reply-To: ${id}`]],
    [
      'among others, with words around them',
      (id: string) => [`In-Reply-To: your message of Monday <x@y.test> ${id} (Jane)`],
    ],
    ['after a comma', (id: string) => [`In-Reply-To: <x@y.test>,${id}`]],
    ['without its brackets', (id: string) => [`In-Reply-To: ${id.slice(1, -1)}`]],
    ['folded', (id: string) => ['In-Reply-To:', `\t${id}`]],
    ['as the oldest of 150 references', (id: string) => [`References: ${[id, ...many(150)].join('\r\n ')}`]],
    ['as the newest of 150 references', (id: string) => [`References: ${[...many(150), id].join('\r\n ')}`]],
  ])('when the plus part is gone, by our Message-ID: %s', async (_, headers) => {
    expect((await receive([jane, support, ...headers(key)])).onTicket).toBe(true)
  })

  it('by the tag in its subject, from any address of the customer', async () => {
    await town.store.write(tx =>
      tx.q
        .insertInto('addresses')
        .values({ address: 'jane@home.test', customer_id: ticket.customer_id, created_at: tx.now })
        .execute(),
    )
    expect((await receive(['From: jane@home.test', support, 'Subject: Re: [SUP-1] Your order'])).onTicket).toBe(true)
  })
})

describe('a mail is not on a ticket', () => {
  it('by a token that is not signed by us, nor by a changed one', async () => {
    const changed = token.slice(0, -1) + (token.endsWith('a') ? 'b' : 'a')
    for (const forged of [changed, token.slice(0, 16), `${token}a`])
      expect((await receive([jane, `To: support+${forged}@tulip.test`])).onTicket).toBe(false)
  })

  it('by a tag that a stranger guessed', async () => {
    expect((await receive(['From: eve@x.test', support, 'Subject: [SUP-1] Let me in'])).onTicket).toBe(false)
  })
})

describe('a mail whose author is odd', () => {
  it.each([
    ['is missing', []],
    ['is empty', ['From: <>']],
    ['is a group', ['From: undisclosed:;']],
    ['has letters beyond ASCII', ['From: jürgen@bücher.test']],
    ['is there twice', [jane, 'From: eve@x.test']],
  ])('(%s) is a ticket all the same', async (_, from) => {
    expect((await receive([...from, support])).state).toBe('recorded')
  })

  it('is our own, coming back, when it is from one of our addresses', async () => {
    expect(await receive(['From: support@tulip.test', support])).toMatchObject({ state: 'ignored', kind: 'loop' })
  })

  it('is the customer, when a form on a web site wrote it under our address for them', async () => {
    const row = await receive(['From: support@tulip.test', support, 'Reply-To: bob@globex.test'])
    expect(row).toMatchObject({ state: 'recorded', from_address: 'bob@globex.test' })
  })
})
