import { beginChat } from './core/chats/change.ts'
import { nextStepDue, sendDueSteps } from './core/chats/follow-up.ts'
import { cancelHeldBack } from './core/chats/mails.ts'
import { chatsDue, chatsSending, chatsToClear, feedChat, type Sending } from './core/chats/send.ts'
import type { Store } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { startLoop } from './lib/loop.ts'

const MOST_AT_ONCE = 50 // tickets opened in one transaction
const STEPS_AT_ONCE = 50
const FEWEST_AHEAD = 20 // mails of a chat in the outbox
const MOST_AHEAD = 500
const SECONDS_AHEAD = 3
const BURST_SECONDS = 1
const SHORTEST_REST_MS = 5
const TOGETHER_MS = 20
const SOON_MS = 100
const LATER_MS = 5_000

export interface Chats {
  /** Puts nothing more into the outbox. */
  stop(): Promise<void>
}

/**
 * Feeds the outbox with the mails of chats, no faster than each may go and only a little ahead of it, so that a pause is
 * felt at once and memory stays the same for a hundred recipients and a hundred thousand. Begins what is scheduled.
 */
export function startChats(store: Store, log: Log): Chats {
  const credit = new Map<string, { mails: number; at: number }>() // of each chat, in mails that may go now
  const loop = startLoop(round, error => log.error({ err: error }, 'Chats could not be sent; it is tried again.'))
  let soon: NodeJS.Timeout | undefined
  store.listen('chats', () => {
    // a chat's mails are settled by the hundred: one look is enough for all of a moment
    soon ??= setTimeout(() => {
      soon = undefined
      loop.knock()
    }, TOGETHER_MS)
  })

  async function round(): Promise<number | null> {
    const { ids, next } = await chatsDue(store)
    for (const id of ids) await store.write(tx => beginChat(tx, id))
    for (const { id, finished_at } of await store.read(q => chatsToClear(q, store.now())))
      await store.write(tx => cancelHeldBack(tx, id, finished_at ?? 0))
    const waits = [next === null ? null : next - store.now()]
    const sending = await store.read(chatsSending)
    for (const chat of sending) waits.push(await feed(chat))
    for (const id of credit.keys()) if (!sending.some(c => c.id === id)) credit.delete(id)
    const step = await store.read(nextStepDue)
    if (step !== null && step <= store.now()) {
      await store.write(tx => sendDueSteps(tx, STEPS_AT_ONCE))
      return 0
    }
    if (step !== null) waits.push(step - store.now())
    const soonest = waits.filter(w => w !== null)
    return soonest.length ? Math.max(Math.min(...soonest), SHORTEST_REST_MS) : null
  }

  /** Returns after how many ms it is to be looked at again. */
  async function feed(chat: Sending): Promise<number | null> {
    const now = store.now()
    const mine = credit.get(chat.id) ?? { mails: 1, at: now }
    const most = Math.max(chat.perSecond * BURST_SECONDS, 1)
    mine.mails = Math.min(mine.mails + ((now - mine.at) / 1_000) * chat.perSecond, most)
    mine.at = now
    credit.set(chat.id, mine)
    const ahead = Math.min(Math.max(chat.perSecond * SECONDS_AHEAD, FEWEST_AHEAD), MOST_AHEAD)
    const fewest = fewestAtOnce(chat)
    if (ahead - chat.onTheirWay < fewest) return SOON_MS
    if (mine.mails < fewest) return Math.ceil(((fewest - mine.mails) / chat.perSecond) * 1_000)
    const room = Math.floor(Math.min(mine.mails, ahead - chat.onTheirWay, MOST_AT_ONCE))
    const { queued, due } = await store.write(tx => feedChat(tx, chat.id, room))
    mine.mails -= queued
    if (due === null) return chat.onTheirWay ? LATER_MS : null
    return due <= now ? Math.min(SOON_MS, Math.ceil(1_000 / chat.perSecond)) : due - now
  }

  return {
    stop() {
      clearTimeout(soon)
      return loop.stop()
    },
  }
}

/** Much of the work is the same for one and for fifty, so a fast chat is fed in larger spoons. */
function fewestAtOnce({ perSecond }: Sending): number {
  return Math.min(Math.max(Math.floor(perSecond / 10), 1), MOST_AT_ONCE)
}
