import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alert, claimNotices } from '../../src/core/alerts.ts'
import { claimChatCards, claimChatPosts, queueChatPost } from '../../src/core/chats/card.ts'
import { claimDeskPosts, queueDeskPost } from '../../src/core/desk-posts.ts'
import { extendLeases } from '../../src/core/lease.ts'
import type { Tx } from '../../src/db/store.ts'
import { type ChatTown, startChatTown } from '../support/chat.ts'

let town: ChatTown
beforeEach(async () => {
  town = await startChatTown()
})
afterEach(() => town.close())

describe('what the desk is to show', () => {
  it('is shown by one process, however long that takes, and by another when it died', async () => {
    const chatId = await town.draft('Jane Doe <jane@acme.test>')
    await town.store.write(async tx => {
      await alert(tx, 'k', 'Look.')
      await queueDeskPost(tx, { teamId: town.team.id, key: 'k', kind: 'word', text: 'Hear.' })
      await queueChatPost(tx, chatId, { kind: 'word', text: 'See.', ticketId: null, key: 'k' })
      await tx.q.updateTable('chats').set({ card_id: 'C1:1.1', card_due_at: tx.now }).where('id', '=', chatId).execute()
    })
    const claim = () =>
      town.store.write(async (tx: Tx) => [
        ...(await claimNotices(tx, 9)).map(n => n.id),
        ...(await claimDeskPosts(tx, 9)).map(p => p.id),
        ...(await claimChatPosts(tx, 9)).map(p => p.id),
        ...(await claimChatCards(tx, town.store, 9, [])).map(c => c.chat.id),
      ])
    const shown = await claim()
    expect(shown).toHaveLength(4)
    for (const _ of [1, 2, 3]) {
      town.clock.now += 10_000
      expect(await claim()).toEqual([])
      await town.store.write(tx => extendLeases(tx, shown))
    }
    town.clock.now += 16_000
    expect(await claim()).toEqual(shown)
  })
})
