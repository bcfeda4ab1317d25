import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf, seeAgent } from '../../src/core/agents.ts'
import { takeInBanned } from '../../src/core/banned-mails.ts'
import { ban } from '../../src/core/bans.ts'
import { saveSegment } from '../../src/core/chats/segments.ts'
import { fromText } from '../../src/core/document.ts'
import { overture } from '../../src/core/events.ts'
import { enterStale } from '../../src/core/find/entry.ts'
import { decideMessage, undoSend } from '../../src/core/messages/decide.ts'
import { editMessage } from '../../src/core/messages/edit.ts'
import { changeNote } from '../../src/core/messages/notes.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { messageView } from '../../src/core/messages/view.ts'
import { changePerson } from '../../src/core/people/edit.ts'
import { mergePeople } from '../../src/core/people/merge.ts'
import { addCustomerNote, customerNotes, removeCustomerNote } from '../../src/core/people/notes.ts'
import { ACTIONS, type Grants, grantsOf, REACHES, setGrants } from '../../src/core/permissions/grants.ts'
import { reached, reaches, scopeOf } from '../../src/core/permissions/may.ts'
import { setBaseRole, setTeamRole } from '../../src/core/permissions/roles.ts'
import { sendAs } from '../../src/core/senders/ticket.ts'
import { createTeam } from '../../src/core/teams.ts'
import { threadOf } from '../../src/core/threads.ts'
import { assignTicket, takeTicket } from '../../src/core/tickets/assign.ts'
import { setPriority } from '../../src/core/tickets/change.ts'
import { changeCustomer } from '../../src/core/tickets/customer.ts'
import { deleteTicket } from '../../src/core/tickets/delete.ts'
import { ticketsLike } from '../../src/core/tickets/like.ts'
import { mergeTickets } from '../../src/core/tickets/merge.ts'
import { publishTicket } from '../../src/core/tickets/publish.ts'
import { linkTickets, setParent } from '../../src/core/tickets/relations.ts'
import { cancelReminder, remindAgent, remindersOf } from '../../src/core/tickets/remind.ts'
import { closeTicket } from '../../src/core/tickets/status.ts'
import { giveToTeam, giveToTicket, letThrough, throwAway, throwOneAway, tryAgain } from '../../src/core/tray.ts'
import type { AgentRow, BaseRole } from '../../src/db/schema.ts'
import type { Tx } from '../../src/db/store.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
let cara: AgentRow
beforeEach(async () => {
  town = await startTown()
  cara = await town.store.write(tx => seeAgent(tx, { handle: 'U0CARA', name: 'Cara', email: 'cara@tulip.test' }))
})
afterEach(() => town.close())

const make = (agent: AgentRow, role: BaseRole) =>
  town.store.write(tx => setBaseRole(tx, agent.id, role, role === 'admin' ? agent : town.ann))
const grant = (grants: Partial<Grants>) =>
  town.store.write(async tx => setGrants(tx, 'agent', { ...(await grantsOf(tx.q)).agent, ...grants }, town.ann))
const anotherTeam = () =>
  town.store.write(tx =>
    createTeam(tx, { name: 'Sales', prefix: 'SAL', place: 'C0SALES', replyMode: 'ask', holdMs: 0, signature: '' }),
  )
const write = (ticketId: string, author: AgentRow, more: object = {}) =>
  town.store.write(tx =>
    postMessage(tx, { ticketId, author: actorOf(author), body: fromText('Hi.'), visibility: 'public', ...more }),
  )
const visibilityOf = async (ticketId: string, id: string) =>
  (await town.messages(ticketId)).find(m => m.id === id)?.visibility

describe('while nobody was made anything', () => {
  it('everybody may do everything, also make themselves admin', async () => {
    const ticket = await town.open()
    await town.store.write(tx => closeTicket(tx, ticket.id, '', actorOf(cara)))
    await make(cara, 'admin')
    expect((await town.view(ticket.id)).status).toBe('closed')
  })
})

describe('an admin', () => {
  beforeEach(() => make(town.ann, 'admin'))

  it('is made by admins only, and the last one stays one', async () => {
    await expect(town.store.write(tx => setBaseRole(tx, cara.id, 'admin', cara))).rejects.toThrow(
      'Only an admin may do this. Ask Ann.',
    )
    await expect(make(town.ann, 'viewer')).rejects.toThrow('This is the last admin. Make somebody else one first.')
    await town.store.write(tx => setBaseRole(tx, cara.id, 'admin', town.ann))
    await make(town.ann, 'viewer')
  })

  it('leads every team, and says who leads one', async () => {
    await town.store.write(tx => setTeamRole(tx, town.ben.id, town.team.id, 'lead', town.ann))
    await expect(town.store.write(tx => setTeamRole(tx, cara.id, town.team.id, 'drafter', cara))).rejects.toThrow(
      'Only a lead may do this. Ask Ann, Ben.',
    )
    await town.store.write(tx => setTeamRole(tx, cara.id, town.team.id, 'drafter', town.ben))
  })
})

describe('a viewer', () => {
  beforeEach(async () => {
    await make(town.ann, 'admin')
    await make(cara, 'viewer')
  })

  it('changes nothing, opens nothing, and hears whom to ask', async () => {
    const [ticket, other] = [await town.open(), await town.open()]
    const note = await write(ticket.id, town.ann, { visibility: 'note' })
    const dueAt = town.clock.now + 3_600_000
    await town.store.write(tx => remindAgent(tx, ticket.id, { dueAt, note: '' }, town.ann))
    const [reminder] = await town.store.read(q => remindersOf(q, ticket.id))
    const works = [
      () => town.store.write(tx => takeTicket(tx, ticket.id, cara)),
      () => town.store.write(tx => closeTicket(tx, ticket.id, '', actorOf(cara))),
      () => town.store.write(tx => setPriority(tx, ticket.id, 'urgent', actorOf(cara))),
      () => town.store.write(tx => mergeTickets(tx, ticket.id, other.id, actorOf(cara))),
      () => town.store.write(tx => linkTickets(tx, ticket.id, other.id, actorOf(cara))),
      () => town.store.write(tx => setParent(tx, ticket.id, other.id, actorOf(cara))),
      () => town.store.write(tx => changeCustomer(tx, ticket.id, { typed: 'bob@globex.test' }, actorOf(cara))),
      () => town.store.write(tx => deleteTicket(tx, ticket.id, actorOf(cara))),
      () => town.store.write(tx => sendAs(tx, ticket.id, town.senderId, actorOf(cara))),
      () => town.store.write(tx => changeNote(tx, note, { color: 'red', isPinned: true }, cara)),
      () => town.store.write(tx => cancelReminder(tx, reminder?.id ?? '', actorOf(cara))),
      () => town.store.write(tx => giveToTicket(tx, 'none', ticket.id, actorOf(cara))),
      () => write(ticket.id, cara),
      () => write(ticket.id, cara, { visibility: 'note' }),
    ]
    for (const work of works) await expect(work()).rejects.toThrow('You may look at, but not change, SUP-1. Ask Ann.')
    await expect(town.open({ agent: cara })).rejects.toThrow('You may not open tickets in this team. Ask Ann.')
    expect(await town.view(ticket.id)).toMatchObject({ status: 'awaiting_customer', assignee: null })
  })

  it('changes nothing that belongs to no ticket either', async () => {
    const ticket = await town.open()
    const { id } = (await town.view(ticket.id)).customer
    const note = await town.store.write(tx => addCustomerNote(tx, id, 'Likes tulips.', town.ann))
    const person = { name: 'Eve', company: '', zone: '', tags: [], address: '' }
    const segment = { name: 'All', filter: { words: 'a' }, agent: cara }
    const works: ((tx: Tx) => Promise<unknown>)[] = [
      tx => tryAgain(tx, 'none', actorOf(cara)),
      tx => throwOneAway(tx, 'none', actorOf(cara)),
      tx => letThrough(tx, 'eve@spam.test', actorOf(cara)),
      tx => throwAway(tx, 'eve@spam.test', actorOf(cara)),
      tx => takeInBanned(tx, 'none', actorOf(cara)),
      tx => ban(tx, { address: 'eve@spam.test', reason: 'Junk.', by: cara }),
      tx => changePerson(tx, id, person, actorOf(cara)),
      tx => mergePeople(tx, id, 'none', actorOf(cara)),
      tx => addCustomerNote(tx, id, 'Rude.', cara),
      tx => removeCustomerNote(tx, note, cara),
      tx => saveSegment(tx, segment),
    ]
    for (const work of works)
      await expect(town.store.write(work)).rejects.toThrow('You may look, but not change anything. Ask Ann.')
    await expect(town.store.write(tx => giveToTeam(tx, 'none', town.team.id, actorOf(cara)))).rejects.toThrow(
      'You may not open tickets in this team. Ask Ann.',
    )
    await town.store.write(tx => changePerson(tx, id, person, overture))
    expect((await town.view(ticket.id)).customer.name).toBe('Eve')
    expect(await town.store.read(q => customerNotes(q, id, 10))).toHaveLength(1)
  })

  it('writes in the thread all the same, as a note that no mail carries', async () => {
    const ticket = await town.open()
    const { id: threadId } = await town.store.read(q => threadOf(q, ticket.id, 'desk'))
    const id = await write(ticket.id, cara, { from: { channel: 'slack', threadId, key: 'C1:1' } })
    expect(await visibilityOf(ticket.id, id)).toBe('note')
  })

  it('in one team is an agent in another', async () => {
    const sales = await anotherTeam()
    await town.store.write(tx => setTeamRole(tx, cara.id, sales, 'agent', town.ann))
    await expect(town.open({ agent: cara })).rejects.toThrow('You may not open tickets')
    expect((await town.open({ agent: cara, teamId: sales, email: false })).identifier).toBe('SAL-1')
  })
})

describe('a drafter', () => {
  beforeEach(async () => {
    await make(town.ann, 'admin')
    await make(cara, 'drafter')
  })

  it('opens tickets that somebody else sends', async () => {
    const ticket = await town.open({ agent: cara })
    expect(ticket).toMatchObject({ status: 'draft', published_at: null })
    expect((await town.carry()).filter(l => l.channel === 'email')).toEqual([])
    await expect(town.store.write(tx => publishTicket(tx, ticket.id, actorOf(cara)))).rejects.toThrow(
      'What you write waits for somebody else to send it. Ask Ann.',
    )
    await town.store.write(tx => publishTicket(tx, ticket.id, actorOf(town.ben)))
    expect((await town.view(ticket.id)).status).toBe('awaiting_customer')
  })

  it('answers with what a colleague sends, or keeps as a note', async () => {
    const ticket = await town.open()
    const id = await write(ticket.id, cara)
    expect(await visibilityOf(ticket.id, id)).toBe('undecided')
    const send = (by: AgentRow) => town.store.write(tx => decideMessage(tx, id, 'public', actorOf(by)))
    await expect(send(cara)).rejects.toThrow('waits for somebody else')
    await send(town.ben)
    expect(await visibilityOf(ticket.id, id)).toBe('public')
    await town.store.write(tx => undoSend(tx, id, actorOf(cara))) // to take back is always safe
  })

  it('says who gets copies of a new ticket, and when it goes, and whoever publishes it has it so', async () => {
    const at = town.clock.now + 86_400_000
    const ticket = await town.open({
      agent: cara,
      copyTo: ['carol@globex.test'],
      blindTo: ['dave@globex.test'],
      schedule: { at, zone: 'Europe/Amsterdam', unlessAnswered: true },
    })
    expect((await town.view(ticket.id)).opening?.wish).toEqual({
      copyTo: ['carol@globex.test'],
      blindTo: ['dave@globex.test'],
      schedule: { at, zone: 'Europe/Amsterdam', unlessAnswered: true },
    })
    await town.store.write(tx => publishTicket(tx, ticket.id, actorOf(town.ben)))
    const view = await town.view(ticket.id)
    expect(view.status).toBe('scheduled')
    expect(view.opening?.wish).toBeUndefined()
    const mail = view.opening?.deliveries.find(d => d.side === 'customer')
    expect(mail).toMatchObject({ copies: ['carol@globex.test'], blind: ['dave@globex.test'], scheduled: { at } })
    const other = await town.open({ agent: cara, copyTo: ['carol@globex.test'] })
    await town.store.write(tx => publishTicket(tx, other.id, actorOf(town.ben)))
    town.clock.now += 60_000
    const [letter] = (await town.carry()).filter(l => l.channel === 'email')
    expect(letter).toMatchObject({ ticketId: other.id, copies: ['carol@globex.test'] })
  })

  it('says so of an answer, too, and whoever sends it adds to it', async () => {
    const ticket = await town.open()
    const id = await write(ticket.id, cara, { copyTo: ['carol@globex.test'], blindTo: ['dave@globex.test'] })
    await town.store.write(tx => decideMessage(tx, id, 'public', actorOf(town.ben), ['erin@globex.test']))
    const view = await town.store.read(q => messageView(q, town.store, id))
    expect(view?.deliveries.find(d => d.side === 'customer')).toMatchObject({
      copies: ['carol@globex.test', 'erin@globex.test'],
      blind: ['dave@globex.test'],
    })
  })

  it('has what a colleague agreed to wait anew once they change it', async () => {
    const ticket = await town.open()
    await town.carry()
    const id = await write(ticket.id, cara)
    await town.store.write(tx => decideMessage(tx, id, 'public', actorOf(town.ben)))
    await town.store.write(tx => editMessage(tx, id, fromText('Hi, all is free.'), actorOf(cara)))
    expect(await visibilityOf(ticket.id, id)).toBe('undecided')
    town.clock.now += 60_000
    expect((await town.carry()).filter(l => l.channel === 'email' && l.message?.id === id)).toEqual([])
    await town.store.write(tx => decideMessage(tx, id, 'public', actorOf(town.ben)))
    town.clock.now += 60_000
    expect((await town.carry()).filter(l => l.channel === 'email' && l.message?.id === id)).toHaveLength(1)
  })

  it('has a change of it go to whom it was to go, and when', async () => {
    const ticket = await town.open()
    const schedule = { at: town.clock.now + 3_600_000, zone: 'Europe/Amsterdam', unlessAnswered: true }
    const to = { copyTo: ['carol@globex.test'], blindTo: ['dave@globex.test'] }
    const id = await write(ticket.id, cara, { ...to, schedule })
    for (const text of ['Hi, all is free.', 'Hi, all of it is free.']) {
      await town.store.write(tx => decideMessage(tx, id, 'public', actorOf(town.ben)))
      await town.store.write(tx => editMessage(tx, id, fromText(text), actorOf(cara)))
      expect((await town.store.read(q => messageView(q, town.store, id)))?.wish).toEqual({ ...to, schedule })
    }
  })

  it('keeps what they wrote as a note by themselves', async () => {
    const ticket = await town.open()
    const id = await write(ticket.id, cara)
    await town.store.write(tx => decideMessage(tx, id, 'note', actorOf(cara)))
    expect(await visibilityOf(ticket.id, id)).toBe('note')
  })

  it('gives others only what is theirs', async () => {
    const [theirs, other] = [await town.open({ agent: cara }), await town.open()]
    await town.store.write(tx => assignTicket(tx, theirs.id, town.ben.id, actorOf(cara)))
    await expect(town.store.write(tx => assignTicket(tx, other.id, town.ben.id, actorOf(cara)))).rejects.toThrow(
      'You may not give to others SUP-2. Ask Ann.',
    )
  })
})

describe('what a role may do', () => {
  beforeEach(() => make(town.ann, 'admin'))

  it('is set by an admin, for one’s own tickets, one’s team’s, or all', async () => {
    const sales = await anotherTeam()
    await town.store.write(tx => setTeamRole(tx, cara.id, sales, 'member', town.ann))
    const [support, inSales] = [await town.open(), await town.open({ teamId: sales, email: false })]
    await grant({ manage: 'team' })
    await town.store.write(tx => setPriority(tx, inSales.id, 'low', actorOf(cara)))
    const raise = () => town.store.write(tx => setPriority(tx, support.id, 'low', actorOf(cara)))
    await expect(raise()).rejects.toThrow('You may look at, but not change, SUP-1.')
    await town.store.write(tx => assignTicket(tx, support.id, cara.id, actorOf(town.ann)))
    await raise()
    await grant({ manage: 'own' })
    await expect(town.store.write(tx => setPriority(tx, inSales.id, 'high', actorOf(cara)))).rejects.toThrow(
      'You may look at',
    )
    await expect(town.store.write(tx => setGrants(tx, 'agent', {} as Grants, cara))).rejects.toThrow('Only an admin')
  })

  it('offers nobody a ticket that they may not see', async () => {
    const [hidden, theirs] = [await town.open(), await town.open({ assigneeId: cara.id })]
    const offered = () =>
      town.store.read(async q =>
        (await ticketsLike(q, 'Your', { than: null, scope: await scopeOf(q, cara.id, 'view') })).map(t => t.id),
      )
    expect((await offered()).sort()).toEqual([hidden.id, theirs.id].sort())
    await grant({ view: 'own' })
    expect(await offered()).toEqual([theirs.id])
  })

  it.each(['ready', 'Your', 'jane@acme.test'])(
    'offers a ticket by %s, however many there are that are gone, or that one may not see',
    async typed => {
      const [gone, merged] = [await town.open(), await town.open()]
      const theirs = await town.open({ assigneeId: cara.id })
      await town.store.write(tx => mergeTickets(tx, merged.id, theirs.id, actorOf(town.ann)))
      await town.store.write(tx => deleteTicket(tx, gone.id, actorOf(town.ann)))
      await town.open()
      await grant({ view: 'own' })
      await town.store.write(tx => enterStale(tx, 100))
      const offered = await town.store.read(async q =>
        ticketsLike(q, typed, { than: null, scope: await scopeOf(q, cara.id, 'view'), limit: 1 }),
      )
      expect(offered.map(t => t.id)).toEqual([theirs.id])
    },
  )

  it('is the same for one ticket and in lists', async () => {
    const sales = await anotherTeam()
    const tickets = [
      await town.open(),
      await town.open({ assigneeId: cara.id }),
      await town.open({ agent: cara }),
      await town.open({ teamId: sales, email: false }),
      await town.open({ teamId: sales, email: false, assigneeId: cara.id }),
    ]
    const reach = fc.constantFrom(...REACHES)
    const teamRole = fc.constantFrom('member', 'viewer', 'drafter', null)
    const cases = fc.sample(fc.tuple(reach, reach, reach, teamRole, teamRole, fc.constantFrom(...ACTIONS)), 40)
    for (const [agent, viewer, drafter, inSupport, inSales, action] of cases) {
      await town.store.write(async tx => {
        const all = { view: agent, manage: agent, transfer: agent, export: agent, download: agent }
        await setGrants(tx, 'agent', all, town.ann)
        await setGrants(tx, 'viewer', { ...all, [action]: viewer }, town.ann)
        await setGrants(tx, 'drafter', { ...all, [action]: drafter }, town.ann)
        await tx.q.deleteFrom('team_members').where('agent_id', '=', cara.id).execute()
        if (inSupport) await setTeamRole(tx, cara.id, town.team.id, inSupport, town.ann)
        if (inSales) await setTeamRole(tx, cara.id, sales, inSales, town.ann)
      })
      const scope = await town.store.read(q => scopeOf(q, cara.id, action))
      const rows = await town.store.read(q =>
        q
          .selectFrom('tickets')
          .select('id')
          .where(e => reached(e, scope))
          .orderBy('id')
          .execute(),
      )
      expect(rows.map(r => r.id)).toEqual(tickets.filter(t => reaches(scope, t)).map(t => t.id))
    }
  })
})
