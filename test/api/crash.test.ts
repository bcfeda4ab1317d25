import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seeAgent } from '../../src/core/agents.ts'
import { createKey } from '../../src/core/programs/keys.ts'
import { openStore } from '../../src/db/open.ts'
import type { MailWorld } from '../../src/sandbox/mail/types.ts'
import { startMail } from '../../src/sandbox/mail/world.ts'
import { startSlack } from '../../src/sandbox/slack/server.ts'
import type { SlackSandbox } from '../../src/sandbox/slack/types.ts'
import { newDatabase } from '../support/database.ts'
import { endLeases } from '../support/leases.ts'
import { freePort, type Running, startProcess } from '../support/process.ts'

const TICKETS = 200
const AT_ONCE = 10

let slack: SlackSandbox
let mail: MailWorld
let database: Awaited<ReturnType<typeof newDatabase>>
let running: Running | undefined

beforeAll(async () => {
  slack = await startSlack({ manifest: readFileSync('manifest.yml', 'utf8'), limits: false })
  mail = await startMail({})
  database = await newDatabase()
})
afterAll(async () => {
  running?.kill('SIGKILL')
  await running?.ended
  await Promise.all([slack.close(), mail.close()])
  await database.drop()
})

async function start(port: number): Promise<Running> {
  running = await startProcess({
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DESK_CHANNEL: slack.channel('support').id,
    SMTP_URL: mail.smtpUrl,
    MAIL_FROM: 'Tulip <support@tulip.test>',
    DATABASE_URL: database.url,
    HOLD_SECONDS: '0',
    PORT: String(port),
  })
  return running
}

async function keyOfAnn(): Promise<string> {
  const store = await openStore(database.url)
  const { key } = await store.write(async tx => {
    const ann = await seeAgent(tx, { handle: 'U0ANN', name: 'Ann', email: 'ann@tulip.test' })
    return createKey(tx, { agentId: ann.id, name: 'Shop', scopes: null, networks: null, expiresAt: null }, ann)
  })
  await store.close()
  return key
}

/** Asks for every ticket, each under a key of its own. Gives the id of each that was answered, by its number. */
async function openAll(port: number, key: string, tell: (answered: number) => void): Promise<Map<number, string>> {
  const opened = new Map<number, string>()
  let next = 0
  const work = async () => {
    for (let n = next++; n < TICKETS; n = next++) {
      const response = await fetch(`http://127.0.0.1:${port}/v1/tickets`, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json', 'idempotency-key': `order-${n}` },
        body: JSON.stringify({
          ...{ title: `Order ${n}`, requestorEmail: `jane@town${n}.test`, teamId: 'SUP', description: `Parcel ${n}` },
          ...{ isPrivate: false, isProactive: true, proactiveChannels: ['email'] },
        }),
      }).catch(() => undefined) // it died meanwhile
      if (!response) continue
      const { data } = (await response.json().catch(() => ({}))) as { data?: { id: string } }
      if (response.status !== 201 || !data) continue
      opened.set(n, data.id)
      tell(opened.size)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return opened
}

it('a program that repeats all it asked for, after we were killed in the middle, has each ticket and each mail once', async () => {
  const port = await freePort()
  const first = await start(port)
  const key = await keyOfAnn()
  const before = await openAll(port, key, answered => answered === TICKETS / 4 && first.kill('SIGKILL'))
  await first.ended
  expect(before.size).toBeGreaterThanOrEqual(TICKETS / 4)
  expect(before.size).toBeLessThan(TICKETS)

  const store = await openStore(database.url)
  await endLeases(store)
  await start(port)
  const after = await openAll(port, key, () => {})
  expect(after.size).toBe(TICKETS)
  for (const [n, id] of before) expect(after.get(n)).toBe(id)
  const tickets = await store.read(q => q.selectFrom('tickets').select(['id', 'subject']).execute())
  await store.close()
  expect(tickets.map(t => t.subject).sort()).toEqual(Array.from({ length: TICKETS }, (_, n) => `Order ${n}`).sort())

  // a mail that was out when we died may come twice, under the same Message-ID
  const mailsOf = (n: number) => new Set(mail.customer(`jane@town${n}.test`).inbox.map(m => m.messageId)).size
  const numbers = Array.from({ length: TICKETS }, (_, n) => n)
  await slack.until(() => numbers.every(n => mailsOf(n) > 0), { timeoutMs: 40_000 })
  expect(numbers.filter(n => mailsOf(n) !== 1)).toEqual([])
}, 120_000)
