import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startSlack } from '../src/sandbox/slack/server.ts'
import type { SlackSandbox } from '../src/sandbox/slack/types.ts'
import { startProcess } from './support/process.ts'

let slack: SlackSandbox
let folder: string
beforeEach(async () => {
  slack = await startSlack({ manifest: readFileSync('manifest.yml', 'utf8') })
  folder = mkdtempSync(join(tmpdir(), 'overture-stop-'))
})
afterEach(async () => {
  await slack.close()
  rmSync(folder, { recursive: true, force: true })
})

const settings = (more: Record<string, string> = {}) => ({
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: slack.appToken,
  SLACK_API_URL: slack.apiUrl,
  DESK_CHANNEL: slack.channel('support').id,
  DATABASE_URL: join(folder, 'overture.db'),
  PORT: '0',
  HOLD_SECONDS: '0',
  ...more,
})

describe('the process ends at SIGTERM', () => {
  it('while Slack has gone away', async () => {
    const running = await startProcess(settings())
    slack.outage(true)
    running.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  })

  it('while Slack was away from the first moment', async () => {
    slack.outage(true)
    const running = await startProcess(settings())
    running.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  })
})

it('a start that fails while Slack is away ends', async () => {
  const taken = createServer()
  await new Promise<void>(listening => taken.listen(0, '127.0.0.1', listening))
  slack.outage(true)
  const { port } = taken.address() as AddressInfo
  const running = await startProcess(settings({ MAIL_LISTEN: `127.0.0.1:${port}` }))
  expect(await running.ended).toBe(1)
  expect(running.said()).toContain('cannot start')
  taken.close()
})
