import Database from 'better-sqlite3'
import { expectAll, type Row } from '../row.ts'
import { filledDatabase } from '../seeded.ts'
import type { Counts } from '../sinks.ts'
import { percentile } from '../stats.ts'

const AT_ONCE = 50

/** `/ticket`, `/ticket find`, a button and a submitted form, by fifty agents at once: Slack waits for three seconds. */
export const act: Row = {
  lines: [
    { name: 'act', work: 'commands, buttons, forms to ack, 50 at once, p50', unit: 'ms', bar: null },
    { name: 'act', work: 'commands, buttons, forms to ack, 50 at once, p99', unit: 'ms', bar: { below: 1_000 } },
    { name: 'act', work: 'the same to views.open, p50', unit: 'ms', bar: null },
    { name: 'act', work: 'the same to views.open, p99', unit: 'ms', bar: { below: 1_000 } },
  ],
  async prepare(world) {
    await filledDatabase(world)
  },
  async measure(side, world) {
    const warm = world.size(800, 200) // until the machine code is made
    const count = world.size(2_000, 400)
    const database = await filledDatabase(world)
    const tickets = someTickets(database)
    return world.withFar(async ({ far, start }) => {
      await start(side === 'ours' ? 'ours' : 'assembly-command', side, database)
      await far.ask('act', { name: 'warm', count: warm, atOnce: AT_ONCE, tickets })
      const { acks, views } = await far.ask<Delays>('act', { name: 'real', count, atOnce: AT_ONCE, tickets })
      const counts = await far.ask<Counts>('counts')
      expectAll({ acks: acks.length, views: counts.views }, { acks: count, views: ((warm + count) * 3) / 4 })
      return [percentile(acks, 50), percentile(acks, 99), percentile(views, 50), percentile(views, 99)]
    })
  },
}

interface Delays {
  acks: number[]
  views: number[]
}

/** Tickets from all over the database. */
function someTickets(path: string): string[] {
  const database = new Database(path, { readonly: true })
  const every = 'select ticket_id from ticket_docs where seq % (select max(seq) / 500 + 1 from ticket_docs) = 0'
  const found = database.prepare(every).pluck().all() as string[]
  database.close()
  return found
}
