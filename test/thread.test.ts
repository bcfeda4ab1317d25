import { afterEach, describe, expect, it } from 'vitest'
import { storeInbound } from '../src/core/inbound/store.ts'
import { startWorld, type World, type WorldOptions } from './support/world.ts'

/** What people do in a ticket's thread, and what customers send into it. */
let world: World
const begin = async (options: WorldOptions = {}) => {
  world = await startWorld(options)
  const card = await world.openTicket()
  const first = await mailWith('your order is ready')
  await world.settle()
  return { ...world, card, first, at: { channel: 'support', thread_ts: card.ts } }
}
afterEach(() => world?.close())

const direct = (holdSeconds = 0): WorldOptions => ({ env: { REPLY_MODE: 'direct', HOLD_SECONDS: String(holdSeconds) } })
const mailWith = (text: string) => world.slack.until(() => world.jane.inbox.find(m => m.text.includes(text)))
const postWith = (root: string, text: string) =>
  world.slack.until(() => world.thread(root).find(m => JSON.stringify(m).includes(text)))
const whisper = (text: string) =>
  world.slack.until(() => world.ann.ephemerals().find(e => JSON.stringify(e).includes(text)))
const all = () => world.mail.accepted.map(m => m.raw.toString()).join('\n')

const texts = async () =>
  (await world.overture.store.read(q => q.selectFrom('messages').select('text').execute())).map(m => m.text)

/** The first mail goes out at once; from then on there is a hold. */
async function hold(ms: number): Promise<void> {
  const store = world.overture.store
  await store.write(tx => tx.q.updateTable('teams').set({ hold_ms: ms }).execute())
}

describe('what an agent writes in the thread', () => {
  it('can be changed while it is held, and the customer gets the change', async () => {
    const { ann, at } = await begin(direct())
    await hold(60_000)
    const message = await ann.say({ ...at, text: 'It is teh red one' })
    await ann.edit({ channel: at.channel, ts: message.ts }, 'It is the *red* one')
    await world.slack.until(async () => (await texts()).some(text => text.startsWith('It is the')))
    world.wait(60_000)
    await world.settle()
    const mail = await mailWith('the red one')
    expect(mail.html).toContain('<strong>red</strong>')
    expect(all()).not.toContain('teh red')
  })

  it('is changed also when Slack tells of the change before it tells of the message', async () => {
    const { ann, card, slack } = await begin(direct())
    await hold(60_000)
    const { store } = world.overture
    const channel = slack.channel('support').id
    const event = {
      type: 'message',
      channel,
      user: ann.id,
      ts: '1700000000.000100',
      thread_ts: card.ts,
      text: 'Teh words',
    }
    const changed = { ...event, text: 'The words', edited: { user: ann.id, ts: '1700000001.000000' } }
    const arrives = (key: string, event: object) =>
      store.write(tx =>
        storeInbound(tx, {
          channel: 'slack',
          key,
          raw: Buffer.from(JSON.stringify({ type: 'event_callback', event })),
        }),
      )
    await arrives('second', {
      type: 'message',
      subtype: 'message_changed',
      channel,
      message: changed,
      previous_message: event,
    })
    await arrives('first', event)
    const words = () =>
      store.read(q => q.selectFrom('messages').select('text').where('from_thread_id', 'is not', null).execute())
    await slack.until(async () => (await words()).some(m => m.text === 'The words'))
  })

  it('changed into a note while it is held does not go out', async () => {
    const { ann, at, jane } = await begin(direct())
    await hold(60_000)
    const message = await ann.say({ ...at, text: 'He always pays late' })
    await whisper('Undo')
    await ann.edit({ channel: at.channel, ts: message.ts }, 'note: he always pays late')
    const states = () =>
      world.overture.store.read(q =>
        q.selectFrom('deliveries').select('state').where('key', 'is not', null).orderBy('id').execute(),
      )
    await world.slack.until(async () => (await states()).map(s => s.state).join() === 'sent,cancelled')
    expect(jane.inbox).toHaveLength(1)
  })

  it('deleted or undone while it is held does not go out', async () => {
    const { ann, at, jane } = await begin(direct())
    await hold(60_000)
    const one = await ann.say({ ...at, text: 'First slip' })
    await whisper('Undo')
    await ann.remove({ channel: at.channel, ts: one.ts })
    const held = () =>
      world.overture.store.read(q => q.selectFrom('deliveries').select('id').where('state', '=', 'held').execute())
    await world.slack.until(async () => (await held()).length === 0)
    for (const e of ann.ephemerals()) ann.dismiss(e.id)
    await ann.say({ ...at, text: 'Second slip' })
    const prompt = await whisper('Undo')
    await ann.click({ ephemeral: prompt.id }, 'undo_send')
    await world.slack.until(async () => (await held()).length === 0)
    expect(jane.inbox).toHaveLength(1)
  })

  it('changed after it went out can be corrected by a mail of its own', async () => {
    const { ann, at } = await begin(direct())
    const message = await ann.say({ ...at, text: 'It comes on Monday.' })
    await mailWith('on Monday')
    await world.settle()
    await ann.edit({ channel: at.channel, ts: message.ts }, 'It comes on Tuesday.')
    const prompt = await whisper('Send correction')
    await ann.click({ ephemeral: prompt.id }, 'send_correction')
    const mail = await mailWith('on Tuesday')
    expect(mail.text).toContain('correction')
  })

  it('deleted after it went out leaves an honest word that the customer has it', async () => {
    const { ann, at, card } = await begin(direct())
    const message = await ann.say({ ...at, text: 'Too much said' })
    await mailWith('Too much said')
    await world.settle()
    await ann.remove({ channel: at.channel, ts: message.ts })
    await postWith(card.ts, 'the customer has it already')
  })

  it('takes its files along, and never goes without them', async () => {
    const { ann, at, jane } = await begin(direct())
    await ann.say({
      ...at,
      text: 'Here is the invoice',
      files: [{ name: 'invoice.pdf', bytes: Buffer.from('%PDF-1.4 imaginary') }],
    })
    const mail = await mailWith('Here is the invoice')
    expect(mail.attachments.map(a => [a.name, a.bytes])).toEqual([['invoice.pdf', 18]])
    await ann.say({ ...at, text: 'And the film', files: [{ name: 'film.mov', bytes: Buffer.alloc(19 * 1024 * 1024) }] })
    await whisper('was not sent')
    await world.settle()
    expect(jane.inbox).toHaveLength(2)
  })

  it('keeps its form: bold, lists, quotes, code, links, emoji', async () => {
    const { ann, at } = await begin(direct())
    await ann.say({
      ...at,
      text: 'Please *read* _this_:\n• one\n• two\n> as you said\n`npm ci` and <https://tulip.test/help|our help> :tada:',
    })
    const mail = await mailWith('Please')
    expect(mail.html).toMatch(/<strong>read<\/strong>.*<em>this<\/em>/s)
    expect(mail.html).toMatch(/<ul.*<li.*one.*<li.*two/s)
    expect(mail.html).toMatch(/<blockquote.*as you said/s)
    expect(mail.html).toMatch(/<code[^>]*>npm ci<\/code>/)
    expect(mail.html).toContain('href="https://tulip.test/help"')
    expect(mail.text).toContain('🎉')
  })

  it('by somebody from another organisation is sent to nobody', async () => {
    world = await startWorld({ ...direct(), slack: { channels: [{ name: 'support', kind: 'shared', hasBot: true }] } })
    const card = await world.openTicket()
    await world.settle()
    const carla = world.slack.as('Carla')
    await carla.join('support').catch(() => {})
    await carla.say({ channel: 'support', thread_ts: card.ts, text: 'Let me answer her' })
    await world.slack.until(() => carla.ephemerals().find(e => e.text.includes('stays in Slack')))
    await world.settle()
    expect(all()).not.toContain('Let me answer')
  })
})

describe('what a customer sends', () => {
  it('can ping nobody and hide nothing', async () => {
    const { jane, first, card, slack } = await begin()
    const evil = `<!channel> <@${slack.as('Ann').id}> <https://evil.test|https://bank.test> @here`
    await jane.reply(first, {
      text: evil,
      html: `<p>&lt;!channel&gt; &lt;@${slack.as('Ann').id}&gt; <a href="https://evil.test">https://bank.test</a></p>`,
    })
    const post = await postWith(card.ts, '!channel')
    const elements = JSON.stringify(post.blocks)
    expect(elements).not.toMatch(/"type":"(broadcast|user|usergroup|channel)"/)
    expect(post.text).not.toMatch(/<!|<@/)
    expect(elements).toContain('evil.test')
  })

  it('keeps its form and its files', async () => {
    const { jane, first, card } = await begin()
    await jane.reply(first, {
      text: 'Look at *this*',
      html: '<p>Look at <b>this</b>:</p><ul><li>one<ul><li>inner</li></ul></li></ul><blockquote>said before</blockquote>',
      attachments: [{ name: 'photo.png', content: Buffer.from('89504e470d0a1a0a', 'hex') }],
    })
    const post = await postWith(card.ts, 'Look at')
    const blocks = JSON.stringify(post.blocks)
    expect(blocks).toMatch(/"text":"this","style":{"bold":true}/)
    expect(blocks).toContain('rich_text_list')
    expect(blocks).toContain('inner')
    await postWith(card.ts, 'photo.png')
  })

  it('twice, by whatever way, is one message', async () => {
    const { jane, first, card, mail } = await begin()
    const sent = await jane.reply(first, { text: 'Only one of me' })
    await postWith(card.ts, 'Only one of me')
    const { createTransport } = await import('nodemailer')
    const again = createTransport({
      host: '127.0.0.1',
      port: world.overture.mailPort as number,
      tls: { rejectUnauthorized: false },
    })
    await again.sendMail({ envelope: { from: 'jane@acme.test', to: 'support@tulip.test' }, raw: sent.raw })
    again.close()
    await world.settle()
    expect(mail.accepted.length).toBeGreaterThan(0)
    expect(world.thread(card.ts).filter(m => m.text.includes('Only one of me'))).toHaveLength(1)
  })

  it('of their own accord opens a ticket of the team whose address it was written to', async () => {
    await begin()
    const bob = world.mail.customer('Bob Stone <bob@globex.test>')
    await bob.write({ to: 'support@tulip.test', subject: 'How much?', text: 'For a thousand bulbs.' })
    const card = await world.slack.until(() =>
      world.slack
        .channel('support')
        .messages()
        .find(m => m.text.includes('SUP-2')),
    )
    expect(JSON.stringify(card.blocks)).toContain('For a thousand bulbs.')
    await world.ann.click({ message: { channel: world.slack.channel('support').id, ts: card.ts } }, 'reply')
    await world.ann.submit({ message: 'A hundred.' })
    const answer = await world.slack.until(() => bob.inbox.find(m => m.text.includes('A hundred.')))
    expect(answer.subject).toBe('Re: How much?')
  })

  it('that came back makes the mail a failed one, told in the thread', async () => {
    const { jane, first, card } = await begin()
    await jane.bounce(first)
    await postWith(card.ts, 'fix_and_resend')
    const shown = JSON.stringify(world.card(card.ts))
    expect(shown).toContain('fix_and_resend')
    expect(shown).toMatch(/The mail came back: [^"]*5\.1\.1 user unknown/)
    expect(shown).not.toMatch(/It came back|sorry to have to inform/)
  })

  it('from an absence is shown folded and does not reopen', async () => {
    const { jane, first, card, ann, slack } = await begin()
    await ann.click({ message: { channel: slack.channel('support').id, ts: card.ts } }, 'close')
    await ann.submit({})
    await slack.until(() => JSON.stringify(world.card(card.ts)).includes('losed'))
    await jane.reply(first, { text: 'I am away until Monday.', headers: { 'Auto-Submitted': 'auto-replied' } })
    await postWith(card.ts, 'Out of office')
    await world.settle()
    expect(JSON.stringify(world.card(card.ts))).toContain('losed')
  })

  it('and belongs nowhere waits in the tray until somebody gives it to a team', async () => {
    const { ann, slack } = await begin()
    const { store } = world.overture
    const raw = Buffer.from(
      'From: Eve <eve@x.test>\r\nTo: nobody@else.test\r\nSubject: Lost\r\nMessage-ID: <lost@x.test>\r\n\r\nWhere am I?\r\n',
    )
    await store.write(tx =>
      storeInbound(tx, { channel: 'email', key: '<lost@x.test>', raw, envelope: { to: ['nobody@else.test'] } }),
    )
    await world.settle()
    await ann.openHome()
    const home = () => ({ view: ann.home()?.id ?? '' })
    await slack.until(() => ann.home())
    await ann.click(home(), 'home_tab:setup')
    await slack.until(() => JSON.stringify(ann.home()).includes('open_tray'))
    await ann.click(home(), 'open_tray')
    const modal = await slack.until(() => ann.modals().find(m => JSON.stringify(m.blocks).includes('Where am I?')))
    const give = JSON.stringify(modal.blocks).match(/give_to_team:[^"]+/)?.[0] as string
    await ann.click({ view: modal.id }, give)
    await slack.until(() =>
      slack
        .channel('support')
        .messages()
        .find(m => m.text.includes('Lost')),
    )
  })

  it('and that nobody wants is thrown away, and the page below counts it no more', async () => {
    const { ann, slack } = await begin()
    const raw = Buffer.from('From: Eve <eve@x.test>\r\nTo: nobody@else.test\r\nMessage-ID: <ad@x.test>\r\n\r\nBuy!\r\n')
    const mail = { channel: 'email', key: '<ad@x.test>', raw, envelope: { to: ['nobody@else.test'] } }
    await world.overture.store.write(tx => storeInbound(tx, mail))
    await world.settle()
    await ann.openHome()
    const home = () => JSON.stringify(ann.home() ?? '')
    await slack.until(() => home().includes('home_tab:setup'))
    await ann.click({ view: ann.home()?.id ?? '' }, 'home_tab:setup')
    await slack.until(() => home().includes('1 mail is left over.'))
    await ann.click({ view: ann.home()?.id ?? '' }, 'open_tray')
    const tray = await slack.until(() => ann.modals().find(m => JSON.stringify(m.blocks).includes('Buy!')))
    await ann.click({ view: tray.id }, JSON.stringify(tray.blocks).match(/throw_one_away:[^"]+/)?.[0] as string)
    await slack.until(() => JSON.stringify(ann.modals()).includes('No mail is left over.'))
    await slack.until(() => home().includes('No mail is left over.'))
  })
})
