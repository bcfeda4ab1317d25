import { readFileSync } from 'node:fs'
import { type Overture, start } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { chatRulesOf, setChatRules } from '../../src/core/chats/rules.ts'
import { teams } from '../../src/core/teams.ts'
import { createLog } from '../../src/lib/log.ts'
import type { Customer, MailWorld, MailWorldOptions } from '../../src/sandbox/mail/types.ts'
import { startMail } from '../../src/sandbox/mail/world.ts'
import { startSlack } from '../../src/sandbox/slack/server.ts'
import type { MessageView, Person, SlackOptions, SlackSandbox } from '../../src/sandbox/slack/types.ts'
import { newDatabase } from './database.ts'

/**
 * Overture itself between an imaginary Slack and an imaginary mail world, all over real protocols. Ann and Ben work at
 * Tulip; they write to Jane at Acme. Nothing is held, and Slack takes posts as fast as they come, unless a test asks for it.
 */
export interface World {
  slack: SlackSandbox
  mail: MailWorld
  overture: Overture
  databaseUrl: string
  ann: Person
  ben: Person
  jane: Customer
  /** Ends Overture as SIGTERM does, and starts it again on the same database. */
  restart(): Promise<void>
  /** Ann opens a ticket to Jane with the form; resolves with its card once it is in #support. */
  openTicket(entries?: Record<string, string>): Promise<MessageView>
  /** The newest state of the card. */
  card(ts: string): MessageView
  /** Replies in the card's thread, without the card. */
  thread(ts: string): MessageView[]
  /** For Overture it is so much later from now on (ms). */
  wait(ms: number): void
  /** All work that is due now is done. */
  settle(): Promise<void>
  /** Waits for what comes with time: whenever all that is due is done, it is a moment later, until `look` gives something. */
  inTime<T>(look: () => T | Promise<T>): Promise<NonNullable<T>>
  close(): Promise<void>
}

export interface WorldOptions {
  env?: Record<string, string>
  slack?: Partial<SlackOptions>
  mail?: MailWorldOptions
  http?: boolean
}

const A_MOMENT_MS = 250

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const database = await newDatabase()
  const mail = await startMail(options.mail ?? {})
  const port = options.http ? await (await import('./process.ts')).freePort() : 0
  const slack = await startSlack({
    manifest: readFileSync('manifest.yml', 'utf8'),
    limits: false,
    ...(options.http ? { eventsUrl: `http://127.0.0.1:${port}/slack/events` } : {}),
    ...options.slack,
  })
  const config = readConfig({
    SLACK_BOT_TOKEN: slack.botToken,
    ...(options.http ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
    SLACK_API_URL: slack.apiUrl,
    DESK_CHANNEL: slack.channel('support').id,
    SMTP_URL: mail.smtpUrl,
    MAIL_FROM: 'Tulip Support <support@tulip.test>',
    MAIL_LISTEN: '127.0.0.1:0',
    DATABASE_URL: database.url,
    PORT: String(port),
    HOLD_SECONDS: '0',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    ...options.env,
  })
  const log = createLog(config.logLevel)
  let ahead = 0
  const clock = () => Date.now() + ahead
  let overture = await start(config, log, clock)
  const connect = () => {
    if (overture.mailPort !== null) mail.toDesk({ host: '127.0.0.1', port: overture.mailPort })
  }
  await withoutQuietHours(overture)
  connect()
  const ann = slack.as('Ann')
  const support = slack.channel('support')
  const settle = async () => {
    await overture.inbox.flush()
    await overture.routing.flush()
    await overture.outbox.flush()
    await overture.announcer.flush()
  }

  return {
    slack,
    mail,
    get overture() {
      return overture
    },
    databaseUrl: database.url,
    ann,
    ben: slack.as('Ben'),
    jane: mail.customer('Jane Doe <jane@acme.test>'),
    async restart() {
      await overture.stop()
      overture = await start(config, log, clock)
      connect()
    },
    async openTicket(entries = {}) {
      const subject = String(entries.subject ?? 'Your order')
      const before = new Set(support.messages().map(m => m.ts))
      await ann.command('/ticket jane@acme.test', { channel: 'support' })
      await slack.until(() => ann.modals().length > 0)
      const answer = await ann.submit({ subject, message: 'Hello Jane, your order is ready.', ...entries })
      if (answer.became === 'errors') throw new Error(JSON.stringify(answer.errors))
      return slack.until(() => support.messages().find(m => !before.has(m.ts) && m.bot_id && m.text.includes(subject)))
    },
    card: ts => support.message(ts),
    thread: ts => support.thread(ts).slice(1),
    wait(ms) {
      ahead += ms
    },
    settle,
    inTime: look =>
      slack.until(async () => {
        const found = await look()
        if (found) return found
        await settle() // nothing is in hand, so no lease runs out
        ahead += A_MOMENT_MS
        return null
      }),
    async close() {
      await overture.stop()
      await Promise.all([slack.close(), mail.close()])
      await database.drop()
    },
  }
}

/** Chats go out at once whatever the hour in which the tests run. */
async function withoutQuietHours({ store }: Overture): Promise<void> {
  await store.write(async tx => {
    for (const team of await teams(tx.q)) await setChatRules(tx, team.id, { ...chatRulesOf(team), quietHours: null })
  })
}
