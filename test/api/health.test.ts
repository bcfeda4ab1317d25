import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Mail } from '../../src/sandbox/mail/types.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'

let world: World
const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${world.overture.url}${path}`, { headers })
  const text = await response.text()
  return { status: response.status, text, json: () => JSON.parse(text) }
}

describe('whoever watches over it', () => {
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world?.close())

  it('hears that it is alive, and ready with all that it leans on', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' })
    const ready = await get('/readyz')
    expect(ready.json()).toEqual({
      status: 'ok',
      checks: { database: 'ok', slack: 'ok', email: 'ok', deliveries: 'ok' },
      oldestUndeliveredSeconds: 0,
    })
    expect(ready.status).toBe(200)
  })

  it('reads what was carried and what came in, for Prometheus', async () => {
    expect((await get('/metrics')).status).toBe(200) // counted from here on
    await world.openTicket({ subject: 'Counted' })
    await world.settle()
    await world.jane.reply(world.jane.inbox.at(-1) as Mail, 'When will it be here?')
    await world.settle()
    const { text } = await get('/metrics')
    expect(text).toMatch(/overture_delivery_seconds_count\{channel="email",outcome="sent"\} 1\n/)
    expect(text).toMatch(/overture_delivery_seconds_count\{channel="slack",outcome="sent"\} [1-9]/)
    expect(text).toMatch(/overture_inbound_last_hour\{channel="email",result="recorded",kind="human"\} 1\n/)
    expect(text).toMatch(/overture_queue_depth\{queue="inbound"\} 0\n/)
    expect(text).toMatch(/process_resident_memory_bytes \d/)
  })

  it('gets no figures by way of a proxy, behind which everybody may be', async () => {
    expect((await get('/metrics', { 'x-forwarded-for': '203.0.113.7' })).status).toBe(403)
  })
})

describe('when something is away', () => {
  beforeAll(async () => {
    world = await startWorld({ env: { METRICS_TOKEN: 'a-token-of-our-own' } })
  })
  afterAll(() => world?.close())

  it('gives figures to whoever has the token, and to nobody else', async () => {
    expect((await get('/metrics')).status).toBe(401)
    expect((await get('/metrics', { authorization: 'Bearer a-token-of-our-owm' })).status).toBe(401)
    expect((await get('/metrics', { authorization: 'Bearer a-token-of-our-own' })).status).toBe(200)
  })

  it('a mail that nobody put off and that lies for long makes it unready', async () => {
    await world.openTicket({ subject: 'Lying about' })
    await world.settle()
    const { store } = world.overture
    await store.write(tx =>
      tx.q
        .updateTable('deliveries')
        .set({ state: 'queued', sent_at: null, due_at: tx.now + 3_600_000, created_at: tx.now - 3_600_000 })
        .where('channel', '=', 'email')
        .execute(),
    )
    const ready = await get('/readyz')
    expect(ready.status).toBe(503)
    expect(ready.json()).toMatchObject({ status: 'failing', checks: { database: 'ok', deliveries: 'failing' } })
    expect(ready.json().oldestUndeliveredSeconds).toBeGreaterThanOrEqual(3600)
    await store.write(tx =>
      tx.q.updateTable('deliveries').set({ deferred_at: tx.now }).where('channel', '=', 'email').execute(),
    )
    expect((await get('/readyz')).json().checks.deliveries).toBe('ok')
  })

  it('says which part it is: without a socket to Slack it is not ready', async () => {
    await world.slack.close()
    const ready = await until(
      () => get('/readyz'),
      r => r.status === 503,
    )
    expect(ready.json()).toMatchObject({ status: 'failing', checks: { database: 'ok', slack: 'failing' } })
  })
})
