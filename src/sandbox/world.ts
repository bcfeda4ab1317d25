import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Overture, start } from '../app.ts'
import { readConfig } from '../config.ts'
import { createLog } from '../lib/log.ts'
import { projectFile } from '../lib/project.ts'
import type { MailWorld } from './mail/types.ts'
import { startMail } from './mail/world.ts'
import { startSlack } from './slack/server.ts'
import type { ChannelSeed, PersonSeed, SlackSandbox } from './slack/types.ts'

/** Overture between an imaginary Slack and imaginary customers. */
export interface World {
  slack: SlackSandbox
  mail: MailWorld
  overture: Overture
  /** Puts the clock of all three forward to this moment (ms UTC), from where it goes on; null: to the present. */
  turnTo(at: number | null): void
  close(): Promise<void>
}

export interface WorldOptions {
  holdSeconds: number
  /** What its clock shows at first (ms UTC); the present when absent. */
  beginsAt?: number
  people?: PersonSeed[]
  channels?: ChannelSeed[]
}

/** Starts all three as they would run for real: Socket Mode, SMTP, SQLite. Nothing is left after `close`. */
export async function startWorld({ holdSeconds, beginsAt, people, channels }: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'overture-demo-'))
  let behind = beginsAt === undefined ? 0 : Date.now() - beginsAt
  const clock = () => Date.now() - behind
  const slack = await startSlack({
    manifest: readFileSync(projectFile('manifest.yml'), 'utf8'),
    clock,
    ...(people && { people }),
    ...(channels && { channels }),
  })
  const mail = await startMail({ clock })
  const config = readConfig({
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DESK_CHANNEL: slack.channel('support').id,
    SMTP_URL: mail.smtpUrl,
    MAIL_FROM: 'Tulip Support <support@tulip.test>',
    MAIL_LISTEN: '127.0.0.1:0',
    DATABASE_URL: join(folder, 'overture.db'),
    PORT: '0',
    HOLD_SECONDS: String(holdSeconds),
    HOOKS_LOCAL: 'true', // whoever tries webhooks listens on this machine
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
  })
  const overture = await start(config, createLog(config.logLevel), clock)
  // chats need an address of ours in their mails, and the port is known only now
  overture.store.files = { ...overture.store.files, publicUrl: overture.url }
  mail.toDesk({ host: '127.0.0.1', port: overture.mailPort as number })
  return {
    slack,
    mail,
    overture,
    turnTo(at) {
      behind = at === null ? 0 : Math.min(behind, Date.now() - at)
    },
    async close() {
      await overture.stop()
      await Promise.all([slack.close(), mail.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
