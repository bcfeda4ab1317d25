import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { asDelivered } from '../src/sandbox/mail/compose.ts'
import { startMail } from '../src/sandbox/mail/world.ts'
import { startSlack } from '../src/sandbox/slack/server.ts'
import { newDatabase } from './support/database.ts'
import { startImap } from './support/imap.ts'
import { freePort, startProcess } from './support/process.ts'
import { startWorld, type World } from './support/world.ts'

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

const mailWith = (w: World, text: string) =>
  w.slack.until(() => w.jane.inbox.find(m => m.text.includes(text)), { timeoutMs: 20_000 })
const postWith = (w: World, root: string, text: string) =>
  w.slack.until(() => w.thread(root).find(m => m.text.includes(text)), { timeoutMs: 20_000 })
const cardSays = (w: World, ts: string, text: string | RegExp) =>
  w.slack.until(() => new RegExp(text).test(JSON.stringify(w.card(ts))), { timeoutMs: 20_000 })

describe('while a part is away', () => {
  it('the mail server: the mail waits and goes out as soon as it is back', async () => {
    world = await startWorld()
    await world.mail.faults.outage(true)
    const card = await world.openTicket()
    await cardSays(world, card.ts, 'tr(y|ied)|wait|queued|way')
    await world.mail.faults.outage(false)
    await mailWith(world, 'your order is ready')
    await cardSays(world, card.ts, 'Sent')
    expect(new Set(world.jane.inbox.map(m => m.messageId)).size).toBe(1)
  })

  it('Slack: the answer is stored and appears as soon as it is back', async () => {
    world = await startWorld()
    const card = await world.openTicket()
    const mail = await mailWith(world, 'your order is ready')
    world.slack.outage(true)
    await world.jane.reply(mail, { text: 'Are you there?' })
    world.slack.outage(false)
    await postWith(world, card.ts, 'Are you there?')
    await world.settle()
    expect(world.thread(card.ts).filter(m => m.text.includes('Are you there?'))).toHaveLength(1)
  })

  it('Slack, which took a post but lost its answer: it is found again, not posted twice', async () => {
    world = await startWorld()
    const card = await world.openTicket()
    const mail = await mailWith(world, 'your order is ready')
    world.slack.faults.next('chat.postMessage', { kind: 'drop_response' })
    await world.jane.reply(mail, { text: 'Only once, please' })
    await world.slack.until(() => world?.slack.calls('conversations.replies').length, { timeoutMs: 20_000 })
    await world.settle()
    expect(world.thread(card.ts).filter(m => m.text.includes('Only once, please'))).toHaveLength(1)
  })

  it('Slack, which asks to be slower: everything arrives, in order', async () => {
    world = await startWorld()
    const card = await world.openTicket()
    const mail = await mailWith(world, 'your order is ready')
    for (let i = 1; i <= 8; i++) await world.jane.reply(mail, { text: `Number ${i}.` })
    await postWith(world, card.ts, 'Number 8.')
    const posts = world.thread(card.ts).flatMap(m => m.text.match(/Number \d/) ?? [])
    expect(posts).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map(i => `Number ${i}`))
  })

  it('the mail server, after it took the mail: a copy goes out under the same Message-ID', async () => {
    world = await startWorld()
    world.mail.faults.dropAfterData()
    await world.openTicket()
    await world.inTime(() => world?.jane.inbox.length === 2)
    expect(new Set(world.jane.inbox.map(m => m.messageId)).size).toBe(1)
  })

  it.runIf(process.env.TEST_ENGINE === 'postgres')(
    'the database: what comes in meanwhile is not acknowledged, and comes again',
    async () => {
      world = await startWorld()
      const card = await world.openTicket()
      const mail = await mailWith(world, 'your order is ready')
      await cutConnections(world)
      await world.jane.reply(mail, { text: 'Still there?' })
      await postWith(world, card.ts, 'Still there?')
    },
  )
})

async function cutConnections(w: World): Promise<void> {
  const name = await w.overture.store.read(async q => {
    const { sql } = await import('kysely')
    return (await sql<{ name: string }>`select current_database() as name`.execute(q)).rows[0]?.name
  })
  const { inject } = await import('vitest')
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
  await client.end()
}

describe('a send that fails for good', () => {
  it('is told to the agent in plain words, and is sent again to a better address', async () => {
    world = await startWorld()
    world.jane.does('refuses')
    const card = await world.openTicket()
    await cardSays(world, card.ts, 'Fix and resend')
    const { ann, slack } = world
    await ann.click({ message: { channel: slack.channel('support').id, ts: card.ts } }, 'fix_and_resend')
    await ann.submit({ customer: 'jane.doe@acme.test' })
    const better = world.mail.customer('jane.doe@acme.test')
    await slack.until(() => better.inbox.find(m => m.text.includes('your order is ready')))
    await cardSays(world, card.ts, 'Sent')
  })
})

describe('mail by IMAP', () => {
  it('comes in by IDLE, each once, also after the connection was cut', async () => {
    const imap = await startImap()
    world = await startWorld({ env: { IMAP_URL: imap.url } })
    try {
      world.mail.toDesk((raw, envelope) => imap.append(asDelivered(raw, envelope)))
      const card = await world.openTicket()
      const mail = await mailWith(world, 'your order is ready')
      await world.jane.reply(mail, { text: 'By way of the mailbox.' })
      await postWith(world, card.ts, 'By way of the mailbox.')
      imap.drop()
      await world.jane.reply(mail, { text: 'And after the cut.' })
      await postWith(world, card.ts, 'And after the cut.')
      await world.settle()
      expect(world.thread(card.ts).filter(m => m.username?.includes('customer'))).toHaveLength(2)
    } finally {
      await world.close()
      world = undefined
      await imap.close()
    }
  })
})

describe('the process', () => {
  it('drains at SIGTERM and exits with 0', async () => {
    const slack = await startSlack({ manifest: readFileSync('manifest.yml', 'utf8') })
    const mail = await startMail()
    const database = await newDatabase()
    const env = {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      DESK_CHANNEL: slack.channel('support').id,
      SMTP_URL: mail.smtpUrl,
      MAIL_FROM: 'support@tulip.test',
      MAIL_LISTEN: `127.0.0.1:${await freePort()}`,
      DATABASE_URL: database.url,
      PORT: '0',
      HOLD_SECONDS: '0',
    }
    const running = await startProcess(env)
    await slack.as('Ann').command('/ticket jane@acme.test', { channel: 'support' })
    await slack.as('Ann').submit({ subject: 'Last one', message: 'Before you go' })
    running.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    const again = await startProcess(env)
    await slack.until(() => mail.customer('jane@acme.test').inbox.length, { timeoutMs: 20_000 })
    again.kill('SIGTERM')
    expect(await again.ended).toBe(0)
    expect(mail.customer('jane@acme.test').inbox).toHaveLength(1)
    await Promise.all([slack.close(), mail.close()])
    await database.drop()
  })

  it('does not start with bad settings, and names all faults in one message', async () => {
    const running = await startProcess({
      SLACK_BOT_TOKEN: 'nonsense',
      IMAP_URL: 'gopher://x',
      PORT: '99999',
      SMTP_URL: 'smtp://h',
    })
    expect(await running.ended).toBe(1)
    for (const name of ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'IMAP_URL', 'PORT', 'MAIL_FROM'])
      expect(running.said()).toContain(name)
  })
})
