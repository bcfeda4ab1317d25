import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type FastifyInstance, fastify } from 'fastify'
import { type Overture, start } from '../app.ts'
import { readConfig } from '../config.ts'
import { createLog } from '../lib/log.ts'
import { mountMail } from './mail/http.ts'
import type { MailWorld } from './mail/types.ts'
import { startMail } from './mail/world.ts'
import { mountPage } from './page/index.ts'
import { seed } from './seed.ts'
import { mountSlack } from './slack/http.ts'
import { startSlack } from './slack/server.ts'
import type { SlackSandbox } from './slack/types.ts'
import { tour } from './tour.ts'

export interface Demo {
  url: string
  slack: SlackSandbox
  mail: MailWorld
  overture: Overture
  close(): Promise<void>
}

const USAGE = `  npm run demo                  then open the address that it prints
  npm run demo -- --port 8080   at this port (default: a free one)
  npm run demo -- --tour        the main job by itself, without a browser`

/** `overture demo`: Overture itself, against an imaginary Slack workspace and imaginary customers. */
export async function demo(args: string[]): Promise<void> {
  const options = readArgs(args)
  if (!options) {
    console.error(`That is not understood. Try:\n${USAGE}`)
    process.exitCode = 2
    return
  }
  if (options.tour) return runTour()
  const demo = await startDemo({ port: options.port })
  console.log(
    `Open ${demo.url}\nTwo agents, two customers and a ticket under way are waiting. Ctrl+C ends it; nothing is kept.`,
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void demo.close())
}

function readArgs(args: string[]): { tour: boolean; port: number } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: { tour: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } },
    })
    const port = Number(values.port)
    return Number.isInteger(port) && port >= 0 && port < 65_536 ? { tour: values.tour, port } : undefined
  } catch {
    return undefined
  }
}

async function runTour(): Promise<void> {
  const world = await startWorld(1)
  try {
    await tour(world, line => console.log(line))
  } catch (error) {
    console.error(`\nThe tour stopped: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  } finally {
    await world.close()
  }
}

/** Starts the demo with a ticket already under way, and serves its page. Everything is gone after `close`. */
export async function startDemo(options: { port?: number; holdSeconds?: number } = {}): Promise<Demo> {
  const world = await startWorld(options.holdSeconds ?? 10)
  const page = fastify({ logger: false, bodyLimit: 64 * 1024 * 1024, forceCloseConnections: true })
  try {
    await seed(world)
    mountSlack(page, world.slack)
    mountMail(page, world.mail)
    await mountPage(page, {
      actingAs: ['Ann', 'Ben'].map(name => ({ id: world.slack.as(name).id, name })),
      desk: ['support@tulip.test'],
      channel: 'support',
      mailbox: 'jane@acme.test',
    })
    const url = await page.listen({ host: '127.0.0.1', port: options.port ?? 0 })
    return { ...world, url, close: () => closeBoth(page, world) }
  } catch (error) {
    await closeBoth(page, world)
    throw error
  }
}

async function closeBoth(page: FastifyInstance, world: World): Promise<void> {
  await page.close()
  await world.close()
}

export type World = Omit<Demo, 'url'>

/** Slack, the mail world and Overture between them, as it would run for real: Socket Mode, SMTP, SQLite. */
async function startWorld(holdSeconds: number): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'overture-demo-'))
  const slack = await startSlack({ manifest: readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8') })
  const mail = await startMail()
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
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'error',
  })
  const overture = await start(config, createLog(config.logLevel))
  mail.toDesk({ host: '127.0.0.1', port: overture.mailPort as number })
  return {
    slack,
    mail,
    overture,
    async close() {
      await overture.stop()
      await Promise.all([slack.close(), mail.close()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
