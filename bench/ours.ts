import { start } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { seeAgent } from '../src/core/agents.ts'
import { nextDeliveryDue } from '../src/core/deliveries/claim.ts'
import { fromText } from '../src/core/document.ts'
import { isStale } from '../src/core/find/stale.ts'
import { nextInboundDue } from '../src/core/inbound/claim.ts'
import { createKey } from '../src/core/programs/keys.ts'
import { teams } from '../src/core/teams.ts'
import { openTicket } from '../src/core/tickets/open.ts'
import { createLog } from '../src/lib/log.ts'
import { answer } from './answers.ts'
import { chatAnswers } from './chats.ts'
import type { Kept, SomeTickets } from './side.ts'
import { BODY, markOf } from './texts.ts'

// Overture itself, as `npm start` starts it, settings from the environment.

answer(async () => {
  const config = readConfig(process.env)
  const overture = await start(config, createLog(config.logLevel))
  const { store } = overture
  const team = (await store.read(teams))[0]
  if (!team) throw new Error('There is no team.')
  const agent = await store.write(tx => seeAgent(tx, { handle: 'U0ANN', name: 'Ann', email: 'ann@bench.test' }))
  const body = fromText(BODY)

  /** Opens tickets as the form for a new ticket does, `atOnce` at a time. */
  async function open({ first, count, atOnce }: SomeTickets): Promise<void> {
    let n = first
    const work = async () => {
      while (n < first + count) {
        const i = n++
        const customer = { typed: `Customer ${i % 200} <c${i % 200}@globex.test>` }
        const ticket = { teamId: team!.id, customer, subject: `Your order ${markOf(i)}`, body, agent }
        await store.write(tx => openTicket(tx, { ...ticket, priority: 'medium', email: true }))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }

  /** Resolves once nothing waits any more: all is carried, understood, settled, can be found, and every card drawn as it is now. */
  async function settle(): Promise<void> {
    const isBusy = async () => (await nextDeliveryDue(store)) !== null || (await nextInboundDue(store)) !== null
    while ((await isBusy()) || (await store.read(isStale))) {
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }

  /** A key of a program that may ask for anything, as often as it can. */
  const apiKey = async (): Promise<string> => {
    const form = { agentId: agent.id, name: 'bench', scopes: null, networks: null, expiresAt: null }
    return (await store.write(tx => createKey(tx, form, agent))).key
  }

  const kept = (): Promise<Kept> =>
    store.read(async q => {
      const tickets = q.selectFrom('tickets').select(e => e.fn.countAll().as('n'))
      const answers = q
        .selectFrom('messages')
        .select(e => e.fn.countAll().as('n'))
        .where('author_kind', '=', 'customer')
      const unsettled = q
        .selectFrom('deliveries')
        .select(e => e.fn.countAll().as('n'))
        .where('state', '!=', 'sent')
      const [a, b, c] = await Promise.all([tickets, answers, unsettled].map(ask => ask.executeTakeFirstOrThrow()))
      return { tickets: Number(a?.n), answers: Number(b?.n), unsettled: Number(c?.n) }
    })

  return {
    open,
    settle,
    kept,
    ...chatAnswers(store, team, agent),
    url: () => overture.url,
    apiKey,
    mailPort: () => overture.mailPort,
    stop: () => overture.stop(),
  }
})
