import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seeAgent } from '../src/core/agents.ts'
import { fromText } from '../src/core/document.ts'
import { createHook } from '../src/core/hooks/subscribe.ts'
import { openTicket } from '../src/core/tickets/open.ts'
import { welcome } from '../src/core/welcome.ts'
import { openStore } from '../src/db/open.ts'
import { startSlack } from '../src/sandbox/slack/server.ts'
import type { SlackSandbox } from '../src/sandbox/slack/types.ts'
import { newDatabase } from './support/database.ts'
import { type HookSink, startHookSink } from './support/hook-sink.ts'
import { endLeases } from './support/leases.ts'
import { type Running, startProcess } from './support/process.ts'
import { until } from './support/until.ts'

let slack: SlackSandbox
let database: Awaited<ReturnType<typeof newDatabase>>
let sink: HookSink
let running: Running | undefined
beforeAll(async () => {
  slack = await startSlack({ manifest: readFileSync('manifest.yml', 'utf8'), limits: false })
  database = await newDatabase()
  sink = await startHookSink()
})
afterAll(async () => {
  running?.kill('SIGKILL')
  await running?.ended
  await sink.close()
  await slack.close()
  await database.drop()
})

const start = async () => {
  running = await startProcess({
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DESK_CHANNEL: slack.channel('support').id,
    DATABASE_URL: database.url,
    HOOKS_LOCAL: 'true',
    PORT: '0',
  })
  return running
}

it('a process that is killed while an event is out tells it again, the same, and all that came after it', async () => {
  const store = await openStore(database.url)
  await store.write(async tx => {
    await welcome(tx, { desk: { place: slack.channel('support').id, holdMs: 0, replyMode: 'ask' }, from: null })
    const team = await tx.q.selectFrom('teams').selectAll().executeTakeFirstOrThrow()
    const ann = await seeAgent(tx, { handle: 'U0ANN', name: 'Ann', email: 'ann@tulip.test' })
    await createHook(tx, { url: sink.url, events: ['ticket:*'], includePrivate: true }, ann, true)
    const to = { customer: { typed: 'jane@acme.test' }, subject: 'Your order', body: fromText('Hello Jane.') }
    await openTicket(tx, { ...to, teamId: team.id, priority: 'medium', email: false, agent: ann })
  })
  await store.close()
  const first = await start()
  sink.answers(() => {
    first.kill('SIGKILL') // it never hears what we answer
    return 200
  })
  await first.ended
  expect(sink.got.map(r => r.body.eventType)).toEqual(['ticket:created'])
  sink.answers(200)
  const after = await openStore(database.url)
  await endLeases(after)
  await after.close()
  await start()
  await until(() => sink.of('ticket:comment:added').length === 1)
  expect(sink.got.map(r => r.body.eventType)).toEqual(['ticket:created', 'ticket:created', 'ticket:comment:added'])
  expect(sink.got[1]?.raw).toBe(sink.got[0]?.raw)
})
