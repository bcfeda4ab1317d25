import {
  claimPosts,
  type HookAnswer,
  type HookPost,
  isPostDue,
  nextPostDue,
  settlePost,
  whyNotTried,
} from './core/hooks/carry.ts'
import { keepDeliveries, type Telling, tellingAgain, untold } from './core/hooks/make.ts'
import { signatureHeaders } from './core/hooks/secret.ts'
import { TEST_TYPE } from './core/hooks/types.ts'
import type { HookWriter } from './core/hooks/writer.ts'
import { ticketUrl } from './core/tickets/link.ts'
import type { Store } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { type Loop, startLoop, untilIdle } from './lib/loop.ts'

export interface Hooks {
  /** Resolves once nothing is left that is due now. */
  flush(): Promise<void>
  /** Claims no more; resolves once all that is being posted is settled. */
  stop(): Promise<void>
}

export interface HooksOptions {
  local: boolean // loopback is allowed, to try it out
  threadUrl(ticketId: string): Promise<string | null>
  /** Loaded when something is to be told for the first time: most deployments have nobody to tell. */
  writer(): Promise<HookWriter>
}

const AT_ONCE = 16
const TOLD_AT_ONCE = 50

/** Tells programs what happened: makes deliveries of it, claims, posts, settles. Addresses may be secrets, so none is logged. */
export function startHooks(store: Store, log: Log, { local, threadUrl, writer }: HooksOptions): Hooks {
  const posting = new Map<string, { hookId: string; work: Promise<void> }>() // by delivery
  const loop: Loop = startLoop(round, error =>
    log.error({ err: error }, 'Webhooks could not be served; it tries again.'),
  )
  store.listen('hooks', loop.knock)

  async function round(): Promise<number | null> {
    const isMore = await tell()
    const free = AT_ONCE - posting.size
    if (free > 0 && (await store.read(q => isPostDue(q, store.now()))))
      for (const post of await store.claim(tx => claimPosts(tx, free, busy()))) begin(post)
    if (isMore) return 0
    // what is due and was not claimed waits for one that is being posted, which knocks when it settles
    const due = await store.read(q => nextPostDue(q, store.now()))
    return due === null ? null : Math.max(due - store.now(), 20)
  }

  /** Makes deliveries of what happened; true when there is more of it. */
  async function tell(): Promise<boolean> {
    const { rows, tellings } = await store.read(q => untold(q, TOLD_AT_ONCE))
    if (!rows.length) return false
    const made: { telling: Telling; body: string }[] = []
    for (const telling of tellings) {
      const body = await bodyOf(telling, false).catch(error => unwritable(telling, error))
      if (body !== null) made.push({ telling, body })
    }
    await store.write(tx => keepDeliveries(tx, rows, made))
    return rows.length === TOLD_AT_ONCE
  }

  /** One that cannot be written is a bug, and holds up no other. */
  function unwritable({ type, happening, hook }: Telling, err: unknown): null {
    log.error({ err, type, event: happening.id, hook: hook.id }, 'An event could not be written for a webhook.')
    return null
  }

  async function bodyOf(telling: Telling, isReplay: boolean): Promise<string> {
    const write = await writer()
    if (telling.hook.shape === 'event') return write.event(telling, { isReplay })
    const ticket = telling.happening.ticket?.row
    return write.words(telling, ticket ? await linkTo(ticket.identifier, ticket.id) : '')
  }

  async function linkTo(identifier: string, ticketId: string): Promise<string> {
    return ticketUrl(store.files, identifier) ?? (await threadUrl(ticketId).catch(() => null)) ?? ''
  }

  function busy(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { hookId } of posting.values()) counts.set(hookId, (counts.get(hookId) ?? 0) + 1)
    return counts
  }

  function begin(post: HookPost): void {
    const work = carry(post).finally(() => {
      posting.delete(post.row.id)
      loop.knock()
    })
    posting.set(post.row.id, { hookId: post.hook.id, work })
  }

  async function carry(post: HookPost): Promise<void> {
    const { row, hook } = post
    try {
      const answer = await tryPost(post)
      const { problem } = answer
      if (problem) log.warn({ hook: hook.id, event: row.event_id, attempt: row.attempts, problem }, 'Not taken.')
      await store.claim(tx => settlePost(tx, post, answer))
    } catch (error) {
      // the lease runs out and it is posted again: at least once
      log.error({ err: error, hook: hook.id, event: row.event_id }, 'A webhook could not be served.')
    }
  }

  async function tryPost(post: HookPost): Promise<HookAnswer> {
    const since = performance.now()
    const took = () => ({ tookMs: Math.round(performance.now() - since) })
    const fault = whyNotTried(post)
    if (fault !== null) return { problem: fault, status: null, answer: null, ...took() }
    const body = post.row.body ?? (await writtenAgain(post))
    if (body === null) return { ...FORGOTTEN, ...took() }
    const { postOutside } = await import('./lib/post-outside.ts')
    const headers = signatureHeaders(post.secrets ?? [], body, store.now())
    const posted = await postOutside(post.url ?? '', { body, headers, local })
    return { ...posted, ...(posted.status === 410 && { isGone: true }), ...took() }
  }

  /** What is replayed is written as things are now. Null when it is not known any more. */
  async function writtenAgain({ row, hook }: HookPost): Promise<string | null> {
    if (row.event_type === TEST_TYPE) return (await writer()).test(hook, row.event_id, row.created_at)
    const telling = await store.read(q => tellingAgain(q, row))
    return telling ? bodyOf(telling, row.is_replay === 1) : null
  }

  return {
    flush: () =>
      untilIdle(loop, {
        inHand: posting,
        done: () => Promise.all([...posting.values()].map(p => p.work)),
        due: async () => ((await store.read(q => isPostDue(q, store.now()))) ? store.now() : null),
        now: store.now,
      }),
    async stop() {
      await loop.stop()
      await Promise.all([...posting.values()].map(p => p.work))
    },
  }
}

const FORGOTTEN = {
  problem: 'What happened is not known any more, or is not for this webhook now.',
  status: null,
  answer: null,
  isOver: true as const,
}
