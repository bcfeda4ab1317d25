import { createTransport } from 'nodemailer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeInbound } from '../../../src/core/inbound/store.ts'
import type { MessageView, ModalView } from '../../../src/sandbox/slack/types.ts'
import { startWorld, type World } from '../../support/world.ts'

/** What can be done, in Slack, with a mail that is no plain answer. */
let world: World
let card: MessageView
beforeAll(async () => {
  world = await startWorld()
  card = await world.openTicket()
  await world.slack.until(() => world.jane.inbox[0])
  await world.settle()
})
afterAll(() => world.close())

const json = JSON.stringify
const inThread = (text: string) => world.slack.until(() => world.thread(card.ts).find(m => json(m).includes(text)))
const modalWith = (text: string): Promise<ModalView> =>
  world.slack.until(() => world.ann.modals().find(m => json(m.blocks).includes(text)))
const support = () => world.slack.channel('support')

async function send(mail: { from: string; to: string; subject: string; text: string; inReplyTo?: string }) {
  const smtp = createTransport({ host: '127.0.0.1', port: world.overture.mailPort as number, secure: false })
  await smtp.sendMail(mail)
  smtp.close()
}

/** A mail in the tray that could be read, and belongs nowhere. */
async function leftOver(subject: string, from = 'Zoe <zoe@zest.test>'): Promise<void> {
  const { store } = world.overture
  await store.write(tx =>
    storeInbound(tx, {
      channel: 'email',
      key: `<${subject.replaceAll(' ', '-')}@zest.test>`,
      raw: Buffer.from(
        `From: ${from}\r\nTo: nobody@elsewhere.test\r\nSubject: ${subject}\r\n\r\nWords of ${subject}.\r\n`,
      ),
      envelope: { by: 'imap' },
    }),
  )
  await world.slack.until(() =>
    store.read(q =>
      q
        .selectFrom('inbound')
        .select('id')
        .where('state', '=', 'unmatched')
        .where('about', 'like', `%${subject}%`)
        .executeTakeFirst(),
    ),
  )
}

async function openTray(shows: string): Promise<ModalView> {
  const { ann } = world
  if (!ann.home()) await ann.openHome()
  const home = await world.slack.until(() => ann.home())
  await ann.click({ view: home.id }, 'home_tab:setup')
  await world.slack.until(() => json(ann.home()).includes('open_tray'))
  await ann.click({ view: home.id }, 'open_tray')
  return world.slack.until(() =>
    ann.modals().find(m => m.title === 'Mails left over' && json(m.blocks).includes(shows)),
  )
}

const pressIn = async (modal: ModalView, id: string) => {
  const [found] = json(modal.blocks).match(new RegExp(`${id}:[^"]+`)) ?? []
  await world.ann.click({ view: modal.id }, found as string)
}
const files = () =>
  world.slack
    .direct('Ann')
    .messages()
    .flatMap(m => m.files ?? [])

describe('a mail that is left over', () => {
  it('moves to a ticket that is searched for, and what answers it comes in there', async () => {
    await leftOver('A lost mail')
    await pressIn(await openTray('A lost mail'), 'move_entry')
    const form = await world.slack.until(() => world.ann.modals().find(m => m.title === 'Move this mail'))
    expect((await world.ann.suggest({ view: form.id }, 'ticket', 'your ord')).options).toHaveLength(1)
    await world.ann.submit({ ticket: 'SUP-1' }, { twice: true })
    const post = await inThread('Words of A lost mail.')
    expect(post.username).toContain('not the customer')
    await modalWith('No mail is left over.')
    const rows = await world.overture.store.read(q =>
      q.selectFrom('messages').select('matched_by').where('text', 'like', 'Words of A lost mail%').execute(),
    )
    expect(rows).toEqual([{ matched_by: 'Ann moved it here from the mails left over.' }])
    await send({
      from: 'zoe@zest.test',
      to: 'support@tulip.test',
      subject: 'Re: A lost mail',
      text: 'And another word.',
      inReplyTo: '<A-lost-mail@zest.test>',
    })
    await inThread('And another word.')
  })

  it('is downloaded by who asks, alone', async () => {
    await leftOver('To be kept')
    await pressIn(await openTray('To be kept'), 'download_entry')
    await modalWith('is in your messages with Overture')
    const [file] = await world.slack.until(() => (files().length ? files() : undefined))
    expect(file?.name).toMatch(/^mail-[0-9a-f]{8}\.eml$/)
  })

  it('goes away with all of its author’s when they are banned', async () => {
    await leftOver('One more', 'pest@pest.test')
    await pressIn(await openTray('pest@pest.test'), 'ban_entry')
    await world.slack.until(() => world.ann.modals().find(m => m.title === 'Ban an address'))
    expect((await world.ann.submit({ reason: '' })).became).toBe('errors')
    await world.ann.submit({ reason: 'Nothing but spam' })
    await world.slack.until(() => !json(world.ann.modals().at(-1)).includes('One more'))
  })

  it('that could not be understood is tried again once that may help', async () => {
    const { store } = world.overture
    await leftOver('Hard to read')
    await store.write(tx =>
      tx.q
        .updateTable('inbound')
        .set({ state: 'quarantined', about: null, reason: 'It could not be read.' })
        .where('key', '=', '<Hard-to-read@zest.test>')
        .execute(),
    )
    await pressIn(await openTray('It could not be read.'), 'try_entry')
    const state = () =>
      store.read(q => q.selectFrom('inbound').select('state').where('key', '=', '<Hard-to-read@zest.test>').execute())
    await world.slack.until(async () => (await state())[0]?.state === 'unmatched')
  })
})

describe('a mail of somebody who is not the customer', () => {
  it('offers every way below it: accept, another ticket, a ticket of its own, a ban, the mail itself', async () => {
    await send({
      from: 'yan@yard.test',
      to: 'support@tulip.test',
      subject: 'Re: Your order',
      text: 'I am new here.',
      inReplyTo: world.jane.inbox[0]?.messageId ?? '',
    })
    const post = await inThread('I am new here.')
    for (const id of ['accept_author', 'move_mail', 'split_off', 'show_full']) expect(json(post)).toContain(`"${id}"`)
    await world.ann.click({ message: { channel: support().id, ts: post.ts } }, 'show_full')
    const modal = await modalWith('download_mail')
    expect(json(modal.blocks)).toContain('Ban yan@yard.test')
    const before = files().length
    await world.ann.click({ view: modal.id }, 'download_mail')
    await world.slack.until(() => files().length === before + 1)
  })
})

describe('mails that are too many', () => {
  it('are let through, banned or thrown away where the channel is told of them', async () => {
    for (let i = 1; i <= 12; i++)
      await send({
        from: 'Jane Doe <jane@acme.test>',
        to: 'support@tulip.test',
        subject: 'Re: Your order',
        text: `Number ${i}`,
        inReplyTo: world.jane.inbox[0]?.messageId ?? '',
      })
    const told = await world.slack.until(() =>
      support()
        .messages()
        .find(m => m.text.includes('Perhaps two machines')),
    )
    for (const id of ['throw_away', 'ban_entry']) expect(json(told)).toContain(`"${id}:jane@acme.test"`)
    await world.settle()
    await world.ann.click({ message: { channel: support().id, ts: told.ts } }, 'let_through:jane@acme.test')
    await world.slack.until(() => world.thread(card.ts).filter(m => m.text.includes('Number')).length === 12)
    await world.slack.until(() => !json(support().message(told.ts)).includes('let_through'))
  })
})
