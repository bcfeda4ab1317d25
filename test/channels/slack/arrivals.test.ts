import { afterEach, describe, expect, it } from 'vitest'
import type { Arrival } from '../../../src/core/arrival.ts'
import { fromText } from '../../../src/core/document.ts'
import { receiveArrival } from '../../../src/core/receive/index.ts'
import { suppress } from '../../../src/core/suppressions.ts'
import { fromJane } from '../../support/town.ts'
import { startWorld, type World } from '../../support/world.ts'

/** What agents see of a mail, and decide about it. */
let world: World
afterEach(() => world?.close())

async function begin() {
  world = await startWorld()
  const card = await world.openTicket()
  const first = await world.slack.until(() => world.jane.inbox[0])
  await world.settle()
  const support = world.slack.channel('support')
  return {
    ...world,
    card,
    first,
    support,
    press: (ts: string, id: string) => world.ann.click({ message: { channel: support.id, ts } }, id),
  }
}

const postWith = (root: string, text: string) =>
  world.slack.until(() => world.thread(root).find(m => JSON.stringify(m).includes(text)))
const cardSays = (ts: string, text: string) => world.slack.until(() => JSON.stringify(world.card(ts)).includes(text))
const modalWith = (text: string) =>
  world.slack.until(() => world.ann.modals().find(m => JSON.stringify(m.blocks).includes(text)))

/** A mail that was read, with what its reading found out about where it comes from. */
async function arrive(mail: Partial<Arrival> & { key: string }): Promise<void> {
  const { store } = world.overture
  const thread = await store.read(q =>
    q.selectFrom('threads').selectAll().where('side', '=', 'customer').executeTakeFirstOrThrow(),
  )
  const answer = { answers: [thread.root ?? ''], body: fromText('Some words.') }
  await store.write(tx => receiveArrival(tx, { ...fromJane(mail.key), ...answer, ...mail }))
}

describe('a mail in its ticket’s thread', () => {
  it('of a machine is one line; who reads it can say that a person wrote it', async () => {
    const { card, press } = await begin()
    await press(card.ts, 'close')
    await world.ann.submit({})
    await cardSays(card.ts, 'Closed')
    await arrive({
      key: '<away@acme.test>',
      kind: 'ooo',
      rule: 'subject: away',
      body: fromText('Away. But do send it!'),
    })
    const post = await postWith(card.ts, 'Out of office')
    expect(post.blocks).toHaveLength(1)
    await press(post.ts, 'show_full')
    const modal = await modalWith('by this rule: subject: away.')
    await world.ann.click({ view: modal.id }, 'treat_as_answer')
    await cardSays(card.ts, 'New reply')
    await world.slack.until(() =>
      JSON.stringify(world.thread(card.ts).find(m => m.ts === post.ts)).includes('rich_text'),
    )
  })

  it('of somebody new can be accepted as the customer’s', async () => {
    const { card, press } = await begin()
    await arrive({ key: '<home@x.test>', from: { address: 'jane@home.test', name: 'Jane' } })
    const post = await postWith(card.ts, 'accept_author')
    expect(post.username).toBe('jane@home.test (not the customer, by email)')
    await press(post.ts, 'accept_author')
    await postWith(card.ts, 'accepted this: jane@home.test is jane@acme.test.')
    await cardSays(card.ts, 'New reply')
    await world.slack.until(() => !JSON.stringify(world.thread(card.ts)).includes('accept_author'))
  })

  it('that failed the checks says so, until somebody says that it is theirs', async () => {
    const { card, press } = await begin()
    const trust = { verdict: 'fail' as const, says: 'acme.test says that it did not send it.' }
    await arrive({ key: '<d@acme.test>', trust })
    const post = await postWith(card.ts, 'acme.test says that it did not send it.')
    expect(post.username).toBe('jane@acme.test (unproved, by email)')
    await press(post.ts, 'accept_author')
    await cardSays(card.ts, 'New reply')
  })

  it('of an agent waits for somebody to send it', async () => {
    const { card, press, jane } = await begin()
    const { store } = world.overture
    const agent = await store.read(q => q.selectFrom('agents').selectAll().executeTakeFirstOrThrow())
    await arrive({
      key: '<ann@tulip.test>',
      from: { address: agent.email ?? '', name: 'Ann' },
      trust: { verdict: 'pass', says: 'Signed.' },
      body: fromText('It is on its way.'),
    })
    const post = await postWith(card.ts, 'wrote this by email')
    expect(jane.inbox).toHaveLength(1)
    await press(post.ts, 'send_message')
    await world.slack.until(() => jane.inbox.find(m => m.text.includes('It is on its way.')))
    await world.slack.until(() => !JSON.stringify(world.thread(card.ts)).includes('wrote this by email'))
  })
})

describe('a ticket', () => {
  it('can be called spam, and be called back', async () => {
    const { card, press, first, jane } = await begin()
    await press(card.ts, 'status')
    await world.ann.submit({ status: 'spam' })
    await cardSays(card.ts, 'Not spam')
    await jane.reply(first, { text: 'Buy more bulbs' })
    await world.settle()
    expect(JSON.stringify(world.thread(card.ts))).not.toContain('Buy more bulbs')
    await press(card.ts, 'reopen')
    await postWith(card.ts, 'Buy more bulbs')
    await cardSays(card.ts, 'New reply')
  })

  it('is put away from what more can be done with it', async () => {
    const { card, press } = await begin()
    await press(card.ts, 'more')
    const { id } = await world.slack.until(() => world.ann.modals()[0])
    await world.ann.click({ view: id }, 'archive')
    await cardSays(card.ts, 'Archived')
    await world.slack.until(() => !JSON.stringify(world.ann.modals()[0]).includes('"Archive"'))
    await world.ann.click({ view: id }, 'spam')
    await cardSays(card.ts, 'Spam')
  })

  it('whose customer must not be written to says why, and an agent can write again', async () => {
    const { card, press } = await begin()
    const { store } = world.overture
    await store.write(tx => suppress(tx, 'jane@acme.test', 'A mail to it came back.', 'bounce'))
    await cardSays(card.ts, 'Nothing is sent to jane@acme.test. A mail to it came back.')
    await press(card.ts, 'write_again')
    await world.slack.until(() => world.ann.modals().length)
    await world.ann.submit({ note: 'She called: it works again.' })
    await world.slack.until(() => !JSON.stringify(world.card(card.ts)).includes('Nothing is sent'))
  })

  it('that opens again by an answer calls who closed it', async () => {
    const { card, press, first, jane } = await begin()
    await press(card.ts, 'close')
    await world.ann.submit({})
    await cardSays(card.ts, 'Closed')
    await jane.reply(first, { text: 'One more thing' })
    await postWith(card.ts, `<@${world.ann.id}>`)
    await cardSays(card.ts, 'New reply')
  })
})

describe('what is held', () => {
  it('is told once in the channel, and let through from the tray', async () => {
    const { card, support } = await begin()
    const { store } = world.overture
    const { createTransport } = await import('nodemailer')
    const send = createTransport({
      host: '127.0.0.1',
      port: world.overture.mailPort as number,
      tls: { rejectUnauthorized: false },
    })
    for (let i = 1; i <= 12; i++)
      await send.sendMail({
        from: 'Jane Doe <jane@acme.test>',
        to: 'support@tulip.test',
        inReplyTo: world.jane.inbox[0]?.messageId,
        text: `Number ${i}`,
      })
    send.close()
    await world.slack.until(() => support.messages().find(m => m.text.includes('Perhaps two machines')))
    await world.settle()
    const { ann } = world
    await ann.openHome()
    await world.slack.until(() => ann.home())
    const home = () => ({ view: ann.home()?.id ?? '' })
    await ann.click(home(), 'home_tab:setup')
    await world.slack.until(() => JSON.stringify(ann.home()).includes('open_tray'))
    await ann.click(home(), 'open_tray')
    const modal = await modalWith('2 mails of jane@acme.test held')
    await ann.click({ view: modal.id }, 'let_through:jane@acme.test')
    await world.slack.until(() => world.thread(card.ts).filter(m => m.text.includes('Number')).length === 12)
    await world.slack.until(() => support.messages().find(m => m.text.includes('let through what was held')))
    expect(await store.read(q => q.selectFrom('inbound').select('id').where('state', '=', 'held').execute())).toEqual(
      [],
    )
  })
})
