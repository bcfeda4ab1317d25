import { afterEach, describe, expect, it } from 'vitest'
import { actorOf, seeAgent } from '../../../src/core/agents.ts'
import { stepKey } from '../../../src/core/chats/step-key.ts'
import { fromText } from '../../../src/core/document.ts'
import { postMessage } from '../../../src/core/messages/post.ts'
import { openTicket } from '../../../src/core/tickets/open.ts'
import { unsubscriptionOf } from '../../../src/core/unsubscriptions.ts'
import type { AgentRow, TicketRow } from '../../../src/db/schema.ts'
import type { Mail } from '../../../src/sandbox/mail/types.ts'
import { chatRows } from '../../support/chat-rows.ts'
import { freePort } from '../../support/process.ts'
import { startWorld, type World } from '../../support/world.ts'

/** A chat's mail on its whole way: out by SMTP, left by HTTP or by a mail. */
let world: World
let ann: AgentRow
let ticket: TicketRow
afterEach(() => world?.close())

/** Overture where it can be reached, and a chat of Ann's to Jane. */
async function begin(reachable = true): Promise<void> {
  const port = await freePort()
  const env = { PORT: String(port), ...(reachable && { PUBLIC_URL: `http://127.0.0.1:${port}` }) }
  world = await startWorld({ env })
  await world.overture.store.write(async tx => {
    ann = await seeAgent(tx, { handle: world.ann.id, name: 'Ann', email: 'ann@tulip.test' })
    await tx.q.updateTable('senders').set({ postal_footer: 'Tulip Ltd\nCanal 1, Delft' }).execute()
    const team = await tx.q.selectFrom('teams').select('id').executeTakeFirstOrThrow()
    ticket = await openTicket(tx, {
      teamId: team.id,
      customer: { typed: 'Jane Doe <jane@acme.test>' },
      subject: 'New bulbs',
      body: fromText('The new bulbs are here.'),
      priority: 'low',
      email: true,
      agent: ann,
    })
    await chatRows(tx, ticket)
  })
}

const mailWith = (text: string): Promise<Mail> =>
  world.mail.until(() => world.jane.inbox.find(m => m.text.includes(text)))
const header = (mail: Mail, name: string) => mail.headers.find(h => h.name.toLowerCase() === name)?.value ?? ''
const left = () => world.overture.store.read(q => unsubscriptionOf(q, 'jane@acme.test', 'news'))
const write = (text: string, dedupKey?: string) =>
  world.overture.store.write(tx =>
    postMessage(tx, {
      ticketId: ticket.id,
      author: actorOf(ann),
      body: fromText(text),
      visibility: 'public',
      ...(dedupKey && { dedupKey }),
    }),
  )
const followUp = (text: string) => write(text, stepKey('r1', 1))
const deliveryOf = (messageId: string) =>
  world.overture.store.read(q =>
    q
      .selectFrom('deliveries')
      .select(['state', 'reason'])
      .where('message_id', '=', messageId)
      .where('channel', '=', 'email')
      .executeTakeFirstOrThrow(),
  )
const newestMessage = () =>
  world.overture.store.read(q =>
    q.selectFrom('messages').select(['kind', 'text']).orderBy('id', 'desc').executeTakeFirst(),
  )

describe('a chat’s mail', () => {
  it('can be left with one click, which only a POST does', async () => {
    await begin()
    const mail = await mailWith('The new bulbs are here.')
    const [, url = ''] = /<(http:[^>]+)>/.exec(header(mail, 'list-unsubscribe')) ?? []
    expect(url).toContain(world.overture.url)
    expect(mail.text).toContain(`Tulip Ltd\nCanal 1, Delft\nUnsubscribe: ${url}`)
    expect(mail.html).toContain(`href="${url}"`)
    expect(await (await fetch(url)).text()).toContain('j***@acme.test')
    expect(await left()).toBeUndefined()
    const body = header(mail, 'list-unsubscribe-post')
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await fetch(url, { method: 'POST', body, headers })).status).toBe(200)
    expect(await left()).toMatchObject({ source: 'one-click' })
    const id = await followUp('Have you seen them?')
    await world.settle()
    expect(await deliveryOf(id)).toMatchObject({
      state: 'failed',
      reason: 'jane@acme.test must not be written to: They unsubscribed in their mail program in chat 1.',
    })
  })

  it('can be left by the mail that a mail program writes, which is shown folded and is no answer', async () => {
    await begin()
    const mail = await mailWith('The new bulbs are here.')
    const [, to = '', subject = ''] = /<mailto:([^?>]+)\?subject=([^>]+)>/.exec(header(mail, 'list-unsubscribe')) ?? []
    await world.jane.write({ to, subject, text: 'This message was automatically generated.' })
    await world.mail.until(left)
    expect(await newestMessage()).toMatchObject({ kind: 'unsubscribe' })
    const [row] = await world.overture.store.read(q => q.selectFrom('tickets').selectAll().execute())
    expect(row).toMatchObject({ answered_at: null, status: 'awaiting_customer' })
  })

  it('is left by an answer of one word, whatever of our mail is quoted below it', async () => {
    await begin()
    await world.jane.reply(await mailWith('The new bulbs are here.'), 'Stop')
    expect(await world.mail.until(left)).toMatchObject({ source: 'mail' })
  })

  it('is answered by machines as ever: an out-of-office is one, and leaves nothing', async () => {
    await begin()
    await world.jane.reply(await mailWith('The new bulbs are here.'), {
      text: 'I am away until Monday.',
      headers: { 'Auto-Submitted': 'auto-replied', Subject: 'Automatic reply: New bulbs' },
    })
    await world.mail.until(async () => (await newestMessage())?.kind === 'ooo')
    expect(await left()).toBeUndefined()
  })

  it('threads with what follows, which is between two people once Jane has answered', async () => {
    await begin()
    const first = await mailWith('The new bulbs are here.')
    expect(first.inReplyTo).toBe('')
    await followUp('Have you seen them?')
    const second = await mailWith('Have you seen them?')
    expect([second.inReplyTo, header(second, 'list-id')]).toEqual([first.messageId, '<news.tulip.test>'])
    await world.jane.reply(second, 'Which ones?')
    await world.mail.until(async () =>
      (await world.overture.store.read(q => q.selectFrom('messages').select('text').execute())).some(
        m => m.text === 'Which ones?',
      ),
    )
    await write('As you asked.')
    const third = await mailWith('As you asked.')
    expect(third.references.slice(0, 2)).toEqual([first.messageId, second.messageId])
    for (const name of ['list-unsubscribe', 'list-unsubscribe-post', 'list-id', 'feedback-id', 'auto-submitted'])
      expect(header(third, name)).toBe('')
    expect(third.text).not.toContain('nsubscribe')
  })

  it('waits while nobody could leave it, and the reason is told', async () => {
    await begin(false)
    await world.settle()
    const [opening] = await world.overture.store.read(q => q.selectFrom('messages').select('id').execute())
    await world.mail.until(async () => (await deliveryOf(opening?.id ?? '')).reason)
    expect(await deliveryOf(opening?.id ?? '')).toMatchObject({
      state: 'queued',
      reason: expect.stringContaining('set PUBLIC_URL.'),
    })
    expect(world.jane.inbox).toEqual([])
  })
})
