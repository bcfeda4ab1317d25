import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seeAgent } from '../src/core/agents.ts'
import { openStore } from '../src/db/open.ts'
import { startSlack } from '../src/sandbox/slack/server.ts'
import { newDatabase, type TestDatabase } from './support/database.ts'
import { wordsOf } from './support/desk.ts'
import { builtCli, freePort, startProcess } from './support/process.ts'
import { programWith } from './support/program.ts'
import { startWorld, type World } from './support/world.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await newDatabase()
  const store = await openStore(database.url)
  await store.write(tx => seeAgent(tx, { handle: 'U0ANN', name: 'Ann', email: 'ann@tulip.test' }))
  await store.close()
})
afterAll(() => database?.drop())

interface Ended {
  code: number | null
  out: string
  err: string
}

function keys(args: string[], url = database.url): Promise<Ended> {
  const child = spawn(process.execPath, [builtCli(), 'keys', ...args], { env: { ...process.env, DATABASE_URL: url } })
  const ended: Ended = { code: null, out: '', err: '' }
  child.stdout.on('data', data => {
    ended.out += data
  })
  child.stderr.on('data', data => {
    ended.err += data
  })
  return new Promise(resolve => child.on('close', code => resolve({ ...ended, code })))
}

describe('overture keys', () => {
  let key = ''

  test('prints a key alone, so that it can be piped', async () => {
    expect(await keys(['list'])).toEqual({ code: 0, out: '', err: 'There is no key.\n' })
    const limits = ['--scopes', 'tickets:read,tickets:write', '--networks', '10.0.0.0/8,::1', '--expires', '2999-01-31']
    const made = await keys(['create', '--agent', 'ann@tulip.test', '--name', 'CRM', ...limits])
    expect(made).toMatchObject({ code: 0, err: 'A key that acts as Ann is made. Nobody can see it again:\n' })
    expect(made.out).toMatch(/^ovt_[\w-]{43}\n$/)
    key = made.out.trim()
  })

  test('lists keys by how they begin', async () => {
    const { out } = await keys(['list', '--agent', 'ANN@tulip.test'])
    expect(out).not.toContain(key)
    expect(out.trim().split('  ').slice(1)).toEqual([
      `${key.slice(0, 8)}…`,
      'ann@tulip.test',
      'CRM',
      'tickets:read,tickets:write',
      '10.0.0.0/8,::1',
      'never used',
      'expires 2999-01-31 23:59',
    ])
  })

  test('revokes one by its beginning or its id', async () => {
    expect(await keys(['revoke', `${key.slice(0, 8)}…`])).toMatchObject({
      code: 0,
      err: `CRM (${key.slice(0, 8)}…) is revoked.\n`,
    })
    expect((await keys(['list'])).out).toBe('')
    expect(await keys(['revoke', 'nothing'])).toEqual({ code: 1, out: '', err: 'This key is no more.\n' })
  })

  test.each([
    [['create', '--agent', 'cara@tulip.test', '--name', 'x'], 1, 'No agent has the address cara@tulip.test.'],
    [['create', '--agent', 'ann@tulip.test', '--name', 'x', '--scopes', 'all'], 1, 'There is no scope all.'],
    [['create', '--agent', 'ann@tulip.test', '--name', 'x', '--scopes', ''], 1, 'Choose at least one scope.'],
    [['create', '--agent', 'ann@tulip.test', '--name', 'x', '--networks', 'x'], 1, 'x is no address'],
    [['create', '--agent', 'ann@tulip.test', '--name', 'x', '--expires', '2020-01-01'], 1, 'This moment is over.'],
    [['create', '--agent', 'ann@tulip.test', '--name', 'x', '--expires', '2027-02-30'], 2, '--expires takes a day'],
    [['create', '--name', 'x'], 2, 'Say whose key it is'],
    [['revoke'], 2, 'Name one key'],
    [['lose'], 2, 'There is no command "keys lose".'],
    [[], 2, 'Say what to do with keys.'],
    [['list', '--all'], 2, "Unknown option '--all'"],
  ])('%j is refused', async (args, code, words) => {
    const ended = await keys(args)
    expect([ended.code, ended.out]).toEqual([code, ''])
    expect(ended.err).toContain(words)
    expect(ended.err.includes('overture keys create --agent')).toBe(code === 2)
  })
})

describe('while Overture runs', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
    await world.openTicket()
  })
  afterAll(() => world?.close())

  test('a key works as soon as it is printed, and no more once it is revoked', async () => {
    const { ann } = world
    const { email } = await world.overture.store.read(q =>
      q.selectFrom('agents').select('email').where('handle', '=', ann.id).executeTakeFirstOrThrow(),
    )
    const made = await keys(['create', '--agent', String(email), '--name', 'CRM'], world.databaseUrl)
    const program = programWith(world, made.out.trim())
    expect((await program.get('/v1/tickets/SUP-1')).status).toBe(200)
    await keys(['revoke', made.out.slice(0, 8)], world.databaseUrl)
    expect((await program.get('/v1/tickets/SUP-1')).status).toBe(401)
  })
})

test('a key that is made and revoked in Slack is told of in the log, and stands in none of its lines', async () => {
  const slack = await startSlack({ manifest: readFileSync('manifest.yml', 'utf8'), limits: false })
  const own = await newDatabase()
  const port = await freePort()
  const running = await startProcess({
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    DESK_CHANNEL: slack.channel('support').id,
    DATABASE_URL: own.url,
    PORT: String(port),
    LOG_LEVEL: 'trace',
  })
  try {
    const ann = slack.as('Ann')
    const modal = (title: string) => slack.until(() => ann.modals().find(m => m.title === title))
    await ann.command('/outreach keys', { channel: 'support' })
    await ann.click({ view: (await modal('API keys')).id }, 'add_key')
    await modal('New API key')
    await ann.submit({ name: 'CRM', scopes: ['setup:read'] })
    const key = /ovt_[\w-]{43}/.exec(wordsOf(await modal('API key')))?.[0] as string
    const url = `http://127.0.0.1:${port}/api/platform/v1/custom-fields/SUP/list-custom-fields`
    const ask = async () => {
      const answered = await fetch(url, { headers: { authorization: `Bearer ${key}` } })
      await answered.text()
      return answered.status
    }
    expect(await ask()).toBe(200)
    await ann.close()
    await slack.until(() => wordsOf(ann.modal()).includes('CRM'))
    await ann.click({ view: ann.modal().id }, 'revoke_key')
    await slack.until(() => wordsOf(ann.modal()).includes('There is no key.'))
    expect(await ask()).toBe(401)
    expect(running.said()).toMatch(/A key of the API was made.*A key of the API was revoked/s)
    expect(running.said()).not.toContain(key.slice(8))
  } finally {
    running.kill('SIGTERM')
    await running.ended
    await slack.close()
    await own.drop()
  }
}, 60_000)
