import { createHmac } from 'node:crypto'
import { createTransport } from 'nodemailer'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { createEmail, type Email, type EmailOptions } from '../../../src/channels/email/index.ts'
import { actorOf } from '../../../src/core/agents.ts'
import { claimInbound } from '../../../src/core/inbound/claim.ts'
import { giveToTeam } from '../../../src/core/tray.ts'
import type { InboundRow } from '../../../src/db/schema.ts'
import { startTown, type Town } from '../../support/town.ts'
import { startWorld } from '../../support/world.ts'
import { mail } from './mails.ts'

let town: Town
let email: Email

async function open(options: Partial<EmailOptions> = {}): Promise<void> {
  town = await startTown()
  email = createEmail({
    store: town.store,
    log: pino({ level: 'silent' }),
    smtpUrl: null,
    imapUrl: null,
    listen: { host: '127.0.0.1', port: 0 },
    ...options,
  })
  await email.start()
}
afterEach(async () => {
  await email?.stop()
  await town?.close()
})

async function arrive(raw: Buffer): Promise<InboundRow> {
  const transport = createTransport({ host: '127.0.0.1', port: email.listenPort() as number, name: 'out.acme.test' })
  await transport.sendMail({ envelope: { from: 'jane@acme.test', to: 'support@tulip.test' }, raw })
  transport.close()
  return understand()
}

async function understand(): Promise<InboundRow> {
  for (const row of await town.store.write(tx => claimInbound(tx, 50))) await email.receive(row)
  return town.store.read(q => q.selectFrom('inbound').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow())
}

test('what a stranger hands over is checked before it is read, and the outcome stays with it', async () => {
  const asked: string[] = []
  const resolve = async (name: string, type: string) => {
    asked.push(`${name} ${type}`)
    if (`${name} ${type}` === 'acme.test TXT') return [['v=spf1 ip4:127.0.0.1 -all']]
    throw Object.assign(new Error('not in the zone'), { code: 'ENOTFOUND' })
  }
  await open({ relays: [], resolve })
  const row = await arrive(mail('Hello'))
  expect(row.state).toBe('recorded')
  expect(JSON.parse(row.envelope).auth.spf).toEqual({ result: 'pass', domain: 'acme.test' })
  const before = asked.length
  await email.receive(row)
  expect(asked.length).toBe(before)
})

test('what our own mail server hands over is not asked of DNS', async () => {
  const asked: string[] = []
  await open({
    resolve: async name => {
      asked.push(name)
      return []
    },
  })
  expect(JSON.parse((await arrive(mail('Hello'))).envelope)).toMatchObject({ relay: true })
  expect(asked).toEqual([])
})

test('a mail that goes round in circles is set aside until somebody gives it to a team', async () => {
  await open()
  const hops = 'Received: from a.test by b.test\r\n'.repeat(40)
  const row = await arrive(Buffer.concat([Buffer.from(hops), mail('Hello')]))
  expect(row).toMatchObject({ state: 'quarantined', reason: expect.stringContaining('mail servers') })
  expect(JSON.parse(row.about ?? '')).toEqual({
    from: 'Jane Doe <jane@acme.test>',
    subject: 'Re: Your order',
    text: 'Hello',
  })
  await town.store.write(tx => giveToTeam(tx, row.id, town.team.id, actorOf(town.ann)))
  expect(await understand()).toMatchObject({ state: 'recorded' })
})

test('what the mail system marks as spam waits in the tray, and is a ticket once somebody gives it to a team', async () => {
  await open()
  const row = await arrive(mail('Buy now!', { 'X-Spam-Flag': 'YES' }))
  expect(row.state).toBe('unmatched')
  expect(row.reason).toContain('marked it as spam (x-spam-flag)')
  await town.store.write(tx => giveToTeam(tx, row.id, town.team.id, actorOf(town.ann)))
  expect(await understand()).toMatchObject({ state: 'recorded' })
})

test('a mail that was given up is told of in Slack once', async () => {
  await open()
  const row = await arrive(mail('Hello'))
  await email.tellOfTrouble?.(row, 'later')
  await email.tellOfTrouble?.(row, 'quarantined')
  await email.tellOfTrouble?.(row, 'quarantined')
  const alerts = await town.store.read(q => q.selectFrom('alerts').select('text').execute())
  expect(alerts).toHaveLength(1)
  expect(alerts[0]?.text).toContain('waits in the tray')
})

describe('Overture as a whole', () => {
  test('takes a posted mail for an answer', async () => {
    const secret = 'a secret of the webhook'
    const world = await startWorld({ env: { MAIL_WEBHOOK_SECRET: secret, MAIL_KEEP_DAYS: '30' } })
    try {
      const raw = mail('I have a question.', { To: 'support@tulip.test', Subject: 'A question' })
      const at = String(Math.floor(Date.now() / 1000))
      const signature = createHmac('sha256', secret).update(`${at}\n\n\n`).update(raw).digest('hex')
      const response = await fetch(`${world.overture.url}/mail/inbound`, {
        method: 'POST',
        body: new Uint8Array(raw),
        headers: {
          'Content-Type': 'message/rfc822',
          'X-Overture-Timestamp': at,
          'X-Overture-Signature': `v1=${signature}`,
        },
      })
      expect(response.status).toBe(200)
      await world.settle()
      const cards = world.slack.channel('support').messages()
      expect(JSON.stringify(cards)).toContain('A question')
    } finally {
      await world.close()
    }
  })

  test('has no such address without a secret', async () => {
    const world = await startWorld()
    try {
      expect((await fetch(`${world.overture.url}/mail/inbound`, { method: 'POST' })).status).toBe(404)
    } finally {
      await world.close()
    }
  })
})
