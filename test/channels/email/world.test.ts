import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEmail, type Email } from '../../../src/channels/email/index.ts'
import { claimDeliveries } from '../../../src/core/deliveries/claim.ts'
import { settle } from '../../../src/core/deliveries/settle.ts'
import { claimInbound } from '../../../src/core/inbound/claim.ts'
import { lettersFor } from '../../../src/core/letters.ts'
import type { MessageRow, TicketRow } from '../../../src/db/schema.ts'
import type { QuoteStyle } from '../../../src/sandbox/mail/types.ts'
import { startMail } from '../../../src/sandbox/mail/world.ts'
import { startTown, type Town } from '../../support/town.ts'

let town: Town
let world: Awaited<ReturnType<typeof startMail>>
let email: Email
let ticket: TicketRow
beforeEach(async () => {
  town = await startTown()
  world = await startMail()
  const log = pino({ level: 'silent' })
  email = createEmail({
    store: town.store,
    log,
    smtpUrl: world.smtpUrl,
    imapUrl: null,
    listen: { host: '127.0.0.1', port: 0 },
  })
  await email.start()
  world.toDesk({ host: '127.0.0.1', port: email.listenPort() as number })
  world.customer('Jane Doe <jane@acme.test>')
  ticket = await town.open()
  town.clock.now += 10_000
})
afterEach(async () => {
  await email.stop()
  await world.close()
  await town.close()
})

async function carry(): Promise<void> {
  const letters = await town.store.write(async tx => lettersFor(tx.q, town.store, await claimDeliveries(tx, 50)))
  for (const letter of letters.filter(l => l.channel === 'email')) {
    const outcome = await email.deliver(letter)
    await town.store.write(tx => settle(tx, letter, outcome))
  }
}

async function arrived(): Promise<MessageRow> {
  await world.until(async () => {
    for (const row of await town.store.write(tx => claimInbound(tx, 50))) await email.receive(row)
    return (await messages()).length > 1
  })
  return (await messages())[1] as MessageRow
}

const messages = () => town.messages(ticket.id)
const jane = () => world.customer('jane@acme.test')

describe('Jane', () => {
  test.each<QuoteStyle | false>(['gmail', 'outlook', 'apple', false])('answers with the quote of %s', async quote => {
    await carry()
    await jane().reply(jane().latest(), {
      text: 'Yes, **two** please.\n\nJane',
      html: '<p>Yes, <b>two</b> please.</p><p>Jane</p>',
      quote,
      attachments: [{ name: 'list.txt', content: 'two' }],
    })
    const answer = await arrived()
    expect(answer.text).toBe('Yes, two please.\n\nJane')
    expect(answer.body).toContain('"bold":true')
    expect(answer.full === null).toBe(quote === false)
    const files = await town.store.read(q => q.selectFrom('attachments').select(['name', 'size']).execute())
    expect(files).toEqual([{ name: 'list.txt', size: 3 }])
  })

  test('answers as plain text', async () => {
    await carry()
    await jane().reply(jane().latest(), { text: 'Yes, two please.\n\nJane', html: false })
    expect((await arrived()).text).toBe('Yes, two please.\n\nJane')
  })

  test.each(['reply-to', 'envelope'] as const)('is out of office, and her system answers to the %s', async answerTo => {
    jane().does('out-of-office', { text: 'I am away until Monday.', answerTo })
    await carry()
    expect(await arrived()).toMatchObject({ kind: 'ooo' })
  })

  test('does not exist, as her server says at once', async () => {
    jane().does('refuses')
    await carry()
    const [delivery] = await town.store.read(q =>
      q.selectFrom('deliveries').selectAll().where('channel', '=', 'email').execute(),
    )
    expect(delivery).toMatchObject({ state: 'failed' })
    expect(delivery?.reason).toContain('The address jane@acme.test does not exist.')
  })

  test('does not exist, as her server finds out later', async () => {
    jane().does('bounces')
    await carry()
    expect((await arrived()).automatic).toBe('delivery report')
  })
})
