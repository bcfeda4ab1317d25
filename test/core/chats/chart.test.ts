import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chartFinished } from '../../../src/core/chats/chart.ts'
import type { ChatPostRow } from '../../../src/db/schema.ts'
import { type ChatTown, startChatTown } from '../../support/chat.ts'

let town: ChatTown
beforeEach(async () => {
  town = await startChatTown()
})
afterEach(() => town.close())

const DAY_MS = 24 * 3_600_000
const chart = () => town.store.write(chartFinished)
const charts = (): Promise<ChatPostRow[]> =>
  town.store.read(q => q.selectFrom('chat_posts').selectAll().where('key', '=', 'chart').execute())

describe('the chart of a chat', () => {
  it('comes a day after the last mail, once', async () => {
    const sent = await town.sendAll(await town.draft('jane@acme.test, bob@globex.test'))
    await town.arrive({ key: '<a1@acme.test>', answers: [sent.get('jane@acme.test')?.key as string] })
    town.clock.now += DAY_MS - 1
    expect(await chart()).toBe(0)
    town.clock.now += 1
    expect(await chart()).toBe(1)
    expect(await chart()).toBe(0)
    expect(await charts()).toMatchObject([
      { kind: 'chart', text: 'Chat 1: one person has answered so far, 50 % of those whom it reached.' },
    ])
  })

  it('comes at once when all have answered', async () => {
    const sent = await town.sendAll(await town.draft('jane@acme.test'))
    expect(await chart()).toBe(0)
    await town.arrive({ key: '<a1@acme.test>', answers: [sent.get('jane@acme.test')?.key as string] })
    expect(await chart()).toBe(1)
  })

  it('is a sentence when nobody has answered', async () => {
    await town.sendAll(await town.draft('jane@acme.test'))
    town.clock.now += DAY_MS
    await chart()
    expect(await charts()).toMatchObject([{ kind: 'word', text: 'Chat 1: nobody has answered so far.' }])
  })

  it('never comes for a draft, nor for what ended long ago', async () => {
    await town.draft('jane@acme.test')
    await town.sendAll(await town.draft('bob@globex.test'))
    town.clock.now += 30 * DAY_MS
    expect(await chart()).toBe(0)
  })
})
