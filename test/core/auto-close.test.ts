import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { type AutoClose, autoCloseOf, setAutoClose } from '../../src/core/auto-close/settings.ts'
import { tendSilences } from '../../src/core/auto-close/tend.ts'
import { fromText } from '../../src/core/document.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { suppress } from '../../src/core/suppressions.ts'
import { takeTicket } from '../../src/core/tickets/assign.ts'
import { setStatus } from '../../src/core/tickets/status.ts'
import { startTown, type Town } from '../support/town.ts'

const DAY = 24 * 3_600_000

let town: Town
beforeEach(async () => {
  town = await startTown() // Monday, 5 January 2026
  await rules({ nudgeDays: 3, remindDays: 5, closeDays: 8 })
})
afterEach(() => town.close())

const rules = (changes: Partial<AutoClose>) =>
  town.store.write(async tx => {
    const team = await tx.q.selectFrom('teams').selectAll().executeTakeFirstOrThrow()
    await setAutoClose(tx, team.id, { ...autoCloseOf(team), ...changes })
  })
const openTicket = async (form: Parameters<Town['open']>[0] = {}) => {
  const { id } = await town.open(form)
  await settleAll()
  return id
}
const settleAll = async () => {
  town.clock.now += 15_000 // the hold is over
  await town.carry()
  return town.carry()
}
/** Twice, since each round may be run again. */
const tend = async () => {
  await tendSilences(town.store)
  await tendSilences(town.store)
}
const notices = async (id: string) => (await town.messages(id)).filter(m => m.author_kind === 'system').map(m => m.text)
const reminders = async (id: string) => (await town.messages(id)).filter(m => m.dedup_key?.startsWith('reminder:'))

describe('a ticket whose customer does not answer', () => {
  it('is told of, then its customer is reminded, then it is closed; each once, in working days', async () => {
    const id = await openTicket()
    await town.store.write(tx => takeTicket(tx, id, town.ann))
    town.clock.now += 2 * DAY
    await tend()
    expect(await notices(id)).toEqual([])
    town.clock.now += DAY // Thursday
    await tend()
    expect(await notices(id)).toEqual(['💤 Jane Doe has not answered for 3 working days. Write again, or close SUP-1.'])
    expect((await town.messages(id)).at(-1)?.calls_id).toBe(town.ann.id)
    town.clock.now += 3 * DAY // Sunday
    await tend()
    expect(await reminders(id)).toEqual([])
    town.clock.now += DAY // Monday
    await tend()
    expect((await reminders(id)).map(m => m.text)).toEqual([
      'Hello Jane,\n\nwe have not heard from you about "Your order". If you still need us, just answer this mail. Otherwise we will close this soon.',
    ])
    await settleAll()
    expect((await reminders(id))[0]).toMatchObject({ author_id: town.ann.id, visibility: 'public' })
    town.clock.now += 3 * DAY
    await tend()
    expect(await town.view(id)).toMatchObject({ status: 'closed', closeReason: 'no answer for 8 working days' })
    expect((await notices(id)).at(-1)).toContain('SUP-1 is closed, since there was no answer for 8 working days.')
    expect(await notices(id)).toHaveLength(2)
    expect(await reminders(id)).toHaveLength(1)
  })

  it('has a reminder that says it is automatic, and does not begin the waiting anew', async () => {
    await rules({ nudgeDays: null, remindDays: 1, closeDays: 2 })
    const id = await openTicket()
    town.clock.now += DAY
    await tend()
    const [letter] = (await town.carry()).filter(l => l.thread.side === 'customer')
    expect(letter?.message?.reminder).toBe(true)
    town.clock.now += DAY
    await tend()
    expect((await town.view(id)).status).toBe('closed')
  })

  it('is left alone as soon as the customer writes, and waited for anew from our next word on', async () => {
    const id = await openTicket()
    town.clock.now += DAY
    await town.arrive({ key: '<a@acme.test>', tokens: [await town.token(id)] })
    town.clock.now += 20 * DAY
    await tend()
    expect(await notices(id)).toEqual([])
    // nor when somebody says by hand that it waits for them, while the last word is theirs
    await town.store.write(tx => setStatus(tx, id, 'awaiting_customer', actorOf(town.ann)))
    town.clock.now += 20 * DAY
    await tend()
    expect(await town.view(id)).toMatchObject({ status: 'awaiting_customer', closedAt: null })
    expect(await notices(id)).toEqual([])
    await town.store.write(tx =>
      postMessage(tx, { ticketId: id, author: actorOf(town.ann), body: fromText('So?'), visibility: 'public' }),
    )
    await settleAll()
    town.clock.now += 3 * DAY
    await tend()
    expect(await notices(id)).toHaveLength(1)
  })

  it('is left alone when it is urgent or internal, or as the team wants it', async () => {
    const urgent = await openTicket({ priority: 'urgent' })
    const internal = await openTicket({ email: false })
    town.clock.now += 40 * DAY
    await tend()
    for (const id of [urgent, internal]) expect(await notices(id)).toEqual([])
    await rules({ except: [] })
    await tend()
    expect(await notices(urgent)).toHaveLength(1)
  })

  it('of long ago is taken step by step when a team begins with it', async () => {
    await rules({ nudgeDays: null, remindDays: null, closeDays: null })
    const id = await openTicket()
    town.clock.now += 60 * DAY // a Friday
    await tend()
    expect(await notices(id)).toEqual([])
    await rules({ nudgeDays: 3, closeDays: 5 })
    await tend()
    expect(await notices(id)).toHaveLength(1)
    expect((await town.view(id)).status).toBe('awaiting_customer')
    town.clock.now += 4 * DAY
    await tend()
    expect((await town.view(id)).status).toBe('closed')
  })

  it('whose customer cannot be written to says so instead of reminding, and goes on', async () => {
    await rules({ nudgeDays: null })
    const id = await openTicket()
    await town.store.write(tx => suppress(tx, 'jane@acme.test', 'It came back.', 'bounce'))
    town.clock.now += 7 * DAY
    await tend()
    expect(await reminders(id)).toEqual([])
    expect(await notices(id)).toEqual([expect.stringContaining('The reminder to the customer was not sent.')])
    town.clock.now += 5 * DAY
    await tend()
    expect((await town.view(id)).status).toBe('closed')
  })
})

it('what a team does with silent tickets is refused where it makes no sense', async () => {
  await expect(rules({ nudgeDays: 3, remindDays: 2, closeDays: 1 })).rejects.toMatchObject({
    problems: [{ field: 'remindDays' }, { field: 'closeDays' }],
  })
  await expect(rules({ closeDays: 0 })).rejects.toMatchObject({ problems: [{ field: 'closeDays' }] })
  await expect(rules({ reminder: 'Hello {{ customer.name' })).rejects.toMatchObject({
    problems: [{ field: 'reminder' }],
  })
})
