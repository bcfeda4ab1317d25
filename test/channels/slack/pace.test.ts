import { expect, it } from 'vitest'
import { seeAgent } from '../../../src/core/agents.ts'
import { fromText } from '../../../src/core/document.ts'
import { teams } from '../../../src/core/teams.ts'
import { openTicket } from '../../../src/core/tickets/open.ts'
import { startWorld } from '../../support/world.ts'

it('a channel takes a post a second: more tickets than that are all shown, each once', async () => {
  const world = await startWorld({ slack: { limits: 1 } })
  const { store } = world.overture
  const [team] = await store.read(teams)
  const agent = await store.write(tx => seeAgent(tx, { handle: world.ann.id, name: 'Ann', email: 'ann@tulip.test' }))
  const subjects = Array.from({ length: 8 }, (_, n) => `Order ${n}`)
  await Promise.all(
    subjects.map(subject =>
      store.write(tx =>
        openTicket(tx, {
          teamId: team?.id as string,
          customer: { typed: 'jane@acme.test' },
          subject,
          body: fromText('Hello Jane'),
          priority: 'medium',
          email: true,
          agent,
        }),
      ),
    ),
  )
  const cards = () => world.slack.channel('support').messages()
  await world.slack.until(() => subjects.every(s => cards().some(m => m.text.includes(s))), { timeoutMs: 20_000 })
  await world.settle()
  expect(subjects.map(s => cards().filter(m => m.text.includes(s)).length)).toEqual(subjects.map(() => 1))
  expect(world.slack.calls('chat.postMessage').some(c => c.error === 'ratelimited')).toBe(true)
  await world.close()
})
