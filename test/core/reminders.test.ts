import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { setTeamRole } from '../../src/core/permissions/roles.ts'
import { remindOfUndecided } from '../../src/core/reminders.ts'
import { takeTicket } from '../../src/core/tickets/assign.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const undecided = (ticketId: string) =>
  town.store.write(tx =>
    postMessage(tx, { ticketId, author: actorOf(town.ben), body: fromText('Hi.'), visibility: 'undecided' }),
  )
const remind = async () => {
  town.clock.now += 15 * 60_000 + 1
  return town.store.write(remindOfUndecided)
}
const said = async (ticketId: string) =>
  (await town.messages(ticketId))
    .filter(m => m.author_kind === 'system')
    .map(m => ({ text: m.text, calls: m.calls_id }))

describe('what was neither sent nor kept', () => {
  it('is told to its author, once', async () => {
    const ticket = await town.open()
    await undecided(ticket.id)
    town.clock.now += 15 * 60_000
    expect(await town.store.write(remindOfUndecided)).toBe(0)
    expect(await remind()).toBe(1)
    expect(await remind()).toBe(0)
    const text = `Ben wrote "Hi." and has neither sent it nor kept it as a note. The card's Look button asks again.`
    expect(await said(ticket.id)).toEqual([{ text, calls: town.ben.id }])
  })

  it('of whoever only drafts waits for a colleague, and calls whoever has the ticket', async () => {
    const ticket = await town.open()
    await town.store.write(tx => takeTicket(tx, ticket.id, town.ann))
    await town.store.write(tx => setTeamRole(tx, town.ben.id, town.team.id, 'drafter', town.ann))
    await undecided(ticket.id)
    await remind()
    const text =
      'Ben wrote "Hi." and it waits for a colleague to send it, or to keep it as a note: the card\'s Look button shows it.'
    expect(await said(ticket.id)).toEqual([{ text, calls: town.ann.id }])
  })
})
