import Database from 'better-sqlite3'
import { readConfig } from '../src/config.ts'
import { enterBacklog } from '../src/core/find/entry.ts'
import { welcome } from '../src/core/welcome.ts'
import { openStore } from '../src/db/open.ts'
import { newId } from '../src/lib/id.ts'
import { answer } from './answers.ts'
import { BODY } from './texts.ts'

// Fills a database with tickets as they are once mail and card are out, a thousand per commit, so that a million takes
// half a minute; then ours enters them into the index, as after an update, which takes some minutes for a million.

const PER_COMMIT = 1_000

answer(async () => {
  async function fill({ tickets }: { tickets: number }): Promise<void> {
    const config = readConfig(process.env)
    const store = await openStore(config.databaseUrl, config.secret)
    await store.write(tx => welcome(tx, { desk: config.desk, from: config.mail.from }))
    await store.close()

    const raw = new Database(config.databaseUrl)
    raw.pragma('journal_mode = WAL')
    raw.pragma('synchronous = OFF')
    const team = raw.prepare('select id from teams').pluck().get() as string
    const sender = raw.prepare('select id from senders').pluck().get() as string
    const writer = rowsInto(raw)
    const customers = Math.max(1, Math.floor(tickets / 10))
    const customerIds: string[] = []
    for (let first = 0; first < tickets; first += PER_COMMIT)
      raw.transaction(() => {
        for (let n = first; n < Math.min(first + PER_COMMIT, tickets); n++) {
          const customer = n % customers
          if (n < customers) customerIds.push(writer.customer(n))
          writer.ticket(n, { team, sender, customer: customerIds[customer] as string, address: addressOf(customer) })
        }
      })()
    raw.prepare('update teams set next_number = ?').run(tickets + 1)
    raw.exec('insert into ticket_docs (ticket_id) select id from tickets order by id')
    raw.prepare("insert into settings (name, value) values ('find_backlog', ?)").run(String(tickets + 1))
    raw.pragma('wal_checkpoint(TRUNCATE)')
    raw.close()
    await enterAll(config.databaseUrl, config.secret)
  }

  async function enterAll(path: string, secret: string | undefined): Promise<void> {
    const store = await openStore(path, secret)
    const begun = Date.now()
    while (await store.claim(tx => enterBacklog(tx, PER_COMMIT)));
    process.stderr.write(`  index built in ${Math.round((Date.now() - begun) / 1_000)} s\n`)
    await store.close()
  }
  return { fill, stop: () => {} }
})

const addressOf = (customer: number): string => `seed${customer}@town${customer % 500}.test`
const AGENTS = 50

/** Words of which some are on many tickets, some on few. */
function wordsOf(n: number): string {
  const words = [2, 20, 200, 2_000, 20_000].map(rarity => `word${rarity}x${(n * 7919) % rarity}`)
  return `${words.join(' ')}${n % 100_000 === 77 ? ' bulldozer' : ''}`
}

const STATUSES = [
  'awaiting_customer',
  'awaiting_customer',
  'open',
  'in_progress',
  'closed',
  'closed',
  'closed',
  'closed',
]

function rowsInto(raw: Database.Database) {
  const insert = (table: string, columns: string) =>
    raw.prepare(`insert into ${table} (${columns}) values (${columns.replace(/\w+/g, '?')})`)
  const customers = insert('customers', 'id, name, search, created_at')
  const addresses = insert('addresses', 'address, customer_id, created_at')
  const agents = insert('agents', 'id, handle, name, email, signature, created_at')
  const tickets = insert(
    'tickets',
    'id, team_id, number, identifier, subject, customer_id, sender_id, status, priority, assignee_id, created_by, created_at, updated_at, published_at, general_at, closed_at',
  )
  const threads = insert('threads', 'id, ticket_id, channel, side, place, root, token, created_at')
  const messages = insert(
    'messages',
    'id, ticket_id, author_kind, author_name, visibility, body, text, opening, created_at',
  )
  const deliveries = insert(
    'deliveries',
    'id, kind, thread_id, message_id, channel, ticket_id, state, key, external_id, version, attempts, due_at, created_at, sent_at',
  )
  const keys = insert('keys', 'channel, key, thread_id, message_id, created_at')
  const events = insert('events', 'id, ticket_id, kind, actor_kind, actor_name, at')
  const start = Date.UTC(2025, 0, 1)
  const agentIds = Array.from({ length: AGENTS }, () => newId())
  for (const [n, id] of agentIds.entries())
    agents.run(id, `U0AGENT${n}`, `Agent U0AGENT${n}`, `u0agent${n}@bench.test`, '', start)
  const agentOf = (n: number): string => agentIds[n % AGENTS] as string

  return {
    customer(n: number): string {
      const id = newId()
      customers.run(id, `Customer ${n}`, `customer ${n} ${addressOf(n)}`, start)
      addresses.run(addressOf(n), id, start)
      return id
    },
    ticket(n: number, of: { team: string; sender: string; customer: string; address: string }): void {
      const at = start + n * 1_000
      const [id, desk, mail, message] = [newId(), newId(), newId(), newId()]
      const status = STATUSES[n % STATUSES.length] as string
      const closed = status === 'closed' ? at : null
      const ts = `${Math.floor(at / 1000)}.${String(n % 1_000_000).padStart(6, '0')}`
      const key = `<seed.${n}@bench.test>`
      const text = `${BODY.slice(0, 300)} ${wordsOf(n)}`
      const body = JSON.stringify([{ type: 'paragraph', content: [{ type: 'text', text }] }])
      tickets.run(
        id,
        of.team,
        n + 1,
        `SUP-${n + 1}`,
        `Order ${n}`,
        of.customer,
        of.sender,
        status,
        n % 10 === 0 ? 'high' : 'medium',
        n % 3 === 0 ? agentOf(n) : null,
        agentOf(n),
        at,
        at,
        at,
        at,
        closed,
      )
      threads.run(desk, id, 'slack', 'desk', 'C0BENCH', ts, `d${n}`, at)
      threads.run(mail, id, 'email', 'customer', of.address, key, `c${n}`, at)
      messages.run(message, id, 'agent', 'Ann', 'public', body, text, 1, at)
      deliveries.run(newId(), 'card', desk, null, 'slack', id, 'sent', null, `C0BENCH:${ts}`, 2, 1, at, at, at)
      deliveries.run(newId(), 'message', mail, message, 'email', id, 'sent', key, key, 1, 1, at, at, at)
      keys.run('email', key, mail, message, at)
      keys.run('slack', `C0BENCH:${ts}`, desk, null, at)
      events.run(newId(), id, 'ticket_created', 'agent', 'Ann', at)
    },
  }
}
