import { seeAgent } from '../../src/core/agents.ts'
import type { Arrival } from '../../src/core/arrival.ts'
import { claimDeliveries } from '../../src/core/deliveries/claim.ts'
import { settle } from '../../src/core/deliveries/settle.ts'
import { fromText } from '../../src/core/document.ts'
import { storeInbound } from '../../src/core/inbound/store.ts'
import type { Letter, Outcome } from '../../src/core/letter.ts'
import { lettersFor } from '../../src/core/letters.ts'
import { receiveArrival } from '../../src/core/receive/index.ts'
import { threadOf } from '../../src/core/threads.ts'
import type { NewTicket } from '../../src/core/tickets/form.ts'
import { openTicket } from '../../src/core/tickets/open.ts'
import { ticketView } from '../../src/core/tickets/view.ts'
import { replyToken } from '../../src/core/tokens.ts'
import type { TicketView } from '../../src/core/view.ts'
import { welcome } from '../../src/core/welcome.ts'
import { openStore } from '../../src/db/open.ts'
import type { AgentRow, InboundRow, MessageRow, TeamRow, TicketRow } from '../../src/db/schema.ts'
import type { Store } from '../../src/db/store.ts'
import { newDatabase } from './database.ts'

/**
 * A small company that everybody in the tests knows: the team Support in one channel, its address, Ann and Ben; and
 * Jane at Acme, to whom they write. Its clock stands still until it is moved.
 */
export interface Town {
  store: Store
  team: TeamRow
  senderId: string
  ann: AgentRow
  ben: AgentRow
  clock: { now: number }
  /** Opens a ticket as Ann to Jane; whatever is given differs. */
  open(form?: Partial<NewTicket>): Promise<TicketRow>
  /** Claims what is due and settles each with what the far side said. Returns the letters. */
  carry(outcome?: (letter: Letter) => Outcome): Promise<Letter[]>
  /** Has a customer's mail arrive, whole way through storing and receiving. */
  arrive(mail: Partial<Arrival> & { key: string }): Promise<void>
  /** Has what is pending again, such as what was let through, received with the mail that it was. */
  arriveAgain(mail: Partial<Arrival> & { key: string }): Promise<void>
  /** What is on a ticket, oldest first. */
  messages(ticketId: string): Promise<MessageRow[]>
  /** A ticket as the desk shows it. */
  view(ticketId: string): Promise<TicketView>
  /** What stands behind the plus in the address that its customer answers to. */
  token(ticketId: string): Promise<string>
  /** What came in under this key. */
  inbound(key: string): Promise<InboundRow>
  close(): Promise<void>
}

export async function startTown(): Promise<Town> {
  const database = await newDatabase()
  const clock = { now: Date.UTC(2026, 0, 5, 9) }
  const store = await openStore(database.url, 'a secret of the town', () => clock.now)
  await store.write(tx =>
    welcome(tx, {
      desk: { place: 'C0SUPPORT', holdMs: 10_000, replyMode: 'ask' },
      from: { address: 'support@tulip.test', name: 'Tulip Support' },
    }),
  )
  const team = await store.read(q => q.selectFrom('teams').selectAll().executeTakeFirstOrThrow())
  const sender = await store.read(q => q.selectFrom('senders').selectAll().executeTakeFirstOrThrow())
  const ann = await store.write(tx => seeAgent(tx, { handle: 'U0ANN', name: 'Ann', email: 'ann@tulip.test' }))
  const ben = await store.write(tx => seeAgent(tx, { handle: 'U0BEN', name: 'Ben', email: 'ben@tulip.test' }))

  async function arriveAgain(mail: Partial<Arrival> & { key: string }): Promise<void> {
    const row = await store.read(q =>
      q.selectFrom('inbound').select('id').where('key', '=', mail.key).executeTakeFirstOrThrow(),
    )
    await store.write(tx => receiveArrival(tx, { ...fromJane(row.id), ...mail }))
  }

  return {
    store,
    team,
    senderId: sender.id,
    ann,
    ben,
    clock,
    open: form => store.write(tx => openTicket(tx, { ...toJane(team.id, ann), ...form })),
    async carry(outcome = accepted) {
      const letters = await store.write(async tx => lettersFor(tx.q, store, await claimDeliveries(tx, 50)))
      for (const letter of letters) await store.write(tx => settle(tx, letter, outcome(letter)))
      return letters
    },
    async arrive(mail) {
      await store.write(tx => storeInbound(tx, { channel: 'email', key: mail.key, raw: Buffer.from(mail.key) }))
      await arriveAgain(mail)
    },
    arriveAgain,
    messages: ticketId =>
      store.read(q => q.selectFrom('messages').selectAll().where('ticket_id', '=', ticketId).orderBy('id').execute()),
    view: async ticketId => (await store.read(q => ticketView(q, store, ticketId))) as TicketView,
    token: async ticketId => replyToken(store.key, (await store.read(q => threadOf(q, ticketId, 'customer'))).token),
    inbound: key =>
      store.read(q => q.selectFrom('inbound').selectAll().where('key', '=', key).executeTakeFirstOrThrow()),
    async close() {
      await store.close()
      await database.drop()
    },
  }
}

function toJane(teamId: string, agent: AgentRow): NewTicket {
  return {
    teamId,
    customer: { typed: 'Jane Doe <jane@acme.test>' },
    subject: 'Your order',
    body: fromText('Hello Jane, your order is ready.'),
    priority: 'medium',
    email: true,
    agent,
  }
}

/** Jane's answer, stored as this arrival, before it says what it answers. */
export function fromJane(inboundId: string): Arrival {
  return {
    inboundId,
    channel: 'email',
    key: '<none@acme.test>',
    from: { address: 'jane@acme.test', name: 'Jane Doe' },
    to: [],
    tokens: [],
    answers: [],
    tag: null,
    subject: 'Re: Your order',
    body: fromText('Thank you! When can I fetch it?'),
    full: null,
    files: [],
    kind: 'human',
    rule: 'no sign of a machine',
    copies: [],
    bounce: null,
    trust: { verdict: 'unknown', says: '' },
    forwarded: null,
    junk: null,
  }
}

let posted = 0

/** A far side that takes everything: Slack gives a ts, a mail server repeats the Message-ID. */
export function accepted(letter: Letter): Outcome {
  if (letter.thread.side === 'customer') return { sent: { id: letter.key as string } }
  if (letter.externalId) return { sent: { id: letter.externalId } }
  const ts = `1700000000.${String(++posted).padStart(6, '0')}`
  return { sent: { id: `${letter.thread.place}:${ts}`, ...(letter.kind === 'card' ? { root: ts } : {}) } }
}
