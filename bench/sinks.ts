import { performance } from 'node:perf_hooks'
import { answer } from './answers.ts'
import { ACTS, type Act, envelopeOf, opensView } from './sinks/acts.ts'
import { ticketCommand } from './sinks/commands.ts'
import { startPostman } from './sinks/customers.ts'
import { type Accepted, startMailSink } from './sinks/mail.ts'
import { startSlackSink } from './sinks/slack.ts'
import { answerMail } from './texts.ts'

// The far side: the customers' mail server, Slack, and those who write to us. One process of its own, so that what it
// costs is nobody's, and all delays are measured by one clock.

/** What arrived: distinct tickets by mail and on cards, distinct answers in threads, and all calls, repeated ones too. */
export interface Counts {
  mails: number
  allMails: number
  lastMailAt: number // by the clock of all processes (ms)
  cards: number
  answers: number
  views: number
  calls: Record<string, number>
}

/** Answers number `first` and on; a number is never sent twice, since it is in the Message-ID. */
interface SomeAnswers {
  port: number
  first: number
  count: number
}

/** What agents do, `atOnce` of them at once, with these tickets. */
interface SomeActs {
  count: number
  atOnce: number
  name: string
  tickets: string[]
}

answer(async () => {
  const mail = await startMailSink()
  const slack = await startSlackSink()

  /** Has `count` answers sent, each to another ticket, `atOnce` connections; resolves once all were taken with 250. */
  async function sendAnswers({ port, first, count, atOnce }: SomeAnswers & { atOnce: number }): Promise<void> {
    const tickets = [...mail.accepted.values()]
    let n = first
    await together(atOnce, async () => {
      const postman = await startPostman(port)
      while (n < first + count) await postman.hand(mailTo(tickets, n++))
      postman.close()
    })
  }

  function mailTo(tickets: Accepted[], n: number) {
    const ticket = tickets[n % tickets.length]
    if (!ticket) throw new Error('There is no ticket to answer.')
    const { from: to, to: from, messageId, subject } = ticket
    return { from, to, text: answerMail({ n, from, to, inReplyTo: messageId, subject }) }
  }

  /** Sends answers one by one, each once the last is in its thread; resolves with each one's delay (ms). */
  async function delays({ port, first, count, restMs }: SomeAnswers & { restMs: number }): Promise<number[]> {
    const tickets = [...mail.accepted.values()]
    const postman = await startPostman(port)
    const found: number[] = []
    for (let n = first; n < first + count; n++) {
      const sent = await postman.hand(mailTo(tickets, n))
      found.push((await seen(slack.answers, n)) - sent)
      await rest(restMs)
    }
    postman.close()
    return found
  }

  /** Has `/ticket` typed `count` times, `atOnce` people at once; resolves with each one's delay until its form opens (ms). */
  async function commands({ count, atOnce, name }: { count: number; atOnce: number; name: string }): Promise<number[]> {
    const found: number[] = []
    let n = 0
    await together(atOnce, async () => {
      while (n < count) {
        const trigger = `${name}.${n}`
        const sent = performance.now()
        slack.send(ticketCommand(n++, trigger))
        found.push((await seen(slack.views, trigger)) - sent)
      }
    })
    return found
  }

  /**
   * Has agents do things at the desk, `atOnce` of them at once; resolves with each one's delay until it was acknowledged
   * and, where it opens a view, until that (ms).
   */
  async function act({ count, atOnce, name, tickets }: SomeActs): Promise<{ acks: number[]; views: number[] }> {
    const found = { acks: [] as number[], views: [] as number[] }
    let n = 0
    await together(atOnce, async () => {
      while (n < count) {
        const i = n++
        const [trigger, what] = [`${name}.${i}`, ACTS[i % ACTS.length] as Act]
        const sent = performance.now()
        slack.send(envelopeOf(what, i, trigger, tickets))
        found.acks.push((await seen(slack.acks, `e-${trigger}`)) - sent)
        if (opensView(what)) found.views.push((await seen(slack.views, trigger)) - sent)
      }
    })
    return found
  }

  return {
    act,
    ports: () => ({ mail: mail.port, slack: slack.port }),
    counts: (): Counts => ({
      mails: mail.accepted.size,
      allMails: mail.total(),
      lastMailAt: mail.lastAt(),
      cards: slack.cards.size,
      answers: slack.answers.size,
      views: slack.views.size,
      calls: slack.calls,
    }),
    sendAnswers,
    delays,
    commands,
    resetSlack: () => slack.reset(),
    reset() {
      mail.reset()
      slack.reset()
    },
    stop() {
      mail.close()
      slack.close()
    },
  }
})

const PATIENCE_MS = 10_000

async function seen<K>(where: Map<K, number>, what: K): Promise<number> {
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const at = where.get(what)
    if (at !== undefined) return at
    if (performance.now() > until) throw new Error(`${what} did not arrive within ${PATIENCE_MS / 1000} s: lost.`)
    await rest(0.5)
  }
}

async function together(howMany: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: howMany }, work))
}

function rest(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
