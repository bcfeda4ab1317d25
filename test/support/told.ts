import { thenaWriter } from '../../src/api/thena/webhooks/event.ts'
import { claimPosts, type HookPost, settlePost } from '../../src/core/hooks/carry.ts'
import { keepDeliveries, untold } from '../../src/core/hooks/make.ts'
import type { Store } from '../../src/db/store.ts'

/** Makes deliveries of all that happened, as the loop does. */
export async function tellAll(store: Store): Promise<void> {
  for (;;) {
    const { rows, tellings } = await store.read(q => untold(q, 50))
    if (!rows.length) return
    const made = tellings.map(telling => ({ telling, body: thenaWriter.event(telling, { isReplay: false }) }))
    await store.write(tx => keepDeliveries(tx, rows, made))
  }
}

/** Tells all, and takes in hand what is due now. */
export async function claimAll(store: Store, free = 50): Promise<HookPost[]> {
  await tellAll(store)
  return store.write(tx => claimPosts(tx, free, new Map()))
}

/** The far side took it, or did not for a reason. */
export function settleAs(
  store: Store,
  post: HookPost,
  problem: string | null,
  status = problem ? 500 : 200,
): Promise<void> {
  const isGone = status === 410
  return store.write(tx =>
    settlePost(tx, post, { problem, status, answer: 'jane@acme.test was here', tookMs: 5, ...(isGone && { isGone }) }),
  )
}

// biome-ignore lint/suspicious/noExplicitAny: each test says what it expects
export function bodyOf(post: HookPost): any {
  return JSON.parse(post.row.body ?? 'null')
}
