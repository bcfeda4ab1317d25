import { parseArgs } from 'node:util'
import { type FastifyInstance, fastify } from 'fastify'
import { agentByHandle } from '../core/agents.ts'
import { createKey } from '../core/programs/keys.ts'
import type { CrowdWays } from './mail/crowd.ts'
import { mountMail } from './mail/http.ts'
import { mountPage } from './page/index.ts'
import { longAgo } from './seed/history.ts'
import { seed } from './seed/index.ts'
import { CHANNELS, NAMES, PEOPLE } from './seed/people.ts'
import { mountSlack } from './slack/http.ts'
import { tour } from './tour.ts'
import { tourChat } from './tour-chat.ts'
import { seedTrial } from './trial.ts'
import { startWorld, type World } from './world.ts'

export interface Demo extends World {
  url: string // of the page
  key: string // of Ann's, for programs
}

const USAGE = `  npm run demo                  then open the address that it prints
  npm run demo -- --port 8080   at this port (default: a free one)
  npm run demo -- --tour        the main job by itself, without a browser`

/** `overture demo`: Overture itself, against an imaginary Slack workspace and imaginary customers. */
export async function demo(args: string[]): Promise<void> {
  const options = readArgs(args)
  if (args.includes('--help')) return console.log(USAGE)
  if (!options) {
    console.error(`That is not understood. Try:\n${USAGE}`)
    process.exitCode = 2
    return
  }
  if (options.tour) return runTour()
  const demo = await startDemo({ port: options.port })
  console.log(
    `Open ${demo.url}\nThree teams with four weeks behind them, a ticket under way and two hundred customers are waiting. Ctrl+C ends it; nothing is kept.

For programs, with a key of Ann's (${demo.overture.url}/docs shows all that they can ask):
  curl -H 'x-api-key: ${demo.key}' ${demo.overture.url}/v1/tickets/SUP-1`,
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
  const world = await startWorld({ holdSeconds: 1 })
  try {
    const began = Date.now()
    const seen = (line: string) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`)
    await tour(world, seen)
    await tourChat(world, seen)
  } catch (error) {
    console.error(`\nThe tour stopped: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  } finally {
    await world.close()
  }
}

/**
 * Starts the demo with a ticket already under way and a crowd of customers to write to, and serves its page. Everything is
 * gone after `close`.
 */
export async function startDemo(
  options: { port?: number; holdSeconds?: number; customers?: number; ways?: CrowdWays } = {},
): Promise<Demo> {
  const holdSeconds = options.holdSeconds ?? 10
  const world = await startWorld({ holdSeconds, beginsAt: longAgo(), people: PEOPLE, channels: CHANNELS })
  const page = fastify({ logger: false, bodyLimit: 64 * 1024 * 1024, forceCloseConnections: true })
  try {
    await seed(world, holdSeconds * 1_000)
    await seedTrial(world, options.customers ?? 200, options.ways)
    mountSlack(page, world.slack)
    mountMail(page, world.mail)
    await mountPage(page, {
      actingAs: NAMES.map(name => ({ id: world.slack.as(name).id, name })),
      desk: ['support@tulip.test', 'sales@tulip.test', 'dispatch@tulip.test'],
      channel: 'support',
      mailbox: 'jane@acme.test',
    })
    const key = await keyOf(world, 'Ann')
    const url = await page.listen({ host: '127.0.0.1', port: options.port ?? 0 })
    return { ...world, url, key, close: () => closeBoth(page, world) }
  } catch (error) {
    await closeBoth(page, world)
    throw error
  }
}

async function keyOf({ overture, slack }: World, name: string): Promise<string> {
  const { key } = await overture.store.write(async tx => {
    const agent = await agentByHandle(tx.q, slack.as(name).id)
    if (!agent) throw new Error(`The demo has no ${name}.`)
    const form = { agentId: agent.id, name: 'To try the API', scopes: null, networks: null, expiresAt: null }
    return createKey(tx, form, agent)
  })
  return key
}

async function closeBoth(page: FastifyInstance, world: World): Promise<void> {
  await page.close()
  await world.close()
}
