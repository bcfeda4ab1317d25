import type { FastifyInstance } from 'fastify'
import type { Channel } from '../channels/channel.ts'
import { longestWait } from '../core/depths.ts'
import { settingOf } from '../core/settings.ts'
import type { Store } from '../db/store.ts'

/** A delivery that waits for longer, though no far side put it off, means that something is wrong here. */
const TOO_LONG_MS = 15 * 60_000
const LONGEST_LOOK_MS = 10_000

type State = 'ok' | 'failing'

/**
 * `GET /healthz`: 200 while the process is alive. `GET /readyz`: 200 while all that it leans on can be reached and nothing
 * is left lying, else 503; which of it, without saying more to whoever asks. What to do then `overture doctor` says.
 */
export function mountHealth(server: FastifyInstance, store: Store, channels: () => Iterable<Channel>): void {
  server.get('/healthz', () => ({ status: 'ok' }))
  server.get('/readyz', async (_request, reply) => {
    const checks: Record<string, State> = {}
    checks.database = await isWell(() => store.read(q => settingOf(q, 'app_secret')).then(() => true))
    for (const channel of channels())
      checks[channel.name] = await isWell(async () => (await channel.health()).every(f => f.well !== false))
    let waits: number | null = null
    checks.deliveries = await isWell(async () => {
      waits = await store.read(q => longestWait(q, store.now()))
      return waits < TOO_LONG_MS
    })
    const status = Object.values(checks).every(c => c === 'ok') ? 'ok' : 'failing'
    reply.code(status === 'ok' ? 200 : 503).header('cache-control', 'no-store')
    return { status, checks, oldestUndeliveredSeconds: waits === null ? null : Math.round(waits / 1000) }
  })
}

/** What takes too long, or fails, is not well. */
async function isWell(look: () => Promise<boolean>): Promise<State> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>(resolve => {
    timer = setTimeout(() => resolve(false), LONGEST_LOOK_MS)
  })
  const well = await Promise.race([look().catch(() => false), late])
  clearTimeout(timer)
  return well ? 'ok' : 'failing'
}
