import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actorOf, joinTeam } from '../../src/core/agents.ts'
import type { Arrival } from '../../src/core/arrival.ts'
import { followUp, sendDueSteps } from '../../src/core/chats/follow-up.ts'
import { fromText } from '../../src/core/document.ts'
import type { Letter } from '../../src/core/letter.ts'
import { postMessage } from '../../src/core/messages/post.ts'
import { refuseUnlessLead } from '../../src/core/permissions/roles.ts'
import { liftSuppression, suppress, suppressionOf } from '../../src/core/suppressions.ts'
import { ticketView } from '../../src/core/tickets/view.ts'
import { bounceToken, readUnsubscribeToken, replyToken, unsubscribeToken } from '../../src/core/tokens.ts'
import {
  canLeaveAt,
  chatFault,
  liftUnsubscription,
  unsubscribe,
  unsubscribeUrl,
  unsubscriptionOf,
} from '../../src/core/unsubscriptions.ts'
import type { AgentRow, TicketRow } from '../../src/db/schema.ts'
import { type ChatTown, startChatTown } from '../support/chat.ts'
import { type ChatRows, chatRows } from '../support/chat-rows.ts'
import { startTown, type Town } from '../support/town.ts'

let town: Town
let ticket: TicketRow
let chat: ChatRows
beforeEach(async () => {
  town = await startTown()
  town.store.files = { ...town.store.files, publicUrl: 'https://desk.tulip.test/' }
  ticket = await town.open()
  chat = await town.store.write(tx => chatRows(tx, ticket))
})
afterEach(() => town.close())

const JANE = 'jane@acme.test'
const leave = (kind = 'news', more: { address?: string; source?: string } = {}) =>
  town.store.write(tx =>
    unsubscribe(tx, { address: JANE, kind, chatId: chat.chatId, reason: 'They left.', source: 'link', ...more }),
  )
const lift = (kind: string, by: AgentRow, note = 'She said so.') =>
  town.store.write(tx => liftUnsubscription(tx, JANE, kind, actorOf(by), note))
const left = (kind = 'news') => town.store.read(q => unsubscriptionOf(q, JANE, kind))
const lifts = () => town.store.read(q => q.selectFrom('lifts').selectAll().execute())
const chatRow = () => town.store.read(q => q.selectFrom('chats').selectAll().executeTakeFirstOrThrow())
const recipient = () => town.store.read(q => q.selectFrom('chat_recipients').selectAll().executeTakeFirstOrThrow())
const newest = () =>
  town.store.read(q => q.selectFrom('messages').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow())
const ticketRow = () => town.store.read(q => q.selectFrom('tickets').selectAll().executeTakeFirstOrThrow())
const makeLead = (agent: AgentRow) =>
  town.store.write(async tx => {
    await joinTeam(tx, agent.id, town.team.id)
    await tx.q.updateTable('team_members').set({ role: 'lead' }).where('agent_id', '=', agent.id).execute()
  })

describe('whoever unsubscribes', () => {
  it('gets no more of that kind, counted once on the chat’s card, which is drawn anew', async () => {
    await leave()
    const at = town.clock.now
    expect(await left()).toMatchObject({ reason: 'They left.', source: 'link', created_at: at })
    expect(await left('product')).toBeUndefined()
    expect([(await recipient()).unsubscribed_at, (await chatRow()).card_due_at]).toEqual([at, at])
    town.clock.now += 1_000
    await leave('news', { source: 'mail' })
    expect(await left()).toMatchObject({ source: 'link', created_at: at })
    expect([(await recipient()).unsubscribed_at, (await chatRow()).card_due_at]).toEqual([at, at])
  })

  it('from everything gets no more of any kind', async () => {
    await leave('*')
    expect(await left('product')).toMatchObject({ kind: '*' })
  })

  it('is in the history of the chat’s ticket once', async () => {
    await leave()
    await leave()
    const events = await town.store.read(q =>
      q.selectFrom('events').select(['kind', 'actor_kind']).where('ticket_id', '=', ticket.id).execute(),
    )
    expect(events.filter(e => e.kind === 'unsubscribed')).toEqual([{ kind: 'unsubscribed', actor_kind: 'customer' }])
  })

  it('is written to all the same when an agent writes to them alone', async () => {
    await leave('*')
    expect((await town.open({ subject: 'Your invoice' })).identifier).toBe('SUP-2')
  })

  it('gets nothing of the chat that was queued before, but what an agent writes to them alone', async () => {
    await leave()
    town.clock.now += 60_000
    const [opening] = (await town.carry()).filter(l => l.thread.side === 'customer') as [Letter]
    expect(opening.barred).toEqual([{ address: JANE, reason: 'They left.' }])
    await town.store.write(tx =>
      postMessage(tx, {
        ticketId: ticket.id,
        author: actorOf(town.ann),
        body: fromText('As you asked.'),
        visibility: 'public',
      }),
    )
    town.clock.now += 60_000
    const [answer] = (await town.carry()).filter(l => l.thread.side === 'customer') as [Letter]
    expect(answer.barred).toEqual([])
  })
})

describe('a lift', () => {
  it('needs a note, and is kept with who lifted what, and why', async () => {
    await leave()
    await town.store.write(tx => suppress(tx, JANE, 'It came back.', 'bounce'))
    await expect(lift('news', town.ann, '  ')).rejects.toMatchObject({ code: 'invalid', field: 'note' })
    await lift('news', town.ann, ' She asked for it. ')
    await town.store.write(tx => liftSuppression(tx, JANE, actorOf(town.ann), 'It works.'))
    expect(await left()).toBeUndefined()
    expect(await lifts()).toMatchObject([
      {
        address: JANE,
        what: 'unsubscription',
        reason: 'They left.',
        note: 'She asked for it.',
        lifted_by: town.ann.id,
      },
      { address: JANE, what: 'suppression', reason: 'It came back.', note: 'It works.', lifted_by: town.ann.id },
    ])
    await lift('news', town.ann) // twice changes nothing
    expect(await lifts()).toHaveLength(2)
  })

  it('of one kind leaves the others', async () => {
    await leave('news')
    await leave('*')
    await lift('*', town.ann)
    expect(await left()).toMatchObject({ kind: 'news' })
  })

  it('is for leads where there are any, and for everybody where there are none', async () => {
    await leave()
    await town.store.write(tx => suppress(tx, JANE, 'It came back.', 'bounce'))
    await makeLead(town.ben)
    await expect(lift('news', town.ann)).rejects.toThrow('Only a lead may do this. Ask Ben.')
    const byAnn = (tx: Parameters<typeof liftSuppression>[0]) => liftSuppression(tx, JANE, actorOf(town.ann), 'Works.')
    await expect(town.store.write(byAnn)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await town.store.read(q => suppressionOf(q, JANE))).toBeDefined()
    await lift('news', town.ben)
    await leave()
    await town.store.write(tx =>
      tx.q.updateTable('agents').set({ deactivated_at: 1 }).where('name', '=', 'Ben').execute(),
    )
    await lift('news', town.ann)
    expect(await left()).toBeUndefined()
  })

  it('asks for a lead of the very team where one is named', async () => {
    await makeLead(town.ben)
    const may = (agent: AgentRow, teamId?: string) => town.store.read(q => refuseUnlessLead(q, agent.id, teamId))
    await expect(may(town.ann, town.team.id)).rejects.toThrow('Ask Ben.')
    await may(town.ben, town.team.id)
    await may(town.ann, 'a team without leads')
  })
})

describe('a mail that asks for no more', () => {
  const token = async () => {
    const thread = await town.store.read(q =>
      q.selectFrom('threads').selectAll().where('side', '=', 'customer').executeTakeFirstOrThrow(),
    )
    return replyToken(town.store.key, thread.token)
  }
  let mails = 0
  const arrive = async (mail: Partial<Arrival>) =>
    town.arrive({ key: `<m${++mails}@acme.test>`, tokens: [await token()], ...mail })

  it.each(['unsubscribe', 'Unsubscribe', ' UNSUBSCRIBE '])('by its subject (%s) unsubscribes', async subject => {
    await arrive({ subject, body: [] })
    expect(await left()).toMatchObject({ source: 'mail', reason: 'They unsubscribed by answering chat 1.' })
    expect(await newest()).toMatchObject({ kind: 'unsubscribe', automatic: 'the subject is “unsubscribe”' })
    expect(await ticketRow()).toMatchObject({ answered_at: null, status: 'awaiting_customer' })
    expect((await recipient()).answered_at).toBeNull()
  })

  it('written by a mail program on its own does so, too', async () => {
    await arrive({ subject: 'unsubscribe', kind: 'auto', rule: 'Auto-Submitted' })
    expect(await left()).toBeDefined()
  })

  it.each(['STOP', 'Unsubscribe.', 'Please remove me!', 'remove me from your list', 'Abmelden'])(
    'by all of its words (%s) does so',
    async text => {
      await arrive({ body: fromText(text) })
      expect(await left()).toBeDefined()
      expect(await newest()).toMatchObject({ kind: 'unsubscribe' })
    },
  )

  it.each([
    'How do I unsubscribe?',
    'Stop, there is a mistake in my order.',
    'Do not unsubscribe me',
    'I stop at nothing',
  ])('says more than that (%s), so it is an answer', async text => {
    await arrive({ body: fromText(text), subject: 'Re: unsubscribe' })
    expect(await left()).toBeUndefined()
    expect((await newest()).kind).toBeNull()
    expect((await ticketRow()).answered_at).not.toBeNull()
  })

  it('within a conversation "stop" is an answer', async () => {
    await town.store.write(tx => tx.q.updateTable('chat_recipients').set({ answered_at: tx.now }).execute())
    await arrive({ body: fromText('Stop') })
    expect(await left()).toBeUndefined()
    expect((await ticketRow()).answered_at).not.toBeNull()
  })

  it('from somebody else, or proven not to be theirs, unsubscribes nobody', async () => {
    await arrive({ subject: 'unsubscribe', from: { address: 'eve@evil.test', name: 'Jane Doe' } })
    await arrive({ subject: 'unsubscribe', trust: { verdict: 'fail', says: 'DMARC failed.' } })
    expect(await left()).toBeUndefined()
    expect((await newest()).kind).toBeNull()
  })

  it('to a ticket that no chat began is a mail like any other', async () => {
    await town.store.write(tx => tx.q.deleteFrom('chat_recipients').execute())
    await arrive({ subject: 'unsubscribe' })
    expect(await left()).toBeUndefined()
    expect((await ticketRow()).answered_at).not.toBeNull()
  })

  it('is heard though the ticket was deleted', async () => {
    await town.store.write(tx => tx.q.updateTable('tickets').set({ deleted_at: 1 }).execute())
    await arrive({ subject: 'unsubscribe' })
    expect(await left()).toBeDefined()
  })

  it('twice is one', async () => {
    await arrive({ subject: 'unsubscribe' })
    await arrive({ subject: 'unsubscribe' })
    expect(await town.store.read(q => q.selectFrom('unsubscriptions').selectAll().execute())).toHaveLength(1)
  })
})

describe('a chat’s mail that is called spam', () => {
  const complain = async () => {
    town.clock.now += 60_000
    const letters = await town.carry()
    const { id } = letters.find(l => l.thread.side === 'customer') as Letter
    const report = { kind: 'complaint' as const, rule: 'feedback-report', tokens: [bounceToken(town.store.key, id)] }
    for (const key of ['<c1@isp.test>', '<c2@isp.test>'])
      await town.arrive({ key, from: { address: 'fbl@isp.test', name: '' }, ...report })
  }

  it('is counted by the chat, and unsubscribes from everything beside the suppression', async () => {
    await complain()
    expect(await recipient()).toMatchObject({ complained_at: town.clock.now, unsubscribed_at: town.clock.now })
    expect(await left('product')).toMatchObject({ kind: '*', source: 'complaint' })
    expect(await town.store.read(q => suppressionOf(q, JANE))).toMatchObject({ source: 'complaint' })
    expect((await chatRow()).card_due_at).toBe(town.clock.now)
  })

  it('by somebody whom an agent wrote to alone unsubscribes nobody', async () => {
    await town.store.write(tx => tx.q.deleteFrom('chat_recipients').execute())
    await complain()
    expect(await left()).toBeUndefined()
  })
})

describe('a chat that is under way', () => {
  const under = async (work: (chats: ChatTown) => Promise<void>) => {
    const chats = await startChatTown()
    await work(chats).finally(() => chats.close())
  }

  it('leaves out who left its kind, says why, and counts who leaves it', () =>
    under(async chats => {
      const first = await chats.draft('jane@acme.test, bob@acme.test')
      const [jane] = await chats.recipients(first)
      await chats.sendAll(first)
      await chats.store.write(tx =>
        unsubscribe(tx, { address: JANE, kind: 'news', chatId: first, reason: 'They left.', source: 'link' }),
      )
      expect((await chats.chat(first)).counts.unsubscribed).toBe(1)
      expect((await chats.recipients(first)).find(r => r.id === jane?.id)?.unsubscribed_at).not.toBeNull()
      await chats.rules({ capDays: 0 })
      const later = await chats.draft('jane@acme.test')
      expect(await chats.recipients(later)).toMatchObject([{ state: 'blocked', block: 'unsubscribed' }])
    }))

  it('follows up nobody who left its kind by the link of another', () =>
    under(async chats => {
      const id = await chats.draft('jane@acme.test')
      await chats.sendAll(id)
      await chats.store.write(tx => followUp(tx, id, { body: fromText('Did you see it?'), workingDays: 0 }, chats.ann))
      await chats.store.write(tx =>
        unsubscribe(tx, { address: JANE, kind: 'news', chatId: null, reason: 'They left.', source: 'link' }),
      )
      chats.clock.now += 60_000
      await chats.store.write(tx => sendDueSteps(tx, 10))
      expect((await chats.carry()).filter(l => l.thread.side === 'customer')).toEqual([])
      expect(await chats.recipients(id)).toMatchObject([{ step: 0, step_due_at: null }])
    }))
})

describe('the address at which one unsubscribes', () => {
  it('is short, in lower case, and names nothing but the recipient', () => {
    const url = unsubscribeUrl(town.store, chat.recipientId) ?? ''
    expect(url).toMatch(/^https:\/\/desk\.tulip\.test\/unsubscribe\/[a-z2-7]{39}$/)
    const token = url.split('/').at(-1) ?? ''
    expect(readUnsubscribeToken(town.store.key, token.toUpperCase())).toBe(chat.recipientId)
    expect(readUnsubscribeToken(town.store.key, bounceToken(town.store.key, chat.recipientId))).toBeNull()
    expect(readUnsubscribeToken(Buffer.alloc(32), unsubscribeToken(town.store.key, chat.recipientId))).toBeNull()
  })

  it('is by https, or on this machine; else no chat can be sent, and the form says why', () => {
    expect(chatFault({ publicUrl: 'https://desk.tulip.test' })).toBeNull()
    expect(chatFault({ publicUrl: 'http://127.0.0.1:8080' })).toBeNull()
    expect(chatFault({ publicUrl: null })).toContain('set PUBLIC_URL.')
    expect(chatFault({ publicUrl: 'http://desk.tulip.test' })).toContain('PUBLIC_URL must begin with https://.')
    expect(unsubscribeUrl({ ...town.store, files: { mailBytes: 1, publicUrl: null } }, chat.recipientId)).toBeNull()
    for (const url of ['http://localhost:1/x', 'http://[::1]/']) expect(canLeaveAt(url)).toBe(true)
    for (const url of ['', 'ftp://localhost/', 'http://localhost.evil.test/', 'http://127.0.0.1.evil.test/'])
      expect(canLeaveAt(url)).toBe(false)
  })

  it('stands in what a channel knows of the ticket, with the sender’s postal address', async () => {
    await town.store.write(tx => tx.q.updateTable('senders').set({ postal_footer: 'Tulip Ltd\nDelft' }).execute())
    const view = await town.store.read(q => ticketView(q, town.store, ticket.id))
    expect(view?.chat).toEqual({
      id: chat.chatId,
      number: 1,
      kind: 'news',
      recipientId: chat.recipientId,
      unsubscribed: null,
      postalFooter: 'Tulip Ltd\nDelft',
      unsubscribeUrl: unsubscribeUrl(town.store, chat.recipientId),
    })
    const other = await town.open({ subject: 'Alone' })
    expect((await town.store.read(q => ticketView(q, town.store, other.id)))?.chat).toBeNull()
  })
})
