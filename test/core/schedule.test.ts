import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import type { Schedule } from '../../src/core/deliveries/queue.ts'
import { fromText } from '../../src/core/document.ts'
import { hoursOf, setTeamHours } from '../../src/core/hours/settings.ts'
import { undoSend } from '../../src/core/messages/decide.ts'
import { editMessage } from '../../src/core/messages/edit.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { clockFor, scheduleOf, type Wish } from '../../src/core/schedule/moment.ts'
import { releaseScheduled, sendNow } from '../../src/core/schedule/release.ts'
import { closeTicket } from '../../src/core/tickets/status.ts'
import { Problem } from '../../src/lib/problem.ts'
import { startTown, type Town } from '../support/town.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let town: Town
beforeEach(async () => {
  town = await startTown()
})
afterEach(() => town.close())

const ann = () => actorOf(town.ann)
const inADay = (changes: Partial<Schedule> = {}): Schedule => ({
  at: town.clock.now + DAY,
  zone: 'Europe/Berlin',
  unlessAnswered: true,
  ...changes,
})
const write = (ticketId: string, text: string, schedule: Schedule | null, author = ann()) =>
  town.store.write(tx =>
    postMessage(tx, { ticketId, author, body: fromText(text), visibility: 'public', schedule, holdMs: 0 }),
  )
const release = () => town.store.write(releaseScheduled)
const mails = async () => (await town.carry()).filter(l => l.thread.side === 'customer')
const texts = async () => (await mails()).map(l => l.message?.text)
const sent = async () => {
  const ticket = await town.open()
  town.clock.now += 10_000
  await mails()
  return ticket
}
const notices = async (id: string) => (await town.messages(id)).filter(m => m.author_kind === 'system').map(m => m.text)
const answer = async (id: string, key = '<a@acme.test>', more = {}) =>
  town.arrive({ key, tokens: [await town.token(id)], ...more })

describe('a mail that is scheduled', () => {
  it('goes at its moment, once, however often that is looked at, and holds up no other mail until then', async () => {
    const ticket = await sent()
    await write(ticket.id, 'Tomorrow.', inADay())
    expect((await town.view(ticket.id)).scheduled).toMatchObject([
      { scheduled: { at: town.clock.now + DAY, zone: 'Europe/Berlin', unlessAnswered: true, askedAt: null } },
    ])
    await write(ticket.id, 'Today.', null)
    expect((await mails()).map(l => [l.message?.text, l.references.length])).toEqual([['Today.', 1]])
    town.clock.now += DAY - 1
    await release()
    expect(await mails()).toEqual([])
    town.clock.now += 1
    for (const _ of [1, 2]) await release()
    const [mail, ...others] = await mails()
    expect([mail?.message?.text, mail?.references.length, mail?.createdAt]).toEqual(['Tomorrow.', 2, town.clock.now])
    expect(others).toEqual([])
    expect((await town.view(ticket.id)).scheduled).toEqual([])
  })

  it('opens a ticket that says so, and that waits for the customer only once it is out', async () => {
    const ticket = await town.open({ schedule: inADay() })
    expect(await town.view(ticket.id)).toMatchObject({ status: 'scheduled', publishedAt: town.clock.now })
    expect(await mails()).toEqual([])
    town.clock.now += DAY
    await release()
    expect((await town.view(ticket.id)).status).toBe('awaiting_customer')
    expect(await texts()).toEqual(['Hello Jane, your order is ready.'])
  })

  it('goes now when somebody says so, and never when they cancel it; both once', async () => {
    const ticket = await sent()
    const [now, never] = [await write(ticket.id, 'Now.', inADay()), await write(ticket.id, 'Never.', inADay())]
    await town.store.write(tx => sendNow(tx, now, ann()))
    await expect(town.store.write(tx => sendNow(tx, now, ann()))).rejects.toThrow('on its way already')
    await town.store.write(tx => undoSend(tx, never, ann()))
    await expect(town.store.write(tx => sendNow(tx, never, ann()))).rejects.toThrow('was cancelled')
    expect(await texts()).toEqual(['Now.'])
    town.clock.now += 2 * DAY
    await release()
    expect(await mails()).toEqual([])
    expect((await town.messages(ticket.id)).find(m => m.id === never)?.visibility).toBe('note')
  })

  it('cancelled before it opened its ticket leaves that internal', async () => {
    const ticket = await town.open({ schedule: inADay() })
    const { opening } = await town.view(ticket.id)
    await town.store.write(tx => undoSend(tx, opening?.id ?? '', ann()))
    expect(await town.view(ticket.id)).toMatchObject({ status: 'internal', publishedAt: null, scheduled: [] })
  })

  it('says what its author made of it meanwhile', async () => {
    const ticket = await sent()
    const id = await write(ticket.id, 'Tomorrow.', inADay())
    expect(await town.store.write(tx => editMessage(tx, id, fromText('On Friday.'), ann()))).toBe('held')
    town.clock.now += DAY
    await release()
    expect(await texts()).toEqual(['On Friday.'])
  })
})

describe('a mail that is to go unless they write first', () => {
  it('is a note once a person did, and its author is told; a machine changes nothing', async () => {
    const ticket = await sent()
    const id = await write(ticket.id, 'Any news?', inADay())
    const kept = await write(ticket.id, 'In any case.', inADay({ unlessAnswered: false }))
    await answer(ticket.id, '<ooo@acme.test>', { kind: 'ooo', rule: 'auto-submitted' })
    expect((await town.view(ticket.id)).scheduled).toHaveLength(2)
    await answer(ticket.id)
    expect((await town.view(ticket.id)).scheduled.map(s => s.messageId)).toEqual([kept])
    expect((await town.messages(ticket.id)).find(m => m.id === id)?.visibility).toBe('note')
    expect((await notices(ticket.id)).join()).toContain('Jane Doe wrote first, so the mail that was to go')
    await answer(ticket.id, '<b@acme.test>')
    expect((await notices(ticket.id)).filter(t => t.includes('wrote first'))).toHaveLength(1)
  })

  it('is a note, too, when the first they hear of us would have been that mail', async () => {
    const ticket = await town.open({ schedule: inADay() })
    await town.arrive({ key: '<new@acme.test>', to: ['support@tulip.test'], subject: 'A question' })
    expect(await town.view(ticket.id)).toMatchObject({ status: 'internal', scheduled: [] })
    expect((await notices(ticket.id)).join()).toContain('wrote first, in SUP-2')
  })
})

describe('a mail whose moment has come', () => {
  it('is held, and its author asked once, when somebody else wrote to the customer since', async () => {
    const ticket = await sent()
    const id = await write(ticket.id, 'Any news?', inADay())
    town.clock.now += HOUR / 2
    const other = await town.open({ agent: town.ben, subject: 'Something else' })
    town.clock.now += DAY
    for (const _ of [1, 2]) await release()
    expect((await texts()).filter(t => t === 'Any news?')).toEqual([])
    const [held] = (await town.view(ticket.id)).scheduled
    expect(held).toMatchObject({ messageId: id, scheduled: { askedAt: town.clock.now } })
    expect(held?.reason).toBe(`Ben wrote to Jane Doe yesterday in ${other.identifier}.`)
    expect((await notices(ticket.id)).filter(t => t.includes('is held. Ben wrote to'))).toHaveLength(1)
    await town.store.write(tx => sendNow(tx, id, ann()))
    expect(await texts()).toContain('Any news?')
  })

  it('is held when its ticket was closed, but not for what its author knew, or wrote, themselves', async () => {
    await town.open({ agent: town.ben })
    const ticket = await sent()
    await write(ticket.id, 'Any news?', inADay())
    await write(ticket.id, 'By the way.', null)
    town.clock.now += DAY
    await release()
    expect([...(await texts()), ...(await texts())].sort()).toContain('Any news?')
    await mails()
    await write(ticket.id, 'Still there?', inADay())
    await town.store.write(tx => closeTicket(tx, ticket.id, '', ann()))
    town.clock.now += DAY
    await release()
    expect(await texts()).toEqual([])
    expect((await notices(ticket.id)).join()).toContain('was closed meanwhile')
  })
})

const USUAL = hoursOf({ hours: null })

describe('the moment that somebody chooses', () => {
  const wish = (changes: Partial<Wish>): Wish => ({
    when: 'at',
    date: null,
    time: null,
    unlessAnswered: true,
    ...changes,
  })
  const read = (zone: string, changes: Partial<Wish>) =>
    scheduleOf(wish(changes), { zone, isTheirs: true, hours: { ...USUAL, zone } }, town.clock.now)
  const fault = (zone: string, changes: Partial<Wish>) => {
    try {
      read(zone, changes)
    } catch (error) {
      if (error instanceof Problem) return `${error.field}: ${error.message}`
      throw error
    }
    return null
  }

  it("is one of the customer's clock, else of the team's", async () => {
    const ticket = await town.open()
    await town.store.write(tx => setTeamHours(tx, town.team.id, { ...USUAL, zone: 'Europe/Lisbon' }))
    const clock = () => town.store.read(q => clockFor(q, ticket.customer_id, town.team.id))
    expect(await clock()).toMatchObject({ zone: 'Europe/Lisbon', isTheirs: false })
    await town.store.write(tx => tx.q.updateTable('customers').set({ zone: 'Asia/Tokyo' }).execute())
    expect(await clock()).toMatchObject({ zone: 'Asia/Tokyo', isTheirs: true, hours: { zone: 'Asia/Tokyo' } })
    expect(read('Asia/Tokyo', { date: '2026-01-06', time: '09:00' })?.at).toBe(Date.UTC(2026, 0, 6, 0))
  })

  it('is refused under its field when clocks never show it, when it is over, and when it is more than a year ahead', () => {
    expect(fault('Europe/Berlin', {})).toBe('date: Choose the day.')
    expect(fault('Europe/Berlin', { date: '2026-03-29' })).toBe('time: Choose the time.')
    expect(fault('Europe/Berlin', { date: '2026-03-29', time: '02:30' })).toMatch(/^time: There is no 02:30/)
    expect(read('Asia/Tokyo', { date: '2026-03-29', time: '02:30' })).not.toBeNull()
    expect(fault('Europe/Berlin', { date: '2026-01-05', time: '10:00' })).toMatch(/^date: This moment is over.*10:00/)
    expect(fault('Europe/Berlin', { date: '2027-02-01', time: '10:00' })).toMatch(/^date: This is more than a year/)
  })

  it('may be when they work next: now, later today, or after the weekend', () => {
    const next = (zone: string) => read(zone, { when: 'hours' })
    expect(next('Europe/London')).toBeNull() // Monday, 9:00
    expect(next('America/New_York')?.at).toBe(Date.UTC(2026, 0, 5, 14))
    town.clock.now = Date.UTC(2026, 0, 9, 18) // Friday evening
    expect(next('Europe/London')?.at).toBe(Date.UTC(2026, 0, 12, 9))
    town.clock.now = Date.UTC(2026, 2, 27, 18) // before clocks go forward
    expect(next('Europe/Berlin')?.at).toBe(Date.UTC(2026, 2, 30, 7))
  })
})
