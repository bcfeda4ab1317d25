import type { Channel, Outcome } from './channels/channel.ts'
import { claimNotices, nextNoticeDue, settleNotice } from './core/alerts.ts'
import { claimChatCards, claimChatPosts, nextChatDue, settleChatCard, settleChatPost } from './core/chats/card.ts'
import { claimDeskPosts, nextDeskPostDue, settleDeskPost } from './core/desk-posts.ts'
import { extendLeases, LEASE_MS } from './core/lease.ts'
import type { Store, Tx } from './db/store.ts'
import type { Log } from './lib/log.ts'
import { type Loop, startLoop, untilIdle } from './lib/loop.ts'
import { startPauses } from './lib/pauses.ts'

export interface Announcer {
  /** Resolves once nothing is left that is due now. */
  flush(): Promise<void>
  /** Claims no more; resolves once all that is being shown is settled. */
  stop(): Promise<void>
}

const AT_ONCE = 5 // of each kind

/** Something that the desk is to show beside letters: a notice, the card of a chat, a post below it, a word to a team or to one agent. */
interface Word {
  id: string
  place: string
  show(): Promise<Outcome>
  settle(tx: Tx, outcome: Outcome): Promise<void>
}

/** Shows the desk what is no letter and is due: claim, show, settle. The network is only touched between transactions. */
export function startAnnouncer(store: Store, channels: Map<string, Channel>, log: Log): Announcer {
  const showing = new Map<string, Promise<void>>() // by word
  const desk = [...channels.values()].find(c => c.announce)
  const renewal = setInterval(renew, LEASE_MS / 3)
  const pauses = startPauses(store.now)
  const loop: Loop = startLoop(round, error =>
    log.error({ err: error }, 'The desk could not be told; it is tried again.'),
  )
  store.listen('desk', loop.knock)

  async function round(): Promise<number | null> {
    const now = store.now()
    if (!desk) return null
    for (const word of await store.claim(tx => claimWords(tx, desk))) begin(word)
    // what is due and was not claimed waits for one that is being shown, which knocks when it settles, or for a pause to end
    const due = [await nextWordDue(now), ...pauses.ends()].filter(at => at !== null)
    return due.length ? Math.max(Math.min(...due) - store.now(), 20) : null
  }

  function begin(word: Word): void {
    const work = say(word).finally(() => {
      showing.delete(word.id)
      loop.knock()
    })
    showing.set(word.id, work)
  }

  async function say(word: Word): Promise<void> {
    try {
      const outcome = await outcomeOf(word)
      if ('retry' in outcome && outcome.retry.place && outcome.retry.afterMs)
        pauses.begin(word.place, outcome.retry.afterMs)
      if (!('sent' in outcome)) log.warn({ word: word.id, outcome }, 'The desk could not be told.')
      await store.write(tx => word.settle(tx, outcome))
    } catch (error) {
      log.error({ err: error, word: word.id }, 'What the desk was told could not be settled.')
    }
  }

  async function outcomeOf(word: Word): Promise<Outcome> {
    try {
      return await word.show()
    } catch (error) {
      log.error({ err: error, word: word.id }, 'Telling the desk went wrong.')
      return { retry: { reason: 'Something went wrong on our side; it is tried again.' } }
    }
  }

  async function claimWords(tx: Tx, desk: Channel): Promise<Word[]> {
    const notTo = pauses.places()
    const nothing: Outcome = { refused: { reason: 'This channel does not show it.' } }
    const notices = (await claimNotices(tx, AT_ONCE, notTo)).map(n => ({
      ...n,
      show: async () => (await desk.announce?.(n)) ?? nothing,
      settle: (t: Tx, outcome: Outcome) => settleNotice(t, n, outcome),
    }))
    const cards = (await claimChatCards(tx, store, AT_ONCE, notTo)).map(c => ({
      id: c.chat.id,
      place: c.place,
      show: async () => (await desk.drawChat?.(c)) ?? nothing,
      settle: (t: Tx, outcome: Outcome) => settleChatCard(t, c, outcome),
    }))
    const posts = (await claimChatPosts(tx, AT_ONCE)).map(p => ({
      ...p,
      show: async () => (await desk.postInChat?.(p)) ?? nothing,
      settle: (t: Tx, outcome: Outcome) => settleChatPost(t, p, outcome),
    }))
    const words = (await claimDeskPosts(tx, AT_ONCE, notTo)).map(w => ({
      ...w,
      show: async () => (await desk.sayAtDesk?.(w)) ?? nothing,
      settle: (t: Tx, outcome: Outcome) => settleDeskPost(t, w, outcome),
    }))
    return [...notices, ...cards, ...posts, ...words]
  }

  async function nextWordDue(after: number): Promise<number | null> {
    const due = [
      await nextNoticeDue(store, after),
      await store.read(q => nextChatDue(q, after)),
      await store.read(q => nextDeskPostDue(q, after)),
    ].filter(at => at !== null)
    return due.length ? Math.min(...due) : null
  }

  function renew(): void {
    if (!showing.size) return
    store
      .claim(tx => extendLeases(tx, [...showing.keys()]))
      .catch(err => log.warn({ err }, 'Leases could not be extended.'))
  }

  return {
    flush: () =>
      untilIdle(loop, {
        inHand: showing,
        done: () => Promise.all(showing.values()),
        due: () => nextWordDue(0),
        now: store.now,
      }),
    async stop() {
      await loop.stop()
      await Promise.all(showing.values())
      clearInterval(renewal)
    },
  }
}
