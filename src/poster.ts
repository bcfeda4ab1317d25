import {
  type AnswerPost,
  claimAnswerPosts,
  LOCKED_HOOK,
  nextAnswerPostDue,
  settleAnswerPost,
} from './core/answer-posts.ts'
import type { Store } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { type Loop, startLoop } from './lib/loop.ts'

export interface Poster {
  /** Claims no more; resolves once all that is being posted is settled. */
  stop(): Promise<void>
}

const AT_ONCE = 5

export interface PosterOptions {
  local: boolean // loopback is allowed, to try it out
  threadUrl: (ticketId: string) => Promise<string | null>
}

/** Posts word of customers' answers where teams want it: claim, post, settle. Addresses may be secrets, so none is logged. */
export function startPoster(store: Store, log: Log, { local, threadUrl }: PosterOptions): Poster {
  const posting = new Map<string, Promise<void>>() // by post
  const loop: Loop = startLoop(round, error => log.error({ err: error }, 'Posts could not be claimed; it tries again.'))
  store.listen('posts', loop.knock)

  async function round(): Promise<number | null> {
    const free = AT_ONCE - posting.size
    if (free <= 0) return null // the next one that settles knocks
    for (const post of await store.claim(tx => claimAnswerPosts(tx, free))) begin(post)
    const due = await nextAnswerPostDue(store)
    return due === null ? null : Math.max(due - store.now(), 20)
  }

  function begin(post: AnswerPost): void {
    const work = carry(post).finally(() => {
      posting.delete(post.id)
      loop.knock()
    })
    posting.set(post.id, work)
  }

  async function carry(post: AnswerPost): Promise<void> {
    try {
      const { postJson } = await import('./lib/post-json.ts')
      const link = post.says.link || ((await threadUrl(post.ticketId)) ?? '')
      const problem = post.url ? await postJson(post.url, { ...post.says, link }, local) : LOCKED_HOOK
      if (problem) log.warn({ team: post.teamId, attempt: post.attempts, problem }, 'Word of an answer was not taken.')
      await store.write(tx => settleAnswerPost(tx, post, problem))
    } catch (error) {
      // the lease runs out and it is posted again: at least once
      log.error({ err: error, post: post.id }, 'Word of an answer could not be settled.')
    }
  }

  return {
    async stop() {
      await loop.stop()
      await Promise.all(posting.values())
    },
  }
}
