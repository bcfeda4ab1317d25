import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Channel, Letter, Outcome } from '../src/channels/channel.ts'
import { startOutbox } from '../src/outbox.ts'
import { accepted, startTown, type Town } from './support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const log = pino({ level: 'silent' })

/** A channel that answers at once; of more than this many at the same time it knows nothing. */
function channelOf(name: string, deliver: (letter: Letter) => Promise<Outcome>): [string, Channel] {
  return [name, { name, atOnce: 3, deliver } as Channel]
}

it('the outbox carries no more at once than a channel can, and leaves nothing unsettled at its end', async () => {
  let now = 0
  let most = 0
  let begun = 0
  const busy = async (letter: Letter) => {
    begun++
    most = Math.max(most, ++now)
    await new Promise(resolve => setImmediate(resolve))
    now--
    return accepted(letter)
  }
  const tickets = await Promise.all(
    Array.from({ length: 10 }, (_, i) => town.open({ customer: { typed: `c${i}@acme.test` } })),
  )
  town.clock.now += 10_000
  const outbox = startOutbox(
    town.store,
    new Map([channelOf('slack', async l => accepted(l)), channelOf('email', busy)]),
    log,
  )
  while (begun < 4) await new Promise(resolve => setImmediate(resolve))
  await outbox.stop()
  const states = await Promise.all(tickets.map(async t => (await town.view(t.id)).opening?.deliveries[0]?.state))
  expect(states.filter(s => s === 'sent')).toHaveLength(begun)
  expect(most).toBe(3)
})

it('a letter that cannot be settled keeps no other from it', async () => {
  const nonsense = { refused: undefined } as never
  const [bad, ...good] = await Promise.all(
    Array.from({ length: 3 }, (_, i) => town.open({ customer: { typed: `c${i}@acme.test` } })),
  )
  town.clock.now += 10_000
  const mail = channelOf('email', async l => (l.ticket.id === bad?.id ? nonsense : accepted(l)))
  const outbox = startOutbox(town.store, new Map([channelOf('slack', async l => accepted(l)), mail]), log)
  await outbox.flush()
  await outbox.stop()
  const stateOf = async (id: string) => (await town.view(id)).opening?.deliveries[0]?.state
  expect(await Promise.all(good.map(t => stateOf(t.id)))).toEqual(['sent', 'sent'])
  expect(await stateOf(bad!.id)).toBe('queued') // until its lease is over
})
