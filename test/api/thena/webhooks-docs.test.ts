import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../support/process.ts'
import { type Program, programOf } from '../../support/program.ts'
import { until } from '../../support/until.ts'
import { startWorld, type World } from '../../support/world.ts'

const MAIL_WEBHOOK_SECRET = 'a secret of the webhook'
let world: World
let ann: Program
let folder: string
const running: ChildProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overture-hooks-'))
  world = await startWorld({ env: { HOOKS_LOCAL: 'true', MAIL_WEBHOOK_SECRET } })
  ann = await programOf(world, world.ann)
})
afterAll(async () => {
  for (const child of running) child.kill()
  await world?.close()
  await rm(folder, { recursive: true })
})

/** Runs the program that a page shows under this name; `said` is what it wrote so far. */
async function run(page: string, name: string, env: Record<string, string>): Promise<{ said: () => string }> {
  const text = await readFile(page, 'utf8')
  const program = [...text.matchAll(/^```js\n(.*?)^```$/gms)].find(([, code]) => code?.startsWith(`// ${name}\n`))?.[1]
  await writeFile(join(folder, name), program as string)
  const child = spawn(process.execPath, [join(folder, name)], { env: { ...process.env, ...env } })
  running.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', piece => (said += piece))
  return { said: () => said }
}

it('the receiver that the page shows takes what we sign, once, and nothing else', async () => {
  const port = await freePort()
  const { body } = await ann.post('/v1/webhooks', { url: `http://127.0.0.1:${port}/`, events: ['ticket:created'] })
  const { id, secret } = body.data
  const receiver = await run('docs/webhooks.md', 'receiver.mjs', { WEBHOOK_SECRET: secret, PORT: String(port) })
  await until(
    () =>
      fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' }).then(
        r => r.status,
        () => 0,
      ),
    status => status === 401,
  )
  await world.openTicket()
  await until(() => receiver.said().includes('ticket:created'))
  const log = async () => (await ann.get(`/v1/webhooks/${id}/deliveries`)).body.data
  const [delivery] = await until(log, all => all[0]?.state === 'delivered')
  expect(delivery.responseStatus).toBe(204)
  await ann.post(`/v1/webhooks/${id}/deliveries/${delivery.id}/replay`)
  await until(log, all => all.length === 2 && all[0].state === 'delivered')
  expect(receiver.said().match(/ticket:created/g)).toHaveLength(1)
  await ann.post(`/v1/webhooks/${id}/rotate-secret`)
  await ann.post(`/v1/webhooks/${id}/test`)
  await until(log, all => all.length === 3 && all[0].responseStatus === 204) // it has the old one
  await ann.delete(`/v1/webhooks/${id}/old-secret`)
  await ann.post(`/v1/webhooks/${id}/test`)
  await until(log, all => all.length === 4 && all[0].responseStatus === 401)
})

it('the program that the page on mail shows posts a mail that becomes a ticket', async () => {
  const env = { OVERTURE: world.overture.url, MAIL_WEBHOOK_SECRET }
  const program = await run('docs/mail.md', 'post-mail.mjs', env)
  await until(() => program.said().includes('200 {"status":"stored"}'))
  await world.settle()
  const { slack } = world
  const card = await slack.until(() =>
    slack
      .channel('support')
      .messages()
      .find(m => JSON.stringify(m).includes('A question')),
  )
  expect(JSON.stringify(card)).toContain('Where is my parcel?')
})
