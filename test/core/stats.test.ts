import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf } from '../../src/core/agents.ts'
import { fromText } from '../../src/core/document.ts'
import { setTeamHours } from '../../src/core/hours/settings.ts'
import { undoSend } from '../../src/core/messages/decide.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { addPolicy } from '../../src/core/sla/policies.ts'
import { tendClocks } from '../../src/core/sla/tend.ts'
import { nextDigest, sendDigests, setDigest } from '../../src/core/stats/digest.ts'
import { figuresOf } from '../../src/core/stats/figures.ts'
import { createTeam } from '../../src/core/teams.ts'
import { assignTicket } from '../../src/core/tickets/assign.ts'
import { closeTicket } from '../../src/core/tickets/status.ts'
import { type ChatTown, startChatTown } from '../support/chat.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let town: ChatTown
beforeEach(async () => {
  town = await startChatTown() // Monday, 5 January 2026, 9:00 UTC
})
afterEach(() => town.close())

const openTicket = async () => {
  const { id } = await town.open()
  await town.carry()
  return id
}
let mails = 0
const answer = async (id: string, text = 'Where is it?') =>
  town.arrive({ key: `<a${++mails}@acme.test>`, tokens: [await town.token(id)], body: fromText(text) })
const reply = (id: string) =>
  town.store.write(tx =>
    postMessage(tx, { ticketId: id, author: actorOf(town.ann), body: fromText('It is here.'), visibility: 'public' }),
  )
const week = (teamId: string | null = town.team.id) =>
  figuresOf(town.store, teamId, Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 12))

describe('the figures of a while', () => {
  it('count what was sent and answered, how long it took, and who has what is open', async () => {
    const [first, second, third] = [await openTicket(), await openTicket(), await openTicket()]
    town.clock.now += HOUR
    await answer(first)
    town.clock.now += HOUR
    await answer(second)
    await answer(second, 'Hello? Are you there?')
    town.clock.now += 20 * MINUTE
    await reply(second)
    await reply(second)
    await town.store.write(tx => assignTicket(tx, first, town.ben.id, actorOf(town.ann)))
    await town.store.write(tx => closeTicket(tx, third, '', actorOf(town.ann)))
    await town.arrive({ key: '<new@acme.test>', to: ['support@tulip.test'], subject: 'Daffodils' })
    town.clock.now += DAY
    await answer(third, 'Thank you!') // which is no answer
    const figures = await week()
    expect(figures).toMatchObject({
      team: 'Support',
      begun: 3,
      received: 1,
      sent: 5,
      chats: 0,
      chatMails: 0,
      answered: 2,
      medianTheirsMs: HOUR,
      medianOursMs: 20 * MINUTE,
      open: 3,
      openBy: [
        { name: null, count: 2 },
        { name: 'Ben', count: 1 },
      ],
    })
    expect(figures.days.slice(0, 2)).toEqual([
      { day: '2026-01-05', sent: 5, answers: 4 },
      { day: '2026-01-06', sent: 0, answers: 0 },
    ])
    expect(figures.days).toHaveLength(7)
  })

  it('forget what was taken back, and keep chats apart', async () => {
    const id = await openTicket()
    await answer(id)
    town.clock.now += HOUR
    const messageId = await reply(id)
    await town.store.write(tx => undoSend(tx, messageId, actorOf(town.ann)))
    expect(await week()).toMatchObject({ sent: 1, medianOursMs: null })
    const chat = await town.draft('bob@globex.test, eve@globex.test')
    await town.sendAll(chat)
    expect(await week()).toMatchObject({ sent: 1, begun: 1, chats: 1, chatMails: 2 })
  })

  it('count promises by when they were kept or broken, and one team apart from another', async () => {
    const targets = { next_response: HOUR, update: null, resolution: null }
    await town.store.write(tx =>
      addPolicy(tx, { teamId: town.team.id, name: 'Usual', meets: 'all', conditions: [], targets }),
    )
    const [kept, broken] = [await openTicket(), await openTicket()]
    await answer(kept)
    await reply(kept)
    await answer(broken)
    town.clock.now += 2 * HOUR
    for (let n = 0; n < 2; n++) await town.store.write(tendClocks)
    expect(await week()).toMatchObject({ slaMet: 1, slaBroken: 1 })
    await reply(broken)
    expect(await week()).toMatchObject({ slaMet: 1, slaBroken: 1 })
    const place = { place: 'C0SALES', replyMode: 'ask' as const, holdMs: 0, signature: '' }
    const other = await town.store.write(tx => createTeam(tx, { name: 'Sales', prefix: 'SAL', ...place }))
    expect(await week(other)).toMatchObject({ team: 'Sales', sent: 0, slaMet: 0, open: 0, openBy: [] })
    expect(await week(null)).toMatchObject({ team: null, sent: 4, slaMet: 1, open: 2 })
  })

  it('are all of it, over as many pages as there are', async () => {
    const id = await openTicket()
    await town.store.write(async tx => {
      const [opening] = await tx.q.selectFrom('messages').selectAll().where('ticket_id', '=', id).execute()
      const rows = Array.from({ length: 4_500 }, (_, i) => ({
        ...opening!,
        id: `many-${String(i).padStart(5, '0')}`,
        opening: 0 as const,
        created_at: town.clock.now + Math.floor(i / 3_000), // more of one moment than a page holds
      }))
      for (let i = 0; i < rows.length; i += 500)
        await tx.q
          .insertInto('messages')
          .values(rows.slice(i, i + 500))
          .execute()
    })
    let turns = 0
    const others = setInterval(() => turns++)
    expect((await week()).sent).toBe(4_501)
    clearInterval(others)
    expect(turns).toBeGreaterThan(2) // others had their turn meanwhile
  })
})

describe('the weekly digest', () => {
  const posts = () => town.store.read(q => q.selectFrom('desk_posts').selectAll().execute())

  it('comes at its time in the zone of the team, over a change of clocks', () => {
    const shown = (after: string) =>
      new Date(nextDigest({ weekday: 1, time: '09:00' }, 'Europe/Berlin', Date.parse(after))).toISOString()
    expect(shown('2026-03-23T08:00:00Z')).toBe('2026-03-30T07:00:00.000Z')
    expect(shown('2026-03-23T07:59:00Z')).toBe('2026-03-23T08:00:00.000Z')
  })

  it('is told once a week, however often somebody asks, and of the week before it', async () => {
    const week = Array(7).fill([{ from: '09:00', to: '17:00' }])
    await town.store.write(tx => setTeamHours(tx, town.team.id, { zone: 'Europe/Berlin', week, holidays: [] }))
    await town.store.write(tx => setDigest(tx, town.team.id, { weekday: 1, time: '09:00' }))
    await openTicket()
    expect(await sendDigests(town.store)).toBe(0)
    town.clock.now = Date.UTC(2026, 0, 12, 8, 30) // half an hour late
    await Promise.all([sendDigests(town.store), sendDigests(town.store)])
    expect(await posts()).toMatchObject([{ key: `digest:${town.team.id}:2026-W03`, kind: 'digest' }])
    const [digest] = await posts()
    expect(JSON.parse(digest?.figures ?? '')).toMatchObject({
      sent: 1,
      from: Date.UTC(2026, 0, 5, 8),
      to: Date.UTC(2026, 0, 12, 8),
    })
    await town.store.write(tx => tx.q.updateTable('teams').set({ digest_at: town.clock.now }).execute())
    await sendDigests(town.store) // as if the process had ended between the two
    expect(await posts()).toHaveLength(1)
    await town.store.write(tx => setDigest(tx, town.team.id, null))
    town.clock.now += 30 * DAY
    expect(await sendDigests(town.store)).toBe(0)
  })
})
