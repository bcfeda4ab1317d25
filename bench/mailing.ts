import { randomUUID } from 'node:crypto'
import { parse } from 'csv-parse'
import { createTransport } from 'nodemailer'
import { answer } from './answers.ts'
import { addressOf, csvOf, nameOf, type SomeCustomers } from './list.ts'
import type { Listed } from './side.ts'
import { BODY, HTML, markOf } from './texts.ts'
import { clock, type Watch, watchProcess } from './watch.ts'

// One message to many with plain nodemailer: a pool of as many connections as ours opens, the same mail, an id of its own
// for each. Nothing is stored, so nothing is known of who has it.

const CONNECTIONS = 20

answer(async () => {
  const { hostname: host, port } = new URL(process.env.SMTP_URL ?? '')
  const pool = createTransport({
    host,
    port: Number(port),
    ignoreTLS: true,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: Number.POSITIVE_INFINITY,
  })
  let customers: SomeCustomers = { first: 0, count: 0 }
  let isOver = false
  let isStopped = false
  let watch: Watch | undefined

  /** Reads the list and keeps nothing of it. */
  async function listChat(wanted: SomeCustomers): Promise<Listed> {
    const began = clock()
    const watched = watchProcess()
    customers = wanted
    let listed = 0
    for await (const _ of csvOf(wanted).pipe(parse({ columns: true }))) listed++
    return { ms: clock() - began, listed, ...watched.end() }
  }

  async function sendAll({ first, count }: SomeCustomers): Promise<void> {
    let n = first
    const work = async () => {
      while (n < first + count && !isStopped) await pool.sendMail(mailFor(n++))
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, work))
    isOver = true
  }

  return {
    listChat,
    async sendChat() {
      watch = watchProcess()
      isOver = false
      isStopped = false
      const at = clock()
      void sendAll(customers)
      return at
    },
    isChatOver: () => isOver,
    stopChat() {
      isStopped = true
      return clock()
    },
    watched: () => watch?.end(),
    stop: () => pool.close(),
  }
})

function mailFor(n: number) {
  const id = randomUUID()
  const leave = `https://overture.bench.test/unsubscribe/${id}`
  const hello = `Hello Customer,`
  return {
    envelope: { from: `support+${id}@bench.test`, to: addressOf(n) },
    from: 'Ann (Support) <support@bench.test>',
    to: { name: nameOf(n), address: addressOf(n) },
    replyTo: `Ann (Support) <support+${id}@bench.test>`,
    subject: `News of your order ${markOf(n)}`,
    messageId: `<${id}@bench.test>`,
    headers: {
      'List-Unsubscribe': `<${leave}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Feedback-ID': `1:news:support:${id}`,
    },
    text: `${hello}\n\n${BODY}\n\nUnsubscribe: ${leave}`,
    html: HTML.replace('<body>', `<body><p>${hello}</p>`).replace(
      '</body>',
      `<p><a href="${leave}">Unsubscribe</a></p></body>`,
    ),
  }
}
