import { randomUUID } from 'node:crypto'
import { WebClient } from '@slack/web-api'
import Database from 'better-sqlite3'
import { type Generated, Kysely, SqliteDialect, sql, type Transaction } from 'kysely'
import { simpleParser } from 'mailparser'
import { createTransport } from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import { answer } from './answers.ts'
import type { Kept, SomeTickets } from './side.ts'
import { BODY, HTML, markOf } from './texts.ts'

// The straightforward program out of the raw libraries, with no more than the job's minimum: what is to be sent is stored
// with its cause, carried, and marked; what comes in is stored before it is acknowledged. No people, no teams, no hold, no
// history, no redrawn cards, no quotes cut off. What ours does beside it must not cost much more.

interface Tables {
  tickets: { id: string; number: number; subject: string; customer: string; token: string; root: string | null }
  messages: { id: string; ticket_id: string; author: string; text: string; html: string; created_at: number }
  outbox: { id: Generated<number>; kind: Kind; ticket_id: string; message_id: string; state: State; key: string }
  events: { id: string; ticket_id: string; kind: string; at: number }
}
type Letter = Pick<Tables['tickets'], 'number' | 'subject' | 'customer' | 'token' | 'root'> &
  Pick<Tables['messages'], 'author' | 'text' | 'html'>
type Kind = 'mail' | 'card' | 'post'
type State = 'queued' | 'carried' | 'sent'

const AT_ONCE = 50
const { DATABASE_URL = '', SLACK_API_URL = '', SMTP_URL = '', DESK_CHANNEL = '' } = process.env

answer(async () => {
  const database = new Database(DATABASE_URL)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) })
  database.exec(SCHEMA)

  const { host, port } = new URL(SMTP_URL)
  const mail = createTransport({
    host: host.split(':')[0] as string,
    port: Number(port),
    ignoreTLS: true,
    pool: true,
    maxConnections: 20,
    maxMessages: Number.POSITIVE_INFINITY,
  })
  const slack = new WebClient('xoxb-bench', { slackApiUrl: SLACK_API_URL })
  const smtp = listen()
  await new Promise<void>(resolve => smtp.listen(0, '127.0.0.1', resolve))

  async function open({ first, count, atOnce }: SomeTickets): Promise<void> {
    let n = first
    const work = async () => {
      while (n < first + count) await openTicket(n++)
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }

  async function openTicket(n: number): Promise<void> {
    const id = randomUUID()
    const messageId = randomUUID()
    await db.transaction().execute(async tx => {
      const ticket = { id, number: n, subject: `Your order ${markOf(n)}`, customer: `c${n % 200}@globex.test` }
      await tx
        .insertInto('tickets')
        .values({ ...ticket, token: id.replaceAll('-', ''), root: null })
        .execute()
      await insertMessage(tx, { id: messageId, ticket_id: id, author: 'Ann', text: BODY, html: HTML })
      await queue(tx, 'card', id, messageId)
      await queue(tx, 'mail', id, messageId)
      await tx
        .insertInto('events')
        .values({ id: randomUUID(), ticket_id: id, kind: 'ticket_created', at: Date.now() })
        .execute()
    })
    carry()
  }

  async function insertMessage(tx: Transaction<Tables>, message: Omit<Tables['messages'], 'created_at'>) {
    await tx
      .insertInto('messages')
      .values({ ...message, created_at: Date.now() })
      .execute()
  }

  async function queue(tx: Transaction<Tables>, kind: Kind, ticketId: string, messageId: string): Promise<void> {
    const row = { kind, ticket_id: ticketId, message_id: messageId, state: 'queued' as const }
    await tx
      .insertInto('outbox')
      .values({ ...row, key: `<${messageId}@bench.test>` })
      .execute()
  }

  // ---- out ----

  let inHand = 0
  let claiming = false

  /** Takes what waits, as many as are free, and carries each by itself. */
  async function carry(): Promise<void> {
    if (claiming || inHand >= AT_ONCE) return
    claiming = true
    const waiting = db.selectFrom('outbox').select('id').where('state', '=', 'queued').orderBy('id')
    const rows = await db
      .updateTable('outbox')
      .set({ state: 'carried' })
      .where('id', 'in', waiting.limit(AT_ONCE - inHand))
      .returning(['id', 'kind', 'ticket_id', 'message_id', 'key'])
      .execute()
    claiming = false
    inHand += rows.length
    for (const row of rows)
      carryOne(row).then(() => {
        inHand--
        carry()
      })
  }

  async function carryOne(row: {
    id: number
    kind: Kind
    ticket_id: string
    message_id: string
    key: string
  }): Promise<void> {
    const letter = await db
      .selectFrom('messages')
      .innerJoin('tickets', 'tickets.id', 'messages.ticket_id')
      .select(['number', 'subject', 'customer', 'token', 'root', 'author', 'text', 'html'])
      .where('messages.id', '=', row.message_id)
      .executeTakeFirstOrThrow()
    if (row.kind === 'mail') await sendMail(letter, row.key)
    else await post(letter, row.kind, row.ticket_id)
    await db.updateTable('outbox').set({ state: 'sent' }).where('id', '=', row.id).execute()
  }

  async function sendMail(letter: Letter, messageId: string): Promise<void> {
    const replyTo = `support+${letter.token}@bench.test`
    await mail.sendMail({
      envelope: { from: replyTo, to: letter.customer },
      from: 'Support <support@bench.test>',
      to: letter.customer,
      replyTo,
      subject: letter.subject,
      messageId,
      text: letter.text,
      html: letter.html,
    })
  }

  async function post(letter: Letter, kind: Kind, ticketId: string): Promise<void> {
    if (kind === 'post') {
      await slack.chat.postMessage({ channel: DESK_CHANNEL, thread_ts: letter.root as string, text: letter.text })
      return
    }
    const { ts } = await slack.chat.postMessage({ channel: DESK_CHANNEL, text: letter.subject, blocks: card(letter) })
    await db
      .updateTable('tickets')
      .set({ root: ts as string })
      .where('id', '=', ticketId)
      .execute()
  }

  // ---- in ----

  function listen(): SMTPServer {
    return new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      onData(stream, session, done) {
        simpleParser(stream, {
          skipHtmlToText: true,
          skipTextToHtml: true,
          skipTextLinks: true,
          skipImageLinks: true,
        })
          .then(async parsed => {
            const token = /\+(\w+)@/.exec(session.envelope.rcptTo[0]?.address ?? '')?.[1] ?? ''
            await keepAnswer(token, parsed.from?.text ?? '', parsed.text ?? '', parsed.html || '')
            done()
            carry()
          })
          .catch(done)
      },
    })
  }

  async function keepAnswer(token: string, author: string, text: string, html: string): Promise<void> {
    await db.transaction().execute(async tx => {
      const ticket = await tx.selectFrom('tickets').select('id').where('token', '=', token).executeTakeFirstOrThrow()
      const id = randomUUID()
      await insertMessage(tx, { id, ticket_id: ticket.id, author, text, html })
      await queue(tx, 'post', ticket.id, id)
    })
  }

  async function settle(): Promise<void> {
    while (await countOf('outbox', sql<boolean>`state != 'sent'`)) await new Promise(resolve => setTimeout(resolve, 20))
  }

  async function countOf(table: keyof Tables, where = sql<boolean>`1`): Promise<number> {
    const row = await db
      .selectFrom(table)
      .select(e => e.fn.countAll().as('n'))
      .where(where)
      .executeTakeFirstOrThrow()
    return Number(row.n)
  }

  return {
    open,
    settle,
    kept: async (): Promise<Kept> => ({
      tickets: await countOf('tickets'),
      answers: await countOf('messages', sql<boolean>`author != 'Ann'`),
      unsettled: await countOf('outbox', sql<boolean>`state != 'sent'`),
    }),
    mailPort: () => (smtp.server.address() as { port: number }).port,
    async stop() {
      mail.close()
      smtp.close()
      await db.destroy()
    },
  }
})

function card({ number, subject, customer, text }: Letter) {
  const button = (label: string) => ({
    type: 'button' as const,
    text: { type: 'plain_text' as const, text: label },
    action_id: label.toLowerCase(),
    value: String(number),
  })
  return [
    { type: 'header' as const, text: { type: 'plain_text' as const, text: `SUP-${number} · ${subject}` } },
    { type: 'context' as const, elements: [{ type: 'mrkdwn' as const, text: `${customer} · medium · unassigned` }] },
    { type: 'section' as const, text: { type: 'plain_text' as const, text } },
    { type: 'actions' as const, elements: ['Reply', 'Take', 'Assign', 'Status', 'Note', 'Close'].map(button) },
  ]
}

const SCHEMA = `
create table tickets (id text primary key, number integer not null unique, subject text not null,
  customer text not null, token text not null unique, root text);
create table messages (id text primary key, ticket_id text not null references tickets (id), author text not null,
  text text not null, html text not null, created_at integer not null);
create index messages_ticket on messages (ticket_id);
create table outbox (id integer primary key, kind text not null, ticket_id text not null, message_id text not null,
  state text not null, key text not null);
create index outbox_state on outbox (state, id);
create table events (id text primary key, ticket_id text not null, kind text not null, at integer not null);
create index events_ticket on events (ticket_id);
`
